"""Where a browser may be sent with a code. Spec: authorisation-api 8.2."""

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

OUT_OF_BAND = frozenset({"urn:ietf:wg:oauth:2.0:oob", "urn:ietf:wg:oauth:2.0:oob:auto"})
MOST_REDIRECTS = 5

_LONGEST = 2000
# No blank, control character, backslash, quote or fragment: everything that parsers read differently.
_SPELLING = re.compile(
    r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]*|\?[A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]*)?"
)
_IP_ADDRESS = re.compile(r"[0-9.]+")
_DOT_SEGMENT = re.compile(r"/(\.|%2e){1,2}(/|\?|$)", re.IGNORECASE)


class InvalidRedirect(ValueError):
    """An address that cannot be registered; the message says why."""


def check_registrable(address: str) -> None:
    """https unless localhost, no fragment, no IP address. Raises InvalidRedirect."""
    if address in OUT_OF_BAND:
        return
    parts = _parsed(address)
    if parts is None:
        raise InvalidRedirect("not an http(s) address that can be used (blanks, fragments and user names cannot)")
    if _IP_ADDRESS.fullmatch(parts.hostname or ""):
        raise InvalidRedirect("an IP address cannot be registered")
    if parts.scheme != "https" and parts.hostname != "localhost":
        raise InvalidRedirect("must be https, except on localhost")


def matches_registered(address: str, registered: Iterable[str]) -> bool:
    """Whether the address is a registered one or begins with it, on the same scheme, host and port.

    The origin is compared by itself: "https://shop.example" must not let "https://shop.example.evil.test" in.
    """
    given = _parsed(address)
    for allowed in registered:
        if address == allowed:
            return True
        known = _parsed(allowed)
        if given is None or known is None or _DOT_SEGMENT.search(given.path):
            continue
        if _origin(given) == _origin(known) and _rest(given).startswith(_rest(known)):
            return True
    return False


def is_on_this_machine(address: str) -> bool:
    """Whether the address is on localhost or 127.0.0.1, any port and path; the sandbox's own application may use it."""
    parts = _parsed(address)
    return parts is not None and parts.hostname in ("localhost", "127.0.0.1")


def with_parameters(address: str, encoded: str) -> str:
    """The address with further, already encoded query parameters."""
    return f"{address}{'&' if '?' in address else '?'}{encoded}"


def _parsed(address: str) -> SplitResult | None:
    if len(address) > _LONGEST or not _SPELLING.fullmatch(address):
        return None
    parts = urlsplit(address)
    try:
        is_good_port = parts.port is None or parts.port > 0
    except ValueError:
        return None
    return parts if is_good_port else None


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def _rest(parts: SplitResult) -> str:
    rest = parts.path or "/"
    return f"{rest}?{parts.query}" if parts.query else rest
