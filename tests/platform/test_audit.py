"""Recording audit events and delivering them in order."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from agent_services.platform.audit import (
    Audit,
    AuditDelivery,
    AuditEnvelope,
    AuditEvent,
    AuditSource,
    OneByOne,
    Retention,
)
from agent_services.platform.database import Database
from agent_services.platform.dedicated import dedicated_connections
from agent_services.platform.encryption import FieldCipher
from agent_services.platform.http.context import RequestContext, bind
from agent_services.platform.locks import Locks

NOON = datetime(2026, 11, 20, 21, 33, 16, 120000, tzinfo=UTC)


class StandingClock:
    def now(self) -> datetime:
        return NOON

    def today(self) -> date:
        return NOON.date()


class UnwillingFor:
    """A sink that fails `times` times, after taking two of a batch."""

    def __init__(self, times: int) -> None:
        self.failures_left = times
        self.taken: list[AuditEnvelope] = []

    async def deliver(self, events: Sequence[AuditEnvelope]) -> int:
        if self.failures_left:
            self.failures_left -= 1
            self.taken.extend(events[:2])
            return min(2, len(events))
        self.taken.extend(events)
        return len(events)


def numbered(number: int) -> AuditEvent:
    return AuditEvent(AuditSource.RELATIONSHIPS, "CreateInvitation", "create-invitation", {"number": number})


def numbers(envelopes: Sequence[AuditEnvelope]) -> list[str]:
    return [json.loads(one.document)["detail"]["number"] for one in envelopes]


@pytest.fixture
def database_url(module_database_url: str) -> str:
    """One database for the tests of this file, which forget what they recorded."""
    return module_database_url


@pytest.fixture
async def audit(database: Database, cipher: FieldCipher) -> AsyncIterator[Audit]:
    kept = Audit(database.pool, cipher, StandingClock(), retention=Retention.KEEP)
    yield kept
    await kept.forget()


@pytest.fixture
async def locks(database_url: str) -> AsyncIterator[Locks]:
    connected = Locks(dedicated_connections(database_url, application_name="audit under test"))
    yield connected
    await connected.stop()


async def record(database: Database, audit: Audit, *events: AuditEvent) -> None:
    async with database.unit_of_work() as work:
        await audit.record(work, *events)


async def test_the_envelope_is_the_documented_one(database: Database, audit: Audit) -> None:
    """upstreams 20.1"""
    event = AuditEvent(
        source="agent-client-relationships",
        audit_type="CreateRelationship",
        transaction_name="create-relationship",
        detail={"agentReferenceNumber": "AARN0000002", "etmpRelationshipCreated": True, "nino": None},
    )
    request = RequestContext(
        request_id="r-1",
        session_id="s-1",
        true_client_ip="192.0.2.1",
        path="/agent-client-relationships/authorisation-response/accept/ABERULMHCKKW3",
    )

    with bind(request):
        await record(database, audit, event)

    [stored] = await audit.events()
    assert len(stored.pop("eventId")) == 36
    assert stored == {
        "auditSource": "agent-client-relationships",
        "auditType": "CreateRelationship",
        "tags": {
            "transactionName": "create-relationship",
            "path": "/agent-client-relationships/authorisation-response/accept/ABERULMHCKKW3",
            "X-Request-ID": "r-1",
            "X-Session-ID": "s-1",
            "clientIP": "192.0.2.1",
            "clientPort": "-",
            "Akamai-Reputation": "-",
            "deviceID": "-",
        },
        "detail": {"agentReferenceNumber": "AARN0000002", "etmpRelationshipCreated": "true"},
        "generatedAt": "2026-11-20T21:33:16.120Z",
        "dataPipeline": {"redaction": {"containsRedactions": False}},
        "metadata": {"metricsKey": None},
    }


async def test_outside_a_request_the_tags_are_absent(database: Database, cipher: FieldCipher, audit: Audit) -> None:
    named = Audit(
        database.pool, cipher, StandingClock(), retention=Retention.KEEP, provider="ours", metrics_key="play.acr"
    )

    await record(database, named, numbered(1))

    [stored] = await audit.events()
    assert stored["tags"] == {
        "transactionName": "create-invitation",
        "path": "",
        "X-Request-ID": "-",
        "X-Session-ID": "-",
        "clientIP": "-",
        "clientPort": "-",
        "Akamai-Reputation": "-",
        "deviceID": "-",
    }
    assert stored["auditProvider"] == "ours"
    assert stored["metadata"] == {"metricsKey": "play.acr"}


async def test_subscriptions_details_keep_their_types(database: Database, audit: Audit) -> None:
    """upstreams 20.3"""
    detail = {"knownFactsMatched": True, "agencyAddress": {"addressLine1": "1 The Street", "addressLine2": None}}

    await record(
        database, audit, AuditEvent(AuditSource.SUBSCRIPTION, "CheckAgencyStatus", "Check agency status", detail)
    )

    [stored] = await audit.events()
    assert stored["detail"] == {"knownFactsMatched": True, "agencyAddress": {"addressLine1": "1 The Street"}}


async def test_an_event_is_recorded_with_its_change_or_not_at_all(database: Database, audit: Audit) -> None:
    async def fail_after_recording() -> None:
        async with database.unit_of_work() as work:
            await audit.record(work, numbered(1))
            raise RuntimeError("the change failed")

    with pytest.raises(RuntimeError, match="the change failed"):
        await fail_after_recording()

    assert await audit.events() == []


async def test_nothing_personal_is_stored_in_the_clear(database: Database, audit: Audit) -> None:
    await record(
        database, audit, AuditEvent(AuditSource.MAPPING, "CreateMapping", "create-mapping", {"identifier": "AB123456C"})
    )

    stored = await database.pool.fetchval("SELECT string_agg(audit_event::text, '') FROM platform.audit_event")
    assert "AB123456C" not in stored
    assert b"AB123456C".hex() not in stored


async def test_reads_are_written_together_within_250_milliseconds(database: Database, audit: Audit) -> None:
    for number in range(100):
        await audit.record_read(numbered(number))

    async with asyncio.timeout(2):
        while await audit.store.count_undelivered() == 0:
            await asyncio.sleep(0.01)

    assert [event["detail"]["number"] for event in await audit.events()] == [str(number) for number in range(100)]


async def test_reads_are_flushed_at_shutdown(database: Database, audit: Audit) -> None:
    await audit.record_read(numbered(1))

    await audit.stop()

    assert await audit.store.count_undelivered() == 1


async def test_events_are_delivered_in_order_with_retries(database: Database, audit: Audit, locks: Locks) -> None:
    sink = UnwillingFor(times=2)
    delivery = AuditDelivery(audit, sink, locks, StandingClock())
    for number in range(7):
        await record(database, audit, numbered(number))

    delivered = [await delivery.deliver_pending() for _ in range(4)]

    assert delivered == [2, 2, 3, 0]
    assert numbers(sink.taken) == [str(number) for number in range(7)]
    assert len(await audit.events()) == 7


async def test_delivered_events_are_purged_unless_they_are_kept(
    database: Database, cipher: FieldCipher, locks: Locks
) -> None:
    audit = Audit(database.pool, cipher, StandingClock(), retention=Retention.PURGE)
    await record(database, audit, numbered(1), numbered(2))

    await AuditDelivery(audit, UnwillingFor(times=0), locks, StandingClock()).deliver_pending()

    assert await audit.events() == []


async def test_one_process_delivers_at_a_time(
    database: Database, database_url: str, audit: Audit, locks: Locks
) -> None:
    other = Locks(dedicated_connections(database_url, application_name="another process"))
    sink = UnwillingFor(times=0)
    await record(database, audit, numbered(1))

    async with other.exclusive("audit-delivery"):
        assert await AuditDelivery(audit, sink, locks, StandingClock()).deliver_pending() == 0

    assert sink.taken == []
    await other.stop()


async def test_a_recorded_event_is_delivered_soon_by_itself(database: Database, audit: Audit, locks: Locks) -> None:
    sink = UnwillingFor(times=0)
    delivery = AuditDelivery(audit, sink, locks, StandingClock())
    delivery.start()

    await record(database, audit, numbered(1))

    async with asyncio.timeout(3):
        while not sink.taken:
            await asyncio.sleep(0.01)
    await record(database, audit, numbered(2))
    await delivery.stop()
    assert numbers(sink.taken) == ["1", "2"]


async def test_forgetting_empties_outbox_and_buffer(database: Database, audit: Audit) -> None:
    await record(database, audit, numbered(1))
    await audit.record_read(numbered(2))

    await audit.forget()

    assert await audit.events() == []


async def test_one_by_one_stops_at_the_first_failure() -> None:
    seen: list[bytes] = []

    async def deliver_one(document: bytes) -> None:
        if len(seen) == 2:
            raise ConnectionError
        seen.append(document)

    envelopes = [AuditEnvelope(event_id=UUID(int=number), document=b"%d" % number) for number in range(4)]

    assert await OneByOne(deliver_one, failures=(ConnectionError,)).deliver(envelopes) == 2
    assert seen == [b"0", b"1"]


async def test_a_slow_upstream_is_sent_several_events_at_once() -> None:
    envelopes = [AuditEnvelope(UUID(int=number), b"%d" % number) for number in range(5)]
    taken: list[bytes] = []
    three_are_under_way = asyncio.Barrier(3)

    async def deliver_one(document: bytes) -> None:
        if document in (b"0", b"1", b"2"):
            await three_are_under_way.wait()
        taken.append(document)

    async with asyncio.timeout(10):
        assert await OneByOne(deliver_one, failures=(ConnectionError,), at_once=3).deliver(envelopes) == 5

    assert sorted(taken) == [b"0", b"1", b"2", b"3", b"4"]


async def test_what_stands_behind_a_failed_event_is_delivered_again() -> None:
    envelopes = [AuditEnvelope(UUID(int=number), b"%d" % number) for number in range(5)]
    taken: list[bytes] = []

    async def deliver_one(document: bytes) -> None:
        if document == b"1":
            raise ConnectionError
        taken.append(document)

    assert await OneByOne(deliver_one, failures=(ConnectionError,), at_once=3).deliver(envelopes) == 1
    assert sorted(taken) == [b"0", b"2"]


async def test_switched_off_nothing_is_recorded(database: Database, cipher: FieldCipher) -> None:
    """upstreams 20: `auditing.enabled`"""
    silent = Audit(database.pool, cipher, StandingClock(), retention=Retention.NONE)

    await record(database, silent, numbered(1))
    await silent.record_read(numbered(2))

    assert await silent.events() == []
