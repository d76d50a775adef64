"""Connections go from user to user directly as long as they are fit for it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from agent_services.platform.warm_pool import WarmPool, create_warm_pool


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[WarmPool]:
    """Two connections at most."""
    opened = await create_warm_pool(
        database_url, min_size=1, max_size=2, connection_class=asyncpg.Connection, command_timeout=5
    )
    yield opened
    await opened.close()


async def _backend(pool: WarmPool) -> int:
    pid: int = await pool.fetchval("SELECT pg_backend_pid() FROM pg_sleep(0.01)")
    return pid


async def test_one_user_after_the_other_has_the_same_connection(pool: WarmPool) -> None:
    assert len({await _backend(pool) for _ in range(5)}) == 1


async def test_more_users_than_connections_are_all_served(pool: WarmPool) -> None:
    backends = await asyncio.gather(*(_backend(pool) for _ in range(20)))

    assert len(backends) == 20
    assert len(set(backends)) == 2


async def test_who_waits_gets_the_connection_that_is_given_back(pool: WarmPool) -> None:
    async with pool.acquire(), pool.acquire():
        waiting = asyncio.create_task(_backend(pool))
        await asyncio.sleep(0.05)
        assert not waiting.done()

    assert await asyncio.wait_for(waiting, 5) > 0


async def test_who_gives_up_waiting_leaves_nothing_behind(pool: WarmPool) -> None:
    async with pool.acquire(), pool.acquire():
        with pytest.raises(TimeoutError):
            await pool.acquire(timeout=0.05)

    assert len(set(await asyncio.gather(*(_backend(pool) for _ in range(6))))) == 2


async def test_who_is_cancelled_while_waiting_takes_nobodys_turn(pool: WarmPool) -> None:
    async with pool.acquire(), pool.acquire():
        gives_up, stays = asyncio.create_task(_backend(pool)), asyncio.create_task(_backend(pool))
        await asyncio.sleep(0.05)
        gives_up.cancel()

    assert await asyncio.wait_for(stays, 5) > 0
    assert len(set(await asyncio.gather(*(_backend(pool) for _ in range(6))))) == 2


async def test_who_is_cancelled_just_when_their_turn_comes_passes_it_on(pool: WarmPool) -> None:
    first, second = await pool.acquire(), await pool.acquire()
    gives_up, stays = asyncio.create_task(_backend(pool)), asyncio.create_task(_backend(pool))
    await asyncio.sleep(0.05)
    await pool.release(first)
    gives_up.cancel()

    assert await asyncio.wait_for(stays, 5) > 0
    await pool.release(second)


async def test_who_waits_is_served_although_a_connection_breaks(pool: WarmPool) -> None:
    async with pool.acquire(), pool.acquire() as broken:
        waiting = asyncio.create_task(_backend(pool))
        await asyncio.sleep(0.05)
        with pytest.raises(asyncpg.PostgresConnectionError):
            await broken.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    assert await asyncio.wait_for(waiting, 5) > 0


async def test_many_users_who_give_up_at_random_starve_nobody(pool: WarmPool) -> None:
    async def use(number: int) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.002 * (number % 7)):
                await pool.fetchval("SELECT pg_sleep(0.003)")

    await asyncio.gather(*(use(number) for number in range(200)))

    assert len(set(await asyncio.gather(*(_backend(pool) for _ in range(6))))) == 2


async def test_a_transaction_left_open_is_rolled_back(pool: WarmPool) -> None:
    async with pool.acquire() as connection:
        await connection.execute("BEGIN; CREATE TABLE left_open (number int)")

    assert await pool.fetchval("SELECT to_regclass('left_open')") is None


async def test_a_failed_statement_leaves_a_good_connection(pool: WarmPool) -> None:
    before = await _backend(pool)
    with pytest.raises(asyncpg.DivisionByZeroError):
        await pool.fetchval("SELECT 1 / 0")

    assert await _backend(pool) == before


async def test_a_cancelled_statement_does_not_disturb_the_next(pool: WarmPool) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pool.fetchval("SELECT 'late' FROM pg_sleep(30)"), 0.05)

    assert await asyncio.wait_for(pool.fetchval("SELECT 'next'"), 5) == "next"


async def test_a_connection_cut_at_rest_is_replaced(pool: WarmPool, database_url: str) -> None:
    cut = await _backend(pool)
    connection = await asyncpg.connect(database_url)
    await connection.execute("SELECT pg_terminate_backend($1)", cut)
    await connection.close()
    await asyncio.sleep(0.1)

    backends = await asyncio.gather(*(_backend(pool) for _ in range(6)))

    assert cut not in backends
    assert len(set(backends)) == 2


async def test_a_connection_cut_in_use_is_replaced(pool: WarmPool) -> None:
    with pytest.raises(asyncpg.PostgresConnectionError):
        await pool.fetchval("SELECT pg_terminate_backend(pg_backend_pid())")

    assert await _backend(pool) > 0


async def test_what_is_not_needed_any_more_is_left_to_asyncpg(database_url: str) -> None:
    pool = await create_warm_pool(
        database_url, min_size=1, max_size=3, rest=timedelta(0), connection_class=asyncpg.Connection
    )
    await asyncio.gather(*(_backend(pool) for _ in range(3)))
    await _backend(pool)

    left_to_asyncpg = pool.get_idle_size()

    await pool.close()
    assert left_to_asyncpg == 2


async def test_the_end_waits_for_who_is_at_work(database_url: str) -> None:
    pool = await create_warm_pool(database_url, min_size=1, max_size=2, connection_class=asyncpg.Connection)
    await _backend(pool)
    at_work = asyncio.create_task(pool.fetchval("SELECT 'done' FROM pg_sleep(0.2)"))
    await asyncio.sleep(0.05)

    await asyncio.wait_for(pool.close(), 5)

    assert await at_work == "done"
    with pytest.raises(asyncpg.InterfaceError):
        await pool.fetchval("SELECT 1")
