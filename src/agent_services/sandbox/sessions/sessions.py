"""Signing in and out. Spec: sandbox 1.2; design, sandbox sign-in for programs."""

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from agent_services.platform.clock import Clock
from agent_services.platform.database import UnitOfWork
from agent_services.sandbox.sessions.store import Caller, Session, SessionStore

GOVERNMENT_GATEWAY = "GovernmentGateway"
PRIVILEGED_APPLICATION = "PrivilegedApplication"

_LIFE = timedelta(seconds=900)


class Sessions:
    """The living sessions. Their time is real time: moving the sandbox's clock signs nobody out."""

    def __init__(self, store: SessionStore, real_clock: Clock) -> None:
        self._store = store
        self._real_clock = real_clock

    async def sign_in(self, user_id: str, provider_type: str = GOVERNMENT_GATEWAY) -> Session:
        """A new session for 15 minutes, not sliding."""
        return await self.open(user_id, provider_type=provider_type, expires_at=self._real_clock.now() + _LIFE)

    async def open(
        self,
        user_id: str,
        *,
        provider_type: str = GOVERNMENT_GATEWAY,
        token: str | None = None,
        expires_at: datetime | None,
        work: "UnitOfWork | None" = None,
    ) -> Session:
        """A session that lives until `expires_at` (real time; None: for ever) under the given or a new token.

        With `work` it is there when that unit of work is. The gateway gives `name_of_secret(access token)`.
        """
        session = Session(
            token=token or secrets.token_urlsafe(24),
            session_id=f"session-{uuid.uuid4()}",
            user_id=user_id,
            provider_type=provider_type,
            created_at=self._real_clock.now(),
            expires_at=expires_at,
        )
        await self._store.add(session, work=work)
        return session

    async def find(self, token: str) -> Session | None:
        return await self._store.by_token(token, real_now=self._real_clock.now())

    async def find_by_session_id(self, session_id: str) -> Session | None:
        return await self._store.by_session_id(session_id, real_now=self._real_clock.now())

    async def caller(self, token: str) -> Caller | None:
        """All about the holder of the token, in one round trip; None for a dead token."""
        return await self._store.caller(token, real_now=self._real_clock.now())

    async def end(self, token: str) -> None:
        """Ending a session that is over changes nothing."""
        await self._store.delete(token)

    async def end_all(self, session_ids: Sequence[str], *, work: UnitOfWork) -> None:
        """Ends these sessions together with the unit of work."""
        await self._store.delete_all(session_ids, work=work)

    async def sweep(self) -> int:
        """Removes what has expired; how many."""
        return await self._store.delete_expired(real_now=self._real_clock.now())


def bearer_token(authorization: str | None) -> str | None:
    """The token of the first `Bearer …` part among the comma-separated parts of the header. Spec: sandbox 1.2."""
    for part in (authorization or "").split(","):
        scheme, _, token = part.strip().partition(" ")
        if scheme == "Bearer" and token.strip():
            return token.strip()
    return None
