"""Relationships copied from CESA. Spec: relationships 11 (relationship-copy-record)."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from agent_services.identifiers import Arn
from agent_services.platform.database import UnitOfWork
from agent_services.relationships.intents import CopyRecord, SyncStatus
from agent_services.tax_services import EnrolmentKey


class CopyRecords:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def find(self, arn: Arn, key: EnrolmentKey) -> CopyRecord | None:
        row = await self._pool.fetchrow(
            """
            SELECT arn, enrolment_key, sa_agent_references, date_time, sync_to_etmp_status, sync_to_es_status
              FROM agent_services.relationship_copy_record
             WHERE arn = $1 AND enrolment_key = $2
            """,
            arn.value,
            str(key),
        )
        return None if row is None else _copy_record(row)

    async def begin(self, arn: Arn, key: EnrolmentKey, references: Sequence[str], *, now: datetime) -> None:
        """ETMP is under way: in a fresh record, or in the one that is resumed, which keeps all else (4.1, 4.4)."""
        await self._pool.execute(
            """
            INSERT INTO agent_services.relationship_copy_record
                   (arn, enrolment_key, sa_agent_references, date_time, sync_to_etmp_status, sync_to_es_status)
            VALUES ($1, $2, $3::text[], $4, 'InProgress', NULL)
            ON CONFLICT (arn, enrolment_key) DO UPDATE
               SET sync_to_etmp_status = excluded.sync_to_etmp_status
            """,
            arn.value,
            str(key),
            list(references),
            now,
        )

    async def set_etmp(self, work: UnitOfWork, arn: Arn, key: EnrolmentKey, status: SyncStatus) -> None:
        await work.execute(
            """
            UPDATE agent_services.relationship_copy_record
               SET sync_to_etmp_status = $3
             WHERE arn = $1 AND enrolment_key = $2
            """,
            arn.value,
            str(key),
            status.value,
        )

    async def set_es(self, work: UnitOfWork, arn: Arn, key: EnrolmentKey, status: SyncStatus) -> None:
        await work.execute(
            """
            UPDATE agent_services.relationship_copy_record
               SET sync_to_es_status = $3
             WHERE arn = $1 AND enrolment_key = $2
            """,
            arn.value,
            str(key),
            status.value,
        )

    async def remove(self, arn: Arn, key: EnrolmentKey) -> bool:
        """Whether there was one."""
        return (
            await self._pool.fetchval(
                """
                DELETE FROM agent_services.relationship_copy_record
                 WHERE arn = $1 AND enrolment_key = $2
             RETURNING true
                """,
                arn.value,
                str(key),
            )
            is True
        )

    async def remove_all_of_agent(self, work: UnitOfWork, arn: Arn) -> int:
        """How many there were."""
        rows = await work.fetch(
            "DELETE FROM agent_services.relationship_copy_record WHERE arn = $1 RETURNING arn", arn.value
        )
        return len(rows)

    async def every(self) -> list[CopyRecord]:
        rows = await self._pool.fetch(
            """
            SELECT arn, enrolment_key, sa_agent_references, date_time, sync_to_etmp_status, sync_to_es_status
              FROM agent_services.relationship_copy_record
             ORDER BY date_time, arn, enrolment_key
            """
        )
        return [_copy_record(row) for row in rows]

    async def put(self, records: Sequence[CopyRecord]) -> None:
        """Inserts or replaces exactly these."""
        await self._pool.executemany(
            """
            INSERT INTO agent_services.relationship_copy_record
                   (arn, enrolment_key, sa_agent_references, date_time, sync_to_etmp_status, sync_to_es_status)
            VALUES ($1, $2, $3::text[], $4, $5, $6)
            ON CONFLICT (arn, enrolment_key) DO UPDATE
               SET sa_agent_references = excluded.sa_agent_references, date_time = excluded.date_time,
                   sync_to_etmp_status = excluded.sync_to_etmp_status,
                   sync_to_es_status = excluded.sync_to_es_status
            """,
            [
                (
                    record.arn.value,
                    str(record.key),
                    None if record.references is None else list(record.references),
                    record.date_time,
                    record.etmp,
                    record.es,
                )
                for record in records
            ],
        )

    async def clear(self) -> None:
        await self._pool.execute("DELETE FROM agent_services.relationship_copy_record")


def _copy_record(row: asyncpg.Record) -> CopyRecord:
    return CopyRecord(
        arn=Arn.as_given(row["arn"]),
        key=EnrolmentKey.parse(row["enrolment_key"]),
        references=None if row["sa_agent_references"] is None else tuple(row["sa_agent_references"]),
        date_time=row["date_time"],
        etmp=None if row["sync_to_etmp_status"] is None else SyncStatus(row["sync_to_etmp_status"]),
        es=None if row["sync_to_es_status"] is None else SyncStatus(row["sync_to_es_status"]),
    )
