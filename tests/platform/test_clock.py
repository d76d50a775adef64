"""The one clock of an installation."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from agent_services.platform.clock import ClockMode, InvalidDuration, IsoDuration, MovableClock, SystemClock
from agent_services.platform.database import Database
from agent_services.platform.dedicated import dedicated_connections

NEW_YEAR = datetime(2026, 1, 31, 9, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def database_url(module_database_url: str) -> str:
    """One database for the tests of this file, which put the clock back."""
    return module_database_url


@pytest.fixture
async def clocks(database: Database, database_url: str) -> AsyncIterator[tuple[MovableClock, MovableClock]]:
    """The clocks of two processes."""
    connect = dedicated_connections(database_url, application_name="clock under test")
    both = MovableClock(database.pool, connect), MovableClock(database.pool, connect)
    for clock in both:
        await clock.start()
    yield both
    await both[0].reset()
    for clock in both:
        await clock.stop()


def is_near(one: datetime, other: datetime) -> bool:
    return abs(one - other) < timedelta(seconds=5)


async def shows(clock: MovableClock, mode: ClockMode, *, within: float = 1) -> MovableClock:
    async with asyncio.timeout(within):
        while clock.reading().mode is not mode:
            await asyncio.sleep(0.01)
    return clock


async def test_unmoved_it_shows_real_time_in_whole_milliseconds_of_utc(
    clocks: tuple[MovableClock, MovableClock],
) -> None:
    now = clocks[0].now()

    assert is_near(now, datetime.now(UTC))
    assert now.microsecond % 1000 == 0
    assert now.utcoffset() == timedelta(0)
    assert clocks[0].reading().mode is ClockMode.REAL


async def test_a_set_clock_runs_on_from_there_in_every_process(clocks: tuple[MovableClock, MovableClock]) -> None:
    here, there = clocks

    await here.set_now(NEW_YEAR)

    assert is_near(here.now(), NEW_YEAR)
    assert is_near((await shows(there, ClockMode.OFFSET)).now(), NEW_YEAR)
    before = here.now()
    await asyncio.sleep(0.01)
    assert here.now() > before


async def test_a_frozen_clock_stands_still_in_every_process(clocks: tuple[MovableClock, MovableClock]) -> None:
    here, there = clocks

    await here.set_now(NEW_YEAR, frozen=True)

    expected = NEW_YEAR.replace(microsecond=123000)
    assert here.now() == expected
    assert (await shows(there, ClockMode.FROZEN)).now() == expected
    assert there.today().isoformat() == "2026-01-31"


async def test_advancing_adds_up_over_processes(clocks: tuple[MovableClock, MovableClock]) -> None:
    here, there = clocks
    await here.set_now(NEW_YEAR, frozen=True)

    readings = await asyncio.gather(*(clock.advance(timedelta(days=1), frozen=True) for clock in (here, there) * 5))

    # Whichever process came last has seen them all.
    assert max(reading.now for reading in readings) == NEW_YEAR.replace(microsecond=123000) + timedelta(days=10)


async def test_a_frozen_clock_that_is_advanced_runs_on(clocks: tuple[MovableClock, MovableClock]) -> None:
    await clocks[0].set_now(NEW_YEAR, frozen=True)

    reading = await clocks[0].advance(IsoDuration.parse("P21D"))

    assert reading.mode is ClockMode.OFFSET
    assert is_near(reading.now, NEW_YEAR + timedelta(days=21))


async def test_freezing_keeps_the_moved_time(clocks: tuple[MovableClock, MovableClock]) -> None:
    await clocks[0].set_now(NEW_YEAR)

    reading = await clocks[0].freeze()

    assert reading.mode is ClockMode.FROZEN
    assert is_near(reading.now, NEW_YEAR)
    assert clocks[0].now() == reading.now


async def test_resetting_brings_back_real_time(clocks: tuple[MovableClock, MovableClock]) -> None:
    here, there = clocks
    await here.set_now(NEW_YEAR, frozen=True)
    await shows(there, ClockMode.FROZEN)

    await here.reset()

    assert is_near(here.now(), datetime.now(UTC))
    assert is_near((await shows(there, ClockMode.REAL)).now(), datetime.now(UTC))


async def test_a_clock_that_starts_later_shows_the_moved_time(
    clocks: tuple[MovableClock, MovableClock], database: Database, database_url: str
) -> None:
    await clocks[0].set_now(NEW_YEAR, frozen=True)
    late = MovableClock(database.pool, dedicated_connections(database_url, application_name="late clock"))

    await late.start()

    assert late.now() == clocks[0].now()
    await late.stop()


async def test_a_clock_whose_connection_was_cut_follows_again(
    clocks: tuple[MovableClock, MovableClock], database: Database
) -> None:
    await database.pool.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'clock under test' "
        "AND datname = current_database()"
    )

    await clocks[0].set_now(NEW_YEAR, frozen=True)

    assert (await shows(clocks[1], ClockMode.FROZEN, within=3)).now() == clocks[0].now()


def test_the_system_clock_agrees_with_itself() -> None:
    assert SystemClock().today() == SystemClock().now().date()


@pytest.mark.parametrize(
    ("text", "after_the_last_of_january"),
    [
        ("P21D", "2026-02-21T09:00:00"),
        ("PT36H", "2026-02-01T21:00:00"),
        ("P1M", "2026-02-28T09:00:00"),
        ("P1Y1M", "2027-02-28T09:00:00"),
        ("P2W", "2026-02-14T09:00:00"),
        ("PT0.5S", "2026-01-31T09:00:00.500000"),
        ("P1DT1H1M1S", "2026-02-01T10:01:01"),
        ("-P1M", "2025-12-31T09:00:00"),
    ],
)
def test_durations_are_those_of_iso_8601(text: str, after_the_last_of_january: str) -> None:
    start = datetime(2026, 1, 31, 9, tzinfo=UTC)

    assert IsoDuration.parse(text).after(start).isoformat() == after_the_last_of_january + "+00:00"


@pytest.mark.parametrize("text", ["", "P", "PT", "P1", "21D", "P1H", "PT1D", "P-1D", "P1.5D", "P1D ", "P١D"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InvalidDuration):
        IsoDuration.parse(text)


@pytest.mark.parametrize("text", ["P9999Y", "-P9999Y", "P9999999D"])
def test_a_duration_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(InvalidDuration):
        IsoDuration.parse(text).after(datetime(2026, 1, 31, tzinfo=UTC))
