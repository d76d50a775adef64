"""Registering, enqueuing and running jobs."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import structlog
from pgqueuer.core.applications import PgQueuer
from pgqueuer.domain.models import Schedule

from agent_services.platform import telemetry
from agent_services.platform.clock import SystemClock
from agent_services.platform.database import UnitOfWork
from agent_services.platform.dedicated import ConnectionFactory
from agent_services.platform.encryption import FieldCipher
from agent_services.platform.http.context import RequestContext, bind
from agent_services.platform.jobs.execution import (
    HandlerExecutor,
    JobHandler,
    RegisteredJob,
    RunningHandlers,
    place_of,
)
from agent_services.platform.jobs.retrying import RetryPolicy
from agent_services.platform.jobs.schedule import LondonSchedule, checked_cron
from agent_services.platform.jobs.store import CHANNEL, HeldJob, JobStore, queries_over
from agent_services.platform.locks import Locks

log = structlog.get_logger(__name__)

ScheduledHandler = Callable[[], Awaitable[int]]
"""Does all that is due and says how many items that were."""

_NOW = timedelta(0)
_BATCH = 10
_MOST_AT_ONCE = 20
_HISTORY = timedelta(days=7)
_LONGEST_PAUSE_SECONDS = 10.0


class UnknownJob(LookupError):
    """No job of that name is registered: a fault in the wiring, or a name that a caller made up."""


@dataclass(frozen=True, slots=True)
class _ScheduledJob:
    name: str
    cron: str | None
    handler: ScheduledHandler
    lock: str


class Jobs:
    """The queue and the schedule. Every process may enqueue; those that call `start` do the work too."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        cipher: FieldCipher,
        locks: Locks,
        connect: ConnectionFactory,
        *,
        context_of_job: Callable[[], RequestContext] = lambda: RequestContext.for_job(None),
        heartbeat_timeout: timedelta = timedelta(seconds=20),
        poll: timedelta = timedelta(seconds=10),
        run_once_wait: timedelta = timedelta(seconds=10),
    ) -> None:
        """`context_of_job` gives each run its request context (with the service's own token).

        A killed worker's job is taken again `heartbeat_timeout` after its last sign of life (sent twice in that
        time), at the next look, which comes at least every `poll`: after 30 s at most.
        """
        self.store = JobStore(pool, cipher)
        self._locks = locks
        self._connect = connect
        self._context_of_job = context_of_job
        self._running = RunningHandlers()
        self._heartbeat_timeout = heartbeat_timeout
        self._poll = poll
        self._run_once_wait = run_once_wait
        self._registered: dict[str, RegisteredJob] = {}
        self._scheduled: dict[str, _ScheduledJob] = {}
        self._supervisor: asyncio.Task[None] | None = None
        self._queuer: PgQueuer | None = None
        self._is_stopping = asyncio.Event()
        self.schedule("forget-job-history", "17 * * * *", self._forget_history)

    def register(self, name: str, handler: JobHandler, *, retry: RetryPolicy | None = None) -> None:
        """`handler` is given the payload. It may be run again after a crash or a failure, so it must be repeatable."""
        if name in self._registered:
            raise ValueError(f"job {name} is registered twice")
        self._registered[name] = RegisteredJob(name, handler, retry or RetryPolicy())

    def schedule(self, name: str, cron: str | None, handler: ScheduledHandler, *, lock: str | None = None) -> None:
        """`handler` is run at the ticks of the five-field `cron` (Europe/London), by one process at a time, and by
        `run_once`; without `cron` by `run_once` alone. `lock` names the lock it holds meanwhile.

        Raises InvalidCron.
        """
        if name in self._scheduled:
            raise ValueError(f"scheduled job {name} is registered twice")
        expression = None if cron is None else checked_cron(cron)
        self._scheduled[name] = _ScheduledJob(name, expression, handler, lock or f"scheduled-job-{name}")

    @property
    def names(self) -> frozenset[str]:
        """Of the jobs that can be enqueued."""
        return frozenset(self._registered)

    @property
    def scheduled_names(self) -> frozenset[str]:
        """Of the jobs that `run_once` takes."""
        return frozenset(self._scheduled)

    async def enqueue(
        self, work: UnitOfWork, name: str, payload: Mapping[str, Any], *, not_before: timedelta | None = None
    ) -> None:
        """Orders a job in the caller's transaction: done after its commit, no sooner than `not_before` from now.

        The payload is JSON and is stored encrypted. Raises UnknownJob.
        """
        await self.enqueue_many(work, name, [payload], not_before=not_before)

    async def enqueue_many(
        self, work: UnitOfWork, name: str, payloads: Sequence[Mapping[str, Any]], *, not_before: timedelta | None = None
    ) -> None:
        """As `enqueue`, one job for each payload, in one statement."""
        if name not in self._registered:
            raise UnknownJob(name)
        if payloads:
            await self.store.enqueue(work, name, payloads, not_before or _NOW)

    async def run_once(self, name: str) -> int:
        """Runs a scheduled job to its end in this process, whatever its cron. How many items it processed.

        A run under way elsewhere is waited for, for a bounded time; 0 when its lock stays taken. Raises UnknownJob,
        and what the handler raises.
        """
        if name not in self._scheduled:
            raise UnknownJob(name)
        return await self._run_scheduled(self._scheduled[name], wait=self._run_once_wait)

    async def held(self, *, limit: int = 100) -> list[HeldJob]:
        """The jobs that were given up, oldest first, for an operator to retry or close."""
        return await self.store.held(limit)

    async def retry_held(self, job_id: int) -> bool:
        """Puts a given-up job back in the queue. False: no such job."""
        return await self.store.requeue(job_id)

    async def close_held(self, job_id: int) -> bool:
        """Removes a given-up job for good. False: no such job."""
        return await self.store.close(job_id)

    def start(self) -> None:
        """Works in this process from now on, through losses of the database, until `stop`."""
        self._supervisor = asyncio.create_task(self._supervise(), name="jobs")

    async def stop(self, *, grace: timedelta = timedelta(seconds=20)) -> None:
        """Takes no more jobs and lets those under way end. After `grace` they are cut off and queued again."""
        if self._supervisor is None:
            return
        self._is_stopping.set()
        if self._queuer is not None:
            self._queuer.shutdown.set()
        _, unfinished = await asyncio.wait({self._supervisor}, timeout=grace.total_seconds())
        if unfinished:
            log.warning("jobs_cut_off", count=self._running.cut_off())
            _, unfinished = await asyncio.wait({self._supervisor}, timeout=10)
        if unfinished:
            # The database does not answer. What is marked as under way is taken again by the next worker.
            self._supervisor.cancel()
            await asyncio.wait({self._supervisor})
        self._supervisor = None

    async def _supervise(self) -> None:
        pause = 0.5
        while not self._is_stopping.is_set():
            started = time.monotonic()
            try:
                await self._work()
            except Exception as failure:
                # Whatever ails the queue's connection or tables: without this loop no job would ever run again.
                log.warning("jobs_interrupted", failure=type(failure).__name__, where=place_of(failure))
            pause = 0.5 if time.monotonic() - started > 60 else min(pause * 2, _LONGEST_PAUSE_SECONDS)
            try:
                async with asyncio.timeout(pause):
                    await self._is_stopping.wait()
            except TimeoutError:
                continue

    async def _work(self) -> None:
        connection = await self._connect()
        try:
            self._queuer = self._build_queuer(connection)
            if self._is_stopping.is_set():
                return
            await self._queuer.run(
                batch_size=_BATCH,
                max_concurrent_tasks=_MOST_AT_ONCE,
                dequeue_timeout=self._poll,
                heartbeat_timeout=self._heartbeat_timeout,
                shutdown_on_listener_failure=True,
            )
        finally:
            self._queuer = None
            connection.terminate()

    def _build_queuer(self, connection: asyncpg.Connection) -> PgQueuer:
        driver, queries = queries_over(connection)
        queuer = PgQueuer(driver, channel=CHANNEL, queries=queries)
        for job in self._registered.values():
            queuer.qm.register_executor(job.name, HandlerExecutor(job, self.store, self._running, self._context_of_job))
        for scheduled in self._scheduled.values():
            if scheduled.cron is not None:
                queuer.schedule(scheduled.name, scheduled.cron, executor_factory=LondonSchedule)(self._tick(scheduled))
        return queuer

    def _tick(self, job: _ScheduledJob) -> Callable[[Schedule], Awaitable[None]]:
        async def tick(_: Schedule) -> None:
            try:
                await self._running.run(self._run_scheduled(job, wait=_NOW))
            except Exception as failure:
                # The next tick is the retry; PgQueuer would log the failure's own words.
                telemetry.job_runs.labels(job.name, "retried").inc()
                log.error(  # noqa: TRY400
                    "scheduled_job_failed", job=job.name, failure=type(failure).__name__, where=place_of(failure)
                )

        return tick

    async def _run_scheduled(self, job: _ScheduledJob, *, wait: timedelta) -> int:
        async with self._locks.exclusive(job.lock, wait=wait) as held:
            if not held:
                telemetry.job_runs.labels(job.name, "skipped").inc()
                log.info("scheduled_job_skipped", job=job.name)
                return 0
            with bind(self._context_of_job()):
                processed = await job.handler()
        telemetry.job_runs.labels(job.name, "succeeded").inc()
        log.info("scheduled_job_done", job=job.name, processed=processed)
        return processed

    async def _forget_history(self) -> int:
        # The queue's own times are real time.
        return await self.store.forget_history(before=SystemClock().now() - _HISTORY)
