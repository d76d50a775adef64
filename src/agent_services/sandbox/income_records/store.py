"""All SQL about authority over income records."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from agent_services.platform.database import Database
from agent_services.sandbox.documents import Document, without_absent


@dataclass(frozen=True, slots=True)
class IncomeRecord:
    """One agent's authority. Times are local and naive, as upstream has them."""

    arn: str
    service: str
    client_id: str
    relationship_status: str
    start_date: datetime
    end_date: datetime | None
    from_cesa: bool

    @property
    def is_active(self) -> bool:
        return self.relationship_status == "ACTIVE"

    def as_document(self) -> Document:
        return without_absent(
            {
                "arn": self.arn,
                "service": self.service,
                "clientId": self.client_id,
                "relationshipStatus": self.relationship_status,
                "startDate": self.start_date.isoformat(timespec="milliseconds"),
                "endDate": self.end_date.isoformat(timespec="milliseconds") if self.end_date else None,
                "fromCesa": self.from_cesa or None,
            }
        )


class IncomeRecordStore:
    """The rows in PostgreSQL. At most one agent is active for a client and service."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_client(self, client_id: str, service: str | None) -> list[IncomeRecord]:
        rows = await self._database.pool.fetch(
            """
            SELECT arn, service, client_id, relationship_status, start_date, end_date, from_cesa
              FROM sandbox.income_record
             WHERE client_id = $1 AND ($2::text IS NULL OR service = $2::text)
             ORDER BY id
            """,
            client_id,
            service,
        )
        return [_record_of(row) for row in rows]

    async def of_agent(self, arn: str) -> list[IncomeRecord]:
        rows = await self._database.pool.fetch(
            """
            SELECT arn, service, client_id, relationship_status, start_date, end_date, from_cesa
              FROM sandbox.income_record
             WHERE arn = $1
             ORDER BY id
            """,
            arn,
        )
        return [_record_of(row) for row in rows]

    async def begin(
        self, arn: str, service: str, client_id: str, *, started_at: datetime, others_end_at: datetime
    ) -> None:
        """Ends every other agent's authority; this agent's begins unless it is there."""
        async with self._database.unit_of_work() as work:
            await work.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"sandbox:{service}:{client_id}"
            )
            await work.execute(
                """
                UPDATE sandbox.income_record
                   SET relationship_status = 'TERMINATED', end_date = $4
                 WHERE service = $2 AND client_id = $3 AND relationship_status = 'ACTIVE' AND arn <> $1
                """,
                arn,
                service,
                client_id,
                others_end_at,
            )
            await work.execute(
                """
                INSERT INTO sandbox.income_record (arn, service, client_id, relationship_status, start_date)
                VALUES ($1, $2, $3, 'ACTIVE', $4)
                ON CONFLICT (client_id, service) WHERE relationship_status = 'ACTIVE' DO NOTHING
                """,
                arn,
                service,
                client_id,
                started_at,
            )

    async def end(self, arn: str, service: str, client_id: str, *, ended_at: datetime) -> bool:
        """False when there is nothing to end."""
        status: str = await self._database.pool.execute(
            """
            UPDATE sandbox.income_record
               SET relationship_status = 'TERMINATED', end_date = $4
             WHERE arn = $1 AND service = $2 AND client_id = $3 AND relationship_status = 'ACTIVE'
            """,
            arn,
            service,
            client_id,
            ended_at,
        )
        return status != "UPDATE 0"

    async def add_ended(
        self, arn: str, service: str, client_id: str, *, started_at: datetime, ended_at: datetime
    ) -> None:
        await self._database.pool.execute(
            """
            INSERT INTO sandbox.income_record (arn, service, client_id, relationship_status, start_date, end_date)
            VALUES ($1, $2, $3, 'TERMINATED', $4, $5)
            """,
            arn,
            service,
            client_id,
            started_at,
            ended_at,
        )

    async def delete_of_agent(self, arn: str) -> int:
        status: str = await self._database.pool.execute("DELETE FROM sandbox.income_record WHERE arn = $1", arn)
        return int(status.rpartition(" ")[2])


def _record_of(row: asyncpg.Record) -> IncomeRecord:
    return IncomeRecord(
        row["arn"],
        row["service"],
        row["client_id"],
        row["relationship_status"],
        row["start_date"],
        row["end_date"],
        row["from_cesa"],
    )
