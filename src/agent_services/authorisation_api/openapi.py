"""What the OpenAPI page says of the routes whose requests are read by hand. Spec: authorisation-api 3, 4."""

from typing import Any, Final

_TAGS: Final = ["authorisation-api"]
_JSON: Final = "application/json"
_PROBLEM: Final = {
    "type": "object",
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
    "required": ["code", "message"],
    "additionalProperties": False,
}
_INVITATION: Final = {
    "type": "object",
    "properties": {
        "_links": {"type": "object"},
        "created": {"type": "string", "format": "date-time"},
        "expiresOn": {"type": "string"},
        "updated": {"type": "string", "format": "date-time"},
        "arn": {"type": "string"},
        "service": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        "status": {
            "type": "string",
            "enum": ["Pending", "Accepted", "Rejected", "Cancelled", "Expired", "Deauthorised", "Partialauth"],
        },
        "clientActionUrl": {"type": "string"},
        "agentType": {"type": "string", "enum": ["main", "supporting"]},
    },
    "required": ["_links", "created", "arn", "service", "status"],
}
_TEXTS: Final = {
    "service": {
        "oneOf": [
            {"type": "string", "enum": ["MTD-IT", "MTD-VAT"]},
            {
                "type": "array",
                "items": {"type": "string", "enum": ["MTD-IT", "MTD-VAT"]},
                "minItems": 1,
                "maxItems": 1,
            },
        ]
    },
    "clientType": {"type": "string", "enum": ["personal", "business"]},
    "clientIdType": {"type": "string", "enum": ["ni", "vrn"]},
    "clientId": {"type": "string", "examples": ["AA999999A", "101747696"]},
    "knownFact": {"type": "string", "examples": ["AA11 1AA", "2007-05-18"]},
    "agentType": {"type": "string", "enum": ["main", "supporting"]},
}


def _parameter(name: str, where: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": where, "required": True, "schema": {"type": "string", **schema}}


_ARN: Final = _parameter("arn", "path", pattern="^[A-Z]ARN[0-9]{7}$", examples=["XARN1000001"])
_ID: Final = _parameter("invitationId", "path", examples=["CZTW1KY6RTAAT"])
_ACCEPT: Final = _parameter("Accept", "header", enum=["application/vnd.hmrc.1.0+json", "application/vnd.hmrc.2.0+json"])


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {_JSON: {"schema": _PROBLEM}}}


_REFUSALS: Final = {
    "400": _problem("The request cannot be read or its payload is refused; see `code`."),
    "401": _problem("No token, or one that stands for nobody."),
    "403": _problem("Not permitted, or refused by the client's records; see `code`."),
    "404": _problem("Not found; see `code`."),
    "406": _problem("The Accept header is missing or invalid."),
    "429": _problem("Too many requests (sandbox only)."),
    "500": _problem("An unexpected failure."),
}


def _body(*members: str, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {name: _TEXTS[name] for name in (*members, *optional)},
        "required": list(members),
    }
    return {"required": True, "content": {_JSON: {"schema": schema}}}


def _operation(
    summary: str, scope: str, *, parameters: list[dict[str, Any]], success: dict[str, Any], **more: Any
) -> dict[str, Any]:
    return {
        "summary": summary,
        "tags": _TAGS,
        "parameters": [*parameters, _ACCEPT],
        "security": [{"oauth": [scope]}],
        "responses": {**success, **_REFUSALS},
        **more,
    }


_DONE: Final = {"204": {"description": "Done."}}

CREATE: Final = _operation(
    "Ask a client for authority",
    "write:sent-invitations",
    parameters=[_ARN],
    success={
        "204": {
            "description": "The request waits for the client.",
            "headers": {"Location": {"schema": {"type": "string"}}},
        }
    },
    requestBody=_body("service", "clientIdType", "clientId", "knownFact", optional=("clientType", "agentType")),
)
LIST: Final = _operation(
    "The requests of the last 30 days",
    "read:sent-invitations",
    parameters=[_ARN],
    success={
        "200": {
            "description": "The requests, oldest first.",
            "content": {_JSON: {"schema": {"type": "array", "items": _INVITATION}}},
        },
        "204": {"description": "There are none."},
    },
)
GET: Final = _operation(
    "One request",
    "read:sent-invitations",
    parameters=[_ARN, _ID],
    success={"200": {"description": "The request.", "content": {_JSON: {"schema": _INVITATION}}}},
)
CANCEL: Final = _operation(
    "Cancel a pending request", "write:cancel-invitations", parameters=[_ARN, _ID], success=_DONE
)
CHECK: Final = _operation(
    "May this agent act for this client?",
    "read:check-relationship",
    parameters=[_ARN],
    success={"204": {"description": "Yes."}},
    requestBody=_body("service", "clientIdType", "clientId", "knownFact", optional=("agentType",)),
)
DEAUTHORISE: Final = _operation(
    "End the agent's authority",
    "write:relationships",
    parameters=[_ARN],
    success=_DONE,
    requestBody=_body("service", "clientType", "clientIdType", "clientId", optional=("agentType",)),
)
