"""All SQL about master records."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from agent_services.platform.database import UnitOfWork
from agent_services.sandbox.documents import Document
from agent_services.sandbox.records.kinds import MasterRecord, RecordKind, look_up_keys, normalised, unique_key


class RecordStore:
    """Master records in PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def find(self, kind: RecordKind, name: str, value: str) -> Document | None:
        """The first record of the kind with that value, in the order stored."""
        document: Document | None = await self._pool.fetchval(
            """
            SELECT record.document
              FROM sandbox.record_key found
              JOIN sandbox.record record ON record.id = found.record_id
             WHERE found.kind = $1 AND found.name = $2 AND found.value = $3
             ORDER BY record.seq
             LIMIT 1
            """,
            kind.value,
            name,
            normalised(value),
        )
        return document

    async def find_all(self, kind: RecordKind, name: str, value: str) -> list[Document]:
        rows = await self._pool.fetch(
            """
            SELECT record.document
              FROM sandbox.record_key found
              JOIN sandbox.record record ON record.id = found.record_id
             WHERE found.kind = $1 AND found.name = $2 AND found.value = $3
             ORDER BY record.seq
            """,
            kind.value,
            name,
            normalised(value),
        )
        return [row["document"] for row in rows]

    async def find_many(self, kind: RecordKind, name: str, values: Sequence[str]) -> list[Document]:
        rows = await self._pool.fetch(
            """
            SELECT record.document
              FROM sandbox.record_key found
              JOIN sandbox.record record ON record.id = found.record_id
             WHERE found.kind = $1 AND found.name = $2 AND found.value = ANY ($3::text[])
             ORDER BY record.seq
            """,
            kind.value,
            name,
            [normalised(value) for value in values],
        )
        return [row["document"] for row in rows]

    async def by_id(self, record_id: str) -> MasterRecord | None:
        row = await self._pool.fetchrow("SELECT id, kind, document FROM sandbox.record WHERE id = $1", record_id)
        return MasterRecord(row["id"], RecordKind(row["kind"]), row["document"]) if row is not None else None

    async def all(self, *, limit_for_each: int = 1000) -> list[MasterRecord]:
        rows = await self._pool.fetch(
            """
            SELECT id, kind, document
              FROM (SELECT id, kind, document, seq, row_number() OVER (PARTITION BY kind ORDER BY seq) AS place
                      FROM sandbox.record) numbered
             WHERE place <= $1
             ORDER BY kind, seq
            """,
            limit_for_each,
        )
        return [MasterRecord(row["id"], RecordKind(row["kind"]), row["document"]) for row in rows]

    async def put(self, work: UnitOfWork, records: Sequence[MasterRecord], *, now: datetime) -> list[str]:
        """Adds the records; one with the same unique key is replaced and keeps its id. Their ids, in order."""
        ids = []
        for record in records:
            record_id = await work.fetchval(
                """
                INSERT INTO sandbox.record (id, kind, unique_key, document, updated_at)
                VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (kind, unique_key) WHERE unique_key IS NOT NULL
                DO UPDATE SET document = excluded.document, updated_at = excluded.updated_at
                RETURNING id
                """,
                record.id,
                record.kind.value,
                unique_key(record.kind, record.document),
                record.document,
                now,
            )
            await self._put_keys(work, record_id, record.kind, record.document)
            ids.append(record_id)
        return ids

    async def replace(
        self, work: UnitOfWork, record_id: str, kind: RecordKind, document: Document, *, now: datetime
    ) -> None:
        """Replaces the document of an existing record as it stands."""
        await work.execute(
            "UPDATE sandbox.record SET document = $2, unique_key = $3, updated_at = $4 WHERE id = $1",
            record_id,
            document,
            unique_key(kind, document),
            now,
        )
        await self._put_keys(work, record_id, kind, document)

    async def delete(self, work: UnitOfWork, record_id: str) -> bool:
        status: str = await work.execute("DELETE FROM sandbox.record WHERE id = $1", record_id)
        return status != "DELETE 0"

    async def _put_keys(self, work: UnitOfWork, record_id: str, kind: RecordKind, document: Document) -> None:
        keys = look_up_keys(kind, document)
        await work.execute("DELETE FROM sandbox.record_key WHERE record_id = $1", record_id)
        await work.execute(
            """
            INSERT INTO sandbox.record_key (kind, name, value, record_id)
            SELECT $1, one.name, one.value, $4 FROM unnest($2::text[], $3::text[]) AS one (name, value)
            ON CONFLICT DO NOTHING
            """,
            kind.value,
            [name for name, _ in keys],
            [value for _, value in keys],
            record_id,
        )
