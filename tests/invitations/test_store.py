"""invitations 3.2: what the tables decide."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from agent_services.identifiers import Arn, InvitationId
from agent_services.invitations.lifecycle import EndedBy, Invitation, InvitationStatus, Transition
from agent_services.invitations.store import LinkStore, RequestLists, RequestStore
from agent_services.platform.database import Database
from agent_services.platform.encryption import EncryptionKey, FieldCipher, Keys
from tests.invitations.builders import NOW, TODAY, an_invitation


@pytest.fixture
def cipher() -> FieldCipher:
    return FieldCipher(Keys(encryption=(EncryptionKey("k", b"1" * 32),), lookup=b"2" * 32))


@pytest.fixture
def store(database: Database, cipher: FieldCipher) -> RequestStore:
    return RequestStore(database, cipher)


@pytest.fixture
def lists(database: Database, cipher: FieldCipher) -> RequestLists:
    return RequestLists(database, cipher)


async def _insert(database: Database, store: RequestStore, *invitations: Invitation) -> list[bool]:
    async def one(invitation: Invitation) -> bool:
        async with database.unit_of_work() as work:
            return await store.insert(work, invitation)

    return [await one(invitation) for invitation in invitations]


async def test_request_comes_back_as_it_was_stored(database: Database, store: RequestStore) -> None:
    invitation = an_invitation(client_type=None, agency_name="")

    await _insert(database, store, invitation)

    assert await store.find(invitation.invitation_id) == invitation


async def test_personal_fields_are_not_readable_in_the_table(database: Database, store: RequestStore) -> None:
    """invitations 3.1, column "Encrypted" """
    await _insert(database, store, an_invitation())

    row = await database.pool.fetchval("SELECT invitation::text FROM agent_services.invitation")

    clear = ("101747696", "Mrs Client", "My Agency", "agency@example.com")
    assert [text for text in clear if text in row] == []


async def test_of_equal_requests_at_one_instant_one_is_stored(database: Database, store: RequestStore) -> None:
    same = [an_invitation() for _ in range(8)]

    async def insert(invitation: Invitation) -> bool:
        return (await _insert(database, store, invitation))[0]

    stored = await asyncio.gather(*(insert(invitation) for invitation in same))

    assert sorted(stored) == [False] * 7 + [True]


async def test_answered_request_stands_in_nobodys_way(database: Database, store: RequestStore) -> None:
    first = an_invitation()
    await _insert(database, store, first)
    async with database.unit_of_work() as work:
        await store.move(work, first.invitation_id, Transition.CANCEL, now=NOW)

    assert await _insert(database, store, an_invitation()) == [True]


async def test_of_opposite_answers_one_wins(database: Database, store: RequestStore) -> None:
    """invitations 4: guarded by the status they leave"""
    invitation = an_invitation()
    await _insert(database, store, invitation)

    async def answer(transition: Transition) -> Invitation | None:
        async with database.unit_of_work() as work:
            return await store.move(work, invitation.invitation_id, transition, now=NOW)

    answers = await asyncio.gather(
        answer(Transition.ACCEPT), answer(Transition.REJECT), answer(Transition.CANCEL), answer(Transition.EXPIRE)
    )

    won = [answer for answer in answers if answer is not None]
    assert len(won) == 1
    assert await store.find(invitation.invitation_id) == won[0]


async def test_overdue_request_is_not_among_the_pending(database: Database, store: RequestStore) -> None:
    """invitations 3.5"""
    overdue = an_invitation(expiry_date=TODAY - timedelta(days=1))
    await _insert(database, store, overdue)

    pending = await store.pending_ids(overdue.arn, [overdue.service], overdue.supplied_client_id, today=TODAY)
    found = await store.overdue_id(overdue.arn, overdue.service, overdue.supplied_client_id, today=TODAY)

    assert pending == {}
    assert found == overdue.invitation_id


async def test_deauthorising_ends_what_is_in_force_and_nothing_else(
    database: Database, store: RequestStore, lists: RequestLists
) -> None:
    """invitations 4"""
    other = Arn.as_given("TARN0000002")
    accepted = an_invitation(status=InvitationStatus.ACCEPTED)
    kept = an_invitation(status=InvitationStatus.ACCEPTED, arn=other)
    pending = an_invitation(arn=other)
    partial = an_invitation(status=InvitationStatus.PARTIALAUTH, arn=other)
    await _insert(database, store, accepted, kept, pending, partial)
    later = NOW + timedelta(days=1)

    async with database.unit_of_work() as work:
        ended = await store.deauthorise(
            work,
            service="HMRC-MTD-VAT",
            client_id="101747696",
            arn=None,
            but=kept.invitation_id,
            ended_by=EndedBy.CLIENT,
            now=later,
        )

    def gone(invitation: Invitation) -> Invitation:
        return replace(
            invitation, status=InvitationStatus.DEAUTHORISED, relationship_ended_by="Client", last_updated=later
        )

    assert ended
    assert await lists.all() == (gone(accepted), kept, pending, gone(partial))


async def test_tracking_page_offers_filters_of_everything(
    database: Database, store: RequestStore, lists: RequestLists
) -> None:
    """invitations 6.3"""
    first = an_invitation(client_name="beta")
    newest = an_invitation(client_name="Alpha", created=NOW + timedelta(hours=1), status=InvitationStatus.ACCEPTED)
    overdue = an_invitation(client_name="beta", supplied_client_id="1", expiry_date=TODAY - timedelta(days=1))
    await _insert(database, store, first, newest, overdue)

    page = await lists.tracking_page(first.arn, status=None, client_name=None, skip=0, limit=2, today=TODAY)
    filtered = await lists.tracking_page(first.arn, status="Expired", client_name="beta", skip=0, limit=2, today=TODAY)

    assert page.requests == (newest, first)
    assert (page.total, page.client_names, page.statuses) == (3, ("Alpha", "beta"), ("Accepted", "Expired", "Pending"))
    assert filtered.requests == (overdue,)
    assert (filtered.total, filtered.client_names) == (1, ("Alpha", "beta"))


async def test_trust_that_became_taxable_keeps_its_id(database: Database, store: RequestStore) -> None:
    """invitations 13"""
    trust = an_invitation(
        service="HMRC-TERSNT-ORG", supplied_client_id="XXTRUST12345678", supplied_client_id_type="urn"
    )
    await _insert(database, store, trust)
    later = NOW + timedelta(hours=1)

    assert await store.rename_trust("XXTRUST12345678", "1234567890", now=later)
    assert not await store.rename_trust("XXTRUST12345678", "1234567890", now=later)
    assert await store.find(trust.invitation_id) == replace(
        trust,
        service="HMRC-TERS-ORG",
        supplied_client_id="1234567890",
        supplied_client_id_type="utr",
        last_updated=later,
    )


async def test_sweep_drops_by_creation_whatever_the_status(
    database: Database, store: RequestStore, lists: RequestLists
) -> None:
    """invitations 3.2, timeToLive"""
    old = an_invitation(created=NOW - timedelta(days=31), status=InvitationStatus.ACCEPTED)
    young = an_invitation()
    await _insert(database, store, old, young)

    assert await store.sweep(created_before=NOW - timedelta(days=30)) == 1
    assert await lists.all() == (young,)


async def test_id_that_cannot_be_stored_is_not_found(store: RequestStore) -> None:
    assert await store.find(InvitationId.as_given("A\0B")) is None


async def _fill(database: Database) -> None:
    await database.pool.execute(
        """
        INSERT INTO agent_services.invitation (
            invitation_id, arn, service, supplied_client_id, supplied_client_id_hash, supplied_client_id_type,
            client_name, client_name_hash, agency_name, agency_email, warning_email_sent, expired_email_sent,
            status, expiry_date, created, last_updated
        )
        SELECT 'C' || n, 'ARN' || n % 100, 'HMRC-MTD-VAT', '', decode(md5(n::text), 'hex'), 'vrn', '', '', '', '',
               false, false, 'Pending', '2026-01-31', $1, $1
          FROM generate_series(1, 5000) AS n
        """,
        NOW,
    )
    await database.pool.execute("ANALYZE agent_services.invitation")


@pytest.mark.parametrize(
    ("index", "question"),
    [
        ("invitation_id_unique", "SELECT arn FROM agent_services.invitation WHERE invitation_id = 'C17'"),
        (
            "invitation_pending_unique",
            (
                "SELECT invitation_id FROM agent_services.invitation WHERE arn = 'ARN7' "
                "AND service = ANY('{S,T}'::text[]) AND supplied_client_id_hash = '\\x00' "
                "AND status = 'Pending' AND expiry_date >= '2026-01-01'"
            ),
        ),
        ("invitation_arn_created", "SELECT service FROM agent_services.invitation WHERE arn = 'ARN7'"),
    ],
)
async def test_hot_look_ups_use_their_index(database: Database, index: str, question: str) -> None:
    await _fill(database)

    plan = await database.pool.fetch("EXPLAIN " + question)

    assert index in "\n".join(row[0] for row in plan)


async def test_link_is_made_once_and_collects_names(database: Database, cipher: FieldCipher) -> None:
    """invitations 11.1"""
    links = LinkStore(database, cipher)
    arn = Arn.as_given("TARN0000001")

    assert await links.create(arn, uid="ABCDEFGH", name="my-agency")
    assert not await links.create(arn, uid="JKLMNOPR", name="other")
    assert await links.add_name("ABCDEFGH", "new-name")
    assert await links.add_name("ABCDEFGH", "my-agency")
    assert not await links.add_name("STUWXYZ2", "new-name")

    found = await links.of_uid("ABCDEFGH")
    assert found is not None
    assert (found.arn, found.names) == (arn, ("my-agency", "new-name"))
    assert await links.of_agent(arn) == found
