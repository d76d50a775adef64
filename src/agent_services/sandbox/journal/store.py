"""All SQL about the journal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from agent_services.sandbox.documents import Document, without_absent


@dataclass(frozen=True, slots=True)
class Entry:
    """One call as it went."""

    at: datetime
    upstream: str
    operation: str
    method: str
    path: str
    status: int | None
    correlation_id: str | None
    fault_id: str | None
    refusal: str | None
    duration_ms: float
    request: dict[str, Any]
    answer: Any


@dataclass(frozen=True, slots=True)
class Filter:
    upstream: str | None = None
    operation: str | None = None
    method: str | None = None
    path: str | None = None
    """A part of the path."""
    status: int | None = None
    since: datetime | None = None
    correlation_id: str | None = None
    limit: int = 200


class JournalStore:
    """Calls in PostgreSQL: a ring of bounded length."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(self, entries: list[Entry], *, kept: int) -> None:
        newest = await self._pool.fetchval(
            """
            WITH added AS (
                INSERT INTO sandbox.journal
                       (at, upstream, operation, method, path, status, correlation_id, fault_id, refusal, duration_ms,
                        request, answer)
                SELECT one.at, one.upstream, one.operation, one.method, one.path, one.status, one.correlation_id,
                       one.fault_id, one.refusal, one.duration_ms, one.request, one.answer
                  FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[],
                              $7::text[], $8::text[], $9::text[], $10::float8[], $11::jsonb[], $12::jsonb[])
                    AS one (at, upstream, operation, method, path, status, correlation_id, fault_id, refusal,
                            duration_ms, request, answer)
                RETURNING id
            )
            SELECT max(id) FROM added
            """,
            [entry.at for entry in entries],
            [entry.upstream for entry in entries],
            [entry.operation for entry in entries],
            [entry.method for entry in entries],
            [entry.path for entry in entries],
            [entry.status for entry in entries],
            [entry.correlation_id for entry in entries],
            [entry.fault_id for entry in entries],
            [entry.refusal for entry in entries],
            [entry.duration_ms for entry in entries],
            [entry.request for entry in entries],
            [entry.answer for entry in entries],
        )
        await self._pool.execute("DELETE FROM sandbox.journal WHERE id <= $1", newest - kept)

    async def read(self, chosen: Filter) -> list[Document]:
        """Oldest first; the newest `limit` of those chosen."""
        rows = await self._pool.fetch(
            """
            SELECT id, at, upstream, operation, method, path, status, correlation_id, fault_id, refusal, duration_ms,
                   request, answer
              FROM (SELECT id, at, upstream, operation, method, path, status, correlation_id, fault_id, refusal,
                           duration_ms, request, answer
                      FROM sandbox.journal
                     WHERE ($1::text IS NULL OR upstream = $1::text)
                       AND ($2::text IS NULL OR operation = $2::text)
                       AND ($3::text IS NULL OR method = $3::text)
                       AND ($4::text IS NULL OR strpos(path, $4::text) > 0)
                       AND ($5::int IS NULL OR status = $5::int)
                       AND ($6::timestamptz IS NULL OR at >= $6::timestamptz)
                       AND ($7::text IS NULL OR correlation_id = $7::text)
                     ORDER BY id DESC
                     LIMIT $8) newest
             ORDER BY id
            """,
            chosen.upstream,
            chosen.operation,
            chosen.method,
            chosen.path,
            chosen.status,
            chosen.since,
            chosen.correlation_id,
            chosen.limit,
        )
        return [
            without_absent(
                {
                    "id": row["id"],
                    "at": row["at"].isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                    "upstream": row["upstream"],
                    "operation": row["operation"],
                    "method": row["method"],
                    "path": row["path"],
                    "status": row["status"],
                    "correlationId": row["correlation_id"],
                    "faultId": row["fault_id"],
                    "refusal": row["refusal"],
                    "durationMs": round(row["duration_ms"], 3),
                    "request": row["request"],
                    "answer": row["answer"],
                }
            )
            for row in rows
        ]

    async def clear(self) -> None:
        await self._pool.execute("DELETE FROM sandbox.journal")
