"""Stored subscription journeys: the whole document sealed, with what finds it beside. Spec: subscription 9.2.

Kept here until the subscription room takes them over.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from agent_services.platform.database import UnitOfWork
from agent_services.platform.encryption import FieldCipher

KEPT: Final = timedelta(days=30)
"""How long a journey outlives its last change."""

_DOCUMENT: Final = "subscription_journey.document"
_UTR: Final = "subscription_journey.utr"


@dataclass(frozen=True, slots=True)
class StoredJourney:
    """A journey's document and what finds it. Without `last_modified` (UTC) it never expires."""

    auth_provider_id: str
    clean_creds_auth_provider_id: str | None
    continue_id: str | None
    utr: str | None
    mapped_auth_provider_ids: tuple[str, ...]
    last_modified: datetime | None
    document: Mapping[str, Any]


class JourneyStore:
    def __init__(self, pool: asyncpg.Pool, cipher: FieldCipher) -> None:
        self._pool = pool
        self._cipher = cipher

    async def find(self, auth_provider_id: str, *, now: datetime) -> Mapping[str, Any] | None:
        """The document of the journey that this log-in began, continues or brought its codes to, in this preference."""
        sealed: str | None = await self._pool.fetchval(
            """
            SELECT document_sealed
              FROM agent_services.subscription_journey
             WHERE (auth_provider_id = $1 OR clean_creds_auth_provider_id = $1
                    OR mapped_auth_provider_ids @> ARRAY[$1::text])
               AND (last_modified_date IS NULL OR last_modified_date > $2)
             ORDER BY (auth_provider_id = $1) DESC, (clean_creds_auth_provider_id IS NOT DISTINCT FROM $1) DESC,
                      position
             LIMIT 1
            """,
            auth_provider_id,
            now - KEPT,
        )
        return None if sealed is None else self._open(sealed)

    async def all(self, *, now: datetime) -> list[Mapping[str, Any]]:
        """Every document that has not run out, oldest first."""
        rows = await self._pool.fetch(
            """
            SELECT document_sealed
              FROM agent_services.subscription_journey
             WHERE last_modified_date IS NULL OR last_modified_date > $1
             ORDER BY position
            """,
            now - KEPT,
        )
        return [self._open(row["document_sealed"]) for row in rows]

    async def put(self, work: UnitOfWork, journeys: Sequence[StoredJourney]) -> None:
        """Stores these; one of the same log-in is replaced. Raises ValueError when two share a unique member."""
        await work.execute(
            "DELETE FROM agent_services.subscription_journey WHERE auth_provider_id = ANY ($1::text[])",
            [journey.auth_provider_id for journey in journeys],
        )
        try:
            await work.executemany(
                """
                INSERT INTO agent_services.subscription_journey
                       (auth_provider_id, clean_creds_auth_provider_id, continue_id, utr_hash,
                        mapped_auth_provider_ids, last_modified_date, document_sealed)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """,
                [self._row(journey) for journey in journeys],
            )
        except asyncpg.UniqueViolationError as error:
            raise ValueError(f"two journeys share a value ({error.constraint_name})") from None

    async def purge(self, *, now: datetime) -> int:
        """Removes what has run out; says how much."""
        count: int = await self._pool.fetchval(
            """
            WITH gone AS (
                DELETE FROM agent_services.subscription_journey WHERE last_modified_date <= $1 RETURNING position
            )
            SELECT count(*) FROM gone
            """,
            now - KEPT,
        )
        return count

    async def clear(self) -> None:
        await self._pool.execute("DELETE FROM agent_services.subscription_journey")

    def _row(self, journey: StoredJourney) -> tuple[object, ...]:
        return (
            journey.auth_provider_id,
            journey.clean_creds_auth_provider_id,
            journey.continue_id,
            None if journey.utr is None else self._cipher.lookup_hash(journey.utr, purpose=_UTR),
            list(journey.mapped_auth_provider_ids),
            journey.last_modified,
            self._cipher.encrypt(json.dumps(journey.document, ensure_ascii=False), purpose=_DOCUMENT),
        )

    def _open(self, sealed: str) -> Mapping[str, Any]:
        document: dict[str, Any] = json.loads(self._cipher.decrypt(sealed, purpose=_DOCUMENT))
        return document
