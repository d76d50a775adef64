"""Keeps the journal without slowing the calls down: entries are written in batches. Spec: sandbox 6.5."""

import asyncio
import contextlib
from collections import deque
from datetime import datetime
from typing import NamedTuple

import structlog

from agent_services.sandbox.calls import Call
from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.journal.store import Entry, Filter, JournalStore

log = structlog.get_logger(__name__)

KEPT = 2000
_FLUSH_SECONDS = 0.25
# Under load only the newest calls of each quarter of a second are written: a journal is read by people.
_FLUSHED_AT_ONCE = 250


class Noted(NamedTuple):
    """A call as it went, before anything is made of it."""

    at: datetime
    call: Call
    status: int | None
    request_id: str | None
    fault_id: str | None
    refusal: str | None
    duration_ms: float

    def as_entry(self) -> Entry:
        call = self.call
        return Entry(
            at=self.at,
            upstream=str(call.upstream),
            operation=call.operation,
            method=call.method,
            path=call.path,
            status=self.status,
            correlation_id=call.headers.get("x-request-id") or self.request_id,
            fault_id=self.fault_id,
            refusal=self.refusal,
            duration_ms=self.duration_ms,
            request=without_absent({"body": call.body, "headers": _shown(call) or None}),
            answer=None,
        )


class Journal:
    """A bounded journal, shared by all processes of the database."""

    def __init__(self, store: JournalStore) -> None:
        self._store = store
        self._waiting: deque[Noted] = deque(maxlen=_FLUSHED_AT_ONCE)
        self._flusher: asyncio.Task[None] | None = None

    def note(self, noted: Noted) -> None:
        """Takes a note; it is in the database a quarter of a second later."""
        self._waiting.append(noted)
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
        entries = [noted.as_entry() for noted in self._waiting]
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


def _shown(call: Call) -> dict[str, str]:
    # A token in a journal would outlive its session.
    return {name: value for name, value in call.headers.items() if name not in ("authorization", "cookie")}
