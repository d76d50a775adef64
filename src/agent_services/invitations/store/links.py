"""All SQL about agents' links: the uid of each ARN and the names it is known by. Spec: invitations 3.7, 11."""

from dataclasses import dataclass

import asyncpg

from agent_services.identifiers import Arn
from agent_services.invitations.store.rows import RowSealing
from agent_services.platform.database import Database, UnitOfWork
from agent_services.platform.encryption import FieldCipher


@dataclass(frozen=True, slots=True)
class AgentReference:
    """An agent's link record. `names` in the order in which they came."""

    uid: str
    arn: Arn
    names: tuple[str, ...]


class LinkStore:
    """The link records of all agents."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database = database
        self._pool = database.pool
        self._sealing = RowSealing(cipher)

    async def of_agent(self, arn: Arn) -> AgentReference | None:
        row = await self._pool.fetchrow(
            """
            SELECT reference.uid, reference.arn,
                   array(
                       SELECT known.name
                         FROM agent_services.agent_reference_name AS known
                        WHERE known.uid = reference.uid
                        ORDER BY known.position
                   ) AS names
              FROM agent_services.agent_reference AS reference
             WHERE reference.arn = $1
            """,
            arn.value,
        )
        return None if row is None else self._reference(row)

    async def of_uid(self, uid: str) -> AgentReference | None:
        row = await self._pool.fetchrow(
            """
            SELECT reference.uid, reference.arn,
                   array(
                       SELECT known.name
                         FROM agent_services.agent_reference_name AS known
                        WHERE known.uid = reference.uid
                        ORDER BY known.position
                   ) AS names
              FROM agent_services.agent_reference AS reference
             WHERE reference.uid = $1
            """,
            uid,
        )
        return None if row is None else self._reference(row)

    async def create(self, arn: Arn, *, uid: str, name: str) -> bool:
        """Stores the agent's first link. False when the ARN has one meanwhile, or the uid is taken."""
        async with self._database.unit_of_work() as work:
            created = await work.fetchval(
                """
                INSERT INTO agent_services.agent_reference (uid, arn)
                VALUES ($1, $2)
                ON CONFLICT DO NOTHING
                RETURNING true
                """,
                uid,
                arn.value,
            )
            if created is True:
                await self._add(work, uid, (name,))
        return created is True

    async def add_name(self, uid: str, name: str) -> bool:
        """Adds the name unless it is there already. False when the link is gone."""
        try:
            async with self._database.unit_of_work() as work:
                await self._add(work, uid, (name,))
        except asyncpg.ForeignKeyViolationError:
            return False
        return True

    async def all(self) -> tuple[AgentReference, ...]:
        rows = await self._pool.fetch(
            """
            SELECT reference.uid, reference.arn,
                   array(
                       SELECT known.name
                         FROM agent_services.agent_reference_name AS known
                        WHERE known.uid = reference.uid
                        ORDER BY known.position
                   ) AS names
              FROM agent_services.agent_reference AS reference
             ORDER BY reference.position
            """
        )
        return tuple(self._reference(row) for row in rows)

    async def put(self, work: UnitOfWork, references: tuple[AgentReference, ...]) -> None:
        """Inserts or replaces exactly these, by uid and by ARN."""
        await work.execute(
            "DELETE FROM agent_services.agent_reference WHERE uid = ANY($1::text[]) OR arn = ANY($2::text[])",
            [reference.uid for reference in references],
            [reference.arn.value for reference in references],
        )
        await work.executemany(
            "INSERT INTO agent_services.agent_reference (uid, arn) VALUES ($1, $2)",
            [(reference.uid, reference.arn.value) for reference in references],
        )
        for reference in references:
            await self._add(work, reference.uid, reference.names)

    async def clear(self) -> None:
        await self._pool.execute("DELETE FROM agent_services.agent_reference")

    async def _add(self, work: UnitOfWork, uid: str, names: tuple[str, ...]) -> None:
        await work.executemany(
            """
            INSERT INTO agent_services.agent_reference_name (uid, name, name_hash)
            VALUES ($1, $2, $3)
            ON CONFLICT ON CONSTRAINT agent_reference_name_unique DO NOTHING
            """,
            [(uid, self._sealing.seal_link_name(name), self._sealing.link_name_hash(name)) for name in names],
        )

    def _reference(self, row: asyncpg.Record) -> AgentReference:
        return AgentReference(
            uid=row["uid"],
            arn=Arn.as_given(row["arn"]),
            names=tuple(self._sealing.open_link_name(name) for name in row["names"]),
        )
