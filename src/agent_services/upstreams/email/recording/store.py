"""All SQL about sent e-mails. Everything in a row is sealed."""

import asyncpg


class SentEmailStore:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(self, sealed: bytes) -> None:
        await self._pool.execute("INSERT INTO platform.sent_email (sealed) VALUES ($1)", sealed)

    async def all(self) -> list[bytes]:
        """Oldest first."""
        rows = await self._pool.fetch("SELECT sealed FROM platform.sent_email ORDER BY position")
        return [row["sealed"] for row in rows]

    async def clear(self) -> None:
        await self._pool.execute("DELETE FROM platform.sent_email")
