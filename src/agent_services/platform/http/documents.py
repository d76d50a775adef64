"""Words for the OpenAPI document: what an operation answers, and what every operation of a family may answer."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

Schema = dict[str, Any]
Operation = dict[str, Any]

_TEXT: Final = {"type": "string"}
FRAMEWORK_BODY: Final[Schema] = {
    "type": "object",
    "properties": {"statusCode": {"type": "integer"}, "message": _TEXT, "requested": _TEXT},
    "required": ["statusCode", "message"],
    "additionalProperties": False,
}
CODE_BODY: Final[Schema] = {
    "type": "object",
    "properties": {"code": _TEXT},
    "required": ["code"],
    "additionalProperties": False,
}
ENVELOPE_BODY: Final[Schema] = {
    "type": "object",
    "properties": {"code": _TEXT, "message": _TEXT},
    "required": ["code", "message"],
    "additionalProperties": False,
}
OAUTH_BODY: Final[Schema] = {
    "type": "object",
    "properties": {"error": _TEXT, "error_description": _TEXT},
    "required": ["error", "error_description"],
    "additionalProperties": False,
}
_DESCRIPTIONS: Final = {
    200: "The answer.",
    201: "Created.",
    204: "Done.",
    400: "The request cannot be read, or is refused; see the body.",
    401: "Not signed in, or not as the caller whom this needs.",
    403: "Not permitted, or refused.",
    404: "Not found.",
    406: "The Accept header is missing or invalid.",
    409: "It is so already, or something else stands against it.",
    415: "The body is not JSON.",
    423: "Another change of the same relationship is under way.",
    500: "An unexpected failure, or an upstream's.",
    502: "An upstream failed or cannot be reached.",
    504: "An upstream did not answer in time.",
}


class Body(Enum):
    """What an answer's body may be, besides JSON of a shape of its own."""

    NONE = "none"
    TEXT = "text/plain"
    FRAMEWORK = "framework"
    CODE = "code"
    ENVELOPE = "envelope"


_SCHEMAS: Final = {Body.FRAMEWORK: FRAMEWORK_BODY, Body.CODE: CODE_BODY, Body.ENVELOPE: ENVELOPE_BODY}


def answers(by_status: Mapping[int, tuple[Body | Schema, ...]]) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route: for each status the bodies that it may come with. `()` and `Body.NONE` mean none."""
    return {status: answer(_DESCRIPTIONS[status], *bodies) for status, bodies in by_status.items()}


def answer(description: str, *bodies: Body | Schema) -> dict[str, Any]:
    """One answer. Where one of several bodies is none, the document leaves the content open: it knows no "or empty"."""
    if not bodies or Body.NONE in bodies:
        return {"description": description}
    schemas = [body if isinstance(body, dict) else _SCHEMAS[body] for body in bodies if body is not Body.TEXT]
    content: dict[str, Any] = {}
    if schemas:
        content["application/json"] = {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}
    if Body.TEXT in bodies:
        content["text/plain"] = {"schema": _TEXT}
    return {"description": description, "content": content}


def json_request(schema: Schema) -> Operation:
    """`openapi_extra` of a route that demands a JSON body of this shape."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def add_refusals(operation: Operation, body: Schema, statuses: tuple[int, ...]) -> None:
    """Adds what a family's operations may answer besides what `operation` declares for itself.

    A status declared with content gets `body` beside it; one declared without keeps its content open.
    """
    responses = operation["responses"]
    for status in statuses:
        declared = responses.get(str(status))
        if declared is None:
            responses[str(status)] = answer(_DESCRIPTIONS[status], body)
        elif declared.get("content"):
            media = declared["content"].setdefault("application/json", {"schema": body})
            media["schema"] = _either(media.get("schema", {}), body)


def drop_the_frameworks_own(operation: Operation) -> None:
    """Removes the 422 that FastAPI documents by itself and that nobody is ever answered here."""
    responses = operation["responses"]
    schema = responses.get("422", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if schema.get("$ref", "").endswith("/HTTPValidationError"):
        del responses["422"]


def _either(one: Schema, other: Schema) -> Schema:
    known = one["anyOf"] if set(one) == {"anyOf"} else [one]
    return one if other in known or one == {} else {"anyOf": [*known, other]}
