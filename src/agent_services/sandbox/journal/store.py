"""All SQL about the journal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from agent_services.platform.clock import iso_instant
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
                  FROM jsonb_to_recordset($1::jsonb)
                    AS one (at timestamptz, upstream text, operation text, method text, path text, status int,
                            correlation_id text, fault_id text, refusal text, duration_ms float8, request jsonb,
                            answer jsonb)
                RETURNING id
            )
            SELECT max(id) FROM added
            """,
            # One document: a parameter for each column would be told apart element by element, which is slow.
            [_row(entry) for entry in entries],
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
                    "at": iso_instant(row["at"]),
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


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "at": entry.at.isoformat(),
        "upstream": entry.upstream,
        "operation": entry.operation,
        "method": entry.method,
        "path": entry.path,
        "status": entry.status,
        "correlation_id": entry.correlation_id,
        "fault_id": entry.fault_id,
        "refusal": entry.refusal,
        "duration_ms": entry.duration_ms,
        "request": entry.request,
        "answer": entry.answer,
    }
