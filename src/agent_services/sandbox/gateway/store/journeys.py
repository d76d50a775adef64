"""A browser's way from the authorise request to the code."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from agent_services.platform.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class Journey:
    """What an application asks of a person, and how far the person is. `user_id` is set once signed in."""

    journey_id: UUID
    csrf_token: str
    client_id: str
    application_name: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    code_challenge: str | None
    user_id: str | None


@dataclass(frozen=True, slots=True)
class Code:
    """An authorisation code that nobody has redeemed."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    user_id: str
    code_challenge: str | None


class JourneyStore:
    """Journeys and the codes they end with."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def begin(self, journey: Journey, browser_digest: bytes, *, now: datetime, ends_at: datetime) -> None:
        await self._pool.execute(
            """
            INSERT INTO sandbox.gateway_journey
                (journey_id, browser_digest, csrf_token, client_id, redirect_uri, scopes, state, code_challenge,
                 created_at, ends_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """,
            journey.journey_id,
            browser_digest,
            journey.csrf_token,
            journey.client_id,
            journey.redirect_uri,
            journey.scopes,
            journey.state,
            journey.code_challenge,
            now,
            ends_at,
        )

    async def find(self, journey_id: UUID, browser_digest: bytes, *, now: datetime) -> Journey | None:
        """The undecided journey of that very browser."""
        row = await self._pool.fetchrow(
            """
            SELECT j.journey_id, j.csrf_token, j.client_id, a.name AS application_name, j.redirect_uri, j.scopes,
                   j.state, j.code_challenge, j.user_id
              FROM sandbox.gateway_journey j
              JOIN sandbox.gateway_application a ON a.client_id = j.client_id
             WHERE j.journey_id = $1 AND j.browser_digest = $2 AND j.ends_at > $3 AND j.decided_at IS NULL
            """,
            journey_id,
            browser_digest,
            now,
        )
        return _journey_of(row) if row is not None else None

    async def note_sign_in(self, journey_id: UUID, user_id: str, *, old_browser: bytes, new_browser: bytes) -> None:
        """Writes down who signed in, and gives all journeys of the browser its new secret."""
        await self._pool.execute(
            """
            UPDATE sandbox.gateway_journey
               SET browser_digest = $4, user_id = CASE WHEN journey_id = $1 THEN $2 ELSE user_id END
             WHERE browser_digest = $3
            """,
            journey_id,
            user_id,
            old_browser,
            new_browser,
        )

    async def decide(self, work: UnitOfWork, journey_id: UUID, *, now: datetime) -> bool:
        """Closes the journey; False when it was closed before. Of two answers at once one gets True."""
        status = await work.execute(
            "UPDATE sandbox.gateway_journey SET decided_at = $2 WHERE journey_id = $1 AND decided_at IS NULL",
            journey_id,
            now,
        )
        return bool(status == "UPDATE 1")

    async def add_code(self, work: UnitOfWork, digest: bytes, code: Code, *, ends_at: datetime) -> None:
        await work.execute(
            """
            INSERT INTO sandbox.gateway_code
                (digest, client_id, redirect_uri, scopes, user_id, code_challenge, ends_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            digest,
            code.client_id,
            code.redirect_uri,
            code.scopes,
            code.user_id,
            code.code_challenge,
            ends_at,
        )

    async def code(self, digest: bytes, *, now: datetime) -> Code | None:
        """None for a wrong, used or expired one."""
        row = await self._pool.fetchrow(
            """
            SELECT client_id, redirect_uri, scopes, user_id, code_challenge
              FROM sandbox.gateway_code
             WHERE digest = $1 AND redeemed_at IS NULL AND ends_at > $2
            """,
            digest,
            now,
        )
        if row is None:
            return None
        return Code(row["client_id"], row["redirect_uri"], tuple(row["scopes"]), row["user_id"], row["code_challenge"])

    async def redeem(self, work: UnitOfWork, digest: bytes, *, now: datetime) -> bool:
        """Uses the code up; False when it was. Of any number at once exactly one gets True."""
        status = await work.execute(
            """
            UPDATE sandbox.gateway_code SET redeemed_at = $2
             WHERE digest = $1 AND redeemed_at IS NULL AND ends_at > $2
            """,
            digest,
            now,
        )
        return bool(status == "UPDATE 1")

    async def forget(self, work: UnitOfWork) -> None:
        """Every journey and code."""
        await work.execute("DELETE FROM sandbox.gateway_journey")
        await work.execute("DELETE FROM sandbox.gateway_code")

    async def sweep(self, *, now: datetime) -> None:
        """Removes what ended long enough ago that nobody asks for it."""
        await self._pool.execute("DELETE FROM sandbox.gateway_journey WHERE ends_at < $1", now)
        await self._pool.execute("DELETE FROM sandbox.gateway_code WHERE ends_at < $1", now)


def _journey_of(row: asyncpg.Record) -> Journey:
    return Journey(
        row["journey_id"],
        row["csrf_token"],
        row["client_id"],
        row["application_name"],
        row["redirect_uri"],
        tuple(row["scopes"]),
        row["state"],
        row["code_challenge"],
        row["user_id"],
    )
