"""Finds the fault that a call meets. Spec: sandbox 6.2."""

import secrets
from time import monotonic

from agent_services.platform.http.context import current_request_or_none
from agent_services.sandbox import generators
from agent_services.sandbox.calls import Call
from agent_services.sandbox.faults.definitions import FaultDefinition, Match
from agent_services.sandbox.faults.store import Fault, FaultStore
from agent_services.sandbox.sessions.sessions import Sessions, bearer_token

# How long another process's new fault may go unnoticed here. A process sees its own at once.
_FRESH_SECONDS = 0.25


class Faults:
    """The faults that lie in wait. With none, a call costs no query: each process remembers the list briefly."""

    def __init__(self, store: FaultStore, sessions: Sessions) -> None:
        self._store = store
        self._sessions = sessions
        self._known: list[Fault] = []
        self._looked_at = float("-inf")

    async def all(self) -> list[Fault]:
        return await self._store.all()

    async def add(self, definition: FaultDefinition, *, id_prefix: str = "") -> str:
        """The new fault's id."""
        fault_id = id_prefix + secrets.token_hex(8)
        await self._store.add(fault_id, definition)
        self.forget()
        return fault_id

    async def replace(self, fault_id: str, definition: FaultDefinition) -> bool:
        """Whether there is such a fault; its counts go on."""
        self.forget()
        return await self._store.replace(fault_id, definition)

    async def delete(self, fault_id: str | None = None) -> int:
        """One fault, or all of them; how many."""
        deleted = await self._store.delete(fault_id)
        self.forget()
        return deleted

    def forget(self) -> None:
        """The next call looks again."""
        self._looked_at = float("-inf")

    async def meets(self, call: Call) -> Fault | None:
        """The first fault that matches and is due, counted as applied."""
        if monotonic() - self._looked_at > _FRESH_SECONDS:
            # Noted before asking, so that the calls that come meanwhile do not ask too.
            self._looked_at = monotonic()
            self._known = await self._store.all()
        if not self._known:
            return None
        return await self._due(call)

    async def _due(self, call: Call) -> Fault | None:
        for fault in self._known:
            definition = fault.definition
            if not fault.is_enabled or not definition.match.holds(call, await self._user_of(call, definition.match)):
                continue
            counted = await self._store.count_seen(fault.id)
            if counted is None or counted[0] < definition.after:
                continue
            if not _is_drawn(definition, counted[0]):
                continue
            if await self._store.claim(fault.id, times=definition.times):
                return fault
        return None

    async def _user_of(self, call: Call, match: Match) -> str | None:
        if match.user_id is None:
            return None
        context = current_request_or_none()
        authorization = call.headers.get("authorization") or (context.authorization if context else None)
        token = bearer_token(authorization)
        session = await self._sessions.find(token) if token else None
        return session.user_id if session else None


def _is_drawn(definition: FaultDefinition, place: int) -> bool:
    return generators.number(definition.seed, f"fault-{place}", 1_000_000) < definition.probability * 1_000_000
