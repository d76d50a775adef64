"""Removals that have begun and are not finished. Spec: relationships 11 (delete-record)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from agent_services.identifiers import Arn
from agent_services.platform.database import UnitOfWork
from agent_services.platform.encryption import FieldCipher
from agent_services.relationships.intents import DeleteRecord, SyncStatus
from agent_services.relationships.wanted import EndedBy
from agent_services.tax_services import EnrolmentKey

_PURPOSE = "delete_record.supplied_client_id"


class DeleteRecords:
    def __init__(self, pool: asyncpg.Pool, cipher: FieldCipher) -> None:
        self._pool = pool
        self._cipher = cipher

    async def find(self, arn: Arn, key: EnrolmentKey) -> DeleteRecord | None:
        row = await self._pool.fetchrow(
            """
            SELECT id, arn, enrolment_key, supplied_client_id_sealed, date_time, sync_to_etmp_status,
                   sync_to_es_status, last_recovery_attempt, number_of_attempts, relationship_ended_by, tries,
                   next_attempt_at, last_failure
              FROM agent_services.delete_record
             WHERE arn = $1 AND enrolment_key = $2
            """,
            arn.value,
            str(key),
        )
        return None if row is None else self._delete_record(row)

    async def find_by_id(self, record_id: UUID) -> DeleteRecord | None:
        row = await self._pool.fetchrow(
            """
            SELECT id, arn, enrolment_key, supplied_client_id_sealed, date_time, sync_to_etmp_status,
                   sync_to_es_status, last_recovery_attempt, number_of_attempts, relationship_ended_by, tries,
                   next_attempt_at, last_failure
              FROM agent_services.delete_record
             WHERE id = $1
            """,
            record_id,
        )
        return None if row is None else self._delete_record(row)

    async def insert(self, work: UnitOfWork, record: DeleteRecord) -> bool:
        """False when the pair has one already, which stays as it is."""
        return (
            await work.fetchval(
                """
                INSERT INTO agent_services.delete_record
                       (id, arn, enrolment_key, supplied_client_id_sealed, date_time, sync_to_etmp_status,
                        sync_to_es_status, number_of_attempts, relationship_ended_by, tries)
                VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, 0)
                ON CONFLICT (arn, enrolment_key) DO NOTHING
                RETURNING true
                """,
                record.id,
                record.arn.value,
                str(record.key),
                self._seal(record.supplied_client_id),
                record.date_time,
                record.etmp,
                record.es,
                None if record.ended_by is None else record.ended_by.stored,
            )
            is True
        )

    async def count_attempt(self, record_id: UUID, *, now: datetime) -> None:
        """A resumption begins."""
        await self._pool.execute(
            """
            UPDATE agent_services.delete_record
               SET number_of_attempts = number_of_attempts + 1, last_recovery_attempt = $2
             WHERE id = $1
            """,
            record_id,
            now,
        )

    async def set_statuses(
        self, work: UnitOfWork, record_id: UUID, *, es: SyncStatus | None, etmp: SyncStatus | None
    ) -> None:
        """None leaves a status as it is."""
        await work.execute(
            """
            UPDATE agent_services.delete_record
               SET sync_to_es_status = coalesce($2::text, sync_to_es_status),
                   sync_to_etmp_status = coalesce($3::text, sync_to_etmp_status)
             WHERE id = $1
            """,
            record_id,
            es,
            etmp,
        )

    async def postpone(
        self,
        work: UnitOfWork,
        record_id: UUID,
        *,
        es: SyncStatus | None,
        etmp: SyncStatus | None,
        until: datetime,
        failure: str,
    ) -> None:
        """Counts a failed try, notes which system failed and when the next try is due."""
        await work.execute(
            """
            UPDATE agent_services.delete_record
               SET sync_to_es_status = coalesce($2::text, sync_to_es_status),
                   sync_to_etmp_status = coalesce($3::text, sync_to_etmp_status),
                   tries = tries + 1, next_attempt_at = $4, last_failure = $5
             WHERE id = $1
            """,
            record_id,
            es,
            etmp,
            until,
            failure,
        )

    async def remove(self, work: UnitOfWork, record_id: UUID) -> bool:
        """Whether it was there still."""
        return (
            await work.fetchval("DELETE FROM agent_services.delete_record WHERE id = $1 RETURNING true", record_id)
            is True
        )

    async def drop_of_pair(self, work: UnitOfWork, arn: Arn, key: EnrolmentKey) -> bool:
        """Whether there was one: a creation supersedes it, or a replacement completes it."""
        return (
            await work.fetchval(
                """
                DELETE FROM agent_services.delete_record
                 WHERE arn = $1 AND enrolment_key = $2
             RETURNING true
                """,
                arn.value,
                str(key),
            )
            is True
        )

    async def pending(self, arn: Arn, key: EnrolmentKey) -> DeleteRecord | None:
        """The pair's record, unless the same relationship is being created again. For the check: one index look."""
        row = await self._pool.fetchrow(
            """
            SELECT id, arn, enrolment_key, supplied_client_id_sealed, date_time, sync_to_etmp_status,
                   sync_to_es_status, last_recovery_attempt, number_of_attempts, relationship_ended_by, tries,
                   next_attempt_at, last_failure
              FROM agent_services.delete_record AS removal
             WHERE arn = $1 AND enrolment_key = $2
               AND NOT EXISTS (SELECT FROM agent_services.relationship_creation AS creation
                                WHERE creation.arn = removal.arn
                                  AND creation.enrolment_key = removal.enrolment_key)
            """,
            arn.value,
            str(key),
        )
        return None if row is None else self._delete_record(row)

    async def due(self, *, now: datetime, minimum_age: timedelta) -> list[DeleteRecord]:
        """Those at least so old, never attempted first, then by their last attempt. Spec: relationships 5.6."""
        rows = await self._pool.fetch(
            """
            SELECT id, arn, enrolment_key, supplied_client_id_sealed, date_time, sync_to_etmp_status,
                   sync_to_es_status, last_recovery_attempt, number_of_attempts, relationship_ended_by, tries,
                   next_attempt_at, last_failure
              FROM agent_services.delete_record AS removal
             WHERE date_time <= $1
               AND NOT EXISTS (SELECT FROM agent_services.relationship_creation AS creation
                                WHERE creation.arn = removal.arn
                                  AND creation.enrolment_key = removal.enrolment_key)
             ORDER BY last_recovery_attempt NULLS FIRST, date_time
            """,
            now - minimum_age,
        )
        return [self._delete_record(row) for row in rows]

    async def remove_all_of_agent(self, work: UnitOfWork, arn: Arn) -> int:
        """How many there were."""
        rows = await work.fetch("DELETE FROM agent_services.delete_record WHERE arn = $1 RETURNING id", arn.value)
        return len(rows)

    async def every(self) -> list[DeleteRecord]:
        rows = await self._pool.fetch(
            """
            SELECT id, arn, enrolment_key, supplied_client_id_sealed, date_time, sync_to_etmp_status,
                   sync_to_es_status, last_recovery_attempt, number_of_attempts, relationship_ended_by, tries,
                   next_attempt_at, last_failure
              FROM agent_services.delete_record
             ORDER BY date_time, arn, enrolment_key
            """
        )
        return [self._delete_record(row) for row in rows]

    async def put(self, records: Sequence[DeleteRecord]) -> None:
        """Inserts or replaces exactly these."""
        await self._pool.executemany(
            """
            INSERT INTO agent_services.delete_record
                   (id, arn, enrolment_key, supplied_client_id_sealed, date_time, sync_to_etmp_status,
                    sync_to_es_status, last_recovery_attempt, number_of_attempts, relationship_ended_by, tries)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)
            ON CONFLICT (arn, enrolment_key) DO UPDATE
               SET id = excluded.id, supplied_client_id_sealed = excluded.supplied_client_id_sealed,
                   date_time = excluded.date_time, sync_to_etmp_status = excluded.sync_to_etmp_status,
                   sync_to_es_status = excluded.sync_to_es_status,
                   last_recovery_attempt = excluded.last_recovery_attempt,
                   number_of_attempts = excluded.number_of_attempts,
                   relationship_ended_by = excluded.relationship_ended_by, tries = 0,
                   next_attempt_at = NULL, last_failure = NULL
            """,
            [
                (
                    record.id,
                    record.arn.value,
                    str(record.key),
                    self._seal(record.supplied_client_id),
                    record.date_time,
                    record.etmp,
                    record.es,
                    record.last_recovery_attempt,
                    record.number_of_attempts,
                    None if record.ended_by is None else record.ended_by.stored,
                )
                for record in records
            ],
        )

    async def clear(self) -> None:
        await self._pool.execute("DELETE FROM agent_services.delete_record")

    def _seal(self, client_id: str | None) -> str | None:
        return None if client_id is None else self._cipher.encrypt(client_id, purpose=_PURPOSE)

    def _delete_record(self, row: asyncpg.Record) -> DeleteRecord:
        sealed = row["supplied_client_id_sealed"]
        ended_by = row["relationship_ended_by"]
        return DeleteRecord(
            id=row["id"],
            arn=Arn.as_given(row["arn"]),
            key=EnrolmentKey.parse(row["enrolment_key"]),
            supplied_client_id=None if sealed is None else self._cipher.decrypt(sealed, purpose=_PURPOSE),
            date_time=row["date_time"],
            etmp=None if row["sync_to_etmp_status"] is None else SyncStatus(row["sync_to_etmp_status"]),
            es=None if row["sync_to_es_status"] is None else SyncStatus(row["sync_to_es_status"]),
            last_recovery_attempt=row["last_recovery_attempt"],
            number_of_attempts=row["number_of_attempts"],
            ended_by=None if ended_by is None else EndedBy(ended_by),
            tries=row["tries"],
            next_attempt_at=row["next_attempt_at"],
            last_failure=row["last_failure"],
        )
