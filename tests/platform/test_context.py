"""What of a request travels on. Spec: upstreams 2.2."""

import pytest
from starlette.datastructures import Headers

from agent_services.platform.http.context import RequestContext


@pytest.mark.parametrize(
    ("allowlist", "travels"),
    [
        ((), ()),
        (("x-client-id",), (("x-client-id", "software"),)),
        (("x-colour", "x-client-id"), (("x-colour", "red"), ("x-client-id", "software"))),
    ],
)
def test_the_operator_lets_headers_through(allowlist: tuple[str, ...], travels: tuple[tuple[str, str], ...]) -> None:
    given = Headers({"X-Client-ID": "software", "X-Colour": "red"})

    context = RequestContext.of(given, allowlist=frozenset(allowlist))

    assert context.allowlisted == travels
    assert context.client_id == "software"


def test_the_calling_software_is_told_once() -> None:
    context = RequestContext.of(Headers({"X-Client-ID": "software"}), allowlist=frozenset({"x-client-id"}))

    assert context.passing_client_id_on() == context
