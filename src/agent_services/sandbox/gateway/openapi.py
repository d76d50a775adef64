"""What the OpenAPI document says about requests and answers that FastAPI cannot see."""

from typing import Any, Final

_OAUTH_ERROR: Final = {
    "type": "object",
    "required": ["error", "error_description"],
    "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
}
_ENVELOPE: Final = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
}
_FRAMEWORK: Final = {
    "type": "object",
    "required": ["statusCode", "message"],
    "properties": {"statusCode": {"type": "integer"}, "message": {"type": "string"}},
}


def _json(description: str, *schemas: dict[str, Any]) -> dict[str, Any]:
    schema = schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _page(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"text/html": {"schema": {"type": "string"}}}}


def _form(required: list[str], **properties: str) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": required,
        "properties": {name: {"type": "string", "description": text} for name, text in properties.items()},
    }
    return {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}


def _query(name: str, description: str, *, required: bool = True) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": description,
        "schema": {"type": "string"},
    }


OAUTH_FAILURES: Final[dict[int | str, dict[str, Any]]] = {
    400: _json("Something is missing or wrong", _OAUTH_ERROR),
    401: _json("Wrong client id or secret", _OAUTH_ERROR),
    500: _json("`server_error`", _OAUTH_ERROR),
}
FORM_OF_TOKEN: Final = {
    "requestBody": _form(
        ["grant_type"],
        grant_type="`authorization_code`, `refresh_token` or `client_credentials`",
        client_id="The application, unless named by HTTP Basic",
        client_secret="One of its secrets, unless given by HTTP Basic",  # noqa: S106
        code="`authorization_code`: the code",
        redirect_uri="`authorization_code`: as in the authorise request",
        code_verifier="`authorization_code`: if the authorise request had a challenge",
        refresh_token="`refresh_token`: the last one",  # noqa: S106
        scope="`client_credentials`: optional",
    )
}
FORM_OF_REVOKE: Final = {
    "requestBody": _form(
        ["token"],
        token="An access or refresh token",  # noqa: S106
        client_id="The application, unless named by HTTP Basic",
        client_secret="One of its secrets, unless given by HTTP Basic",  # noqa: S106
    )
}
FAILURES_OF_A_BODY: Final[dict[int | str, dict[str, Any]]] = {
    400: _json("Not JSON, an unknown person or scope", _FRAMEWORK, _OAUTH_ERROR),
    415: _json("Not sent as JSON", _FRAMEWORK),
}
AUTHORIZE_PARAMETERS: Final = {
    "parameters": [
        _query("response_type", "`code`"),
        _query("client_id", "The application"),
        _query("scope", "Scopes, separated by blanks"),
        _query("redirect_uri", "One that is registered, or that begins with one"),
        _query("state", "Comes back unchanged", required=False),
        _query("code_challenge", "PKCE", required=False),
        _query("code_challenge_method", "`S256`, with a challenge", required=False),
    ]
}
JOURNEY_PARAMETER: Final = {"parameters": [_query("auth_id", "The journey")]}
PAGES: Final[dict[int | str, dict[str, Any]]] = {
    200: _page("The page"),
    303: {"description": "On to the next page, or back to the application"},
    400: _page("What is wrong, in words"),
}
CREATE_TEST_USER_FAILURES: Final[dict[int | str, dict[str, Any]]] = {
    400: _json("Not JSON, an unknown service, or an identifier that is taken", _FRAMEWORK, _ENVELOPE),
    401: _json("No application's token", _ENVELOPE),
    403: _json("Not subscribed", _ENVELOPE),
    404: _json("No such resource or version", _ENVELOPE),
    415: _json("Not sent as JSON", _FRAMEWORK),
    429: _json("Too many requests", _ENVELOPE),
    500: _json("`INTERNAL_SERVER_ERROR`", _ENVELOPE),
}
