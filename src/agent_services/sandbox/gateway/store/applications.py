"""Registered applications, their secrets and what they are subscribed to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from agent_services.platform.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class Application:
    """Software that may ask for tokens. `secret_digests` are those of its living secrets, at most five."""

    client_id: str
    application_id: UUID
    name: str
    redirect_uris: tuple[str, ...]
    comes_with_the_box: bool
    subscribed_to_everything: bool
    secret_digests: tuple[bytes, ...]


class ClientIdTaken(Exception):
    """Another application has that client id."""


class ApplicationStore:
    """Applications in PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def find(self, client_id: str) -> Application | None:
        row = await self._pool.fetchrow(
            """
            SELECT a.client_id, a.application_id, a.name, a.redirect_uris, a.comes_with_the_box,
                   a.subscribed_to_everything,
                   ARRAY(SELECT s.digest FROM sandbox.gateway_client_secret s
                          WHERE s.client_id = a.client_id ORDER BY s.slot) AS secret_digests
              FROM sandbox.gateway_application a
             WHERE a.client_id = $1
            """,
            client_id,
        )
        return _application_of(row) if row is not None else None

    async def all(self) -> list[Application]:
        """Oldest first."""
        rows = await self._pool.fetch(
            """
            SELECT a.client_id, a.application_id, a.name, a.redirect_uris, a.comes_with_the_box,
                   a.subscribed_to_everything,
                   ARRAY(SELECT s.digest FROM sandbox.gateway_client_secret s
                          WHERE s.client_id = a.client_id ORDER BY s.slot) AS secret_digests
              FROM sandbox.gateway_application a
             ORDER BY a.created_at, a.client_id
            """
        )
        return [_application_of(row) for row in rows]

    async def add(self, work: UnitOfWork, application: Application, *, now: datetime) -> None:
        """Without its secrets. Raises ClientIdTaken."""
        try:
            await work.execute(
                """
                INSERT INTO sandbox.gateway_application
                    (client_id, application_id, name, redirect_uris, comes_with_the_box, subscribed_to_everything,
                     created_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """,
                application.client_id,
                application.application_id,
                application.name,
                application.redirect_uris,
                application.comes_with_the_box,
                application.subscribed_to_everything,
                now,
            )
        except asyncpg.UniqueViolationError:
            raise ClientIdTaken from None

    async def put_box_application(self, work: UnitOfWork, application: Application, *, now: datetime) -> None:
        """Makes this the one application that comes with the box; its tokens follow a changed client id.

        Raises ClientIdTaken.
        """
        try:
            await work.execute(
                """
                INSERT INTO sandbox.gateway_application
                    (client_id, application_id, name, redirect_uris, comes_with_the_box, subscribed_to_everything,
                     created_at)
                VALUES ($1, $2, $3, $4, true, true, $5)
                ON CONFLICT (comes_with_the_box) WHERE comes_with_the_box DO UPDATE
                   SET client_id = excluded.client_id, application_id = excluded.application_id,
                       name = excluded.name, redirect_uris = excluded.redirect_uris
                """,
                application.client_id,
                application.application_id,
                application.name,
                application.redirect_uris,
                now,
            )
        except asyncpg.UniqueViolationError:
            raise ClientIdTaken from None

    async def put_box_secret(self, work: UnitOfWork, client_id: str, digest: bytes, *, now: datetime) -> None:
        """Makes this the first secret of the application that comes with the box."""
        await work.execute(
            """
            INSERT INTO sandbox.gateway_client_secret (client_id, slot, digest, created_at)
            VALUES ($1, 1, $2, $3)
            ON CONFLICT (client_id, slot) DO UPDATE SET digest = excluded.digest
            """,
            client_id,
            digest,
            now,
        )

    async def add_secret(self, work: UnitOfWork, client_id: str, digest: bytes, *, now: datetime) -> bool:
        """A further secret in the first free of five places; False where none is free."""
        slot = await work.fetchval(
            """
            INSERT INTO sandbox.gateway_client_secret (client_id, slot, digest, created_at)
            SELECT $1, min(place), $2, $3
              FROM generate_series(1, 5) AS place
             WHERE NOT EXISTS (SELECT 1 FROM sandbox.gateway_client_secret s
                                WHERE s.client_id = $1 AND s.slot = place)
            HAVING min(place) IS NOT NULL
            ON CONFLICT DO NOTHING
            RETURNING slot
            """,
            client_id,
            digest,
            now,
        )
        return slot is not None

    async def subscribe(self, work: UnitOfWork, client_id: str, apis: Sequence[tuple[str, str]]) -> None:
        """To these (context, version). Twice is once."""
        await work.execute(
            """
            INSERT INTO sandbox.gateway_subscription (client_id, context, version)
            SELECT $1, one.context, one.version FROM unnest($2::text[], $3::text[]) AS one (context, version)
            ON CONFLICT DO NOTHING
            """,
            client_id,
            [context for context, _ in apis],
            [version for _, version in apis],
        )

    async def count_request(self, client_id: str, *, second: datetime) -> int:
        """Counts one request of the application in that second; how many there were with it."""
        requests: int = await self._pool.fetchval(
            """
            INSERT INTO sandbox.gateway_rate AS rate (client_id, second, requests) VALUES ($1, $2, 1)
            ON CONFLICT (client_id) DO UPDATE
               SET requests = CASE WHEN rate.second = excluded.second THEN rate.requests + 1 ELSE 1 END,
                   second = excluded.second
            RETURNING requests
            """,
            client_id,
            second,
        )
        return requests


def _application_of(row: asyncpg.Record) -> Application:
    return Application(
        row["client_id"],
        row["application_id"],
        row["name"],
        tuple(row["redirect_uris"]),
        row["comes_with_the_box"],
        row["subscribed_to_everything"],
        tuple(row["secret_digests"]),
    )
