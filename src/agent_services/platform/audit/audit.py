"""Recording audit events."""

import asyncio
import json
from collections.abc import Callable
from enum import Enum, auto
from typing import Any
from uuid import uuid4

import asyncpg
import structlog

from agent_services.platform import telemetry
from agent_services.platform.audit.event import AuditEnvelope, AuditEvent, envelope
from agent_services.platform.audit.store import AuditStore
from agent_services.platform.clock import Clock
from agent_services.platform.database import UnitOfWork
from agent_services.platform.dedicated import CONNECTION_FAILURES
from agent_services.platform.encryption import FieldCipher
from agent_services.platform.http.context import current_request_or_none

log = structlog.get_logger(__name__)

# An event of a read is written at most 250 ms late (design); the rest is for the writing itself.
_BATCH_SECONDS = 0.2
_BATCH_LIMIT = 500
_RETRY_SECONDS = 1.0
# About 100 MB: a database that is away for long must not take the process with it.
_BUFFER_LIMIT = 50_000


class Retention(Enum):
    """What becomes of events."""

    NONE = auto()
    """They are not recorded: auditing is switched off (`auditing.enabled`, upstreams 20)."""

    KEEP = auto()
    """Delivered, they stay until `forget`: where `/test-only/audit` shows them."""
    PURGE = auto()
    """Delivered, they go at once."""


class Audit:
    """Where rooms record what happened."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        cipher: FieldCipher,
        clock: Clock,
        *,
        retention: Retention = Retention.PURGE,
        provider: str | None = None,
        metrics_key: str | None = None,
    ) -> None:
        """`provider` and `metrics_key` are the envelope's `auditProvider` and `metadata.metricsKey`."""
        self.store = AuditStore(pool, cipher)
        self.retention = retention
        self._clock = clock
        self._provider = provider
        self._metrics_key = metrics_key
        self._reads: list[AuditEnvelope] = []
        self._writing: asyncio.Task[None] | None = None
        self._is_stopping = asyncio.Event()
        self._nudge: Callable[[], None] = _nobody

    def when_recorded(self, nudge: Callable[[], None]) -> None:
        """`nudge` is called after each recording in this process, possibly before its commit."""
        self._nudge = nudge

    async def record(self, work: UnitOfWork, *events: AuditEvent) -> None:
        """Records what the caller's transaction does, in this order: committed together or not at all."""
        if self.retention is Retention.NONE:
            return
        await self.store.add(work, [self._envelope(event) for event in events])
        self._nudge()

    async def record_read(self, event: AuditEvent) -> None:
        """Records a question that changed nothing; written with others within 250 ms. Never waits nor fails."""
        if self.retention is Retention.NONE:
            return
        if len(self._reads) >= _BUFFER_LIMIT:
            telemetry.audit_events_dropped.inc()
            log.error("audit_event_dropped", audit_type=event.audit_type)
            return
        self._reads.append(self._envelope(event))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_reads(), name="audit of reads")

    async def flush(self) -> None:
        """Writes the reads recorded so far. Raises what asyncpg raises."""
        while self._reads:
            batch = self._reads[:_BATCH_LIMIT]
            # Out of the buffer before the wait, so that nobody writes them too; back in front if it fails.
            del self._reads[: len(batch)]
            try:
                await self.store.add_alone(batch)
            except BaseException:
                self._reads[:0] = batch
                raise
        self._nudge()

    async def stop(self) -> None:
        """Flushes. What cannot be written now is lost, counted and reported."""
        self._is_stopping.set()
        if self._writing is not None:
            await self._writing
        try:
            await self.flush()
        except CONNECTION_FAILURES as failure:
            telemetry.audit_events_dropped.inc(len(self._reads))
            # No trace: the failure is the database's, and what matters is the number.
            log.error(  # noqa: TRY400
                "audit_events_lost_at_shutdown", count=len(self._reads), failure=type(failure).__name__
            )

    async def events(self) -> list[dict[str, Any]]:
        """Everything recorded since the last `forget`, oldest first, as it is delivered. For tests."""
        await self.flush()
        return [json.loads(one.document) for one in await self.store.all()]

    async def forget(self) -> None:
        """Removes all events, delivered or not. For tests."""
        await self.flush()
        await self.store.clear()

    async def _write_reads(self) -> None:
        pause = _BATCH_SECONDS
        while self._reads and not self._is_stopping.is_set():
            await self._wait(pause)
            try:
                await self.flush()
                pause = _BATCH_SECONDS
            except CONNECTION_FAILURES as failure:
                pause = _RETRY_SECONDS
                log.warning("audit_of_reads_delayed", count=len(self._reads), failure=type(failure).__name__)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._is_stopping.wait()
        except TimeoutError:
            return

    def _envelope(self, event: AuditEvent) -> AuditEnvelope:
        return envelope(
            event,
            event_id=uuid4(),
            generated_at=self._clock.now(),
            request=current_request_or_none(),
            provider=self._provider,
            metrics_key=self._metrics_key,
        )


def _nobody() -> None:
    return
