"""Taking and restoring snapshots. Spec: sandbox 6.4."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncpg

from agent_services.platform.clock import Clock
from agent_services.platform.database import Database
from agent_services.sandbox.cast.store import StateStore
from agent_services.sandbox.documents import Document
from agent_services.sandbox.refusals import Refusal
from agent_services.sandbox.snapshots.store import SnapshotStore

_SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody else's rows that belong into a snapshot: the services' own stores."""

    content: Callable[[], Awaitable[Document]]
    replace: Callable[[Document], Awaitable[None]]


class Snapshots:
    """Copies of everything. `parts` is filled by who composes, by name."""

    def __init__(self, database: Database, clock: Clock, store: SnapshotStore, state: StateStore) -> None:
        self._database = database
        self._clock = clock
        self._store = store
        self._state = state
        self.parts: dict[str, Part] = {}

    async def all(self) -> list[Document]:
        return await self._store.names()

    async def content(self) -> Document:
        """Everything as one document, by part."""
        async with self._database.unit_of_work() as work:
            content: Document = {_SANDBOX: await self._store.content(work)}
        for name, part in self.parts.items():
            content[name] = await part.content()
        return content

    async def replace(self, content: Document) -> None:
        """Everything is what the document says. Raises Refusal 400 for what is no export; nothing is changed then."""
        own = content.get(_SANDBOX)
        if not isinstance(own, dict):
            raise Refusal(400, "BAD_REQUEST", "this is no export of a sandbox")
        try:
            async with self._database.unit_of_work() as work:
                await self._state.empty(work)
                await self._store.fill(work, own)
        except (asyncpg.PostgresError, asyncpg.DataError):
            raise Refusal(400, "BAD_REQUEST", "rows of this export do not fit") from None
        for name, part in self.parts.items():
            if isinstance(content.get(name), dict):
                await part.replace(content[name])

    async def take(self, name: str) -> None:
        """The name again replaces it."""
        content = await self.content()
        async with self._database.unit_of_work() as work:
            await self._store.keep(work, name, content, now=self._clock.now())

    async def restore(self, name: str) -> None:
        """Raises Refusal 404 for an unknown name."""
        content = await self._store.kept(name.replace("\0", ""))
        if content is None:
            raise Refusal(404, "NO_SUCH_SNAPSHOT")
        await self.replace(content)

    async def delete(self, name: str) -> None:
        """Raises Refusal 404 for an unknown name."""
        if not await self._store.delete(name.replace("\0", "")):
            raise Refusal(404, "NO_SUCH_SNAPSHOT")
