"""Locks between tasks, processes and machines, over the real PostgreSQL."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from agent_services.platform.database import Database
from agent_services.platform.dedicated import dedicated_connections
from agent_services.platform.encryption import FieldCipher
from agent_services.platform.locks import HeldLock, HeldLocks, Locks
from agent_services.platform.locks.store import lock_key

ARN, OTHER_ARN = "AARN0000002", "AARN0000010"
KEY, OTHER_KEY = "HMRC-MTD-VAT~VRN~101747696", "HMRC-MTD-VAT~VRN~101747641"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def database_url(module_database_url: str) -> str:
    """One database for the tests of this file, which give back what they take."""
    return module_database_url


@pytest.fixture
async def processes(database_url: str) -> AsyncIterator[tuple[Locks, Locks]]:
    """The locks of two processes."""
    connect = dedicated_connections(database_url, application_name="locks under test")
    both = Locks(connect), Locks(connect, client_wait=timedelta(milliseconds=300))
    yield both
    for locks in both:
        await locks.stop()


@pytest.fixture
async def held_locks(database: Database, cipher: FieldCipher) -> AsyncIterator[HeldLocks]:
    by_hand = HeldLocks(database.pool, cipher)
    yield by_hand
    await by_hand.clear()


async def cut_connections(database: Database) -> None:
    await database.pool.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'locks under test' "
        "AND datname = current_database()"
    )


async def test_one_process_at_a_time(processes: tuple[Locks, Locks]) -> None:
    here, there = processes

    async with here.pair(ARN, KEY) as mine, there.pair(ARN, KEY) as yours:
        assert mine
        assert not yours

    async with there.pair(ARN, KEY) as yours:
        assert yours


async def test_one_task_of_a_process_at_a_time(processes: tuple[Locks, Locks]) -> None:
    here, _ = processes

    async with here.pair(ARN, KEY) as mine, here.pair(ARN, KEY) as again:
        assert mine
        assert not again

    async with here.pair(ARN, KEY) as mine:
        assert mine


async def test_other_pairs_and_the_clients_lock_are_other_locks(processes: tuple[Locks, Locks]) -> None:
    here, there = processes

    async with (
        here.pair(ARN, KEY) as first,
        there.pair(ARN, OTHER_KEY) as second,
        there.pair(OTHER_ARN, KEY) as third,
        there.client(KEY) as fourth,
    ):
        assert first
        assert second
        assert third
        assert fourth


async def test_of_many_contenders_one_wins(processes: tuple[Locks, Locks]) -> None:
    inside = asyncio.Event()

    async def contend(locks: Locks) -> bool:
        async with locks.pair(ARN, KEY) as held:
            if held:
                await inside.wait()
            return bool(held)

    outcomes = asyncio.as_completed([contend(locks) for locks in processes * 25])
    losers = [await next(outcomes) for _ in range(49)]
    inside.set()

    assert losers == [False] * 49
    assert await next(outcomes) is True


async def test_a_clients_lock_is_waited_for(processes: tuple[Locks, Locks]) -> None:
    here, there = processes
    order: list[str] = []

    async def second() -> None:
        async with there.client(KEY) as held:
            assert held
            order.append("second")

    async with here.client(KEY) as held:
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.05)
        order.append("first")
        assert held
    await waiting

    assert order == ["first", "second"]


async def test_waiting_for_a_clients_lock_ends(processes: tuple[Locks, Locks]) -> None:
    here, there = processes

    async with here.client(KEY), there.client(KEY) as held:
        assert not held


async def test_replacing_takes_both_locks_or_none(processes: tuple[Locks, Locks]) -> None:
    here, there = processes

    async with here.client(KEY):
        async with there.for_replacing(ARN, KEY) as held:
            assert not held
        async with there.pair(ARN, KEY) as free_again:
            assert free_again

    async with there.for_replacing(ARN, KEY) as held, here.pair(ARN, KEY) as pair:
        assert held
        assert held.still()
        assert not pair


async def test_a_cancelled_holder_gives_its_lock_back(processes: tuple[Locks, Locks]) -> None:
    here, there = processes

    async def hold_for_ever() -> None:
        async with here.pair(ARN, KEY):
            await asyncio.Event().wait()

    for moment in (0, 0, 0.001, 0.002, 0.05):
        holder = asyncio.create_task(hold_for_ever())
        await asyncio.sleep(moment)
        holder.cancel()
        await asyncio.gather(holder, return_exceptions=True)

        async with there.pair(ARN, KEY) as held:
            assert held


async def test_a_lock_is_free_when_its_process_is_killed(processes: tuple[Locks, Locks], database_url: str) -> None:
    script = (
        "import asyncio, sys\n"
        "from agent_services.platform.dedicated import dedicated_connections\n"
        "from agent_services.platform.locks import Locks\n"
        "async def main():\n"
        "    connect = dedicated_connections(sys.argv[1], application_name='victim')\n"
        "    async with Locks(connect).pair(sys.argv[2], sys.argv[3]) as held:\n"
        "        print(bool(held), flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    victim = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, database_url, ARN, KEY, stdout=asyncio.subprocess.PIPE
    )
    assert victim.stdout is not None
    assert await victim.stdout.readline() == b"True\n"
    async with processes[0].pair(ARN, KEY) as held:
        assert not held

    victim.kill()
    await victim.wait()

    async with processes[0].exclusive(f"recovery-{ARN}-{KEY}", wait=timedelta(seconds=2)) as held:
        assert held


async def test_a_holder_learns_that_its_connection_broke(processes: tuple[Locks, Locks], database: Database) -> None:
    here, there = processes

    async with here.for_replacing(ARN, KEY) as mine:
        assert mine.still()
        await cut_connections(database)

        async with asyncio.timeout(5):
            while mine.still():
                await asyncio.sleep(0.01)
        async with there.for_replacing(ARN, KEY) as yours:
            assert yours
            assert yours.still()
        # Over the new connection, too, a lost lock stays lost.
        async with here.pair(OTHER_ARN, KEY) as other:
            assert other
            assert not mine.still()

    async with here.pair(ARN, KEY) as again:
        assert again


async def test_locks_work_again_after_the_connection_was_cut(
    processes: tuple[Locks, Locks], database: Database
) -> None:
    async with processes[0].pair(ARN, KEY):
        pass
    await cut_connections(database)
    await asyncio.sleep(0.05)

    async with processes[0].pair(ARN, KEY) as held:
        assert held


async def test_a_lock_set_down_by_hand_is_held_until_it_is_deleted(
    processes: tuple[Locks, Locks], held_locks: HeldLocks
) -> None:
    by_hand = HeldLock(name=f"recovery-{ARN}-{KEY}", owner="a test", time_created=NOON, expiry_time=NOON)

    await held_locks.put([by_hand, by_hand])

    assert await held_locks.all() == [by_hand]
    for locks in processes:
        async with locks.pair(ARN, KEY) as held, locks.pair(OTHER_ARN, KEY) as other:
            assert not held
            assert other
    await held_locks.clear()
    async with processes[0].pair(ARN, KEY) as held:
        assert held


async def test_no_session_keeps_a_lock_that_was_given_back(
    processes: tuple[Locks, Locks], database: Database, held_locks: HeldLocks
) -> None:
    await held_locks.put([HeldLock(f"recovery-{OTHER_ARN}-{KEY}", "a test", NOON, NOON)])
    async with processes[0].for_replacing(ARN, KEY), processes[0].pair(OTHER_ARN, KEY):
        assert await advisory_locks(database) == 2

    assert await advisory_locks(database) == 0


async def advisory_locks(database: Database) -> int:
    count: int = await database.pool.fetchval(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return count


def test_lock_keys_never_change() -> None:
    """Two releases that run side by side must agree on them."""
    assert lock_key(f"recovery-{ARN}-{KEY}") == 2_731_248_071_198_365_128
