"""Reads what OAuth clients and browsers send in forms and queries. RFC 6749 appendix B."""

from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request

from agent_services.sandbox.gateway.errors import InvalidClient, InvalidRequest

_LONGEST_BODY = 64 * 1024
_MOST_FIELDS = 100


class RepeatedParameter(ValueError):
    """A parameter that came twice (RFC 6749 3.1, 3.2); the argument is its name."""


def single_values(pairs: Iterable[tuple[str, str]], *, once: Iterable[str]) -> dict[str, str]:
    """Each parameter's value. Raises RepeatedParameter for one of `once`; of others the first counts."""
    names = frozenset(once)
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found and name in names:
            raise RepeatedParameter(name)
        found.setdefault(name, value)
    return found


async def read_form(request: Request) -> Mapping[str, str]:
    """The form's fields; empty ones count as absent (RFC 6749 3.2). A body of another kind has no fields.

    Raises InvalidRequest for a repeated field, too many of them, or too long a body.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        return {}
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_BODY:
            raise InvalidRequest("the request is too long")
    try:
        pairs = parse_qsl(body.decode("latin-1"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise InvalidRequest("the request has too many parameters") from None
    try:
        return single_values(pairs, once=(name for name, _ in pairs))
    except RepeatedParameter as repeated:
        raise InvalidRequest(f"{repeated} must not be repeated") from None


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """How a client names itself: in the body or, `by_basic`, in the Authorization header. RFC 6749 2.3.1."""

    client_id: str
    client_secret: str = field(repr=False)
    by_basic: bool


def client_credentials(request: Request, form: Mapping[str, str]) -> ClientCredentials:
    """Raises InvalidRequest for what is missing or sent both ways, InvalidClient for an unreadable header."""
    header = request.headers.get("authorization", "")
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return ClientCredentials(required(form, "client_id"), required(form, "client_secret"), by_basic=False)
    if "client_secret" in form:
        raise InvalidRequest("client_secret must be sent in one way")
    try:
        name, colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        raise InvalidClient(by_basic=True) from None
    client_id = unquote_plus(name)
    if not colon or form.get("client_id", client_id) != client_id:
        raise InvalidClient(by_basic=True)
    return ClientCredentials(client_id, unquote_plus(secret), by_basic=True)


def required(form: Mapping[str, str], name: str) -> str:
    """The field's value. Raises InvalidRequest "{name} is required"."""
    value = form.get(name)
    if value is None:
        raise InvalidRequest(f"{name} is required")
    return value
