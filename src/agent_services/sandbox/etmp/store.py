"""All SQL about ETMP relationships."""

from collections.abc import Iterable, Sequence
from datetime import date

import asyncpg

from agent_services.platform.database import UnitOfWork
from agent_services.sandbox.etmp.terms import AgentRelationship

_MOST_ROWS = 1000


class RelationshipStore:
    """Relationship rows in PostgreSQL, answered in the order in which they were stored."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def of_client(
        self, regime: str, id_type: str, ref_number: str, *, profile: str | None
    ) -> list[AgentRelationship]:
        """All rows, active and ended; a row without profile counts as ALL00001."""
        rows = await self._pool.fetch(
            """
            SELECT id, regime, arn, id_type, ref_number, relationship_type, auth_profile, active, start_date, end_date
              FROM sandbox.agent_relationship
             WHERE ref_number = $3 AND regime = $1 AND id_type = $2
               AND ($4::text IS NULL OR coalesce(auth_profile, 'ALL00001') = $4::text)
             ORDER BY seq
             LIMIT $5
            """,
            regime,
            id_type,
            ref_number,
            profile,
            _MOST_ROWS,
        )
        return [_row_of(row) for row in rows]

    async def of_agent(self, regimes: Sequence[str], arn: str) -> list[AgentRelationship]:
        rows = await self._pool.fetch(
            """
            SELECT id, regime, arn, id_type, ref_number, relationship_type, auth_profile, active, start_date, end_date
              FROM sandbox.agent_relationship
             WHERE arn = $2 AND regime = ANY ($1::text[])
             ORDER BY seq
             LIMIT $3
            """,
            list(regimes),
            arn,
            _MOST_ROWS,
        )
        return [_row_of(row) for row in rows]

    async def all(self, *, limit: int = _MOST_ROWS) -> list[AgentRelationship]:
        rows = await self._pool.fetch(
            """
            SELECT id, regime, arn, id_type, ref_number, relationship_type, auth_profile, active, start_date, end_date
              FROM sandbox.agent_relationship
             ORDER BY seq
             LIMIT $1
            """,
            limit,
        )
        return [_row_of(row) for row in rows]

    async def find(self, record_id: str) -> AgentRelationship | None:
        row = await self._pool.fetchrow(
            """
            SELECT id, regime, arn, id_type, ref_number, relationship_type, auth_profile, active, start_date, end_date
              FROM sandbox.agent_relationship
             WHERE id = $1
            """,
            record_id,
        )
        return _row_of(row) if row is not None else None

    async def lock_client(self, work: UnitOfWork, regime: str, id_type: str, ref_number: str) -> None:
        """Until the end of the transaction nobody else changes this client's relationships in the regime."""
        await work.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"sandbox:{regime}:{id_type}:{ref_number}"
        )

    async def has_active(self, work: UnitOfWork, row: AgentRelationship) -> bool:
        """Whether an identical active row exists."""
        return bool(
            await work.fetchval(
                """
                SELECT EXISTS (
                    SELECT 1
                      FROM sandbox.agent_relationship
                     WHERE ref_number = $3 AND regime = $1 AND id_type = $2 AND arn = $4 AND active
                       AND coalesce(auth_profile, 'ALL00001') = coalesce($5::text, 'ALL00001')
                )
                """,
                row.regime,
                row.id_type,
                row.ref_number,
                row.arn,
                row.auth_profile,
            )
        )

    async def end_of_client(
        self,
        work: UnitOfWork,
        regime: str,
        id_type: str,
        ref_number: str,
        *,
        arn: str | None,
        profile: str | None,
        today: date,
    ) -> int:
        """Ends the client's active rows, of this agent and profile where given; how many."""
        status: str = await work.execute(
            """
            UPDATE sandbox.agent_relationship
               SET active = false, end_date = $6
             WHERE ref_number = $3 AND regime = $1 AND id_type = $2 AND active
               AND ($4::text IS NULL OR arn = $4::text)
               AND ($5::text IS NULL OR coalesce(auth_profile, 'ALL00001') = $5::text)
            """,
            regime,
            id_type,
            ref_number,
            arn,
            profile,
            today,
        )
        return int(status.rpartition(" ")[2])

    async def add(self, work: UnitOfWork, rows: Iterable[AgentRelationship]) -> None:
        """Adds or, by id, replaces; a replaced row keeps its place."""
        await work.executemany(
            """
            INSERT INTO sandbox.agent_relationship
                   (id, regime, arn, id_type, ref_number, relationship_type, auth_profile, active, start_date, end_date)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (id) DO UPDATE
               SET regime = excluded.regime, arn = excluded.arn, id_type = excluded.id_type,
                   ref_number = excluded.ref_number, relationship_type = excluded.relationship_type,
                   auth_profile = excluded.auth_profile, active = excluded.active,
                   start_date = excluded.start_date, end_date = excluded.end_date
            """,
            [
                (
                    row.id,
                    row.regime,
                    row.arn,
                    row.id_type,
                    row.ref_number,
                    row.relationship_type,
                    row.auth_profile,
                    row.active,
                    row.start_date,
                    row.end_date,
                )
                for row in rows
            ],
        )

    async def delete(self, work: UnitOfWork, record_id: str) -> bool:
        status: str = await work.execute("DELETE FROM sandbox.agent_relationship WHERE id = $1", record_id)
        return status != "DELETE 0"


def _row_of(row: asyncpg.Record) -> AgentRelationship:
    return AgentRelationship(
        id=row["id"],
        regime=row["regime"],
        arn=row["arn"],
        id_type=row["id_type"],
        ref_number=row["ref_number"],
        relationship_type=row["relationship_type"],
        auth_profile=row["auth_profile"],
        active=row["active"],
        start_date=row["start_date"],
        end_date=row["end_date"],
    )
