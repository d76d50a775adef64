"""PgQueuer's tables in the schema `jobs`: its own statements, and the few of ours beside them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import Channel

from agent_services.platform.database import UnitOfWork
from agent_services.platform.encryption import FieldCipher

# Every name is given: PgQueuer would otherwise read it from variables as common as CHANNEL and FUNCTION.
_SETTINGS = DBSettings(
    prefix="",
    db_schema="jobs",
    channel=Channel("ch_pgqueuer"),
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
)
_QUEUE = QueryQueueBuilder(_SETTINGS)
_ENQUEUE = _QUEUE.build_enqueue_query("raise")
_REQUEUE = _QUEUE.build_requeue_jobs_query()

CHANNEL = _SETTINGS.channel


@dataclass(frozen=True, slots=True)
class HeldJob:
    """A job that was given up and waits for an operator."""

    id: int
    name: str
    payload: Mapping[str, Any]
    attempts: int
    given_up_at: datetime
    reason: str | None
    """The kind of the last failure."""


def queries_over(connection: asyncpg.Connection) -> tuple[AsyncpgDriver, Queries]:
    """PgQueuer's access to its tables over this connection, which must be used for nothing else."""
    driver = AsyncpgDriver(connection)
    return driver, Queries(driver, QueryBuilderEnvironment(_SETTINGS), _QUEUE, QuerySchedulerBuilder(_SETTINGS))


class JobStore:
    def __init__(self, pool: asyncpg.Pool, cipher: FieldCipher) -> None:
        self._pool = pool
        self._cipher = cipher

    def sealed(self, name: str, payload: Mapping[str, Any]) -> bytes:
        return self._cipher.encrypt_bytes(json.dumps(payload).encode(), purpose=f"job:{name}")

    def opened(self, name: str, sealed: bytes) -> Mapping[str, Any]:
        """Raises DecryptionFailed."""
        payload: Mapping[str, Any] = json.loads(self._cipher.decrypt_bytes(sealed, purpose=f"job:{name}"))
        return payload

    async def enqueue(
        self, work: UnitOfWork, name: str, payloads: Sequence[Mapping[str, Any]], not_before: timedelta
    ) -> None:
        count = len(payloads)
        # PgQueuer's statement, sent by ourselves: its own method would write headers of JSON's null, which the
        # pool's JSON codec turns into a text that PgQueuer cannot read again.
        await work.fetch(
            _ENQUEUE,
            [0] * count,
            [name] * count,
            [self.sealed(name, payload) for payload in payloads],
            [not_before] * count,
            [None] * count,
            [None] * count,
        )

    async def held(self, limit: int) -> list[HeldJob]:
        """The oldest first."""
        rows = await self._pool.fetch(
            """
            SELECT job.id, job.entrypoint, job.payload, job.attempts, job.updated,
                   (SELECT log.traceback ->> 'exception_message'
                      FROM jobs.pgqueuer_log AS log
                     WHERE log.job_id = job.id AND log.status = 'failed'
                     ORDER BY log.created DESC
                     LIMIT 1) AS reason
              FROM jobs.pgqueuer AS job
             WHERE job.status = 'failed'
             ORDER BY job.id
             LIMIT $1
            """,
            limit,
        )
        return [
            HeldJob(
                id=row["id"],
                name=row["entrypoint"],
                payload=self.opened(row["entrypoint"], row["payload"]),
                # PgQueuer counts repetitions.
                attempts=row["attempts"] + 1,
                given_up_at=row["updated"],
                reason=row["reason"],
            )
            for row in rows
        ]

    async def requeue(self, job_id: int) -> bool:
        """Puts a held job back in the queue, due at once. False: no such held job."""
        async with self._pool.acquire() as connection, connection.transaction():
            is_held: bool = await connection.fetchval(
                "SELECT EXISTS (SELECT FROM jobs.pgqueuer WHERE id = $1 AND status = 'failed')", job_id
            )
            await connection.execute(_REQUEUE, [job_id])
        return is_held

    async def close(self, job_id: int) -> bool:
        """Removes a held job for good. False: no such held job."""
        removed = await self._pool.fetchval(
            "DELETE FROM jobs.pgqueuer WHERE id = $1 AND status = 'failed' RETURNING true", job_id
        )
        return removed is True

    async def forget_history(self, *, before: datetime) -> int:
        """Removes what the queue's log and statistics hold from before, but for held jobs. How many lines."""
        lines = await self._pool.fetchval(
            """
            WITH removed AS (
                DELETE FROM jobs.pgqueuer_log AS log
                 WHERE log.created < $1
                   AND NOT EXISTS (SELECT FROM jobs.pgqueuer AS job WHERE job.id = log.job_id AND job.status = 'failed')
                RETURNING 1
            ), summed_up AS (
                DELETE FROM jobs.pgqueuer_statistics WHERE created < $1 RETURNING 1
            )
            SELECT (SELECT count(*) FROM removed) + (SELECT count(*) FROM summed_up)
            """,
            before,
        )
        return int(lines)
