"""Delivering what the outbox holds, oldest first, by one process at a time."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog

from agent_services.platform import telemetry
from agent_services.platform.audit.audit import Audit, Retention
from agent_services.platform.audit.event import AuditEnvelope
from agent_services.platform.clock import Clock
from agent_services.platform.dedicated import CONNECTION_FAILURES
from agent_services.platform.locks import Locks

log = structlog.get_logger(__name__)

LOCK_NAME = "audit-delivery"

_BATCH = 200
# Events of processes without delivery, and of transactions that committed after their nudge, wait this long.
_POLL_SECONDS = 1.0
# Long enough for the recording transaction to commit and for a few more events to come.
_GATHER_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 60.0
_PATIENCE_SECONDS = 10.0


class AuditSink(Protocol):
    """Takes events on: the audit service, or the sandbox."""

    async def deliver(self, events: Sequence[AuditEnvelope]) -> int:
        """How many, from the first on, are done with: accepted, or refused for good (400, 413; the sink reports it).

        Fewer than all means that the next one could not be delivered now and is to be tried again later.
        """
        ...


class OneByOne:
    """A sink over an upstream that takes one document at a time."""

    def __init__(
        self,
        deliver_one: Callable[[bytes], Awaitable[object]],
        *,
        failures: tuple[type[Exception], ...],
        at_once: int = 1,
    ) -> None:
        """`deliver_one` raises one of `failures` when the event is to be tried again later.

        `at_once` events are under way together, so that an upstream's latency does not bound how many are
        delivered. They may then arrive in another order; each says when it was made.
        """
        self._deliver_one = deliver_one
        self._failures = failures
        self._at_once = at_once

    async def deliver(self, events: Sequence[AuditEnvelope]) -> int:
        for start in range(0, len(events), self._at_once):
            together = events[start : start + self._at_once]
            are_done = await asyncio.gather(*map(self._is_done, together))
            if not all(are_done):
                # Those behind the first that failed are delivered again, under the same event ids.
                return start + are_done.index(False)
        return len(events)

    async def _is_done(self, event: AuditEnvelope) -> bool:
        try:
            await self._deliver_one(event.document)
        except self._failures as failure:
            log.warning("audit_delivery_failed", failure=type(failure).__name__)
            return False
        return True


class AuditDelivery:
    """Empties the outbox, promptly while the sink takes events, with growing pauses while it does not.

    An event is delivered at least once: a crash between delivery and mark repeats it under the same event id.
    """

    def __init__(self, audit: Audit, sink: AuditSink, locks: Locks, clock: Clock) -> None:
        self._audit = audit
        self._sink = sink
        self._locks = locks
        self._clock = clock
        self._recorded = asyncio.Event()
        self._is_stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._audit.when_recorded(self._recorded.set)
        self._task = asyncio.create_task(self._run(), name="audit delivery")

    async def stop(self) -> None:
        """Lets a round under way end, and makes a last one, so that a normal shutdown leaves nothing behind."""
        if self._task is None:
            return
        self._is_stopping.set()
        self._recorded.set()
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._task
                await self.deliver_pending()
        except (TimeoutError, *CONNECTION_FAILURES) as failure:
            # The events stay in the outbox for the next start.
            log.warning("audit_delivery_interrupted", failure=type(failure).__name__)
        self._task = None

    async def deliver_pending(self) -> int:
        """Delivers what waits until nothing does or the sink fails. How many; 0 while another process delivers."""
        delivered, _ = await self._deliver_pending()
        return delivered

    async def _run(self) -> None:
        pause = _POLL_SECONDS
        while not self._is_stopping.is_set():
            await self._wait(pause)
            try:
                _, is_stuck = await self._deliver_pending()
            except CONNECTION_FAILURES as failure:
                is_stuck = True
                log.warning("audit_delivery_interrupted", failure=type(failure).__name__)
            except Exception:
                # Without this loop no event would ever be delivered again; whatever ails one round, the next tries.
                is_stuck = True
                log.exception("audit_delivery_broke")
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS) if is_stuck else _POLL_SECONDS

    async def _wait(self, pause: float) -> None:
        # While the sink is in trouble, new events do not shorten the pause.
        awaited = self._is_stopping if pause > _POLL_SECONDS else self._recorded
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await awaited.wait()
                await asyncio.sleep(_GATHER_SECONDS)
        self._recorded.clear()

    async def _deliver_pending(self) -> tuple[int, bool]:
        delivered = 0
        if not await self._audit.store.has_undelivered():
            telemetry.audit_events_waiting.set(0)
            return 0, False
        async with self._locks.exclusive(LOCK_NAME) as held:
            if not held:
                return 0, False
            while waiting := await self._audit.store.undelivered(_BATCH):
                done = await self._sink.deliver([one.envelope for one in waiting])
                await self._close([one.position for one in waiting[:done]])
                delivered += done
                telemetry.audit_events_delivered.inc(done)
                if done < len(waiting):
                    backlog = await self._audit.store.count_undelivered()
                    telemetry.audit_events_waiting.set(backlog)
                    log.warning("audit_delivery_stuck", waiting=backlog)
                    return delivered, True
                if not held.still():
                    break
        telemetry.audit_events_waiting.set(0)
        return delivered, False

    async def _close(self, positions: Sequence[int]) -> None:
        if not positions:
            return
        match self._audit.retention:
            case Retention.KEEP:
                await self._audit.store.mark_delivered(positions, now=self._clock.now())
            case Retention.PURGE | Retention.NONE:
                await self._audit.store.remove(positions)
