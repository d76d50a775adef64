"""What the OpenAPI page says of this room's routes, whose requests are read in the specs' own order."""

from typing import Any

from pydantic import BaseModel

TAG = "invitations"

_JSON = "application/json"
_TEXT = {"type": "string"}
_EXAMPLES = {
    "arn": "XARN1000001",
    "invitationId": "ABERULMHCKKW3",
    "service": "HMRC-MTD-VAT",
    "clientId": "101000573",
    "urn": "XMTRUST30000001",
    "pageNumber": 1,
    "pageSize": 10,
}
_NUMBER = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
_SCHEMAS = {"pageNumber": _NUMBER, "pageSize": _NUMBER}
_FRAMEWORK = {
    "type": "object",
    "properties": {"statusCode": {"type": "integer"}, "message": _TEXT},
    "required": ["statusCode", "message"],
}
_CODE = {
    "type": "object",
    "properties": {"code": _TEXT, "message": _TEXT},
    "required": ["code"],
}
_DESCRIPTIONS = {
    200: "The answer.",
    201: "Created.",
    204: "Done.",
    400: "The request cannot be read, or is refused; see the body.",
    401: "Not signed in, or not as the caller whom this needs.",
    403: "Not permitted, or refused.",
    404: "Not found.",
    409: "It is so already.",
    415: "The body is not JSON.",
    422: "Refused; see `code`.",
    423: "Another change of the same relationship is under way.",
    500: "An unexpected failure, or an upstream's.",
    502: "An upstream failed or cannot be reached.",
    504: "An upstream did not answer in time.",
}
_ANY_BODY = {_JSON: {"schema": {"anyOf": [_FRAMEWORK, _CODE]}}, "text/plain": {"schema": _TEXT}}
# Whatever an upstream's own status is passed on as. Spec: invitations 1.2.
_PASSED_ON = {"description": "An upstream's refusal, with its own status."}
_ALWAYS = (400, 401, 404, 500, 502, 504)


def operation(
    summary: str,
    *,
    path: tuple[str, ...] = (),
    query: dict[str, bool] | None = None,
    body: type[BaseModel] | None = None,
    success: int,
    answer: dict[str, Any] | None = None,
    refusals: tuple[int, ...] = (),
    bare: tuple[int, ...] = (),
) -> dict[str, Any]:
    """One operation. `query` says of each parameter whether it must be given; `answer` is the success's schema.

    `refusals` are the statuses besides those that every operation may answer; `bare` those of all that come
    without a body, or sometimes do. A 404 always may.
    """
    parameters = [_parameter(name, "path", is_required=True) for name in path]
    parameters += [_parameter(name, "query", is_required=is_required) for name, is_required in (query or {}).items()]
    statuses = sorted({*_ALWAYS, *refusals, *((415,) if body else ())})
    document: dict[str, Any] = {
        "summary": summary,
        "tags": [TAG],
        "parameters": parameters,
        "responses": {
            str(success): _response(success, answer),
            **{str(status): _refusal(status, is_bare=status in (404, *bare)) for status in statuses},
            "default": _PASSED_ON,
        },
    }
    if body is not None:
        document["requestBody"] = {"required": True, "content": {_JSON: {"schema": body.model_json_schema()}}}
    return document


def _parameter(name: str, place: str, *, is_required: bool) -> dict[str, Any]:
    schema = _SCHEMAS.get(name, _TEXT)
    parameter: dict[str, Any] = {"name": name, "in": place, "required": is_required, "schema": schema}
    return {**parameter, "example": _EXAMPLES[name]} if name in _EXAMPLES else parameter


def _refusal(status: int, *, is_bare: bool) -> dict[str, Any]:
    described: dict[str, Any] = {"description": _DESCRIPTIONS[status]}
    return described if is_bare else {**described, "content": _ANY_BODY}


def _response(status: int, answer: dict[str, Any] | None) -> dict[str, Any]:
    described: dict[str, Any] = {"description": _DESCRIPTIONS[status]}
    if answer is not None:
        described["content"] = {_JSON: {"schema": answer}}
    return described


def thing(required: tuple[str, ...], **members: Any) -> dict[str, Any]:
    """The schema of a JSON object; a member's schema may be given as the name of a JSON type."""
    properties = {name: {"type": kind} if isinstance(kind, str) else kind for name, kind in members.items()}
    return {"type": "object", "properties": properties, "required": list(required)}


INVITATION = thing(
    ("invitationId", "arn", "service", "suppliedClientId", "suppliedClientIdType", "status", "expiryDate", "created"),
    invitationId="string",
    arn="string",
    service="string",
    suppliedClientId="string",
    suppliedClientIdType="string",
    clientName="string",
    agencyName="string",
    agencyEmail="string",
    warningEmailSent="boolean",
    expiredEmailSent="boolean",
    status="string",
    relationshipEndedBy="string",
    clientType="string",
    expiryDate="string",
    created="string",
    lastUpdated="string",
)
INVITATION_ID = thing(("invitationId",), invitationId="string")
LINK = thing(("uid", "normalizedAgentName"), uid="string", normalizedAgentName="string")
