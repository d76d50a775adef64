"""The outbox of audit events, and, where they are kept, the delivered ones. Everything in it is sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from agent_services.platform.audit.event import AuditEnvelope
from agent_services.platform.database import UnitOfWork
from agent_services.platform.encryption import FieldCipher

_PURPOSE = "audit_event"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that waits for delivery."""

    position: int
    envelope: AuditEnvelope


class AuditStore:
    def __init__(self, pool: asyncpg.Pool, cipher: FieldCipher) -> None:
        self._pool = pool
        self._cipher = cipher

    async def add(self, work: UnitOfWork, envelopes: Sequence[AuditEnvelope]) -> None:
        """Puts the events in the outbox, in this order, with the caller's transaction."""
        await work.execute(
            """
            INSERT INTO platform.audit_event (event_id, sealed)
            SELECT event_id, sealed
              FROM unnest($1::uuid[], $2::bytea[]) WITH ORDINALITY AS given (event_id, sealed, place)
             ORDER BY place
            """,
            [one.event_id for one in envelopes],
            [self._cipher.encrypt_bytes(one.document, purpose=_PURPOSE) for one in envelopes],
        )

    async def add_alone(self, envelopes: Sequence[AuditEnvelope]) -> None:
        """As `add`, in a transaction of its own."""
        async with self._pool.acquire() as connection:
            await self.add(connection, envelopes)

    async def undelivered(self, limit: int) -> list[Waiting]:
        """The oldest events that wait. One that a slower transaction wrote may turn up later, never be missed."""
        rows = await self._pool.fetch(
            """
            SELECT position, event_id, sealed
              FROM platform.audit_event
             WHERE delivered_at IS NULL
             ORDER BY position
             LIMIT $1
            """,
            limit,
        )
        return [Waiting(row["position"], self._envelope(row)) for row in rows]

    async def has_undelivered(self) -> bool:
        found: bool = await self._pool.fetchval(
            "SELECT EXISTS (SELECT FROM platform.audit_event WHERE delivered_at IS NULL)"
        )
        return found

    async def count_undelivered(self) -> int:
        count: int = await self._pool.fetchval("SELECT count(*) FROM platform.audit_event WHERE delivered_at IS NULL")
        return count

    async def mark_delivered(self, positions: Sequence[int], *, now: datetime) -> None:
        await self._pool.execute(
            "UPDATE platform.audit_event SET delivered_at = $2 WHERE position = ANY ($1::bigint[])", positions, now
        )

    async def remove(self, positions: Sequence[int]) -> None:
        await self._pool.execute("DELETE FROM platform.audit_event WHERE position = ANY ($1::bigint[])", positions)

    async def all(self) -> list[AuditEnvelope]:
        """Every event that is still stored, delivered or not, oldest first."""
        rows = await self._pool.fetch("SELECT event_id, sealed FROM platform.audit_event ORDER BY position")
        return [self._envelope(row) for row in rows]

    async def clear(self) -> None:
        await self._pool.execute("DELETE FROM platform.audit_event")

    def _envelope(self, row: asyncpg.Record) -> AuditEnvelope:
        return AuditEnvelope(row["event_id"], self._cipher.decrypt_bytes(row["sealed"], purpose=_PURPOSE))
