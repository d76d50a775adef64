"""Authorities (what a person granted an application), their refresh tokens, and access tokens of both kinds."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from agent_services.platform.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class Authority:
    """What a person granted an application, for 18 months. `provider`: what auth says the person signed in with."""

    authority_id: UUID
    client_id: str
    user_id: str
    provider: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A living access token. Person, session and authority are absent in an application's own."""

    client_id: str
    scopes: tuple[str, ...]
    user_id: str | None = None
    session_id: str | None = None
    authority_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Bearer:
    """What the layer must know about a token, all in one row."""

    token: AccessToken
    application_id: UUID
    is_subscribed: bool


class RefreshTokenInUse(Exception):
    """Another request is refreshing with the same token at this moment."""


class TokenStore:
    """Tokens in PostgreSQL, by the digest of each."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def bearer(self, digest: bytes, *, context: str, version: str, now: datetime) -> Bearer | None:
        """The living access token with its application's subscription to that API; one indexed query."""
        row = await self._pool.fetchrow(
            """
            SELECT t.client_id, t.scopes, t.user_id, t.session_id, t.authority_id, a.application_id,
                   a.subscribed_to_everything OR EXISTS (
                       SELECT 1 FROM sandbox.gateway_subscription s
                        WHERE s.client_id = t.client_id AND s.context = $2 AND s.version = $3) AS is_subscribed
              FROM sandbox.gateway_access_token t
              JOIN sandbox.gateway_application a ON a.client_id = t.client_id
             WHERE t.digest = $1 AND t.ends_at > $4
            """,
            digest,
            context,
            version,
            now,
        )
        if row is None:
            return None
        return Bearer(_token_of(row), row["application_id"], row["is_subscribed"])

    async def access_token(self, digest: bytes, *, now: datetime) -> AccessToken | None:
        """The living access token."""
        row = await self._pool.fetchrow(
            """
            SELECT client_id, scopes, user_id, session_id, authority_id
              FROM sandbox.gateway_access_token
             WHERE digest = $1 AND ends_at > $2
            """,
            digest,
            now,
        )
        return _token_of(row) if row is not None else None

    async def add_authority(
        self, work: UnitOfWork, authority: Authority, *, granted_at: datetime, ends_at: datetime
    ) -> None:
        await work.execute(
            """
            INSERT INTO sandbox.gateway_authority
                (authority_id, client_id, user_id, provider, scopes, granted_at, ends_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            authority.authority_id,
            authority.client_id,
            authority.user_id,
            authority.provider,
            authority.scopes,
            granted_at,
            ends_at,
        )

    async def put_refresh_token(self, work: UnitOfWork, authority_id: UUID, digest: bytes) -> None:
        """Makes this the authority's only refresh token; a former one is dead."""
        await work.execute(
            """
            INSERT INTO sandbox.gateway_refresh_token (digest, authority_id) VALUES ($1, $2)
            ON CONFLICT (authority_id) DO UPDATE SET digest = excluded.digest
            """,
            digest,
            authority_id,
        )

    async def add_access_token(self, work: UnitOfWork, digest: bytes, token: AccessToken, *, ends_at: datetime) -> None:
        await work.execute(
            """
            INSERT INTO sandbox.gateway_access_token
                (digest, authority_id, client_id, user_id, session_id, scopes, ends_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            digest,
            token.authority_id,
            token.client_id,
            token.user_id,
            token.session_id,
            token.scopes,
            ends_at,
        )

    async def authority_to_refresh(self, work: UnitOfWork, refresh_digest: bytes, *, now: datetime) -> Authority | None:
        """The authority of a refresh token, held until the unit of work ends. None: invalid or over.

        Raises RefreshTokenInUse while another request holds it.
        """
        try:
            row = await work.fetchrow(
                """
                SELECT a.authority_id, a.client_id, a.user_id, a.provider, a.scopes
                  FROM sandbox.gateway_refresh_token r
                  JOIN sandbox.gateway_authority a ON a.authority_id = r.authority_id
                 WHERE r.digest = $1 AND a.ends_at > $2
                   FOR UPDATE NOWAIT
                """,
                refresh_digest,
                now,
            )
        except asyncpg.LockNotAvailableError:
            raise RefreshTokenInUse from None
        return _authority_of(row) if row is not None else None

    async def authority_to_end(self, work: UnitOfWork, refresh_digest: bytes) -> Authority | None:
        """As `authority_to_refresh`, but waits for a refresh under way, and knows ended ones too."""
        row = await work.fetchrow(
            """
            SELECT a.authority_id, a.client_id, a.user_id, a.provider, a.scopes
              FROM sandbox.gateway_refresh_token r
              JOIN sandbox.gateway_authority a ON a.authority_id = r.authority_id
             WHERE r.digest = $1
               FOR UPDATE
            """,
            refresh_digest,
        )
        return _authority_of(row) if row is not None else None

    async def end_access_tokens(self, work: UnitOfWork, authority_id: UUID) -> list[str]:
        """Ends every access token of the authority; their sessions, which are now to be ended too."""
        rows = await work.fetch(
            "DELETE FROM sandbox.gateway_access_token WHERE authority_id = $1 RETURNING session_id", authority_id
        )
        return [row["session_id"] for row in rows]

    async def end_access_token(self, work: UnitOfWork, digest: bytes) -> None:
        await work.execute("DELETE FROM sandbox.gateway_access_token WHERE digest = $1", digest)

    async def end_authority(self, work: UnitOfWork, authority_id: UUID) -> None:
        """With its refresh token and access tokens."""
        await work.execute("DELETE FROM sandbox.gateway_authority WHERE authority_id = $1", authority_id)

    async def forget(self, work: UnitOfWork) -> list[str]:
        """Every authority and token; the sessions that are now to be ended."""
        rows = await work.fetch("DELETE FROM sandbox.gateway_access_token RETURNING session_id")
        await work.execute("DELETE FROM sandbox.gateway_authority")
        return [row["session_id"] for row in rows if row["session_id"] is not None]

    async def sweep(self, *, now: datetime) -> None:
        """Removes what is over."""
        await self._pool.execute("DELETE FROM sandbox.gateway_access_token WHERE ends_at < $1", now)
        await self._pool.execute("DELETE FROM sandbox.gateway_authority WHERE ends_at < $1", now)


def _token_of(row: asyncpg.Record) -> AccessToken:
    return AccessToken(row["client_id"], tuple(row["scopes"]), row["user_id"], row["session_id"], row["authority_id"])


def _authority_of(row: asyncpg.Record) -> Authority:
    return Authority(row["authority_id"], row["client_id"], row["user_id"], row["provider"], tuple(row["scopes"]))
