"""The queue and the schedule, over the real PostgreSQL."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent_services.platform.clock import SystemClock
from agent_services.platform.database import Database
from agent_services.platform.dedicated import dedicated_connections
from agent_services.platform.encryption import FieldCipher
from agent_services.platform.http.context import RequestContext, current_request
from agent_services.platform.jobs import HeldJob, InvalidCron, Jobs, RetryLater, RetryPolicy, UnknownJob
from agent_services.platform.jobs.schedule import next_run
from agent_services.platform.locks import Locks

QUICK = RetryPolicy(first_pause=timedelta(milliseconds=50), longest_pause=timedelta(milliseconds=100), max_attempts=3)
MakeJobs = Callable[[], Jobs]


@pytest.fixture
def database_url(module_database_url: str) -> str:
    """One database for the tests of this file, which empty the queue before they begin."""
    return module_database_url


@pytest.fixture
async def make_jobs(database: Database, database_url: str, cipher: FieldCipher) -> AsyncIterator[MakeJobs]:
    """Makes the queue of one more process, with short time-outs."""
    await database.pool.execute("TRUNCATE jobs.pgqueuer, jobs.pgqueuer_log, jobs.pgqueuer_schedules")
    made: list[tuple[Jobs, Locks]] = []

    def make() -> Jobs:
        connect = dedicated_connections(database_url, application_name="jobs under test")
        locks = Locks(connect)
        jobs = Jobs(
            database.pool,
            cipher,
            locks,
            connect,
            context_of_job=lambda: RequestContext.for_job("service-token"),
            heartbeat_timeout=timedelta(seconds=1),
            poll=timedelta(milliseconds=300),
            run_once_wait=timedelta(milliseconds=300),
        )
        made.append((jobs, locks))
        return jobs

    yield make
    for jobs, locks in made:
        await jobs.stop(grace=timedelta(0))
        await locks.stop()


@pytest.fixture
def jobs(make_jobs: MakeJobs) -> Jobs:
    return make_jobs()


class Recorder:
    """A handler that notes its payloads, and fails the first so many times."""

    def __init__(self, failures: int = 0, failure: Exception | None = None) -> None:
        self.payloads: list[Mapping[str, Any]] = []
        self.moments: list[float] = []
        self.contexts: list[RequestContext] = []
        self._failures = failures
        self._failure = failure or RuntimeError("AB123456C is no good")

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        self.payloads.append(payload)
        self.moments.append(asyncio.get_running_loop().time())
        self.contexts.append(current_request())
        if len(self.payloads) <= self._failures:
            raise self._failure


async def until(condition: Callable[[], bool], within: float = 5) -> None:
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.01)


async def held_jobs(jobs: Jobs) -> list[HeldJob]:
    async with asyncio.timeout(5):
        while not (held := await jobs.held()):
            await asyncio.sleep(0.02)
    return held


async def enqueue(database: Database, jobs: Jobs, name: str, payload: Mapping[str, Any], **when: timedelta) -> None:
    async with database.unit_of_work() as work:
        await jobs.enqueue(work, name, payload, **when)


async def rows_in_queue(database: Database) -> int:
    count: int = await database.pool.fetchval("SELECT count(*) FROM jobs.pgqueuer")
    return count


async def test_a_job_is_done_with_its_payload_and_the_services_token(database: Database, jobs: Jobs) -> None:
    handler = Recorder()
    jobs.register("greet", handler)
    jobs.start()

    await enqueue(database, jobs, "greet", {"name": "Åse", "count": 2})
    await until(lambda: len(handler.payloads) == 1)

    assert handler.payloads == [{"name": "Åse", "count": 2}]
    assert handler.contexts[0].authorization == "Bearer service-token"
    await jobs.stop()
    assert await rows_in_queue(database) == 0


async def test_a_job_of_a_rolled_back_transaction_is_never_done(database: Database, jobs: Jobs) -> None:
    jobs.register("greet", Recorder())

    async def fail_after_enqueuing() -> None:
        async with database.unit_of_work() as work:
            await jobs.enqueue(work, "greet", {})
            raise RuntimeError("the change failed")

    with pytest.raises(RuntimeError, match="the change failed"):
        await fail_after_enqueuing()

    assert await rows_in_queue(database) == 0


async def test_nothing_personal_is_queued_in_the_clear(database: Database, jobs: Jobs) -> None:
    jobs.register("greet", Recorder())

    await enqueue(database, jobs, "greet", {"nino": "AB123456C"})

    stored = await database.pool.fetchval("SELECT string_agg(pgqueuer::text, '') FROM jobs.pgqueuer")
    assert "AB123456C" not in stored
    assert b"AB123456C".hex() not in stored


async def test_a_job_is_done_no_sooner_than_asked(database: Database, jobs: Jobs) -> None:
    handler = Recorder()
    jobs.register("later", handler)
    jobs.start()
    ordered = asyncio.get_running_loop().time()

    await enqueue(database, jobs, "later", {}, not_before=timedelta(milliseconds=700))
    await until(lambda: len(handler.payloads) == 1)

    assert handler.moments[0] - ordered >= 0.7


async def test_many_jobs_are_ordered_at_once_and_each_done_once_by_two_processes(
    database: Database, make_jobs: MakeJobs
) -> None:
    here, there, handler = make_jobs(), make_jobs(), Recorder()
    for process in (here, there):
        process.register("count", handler)
        process.start()

    async with database.unit_of_work() as work:
        await here.enqueue_many(work, "count", [{"number": number} for number in range(60)])
    await until(lambda: len(handler.payloads) >= 60)
    await here.stop()
    await there.stop()

    assert sorted(payload["number"] for payload in handler.payloads) == list(range(60))
    assert await rows_in_queue(database) == 0


async def test_a_failed_job_is_tried_again_with_growing_pauses(database: Database, jobs: Jobs) -> None:
    handler = Recorder(failures=2)
    jobs.register("flaky", handler, retry=QUICK)
    jobs.start()

    await enqueue(database, jobs, "flaky", {"id": 1})
    await until(lambda: len(handler.payloads) == 3)

    first, second, third = handler.moments
    assert second - first >= 0.05
    assert third - second >= 0.1
    await jobs.stop()
    assert await rows_in_queue(database) == 0


async def test_a_handler_may_choose_its_own_pause(database: Database, jobs: Jobs) -> None:
    handler = Recorder(failures=1, failure=RetryLater(timedelta(milliseconds=400)))
    jobs.register("patient", handler, retry=QUICK)
    jobs.start()

    await enqueue(database, jobs, "patient", {})
    await until(lambda: len(handler.payloads) == 2)

    assert handler.moments[1] - handler.moments[0] >= 0.4


async def test_a_job_given_up_stays_listed_until_it_is_retried_or_closed(database: Database, jobs: Jobs) -> None:
    handler = Recorder(failures=4)
    jobs.register("hopeless", handler, retry=QUICK)
    jobs.start()
    await enqueue(database, jobs, "hopeless", {"id": 7})
    held = await held_jobs(jobs)

    assert [(job.name, job.payload, job.attempts, job.reason) for job in held] == [
        ("hopeless", {"id": 7}, 3, "RuntimeError")
    ]
    assert abs(held[0].given_up_at - SystemClock().now()) < timedelta(minutes=1)

    assert await jobs.retry_held(held[0].id)
    # The trigger tells of new jobs only; the next poll finds this one.
    await until(lambda: len(handler.payloads) == 5)
    await jobs.stop()
    assert await jobs.held() == []
    assert not await jobs.retry_held(held[0].id)
    assert not await jobs.close_held(held[0].id)


async def test_a_held_job_can_be_closed(database: Database, jobs: Jobs) -> None:
    jobs.register("hopeless", Recorder(failures=99), retry=RetryPolicy(max_attempts=1))
    jobs.start()
    await enqueue(database, jobs, "hopeless", {})
    held = await held_jobs(jobs)

    assert await jobs.close_held(held[0].id)

    assert await rows_in_queue(database) == 0


async def test_the_words_of_a_failure_are_neither_stored_nor_logged(
    database: Database, jobs: Jobs, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    jobs.register("flaky", Recorder(failures=99), retry=RetryPolicy(QUICK.first_pause, QUICK.longest_pause, 2))
    jobs.start()

    await enqueue(database, jobs, "flaky", {})
    await held_jobs(jobs)

    log_of_queue = await database.pool.fetchval("SELECT string_agg(pgqueuer_log::text, '') FROM jobs.pgqueuer_log")
    assert "RuntimeError" in log_of_queue
    assert "AB123456C" not in log_of_queue
    assert "AB123456C" not in capsys.readouterr().out + caplog.text


async def test_jobs_of_unknown_name_are_left_alone(database: Database, make_jobs: MakeJobs) -> None:
    newer, older, handler = make_jobs(), make_jobs(), Recorder()
    newer.register("of-a-newer-release", Recorder())
    older.register("known", handler)
    older.start()

    await enqueue(database, newer, "of-a-newer-release", {})
    await enqueue(database, older, "known", {})
    await until(lambda: len(handler.payloads) == 1)
    await older.stop()

    assert await rows_in_queue(database) == 1


async def test_an_unregistered_job_cannot_be_ordered(database: Database, jobs: Jobs) -> None:
    with pytest.raises(UnknownJob):
        await enqueue(database, jobs, "mistyped", {})


async def test_a_job_under_way_at_shutdown_is_finished(database: Database, jobs: Jobs) -> None:
    started, finished = asyncio.Event(), asyncio.Event()

    async def slow(_: Mapping[str, Any]) -> None:
        started.set()
        await asyncio.sleep(0.3)
        finished.set()

    jobs.register("slow", slow)
    jobs.start()
    await enqueue(database, jobs, "slow", {})
    await started.wait()

    await jobs.stop()

    assert finished.is_set()
    assert await rows_in_queue(database) == 0


async def test_a_job_cut_off_at_shutdown_is_done_by_the_next_worker(database: Database, make_jobs: MakeJobs) -> None:
    here, there, handler, started = make_jobs(), make_jobs(), Recorder(), asyncio.Event()

    async def endless(_: Mapping[str, Any]) -> None:
        started.set()
        await asyncio.Event().wait()

    here.register("long", endless)
    there.register("long", handler)
    here.start()
    await enqueue(database, here, "long", {"id": 1})
    await started.wait()

    await here.stop(grace=timedelta(milliseconds=100))
    there.start()

    await until(lambda: handler.payloads == [{"id": 1}])


async def test_work_goes_on_after_the_database_connection_was_cut(database: Database, jobs: Jobs) -> None:
    handler = Recorder()
    jobs.register("greet", handler)
    jobs.start()
    await enqueue(database, jobs, "greet", {"id": 1})
    await until(lambda: len(handler.payloads) == 1)
    await asyncio.sleep(0.3)

    await database.pool.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'jobs under test' "
        "AND datname = current_database()"
    )
    await enqueue(database, jobs, "greet", {"id": 2})

    await until(lambda: {"id": 2} in handler.payloads, within=10)


WORKER_THAT_HANGS = """
import asyncio, sys
from datetime import timedelta
from agent_services.platform.database import Database
from agent_services.platform.dedicated import dedicated_connections
from agent_services.platform.encryption import EncryptionKey, FieldCipher, Keys
from agent_services.platform.jobs import Jobs
from agent_services.platform.locks import Locks

async def hang(payload):
    print("took it", flush=True)
    await asyncio.sleep(60)

async def main():
    database = await Database.connect(sys.argv[1], min_size=1, max_size=2)
    connect = dedicated_connections(sys.argv[1], application_name="victim")
    cipher = FieldCipher(Keys(encryption=(EncryptionKey("test", b"k" * 32),), lookup=b"l" * 32))
    jobs = Jobs(database.pool, cipher, Locks(connect), connect, heartbeat_timeout=timedelta(seconds=1))
    jobs.register("vital", hang)
    jobs.start()
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_the_job_of_a_killed_worker_is_taken_again(database: Database, database_url: str, jobs: Jobs) -> None:
    """With the time-outs of production within 30 s."""
    handler = Recorder()
    jobs.register("vital", handler)
    await enqueue(database, jobs, "vital", {"id": 1})
    victim = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER_THAT_HANGS, database_url, stdout=asyncio.subprocess.PIPE
    )
    assert victim.stdout is not None
    assert await victim.stdout.readline() == b"took it\n"
    jobs.start()

    victim.kill()
    await victim.wait()

    await until(lambda: handler.payloads == [{"id": 1}], within=10)


async def test_a_scheduled_job_is_run_by_hand(jobs: Jobs) -> None:
    runs: list[str | None] = []

    async def expire() -> int:
        runs.append(current_request().authorization)
        return 3

    jobs.schedule("expire-invitations", None, expire)

    assert await jobs.run_once("expire-invitations") == 3
    assert runs == ["Bearer service-token"]
    assert "expire-invitations" in jobs.scheduled_names
    with pytest.raises(UnknownJob):
        await jobs.run_once("mistyped")


async def test_a_run_by_hand_tells_its_failure(jobs: Jobs) -> None:
    async def fail() -> int:
        raise ConnectionError("no upstream")

    jobs.schedule("recovery", None, fail)

    with pytest.raises(ConnectionError, match="no upstream"):
        await jobs.run_once("recovery")


async def test_a_scheduled_job_runs_once_at_a_time(make_jobs: MakeJobs) -> None:
    here, there = make_jobs(), make_jobs()
    started, go_on = asyncio.Event(), asyncio.Event()

    async def work() -> int:
        started.set()
        await go_on.wait()
        return 1

    for process in (here, there):
        process.schedule("warning-emails", None, work, lock="scheduler-lock-WarningEmailSchedule")
    first = asyncio.create_task(here.run_once("warning-emails"))
    await started.wait()

    assert await there.run_once("warning-emails") == 0
    go_on.set()
    assert await first == 1


async def test_a_tick_is_run_by_one_of_two_processes(database: Database, make_jobs: MakeJobs) -> None:
    here, there = make_jobs(), make_jobs()
    ticks: list[str] = []

    async def tick() -> int:
        ticks.append("tick")
        return 0

    for process in (here, there):
        process.schedule("every-minute", "* * * * *", tick)
        process.start()
    await until_scheduled(database, "every-minute")

    # As if the minute were over: the processes look at their next tick, a minute from now at most, so they start anew.
    await here.stop()
    await there.stop()
    await database.pool.execute("UPDATE jobs.pgqueuer_schedules SET next_run = next_run - interval '1 hour'")
    successors = make_jobs(), make_jobs()
    for process in successors:
        process.schedule("every-minute", "* * * * *", tick)
        process.start()
    await until(lambda: len(ticks) >= 1)
    await asyncio.sleep(0.3)

    # One more if a real minute began meanwhile.
    assert len(ticks) <= 2


async def until_scheduled(database: Database, name: str) -> None:
    async with asyncio.timeout(5):
        while not await database.pool.fetchval(
            "SELECT EXISTS (SELECT FROM jobs.pgqueuer_schedules WHERE entrypoint = $1)", name
        ):
            await asyncio.sleep(0.02)


async def test_a_failed_tick_does_not_end_the_schedule(
    database: Database, make_jobs: MakeJobs, capsys: pytest.CaptureFixture[str]
) -> None:
    attempts: list[str] = []

    async def fail() -> int:
        attempts.append("attempt")
        raise RuntimeError("AB123456C is no good")

    for failures in range(3):
        process = make_jobs()
        process.schedule("every-minute", "* * * * *", fail)
        process.start()
        await until_scheduled(database, "every-minute")
        await until(lambda expected=failures: len(attempts) >= expected)  # type: ignore[misc]
        await process.stop()
        await database.pool.execute("UPDATE jobs.pgqueuer_schedules SET next_run = next_run - interval '1 hour'")

    assert len(attempts) >= 2
    assert "AB123456C" not in capsys.readouterr().out


@pytest.mark.parametrize("cron", ["", "* * * *", "* * * * * *", "@daily", "61 * * * *", "0 0 * * funday"])
def test_only_five_field_cron_is_taken(jobs: Jobs, cron: str) -> None:
    async def work() -> int:
        return 0

    with pytest.raises(InvalidCron):
        jobs.schedule("never", cron, work)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (datetime(2026, 1, 10, 1, 0, tzinfo=UTC), datetime(2026, 1, 10, 3, 0, tzinfo=UTC)),
        (datetime(2026, 7, 10, 1, 0, tzinfo=UTC), datetime(2026, 7, 10, 2, 0, tzinfo=UTC)),
    ],
)
def test_cron_is_read_in_london(after: datetime, expected: datetime) -> None:
    """invitations 18"""
    assert next_run("0 3 * * *", after) == expected


async def test_old_history_is_forgotten_but_for_held_jobs(database: Database, jobs: Jobs) -> None:
    await database.pool.execute(
        """
        INSERT INTO jobs.pgqueuer (id, priority, status, entrypoint) VALUES (1, 0, 'failed', 'held');
        INSERT INTO jobs.pgqueuer_log (created, job_id, status, priority, entrypoint)
        VALUES ('2020-01-01', 1, 'failed', 0, 'held'), ('2020-01-01', 2, 'successful', 0, 'done'),
               (now(), 3, 'successful', 0, 'done');
        """
    )

    assert await jobs.run_once("forget-job-history") == 1

    rows = await database.pool.fetch("SELECT job_id FROM jobs.pgqueuer_log ORDER BY job_id")
    assert [row["job_id"] for row in rows] == [1, 3]


async def test_a_payload_must_be_json(database: Database, jobs: Jobs) -> None:
    jobs.register("greet", Recorder())

    with pytest.raises(TypeError):
        await enqueue(database, jobs, "greet", {"when": datetime(2026, 1, 1, tzinfo=UTC)})


def test_pauses_double_up_to_the_longest_and_are_never_shorter_than_asked() -> None:
    policy = RetryPolicy(first_pause=timedelta(seconds=10), longest_pause=timedelta(minutes=1), max_attempts=None)

    pauses = [policy.pause_after(attempt).total_seconds() for attempt in (1, 2, 3, 4, 500)]

    assert [pause >= least for pause, least in zip(pauses, (10, 20, 40, 60, 60), strict=True)] == [True] * 5
    assert [pause <= 1.2 * least for pause, least in zip(pauses, (10, 20, 40, 60, 60), strict=True)] == [True] * 5
    assert not policy.is_last(1_000_000)
