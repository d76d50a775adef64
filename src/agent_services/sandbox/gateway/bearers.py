"""What a bearer token stands for. Spec: authorisation-api 8.4; design, sandbox sign-in for programs."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import asyncpg

from agent_services.platform.clock import Clock
from agent_services.sandbox.gateway.apis import ApiTable
from agent_services.sandbox.gateway.applications import BoxApplication
from agent_services.sandbox.gateway.credentials import digest_of
from agent_services.sandbox.gateway.people import Sessions
from agent_services.sandbox.gateway.store import TokenStore

STATIC_PREFIX = "sandbox-"


class TokenKind(StrEnum):
    """Where a token comes from."""

    USER = "user"
    APPLICATION = "application"
    STATIC = "static"


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """Who may do what with a token. Person and session are absent in an application's own token."""

    kind: TokenKind
    client_id: str
    application_id: UUID
    scopes: frozenset[str]
    user_id: str | None
    session_id: str | None
    is_subscribed: bool


class Bearers:
    """Looks tokens up, one query each. Nothing is remembered: a revoked token is over at once in every process."""

    def __init__(
        self, pool: asyncpg.Pool, clock: Clock, table: ApiTable, sessions: Sessions, box: BoxApplication
    ) -> None:
        self._store = TokenStore(pool)
        self._clock = clock
        self._sessions = sessions
        self._box = box
        self._every_scope = table.scopes

    async def resolve(self, token: str, *, context: str = "", version: str = "") -> TokenGrant | None:
        """What the token stands for, and whether its application is subscribed to that API; None for a dead one."""
        if token.startswith(STATIC_PREFIX):
            return await self._static(token)
        bearer = await self._store.bearer(digest_of(token), context=context, version=version, now=self._clock.now())
        if bearer is None:
            return None
        return TokenGrant(
            kind=TokenKind.APPLICATION if bearer.token.user_id is None else TokenKind.USER,
            client_id=bearer.token.client_id,
            application_id=bearer.application_id,
            scopes=frozenset(bearer.token.scopes),
            user_id=bearer.token.user_id,
            session_id=bearer.token.session_id,
            is_subscribed=bearer.is_subscribed,
        )

    async def _static(self, token: str) -> TokenGrant | None:
        """The cast's bearers: every scope, as if given to the application that comes with the box."""
        session = await self._sessions.find(token)
        if session is None:
            return None
        return TokenGrant(
            kind=TokenKind.STATIC,
            client_id=self._box.client_id,
            application_id=self._box.application_id,
            scopes=self._every_scope,
            user_id=session.user_id,
            session_id=session.session_id,
            is_subscribed=True,
        )


def bearer_in(header: str | None) -> str | None:
    """The token of an Authorization header: of its comma-separated parts the first with the scheme Bearer.

    Spec: sandbox 1.2.
    """
    for part in (header or "").split(","):
        scheme, _, token = part.strip().partition(" ")
        if scheme == "Bearer" and token.strip():
            return token.strip()
    return None
