"""This room on a real database, with upstreams in memory and requests kept in a table of the test's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg

from agent_services.identifiers import Arn, Nino
from agent_services.platform.audit import Audit, Retention
from agent_services.platform.database import Database, UnitOfWork
from agent_services.platform.dedicated import dedicated_connections
from agent_services.platform.encryption import EncryptionKey, FieldCipher, Keys
from agent_services.platform.http.context import RequestContext, bind
from agent_services.platform.jobs import Jobs
from agent_services.platform.locks import Locks
from agent_services.relationships import (
    ChangeKind,
    ConvertedPartialAuthorisation,
    EndedAuthority,
    FinishedCreation,
    HowCreated,
    NewRelationship,
    Relationships,
    RelationshipsSettings,
    build_relationships,
    open_changes,
)
from agent_services.tax_services import EnrolmentKey, tax_service
from tests.relationships import upstream_world as upstreams
from tests.relationships.upstream_world import World

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def today(self) -> date:
        return self.time.date()

    def advance(self, by: timedelta) -> None:
        self.time += by


class Requests:
    """Authorisation requests as far as this room sees them, in the same transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, origin: str) -> None:
        await self._database.pool.execute("INSERT INTO test_request VALUES ($1, 'Pending')", origin)

    async def status(self, origin: str) -> str:
        status: str = await self._database.pool.fetchval("SELECT status FROM test_request WHERE origin = $1", origin)
        return status

    async def ended(self) -> list[tuple[str, str, str, str]]:
        rows = await self._database.pool.fetch("SELECT arn, service, client_id, ended_by FROM test_ended")
        return [tuple(row) for row in rows]

    async def set_status(self, work: UnitOfWork, origin: str, status: str) -> None:
        await work.execute("UPDATE test_request SET status = $2 WHERE origin = $1", origin, status)

    async def may_begin(self, work: UnitOfWork, origin: str) -> bool:
        status = await work.fetchval("SELECT status FROM test_request WHERE origin = $1 FOR UPDATE", origin)
        return bool(status == "Pending")

    async def creation_finished(self, work: UnitOfWork, finished: FinishedCreation) -> None:
        await self.set_status(work, finished.origin, "Partialauth" if finished.partial else "Accepted")

    async def relationship_ended(self, work: UnitOfWork, ended: EndedAuthority) -> None:
        await work.execute(
            "INSERT INTO test_ended VALUES ($1, $2, $3, $4)",
            ended.arn.value,
            ended.service,
            ended.client_id,
            ended.ended_by.stored,
        )

    async def partial_authorisation_converted(self, work: UnitOfWork, converted: ConvertedPartialAuthorisation) -> None:
        await self.set_status(work, f"partial-{converted.arn}", "Accepted")


@dataclass
class House:
    """One process's view of the room; two of them may share a database and a world."""

    world: World
    room: Relationships
    database: Database
    cipher: FieldCipher
    clock: HandClock
    audit: Audit
    jobs: Jobs
    requests: Requests

    async def audited(self, audit_type: str) -> list[dict[str, Any]]:
        """The details of the events of that type, oldest first."""
        return [event["detail"] for event in await self.audit.events() if event["auditType"] == audit_type]

    async def records(self, kind: str) -> list[dict[str, Any]]:
        return await self.room.record_kinds[kind].list_all()

    async def recover(self) -> int:
        """What the queue does later, done now: half a minute has passed."""
        self.clock.advance(timedelta(seconds=31))
        return await self.room.recovery.run()

    async def open_creations(self) -> int:
        changes = await open_changes(self.database, self.cipher)
        return len([change for change in changes if change.kind is not ChangeKind.REMOVING])

    def wanted(
        self,
        arn: Arn,
        key: EnrolmentKey,
        *,
        origin: str | None = None,
        nino: str | None = None,
        client_id_type: str = "vrn",
    ) -> NewRelationship:
        return NewRelationship(
            arn=arn,
            key=key,
            how=HowCreated.CLIENT_ACCEPTED,
            client_id_type=client_id_type,
            accepted_at=self.clock.now(),
            origin=origin,
            nino=None if nino is None else Nino.as_given(nino),
        )


@asynccontextmanager
async def opened_house(url: str, world: World, clock: HandClock, **settings: Any) -> AsyncIterator[House]:
    """Opens the room, as one process does."""
    database = await Database.connect(url, min_size=1, max_size=10)
    cipher = FieldCipher(Keys(encryption=(EncryptionKey("test", b"k" * 32),), lookup=b"l" * 32))
    connect = dedicated_connections(url, application_name="test")
    locks = Locks(connect, client_wait=timedelta(seconds=5))
    jobs = Jobs(database.pool, cipher, locks, connect)
    audit = Audit(database.pool, cipher, clock, retention=Retention.KEEP)
    requests = Requests(database)
    await database.pool.execute(
        """
        CREATE TABLE IF NOT EXISTS test_request (origin text PRIMARY KEY, status text NOT NULL);
        CREATE TABLE IF NOT EXISTS test_ended (arn text, service text, client_id text, ended_by text);
        """
    )
    room = build_relationships(
        database=database,
        clock=clock,
        locks=locks,
        jobs=jobs,
        audit=audit,
        cipher=cipher,
        enrolments=upstreams.EnrolmentStore(world),
        tax_enrolments=upstreams.TaxEnrolments(world),
        users=upstreams.UsersGroups(world),
        hip=upstreams.Etmp(world),
        des=upstreams.CesaRegister(world),
        agent_mapping=upstreams.Mappings(world),
        agent_fi=upstreams.IncomeRecords(world),
        agent_permissions=upstreams.Permissions(world),
        agents=upstreams.Agencies(world),
        agent_user_client_details=upstreams.ClientLists(world),
        requests=requests,
        settings=RelationshipsSettings(**settings),
    )
    with bind(RequestContext("test", authorization="Bearer test", path="/tested")):
        yield House(world, room, database, cipher, clock, audit, jobs, requests)
    await audit.stop()
    await locks.stop()
    await database.close()


async def emptied(url: str) -> None:
    """Leaves nothing of an earlier test in the database."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        """
        DROP TABLE IF EXISTS test_request, test_ended;
        TRUNCATE agent_services.relationship_creation, agent_services.relationship_copy_record,
                 agent_services.delete_record, agent_services.recovery_schedule, agent_services.partial_auth,
                 platform.audit_event;
        """
    )
    await connection.close()


def vat_key(vrn: str = "101747696") -> EnrolmentKey:
    return _key("HMRC-MTD-VAT", vrn)


def income_tax_key(mtd_it_id: str = "XAIT0000111122", *, service: str = "HMRC-MTD-IT") -> EnrolmentKey:
    return _key(service, mtd_it_id)


def _key(service: str, client_id: str) -> EnrolmentKey:
    row = tax_service(service)
    assert row is not None
    return row.enrolment_key(client_id)
