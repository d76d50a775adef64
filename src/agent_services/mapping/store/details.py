"""Stored mapping details: which log-ins an agent has mapped, with how many clients. Spec: mapping 5.10."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from agent_services.identifiers import Arn
from agent_services.platform.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class ProviderDetails:
    """One mapped log-in. `gg_tag` is the tail of its user id; `created_on` is UTC."""

    auth_provider_id: str
    gg_tag: str
    count: int
    created_on: datetime


@dataclass(frozen=True, slots=True)
class DetailsRecord:
    """What an agent has mapped, log-in by log-in, in the order of mapping."""

    arn: Arn
    details: tuple[ProviderDetails, ...]


class DetailsStore:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def open(self, work: UnitOfWork, arn: Arn) -> bool:
        """Makes the agent's record if there is none, and holds it until the transaction ends. True: made."""
        revision: int = await work.fetchval(
            """
            INSERT INTO agent_services.mapping_details AS stored (arn, revision)
            VALUES ($1, 1)
            ON CONFLICT (arn) DO UPDATE SET revision = stored.revision + 1
            RETURNING revision
            """,
            arn.value,
        )
        return revision == 1

    async def append(self, work: UnitOfWork, arn: Arn, details: Sequence[ProviderDetails]) -> int:
        """Adds those log-ins that the record, which must be open, does not have; says how many."""
        rows = await work.fetch(
            """
            INSERT INTO agent_services.mapping_details_entry (arn, auth_provider_id, gg_tag, count, created_on)
            SELECT $1, auth_provider_id, gg_tag, count, created_on
              FROM unnest($2::text[], $3::text[], $4::integer[], $5::timestamptz[])
                   WITH ORDINALITY AS given (auth_provider_id, gg_tag, count, created_on, place)
             ORDER BY place
            ON CONFLICT (arn, auth_provider_id) DO NOTHING
            RETURNING position
            """,
            arn.value,
            [one.auth_provider_id for one in details],
            [one.gg_tag for one in details],
            [one.count for one in details],
            [one.created_on for one in details],
        )
        return len(rows)

    async def find(self, arn: Arn) -> DetailsRecord | None:
        return next(iter(await self._records(arn)), None)

    async def remove(self, work: UnitOfWork, arn: Arn) -> bool:
        """True when there was a record."""
        return (
            await work.fetchval(
                "DELETE FROM agent_services.mapping_details WHERE arn = $1 RETURNING true",
                arn.value,
            )
            is True
        )

    async def all(self) -> list[DetailsRecord]:
        return await self._records(None)

    async def clear(self) -> None:
        await self._pool.execute("DELETE FROM agent_services.mapping_details")

    async def _records(self, arn: Arn | None) -> list[DetailsRecord]:
        rows = await self._pool.fetch(
            """
            SELECT record.arn, entry.auth_provider_id, entry.gg_tag, entry.count, entry.created_on
              FROM agent_services.mapping_details AS record
              LEFT JOIN agent_services.mapping_details_entry AS entry USING (arn)
             WHERE $1::text IS NULL OR record.arn = $1
             ORDER BY record.arn, entry.position
            """,
            None if arn is None else arn.value,
        )
        found: dict[str, list[ProviderDetails]] = {}
        for row in rows:
            entries = found.setdefault(row["arn"], [])
            if row["auth_provider_id"] is not None:
                entries.append(ProviderDetails(row["auth_provider_id"], row["gg_tag"], row["count"], row["created_on"]))
        return [DetailsRecord(Arn.as_given(arn), tuple(entries)) for arn, entries in found.items()]
