"""Keeps the journal without slowing the calls down: entries are written in batches. Spec: sandbox 6.5."""

import asyncio
import contextlib
from collections import deque

import structlog

from agent_services.sandbox.documents import Document
from agent_services.sandbox.journal.store import Entry, Filter, JournalStore

log = structlog.get_logger(__name__)

KEPT = 2000
_FLUSH_SECONDS = 0.25
# Under load only the newest calls of each quarter of a second are written: a journal is read by people.
_FLUSHED_AT_ONCE = 250


class Journal:
    """A bounded journal, shared by all processes of the database."""

    def __init__(self, store: JournalStore) -> None:
        self._store = store
        self._waiting: deque[Entry] = deque(maxlen=_FLUSHED_AT_ONCE)
        self._flusher: asyncio.Task[None] | None = None

    def note(self, entry: Entry) -> None:
        """Takes an entry; it is in the database a quarter of a second later."""
        self._waiting.append(entry)
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.get_running_loop().create_task(self._flush_soon(), name="sandbox-journal")

    async def read(self, chosen: Filter) -> list[Document]:
        """Oldest first, this process's latest calls included."""
        await self.flush()
        return await self._store.read(chosen)

    async def clear(self) -> None:
        await self.flush()
        await self._store.clear()

    async def flush(self) -> None:
        """Writes what waits."""
        entries = list(self._waiting)
        self._waiting.clear()
        if entries:
            await self._store.add(entries, kept=KEPT)

    async def stop(self) -> None:
        """Writes what waits, and writes nothing more by itself."""
        if self._flusher is not None:
            self._flusher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._flusher
        await self.flush()

    async def _flush_soon(self) -> None:
        await asyncio.sleep(_FLUSH_SECONDS)
        try:
            await self.flush()
        except OSError as failure:
            # The journal never stands in the way: what could not be written is lost, and said so.
            log.warning("sandbox_journal_not_written", reason=type(failure).__name__)
