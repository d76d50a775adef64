"""How a job's handler is run inside PgQueuer, and what becomes of its failure."""

import asyncio
import contextlib
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from pgqueuer.core.executors import AbstractEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Context, Job

from agent_services.platform import telemetry
from agent_services.platform.http.context import RequestContext, bind
from agent_services.platform.jobs.retrying import JobGivenUp, RetryLater, RetryPolicy
from agent_services.platform.jobs.store import JobStore

log = structlog.get_logger(__name__)

JobHandler = Callable[[Mapping[str, Any]], Awaitable[None]]


class RunningHandlers:
    """The handlers at work in this process, so that a shutdown can end them."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run(self, work: Coroutine[Any, Any, Any]) -> bool:
        """Awaits the handler. False when it was cut off, by `cut_off` or by a cancellation of the caller."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            await task
        except asyncio.CancelledError:
            # PgQueuer deletes a job whose task was cancelled. So cancellations end here, and the caller says
            # instead that the job is to be done again.
            task.cancel()
            while not task.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait({task})
            return False
        return True

    def cut_off(self) -> int:
        """Ends what still runs; how many."""
        for task in self._tasks:
            task.cancel()
        return len(self._tasks)


@dataclass(frozen=True, slots=True)
class RegisteredJob:
    name: str
    handler: JobHandler
    retry: RetryPolicy


class HandlerExecutor(AbstractEntrypointExecutor):
    """Runs one kind of job.

    What it raises holds no word of the handler's own exception, because PgQueuer stores and logs it.
    """

    def __init__(
        self,
        job: RegisteredJob,
        store: JobStore,
        running: RunningHandlers,
        context_of_job: Callable[[], RequestContext],
    ) -> None:
        super().__init__(EntrypointExecutorParameters(concurrency_limit=0, func=_never_called, on_failure="hold"))
        self._job = job
        self._store = store
        self._running = running
        self._context_of_job = context_of_job

    async def execute(self, job: Job, context: Context) -> None:
        attempt = job.attempts + 1
        try:
            is_done = await self._running.run(self._handle(job.payload or b""))
        except Exception as failure:
            outcome = self._after(failure, job.id, attempt)
        else:
            if is_done:
                telemetry.job_runs.labels(self._job.name, "succeeded").inc()
                return
            log.info("job_cut_off", job=self._job.name, job_id=job.id)
            telemetry.job_runs.labels(self._job.name, "cut_off").inc()
            outcome = RetryRequested(timedelta(0), "cut off by a shutdown")
        # Outside the handlers above, so that the failure does not hang on as its context.
        raise outcome

    async def _handle(self, sealed: bytes) -> None:
        with bind(self._context_of_job()):
            await self._job.handler(self._store.opened(self._job.name, sealed))

    def _after(self, failure: Exception, job_id: int, attempt: int) -> Exception:
        name, kind = self._job.name, type(failure).__name__
        facts = {"job": name, "job_id": job_id, "attempt": attempt, "failure": kind}
        if self._job.retry.is_last(attempt):
            telemetry.job_runs.labels(name, "given_up").inc()
            log.error("job_given_up", **facts, where=place_of(failure))
            return JobGivenUp(kind)
        pause = failure.after if isinstance(failure, RetryLater) else self._job.retry.pause_after(attempt)
        telemetry.job_runs.labels(name, "retried").inc()
        log.warning("job_failed", **facts, retry_in_seconds=round(pause.total_seconds(), 1), where=place_of(failure))
        return RetryRequested(pause, kind)


def place_of(failure: BaseException) -> str:
    """Where the exception was raised, innermost first, without its text: that may hold personal data."""
    frames = traceback.extract_tb(failure.__traceback__)[-4:]
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))


async def _never_called(_: Job) -> None:
    raise AssertionError("the executor runs the handler itself")
