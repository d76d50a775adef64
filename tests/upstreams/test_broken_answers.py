"""Every operation against an upstream that is down, slow, broken or overloaded. Spec: upstreams 2.4, 2.5."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.upstreams.conftest import Outside, ports_of, settings_for
from tests.upstreams.operations import Fails, Operation
from tests.upstreams.operations_relationships import ARN, KEYS
from tests.upstreams.scripted import Bytes, Reply, Reset, ScriptedUpstream, Silence
from tests.upstreams.walking import ALL, outcome_of

from agent_services.upstreams.errors import FailureKind, UpstreamFailed
from agent_services.upstreams.http_client import UpstreamHttp
from agent_services.upstreams.settings import UpstreamSettings

HTML = Reply(500, b"<html><title>Sorry</title></html>", {"Content-Type": "text/html"})
STATUSES = (400, 401, 418, 429, 500, 503)
# They know these statuses as answers of their own, or go on to a second request.
ANSWERS_OF_THEIR_OWN = {("auth authorise", 401), ("audit", 400), ("CESA", 429), ("CESA", 500), ("CESA", 503)}
# A second request follows whatever the first is answered.
GOES_ON = "internal-auth test token"


@pytest.fixture
async def impatient(server: ScriptedUpstream, settings: UpstreamSettings) -> AsyncIterator[Outside]:
    """Adapters that wait a fifth of a second, and do not retry."""
    http = UpstreamHttp(replace(settings, request_timeout=timedelta(milliseconds=200), retry_intervals=()))
    yield Outside(server, http, ports_of(http))
    await http.close()


async def kind_of_failure(operation: Operation, outside: Outside) -> FailureKind:
    with pytest.raises(UpstreamFailed) as failed:
        await operation.call(outside.ports)
    assert failed.value.status is None
    return failed.value.kind


def by_name(operations: tuple[Operation, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", operations, ids=lambda operation: operation.name)


# One of each kind where the rest differ in the service alone.
DISTINCT = tuple(
    operation
    for operation in ALL
    if not operation.name.startswith(("HIP create", "HIP active", "HIP all")) or "HMRC-MTD-VAT" in operation.name
)
KNOWN_STATUSES = [
    (operation, status)
    for operation in DISTINCT
    for status in STATUSES
    if operation.name != GOES_ON
    and not any(operation.name.startswith(name) and status == known for name, known in ANSWERS_OF_THEIR_OWN)
]


@pytest.mark.parametrize(
    ("operation", "status"), KNOWN_STATUSES, ids=[f"{operation.name} {status}" for operation, status in KNOWN_STATUSES]
)
async def test_a_status_that_is_no_answer(operation: Operation, status: int, outside: Outside) -> None:
    """One request, whatever Retry-After says: nothing but CESA retries."""
    outside.server.will(Reply(status, b"", {"Retry-After": "1"}))

    assert await outcome_of(operation, outside) == operation.failure(status)
    assert len(outside.server.received) == 1
    assert outside.connections_in_use == 0


@by_name(tuple(operation for operation in DISTINCT if operation.good.body))
async def test_html_or_half_a_document_where_json_is_due(operation: Operation, impatient: Outside) -> None:
    good = operation.good
    impatient.server.will(Reply(good.status, HTML.body, HTML.headers), Reply(good.status, good.body[:-1], good.headers))

    outcomes = [await outcome_of(operation, impatient), await outcome_of(operation, impatient)]

    assert outcomes == [operation.unreadable] * 2


@by_name(DISTINCT)
async def test_a_reset_connection(operation: Operation, impatient: Outside) -> None:
    impatient.server.will(Reset())

    assert await kind_of_failure(operation, impatient) is FailureKind.LOST
    assert len(impatient.server.received) == 1
    assert impatient.connections_in_use == 0


@by_name(DISTINCT)
async def test_an_answer_cut_off(operation: Operation, impatient: Outside) -> None:
    impatient.server.will(Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"))

    assert await kind_of_failure(operation, impatient) is FailureKind.LOST
    assert impatient.connections_in_use == 0


async def test_what_is_no_http(impatient: Outside) -> None:
    impatient.server.will(Bytes(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"))

    assert await kind_of_failure(ALL[0], impatient) is FailureKind.LOST


async def test_a_slow_upstream_is_given_up_in_time(impatient: Outside) -> None:
    """All operations at once, so that the test takes as long as one."""
    waiting = [operation for operation in DISTINCT if operation.name not in ("audit", "audit merged")]
    impatient.server.will(*[Silence()] * len(waiting))
    started = time.perf_counter()

    kinds = await asyncio.gather(*(kind_of_failure(operation, impatient) for operation in waiting))

    assert set(kinds) == {FailureKind.TIMED_OUT}
    assert time.perf_counter() - started < 5
    assert impatient.connections_in_use == 0


@by_name(DISTINCT)
async def test_an_upstream_that_is_not_there(operation: Operation) -> None:
    """Port 1 of this machine: nobody listens."""
    http = UpstreamHttp(replace(settings_for("http://localhost:1"), retry_intervals=()))
    nowhere = Outside(ScriptedUpstream(), http, ports_of(http))

    kind = await kind_of_failure(operation, nowhere)

    await http.close()
    assert kind is FailureKind.NOT_CONNECTED


@pytest.mark.parametrize(
    ("kind", "surfaces_as", "outcome_is_unknown"),
    [
        (UpstreamFailed.not_connected, 502, False),
        (UpstreamFailed.lost, 502, True),
        (UpstreamFailed.timed_out, 504, True),
        (UpstreamFailed.unreadable, 500, True),
    ],
)
def test_how_silence_surfaces(kind: object, surfaces_as: int, outcome_is_unknown: bool) -> None:
    """Spec: upstreams 2.5; design, sagas step 4"""
    failure = kind(ALL[0].upstream, "ES8")  # type: ignore[operator]  # one of the four makers

    assert (failure.surfaces_as, failure.outcome_is_unknown) == (surfaces_as, outcome_is_unknown)


@pytest.mark.parametrize(("status", "outcome_is_unknown"), [(400, False), (500, False), (503, False), (504, True)])
def test_an_answer_says_that_nothing_happened(status: int, outcome_is_unknown: bool) -> None:
    failure = UpstreamFailed.answered_raw(ALL[0].upstream, "ES8", status)

    assert failure.outcome_is_unknown is outcome_is_unknown


async def test_an_answer_beyond_all_bounds(server: ScriptedUpstream, settings: UpstreamSettings) -> None:
    http = UpstreamHttp(replace(settings, largest_answer_bytes=1000))
    bounded = Outside(server, http, ports_of(http))
    server.will(Reply(200, b"[" + b" " * 1000 + b"]"))

    with pytest.raises(UpstreamFailed) as failed:
        await bounded.ports.users_groups_search.users_of_group("2K6H")

    assert failed.value.kind is FailureKind.UNREADABLE
    assert bounded.connections_in_use == 0
    await http.close()


async def test_a_redirect_is_not_followed(outside: Outside) -> None:
    outside.server.will(Reply(302, b"", {"Location": "/elsewhere"}))

    with pytest.raises(UpstreamFailed):
        await outside.ports.hip.create_relationship(ARN, KEYS["HMRC-MTD-VAT"])

    assert len(outside.server.received) == 1


async def test_many_calls_share_the_connections_that_are_allowed(
    server: ScriptedUpstream, settings: UpstreamSettings
) -> None:
    http = UpstreamHttp(replace(settings, connections_per_upstream=4))
    bounded = Outside(server, http, ports_of(http))
    server.will(*[Reply(204)] * 64)

    await asyncio.gather(
        *(bounded.ports.enrolment_store_proxy.delegated_groups(KEYS["HMRC-MTD-VAT"]) for _ in range(64))
    )

    assert server.most_connections <= 4
    await http.close()


def test_a_failure_tells_nothing_personal() -> None:
    failure = UpstreamFailed.answered_raw(ALL[0].upstream, "ES8", 409)

    assert str(failure) == "auth ES8: answered 409"
    assert Fails(failure.surfaces_as, failure.status, failure.public_message) == Fails(409, 409)
