"""All SQL about faults and how often they were met."""

from dataclasses import dataclass

import asyncpg

from agent_services.sandbox.faults.definitions import FaultDefinition


@dataclass(frozen=True, slots=True)
class Fault:
    id: str
    definition: FaultDefinition
    is_enabled: bool
    seen: int
    applied: int


class FaultStore:
    """Faults in PostgreSQL, so that every process meets them."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def all(self) -> list[Fault]:
        rows = await self._pool.fetch("SELECT id, definition, enabled, seen, applied FROM sandbox.fault ORDER BY seq")
        return [_fault_of(row) for row in rows]

    async def add(self, fault_id: str, definition: FaultDefinition) -> None:
        await self._pool.execute(
            "INSERT INTO sandbox.fault (id, definition, enabled) VALUES ($1, $2, $3)",
            fault_id,
            definition.model_dump(mode="json", by_alias=True),
            definition.enabled,
        )

    async def replace(self, fault_id: str, definition: FaultDefinition) -> bool:
        status: str = await self._pool.execute(
            "UPDATE sandbox.fault SET definition = $2, enabled = $3 WHERE id = $1",
            fault_id,
            definition.model_dump(mode="json", by_alias=True),
            definition.enabled,
        )
        return status != "UPDATE 0"

    async def delete(self, fault_id: str | None) -> int:
        """One fault, or all of them; how many."""
        status: str = await self._pool.execute(
            "DELETE FROM sandbox.fault WHERE ($1::text IS NULL OR id = $1::text)", fault_id
        )
        return int(status.rpartition(" ")[2])

    async def count_seen(self, fault_id: str) -> tuple[int, int] | None:
        """Notes a matching call; how many were seen before it, and how often the fault was applied."""
        row = await self._pool.fetchrow(
            "UPDATE sandbox.fault SET seen = seen + 1 WHERE id = $1 AND enabled RETURNING seen - 1 AS seen, applied",
            fault_id,
        )
        return (row["seen"], row["applied"]) if row is not None else None

    async def claim(self, fault_id: str, *, times: int | None) -> bool:
        """Notes an application, unless the fault has been applied as often as it may."""
        status: str = await self._pool.execute(
            """
            UPDATE sandbox.fault
               SET applied = applied + 1
             WHERE id = $1 AND enabled AND ($2::bigint IS NULL OR applied < $2::bigint)
            """,
            fault_id,
            times,
        )
        return status == "UPDATE 1"


def _fault_of(row: asyncpg.Record) -> Fault:
    return Fault(
        row["id"],
        FaultDefinition.model_validate(row["definition"]),
        row["enabled"],
        row["seen"],
        row["applied"],
    )
