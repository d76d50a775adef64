"""The clock that follows the database's setting."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import asyncpg
import structlog

from agent_services.platform.clock.iso_duration import IsoDuration
from agent_services.platform.clock.reading import ClockReading, SystemClock, whole_milliseconds
from agent_services.platform.clock.store import (
    CHANNEL,
    REAL_TIME,
    ClockSetting,
    change_setting,
    present_setting,
    present_setting_for_change,
)
from agent_services.platform.dedicated import CONNECTION_FAILURES, ConnectionFactory

log = structlog.get_logger(__name__)

# Looked at this often besides the notifications, so that a lost one is made good within a second.
_POLL_SECONDS = 0.5


class MovableClock:
    """Shows the installation's time. The process that moves it sees that at once, others within a second.

    Shows real time until `start`.
    """

    def __init__(self, pool: asyncpg.Pool, connect: ConnectionFactory) -> None:
        self._pool = pool
        self._connect = connect
        self._real = SystemClock()
        self._setting = REAL_TIME
        self._connection: asyncpg.Connection | None = None
        self._follower: asyncio.Task[None] | None = None
        self._notified = asyncio.Event()

    async def start(self) -> None:
        """Reads the present setting and follows it from now on. Raises what asyncpg raises if it cannot."""
        self._connection = await self._listen()
        self._follower = asyncio.create_task(self._follow(), name="clock")

    async def stop(self) -> None:
        if self._follower is None:
            return
        self._follower.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._follower
        self._follower = None
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    def now(self) -> datetime:
        return self._setting.at(self._real.now())

    def today(self) -> date:
        return self.now().date()

    def reading(self) -> ClockReading:
        setting = self._setting
        return ClockReading(mode=setting.mode, now=setting.at(self._real.now()))

    async def set_now(self, instant: datetime, *, frozen: bool = False) -> ClockReading:
        """It is `instant` now (aware), and the clock runs on from there or, if `frozen`, stands still."""
        return await self._move(lambda _: whole_milliseconds(instant.astimezone(UTC)), frozen=frozen)

    async def advance(self, by: IsoDuration | timedelta, *, frozen: bool = False) -> ClockReading:
        """It is that much later than it was, whether the clock ran or stood; moves at the same time add up.

        Raises InvalidDuration where no calendar reaches; the clock then stays as it was.
        """
        step = by if isinstance(by, IsoDuration) else IsoDuration.of(by)
        return await self._move(lambda before: whole_milliseconds(step.after(before)), frozen=frozen)

    async def freeze(self) -> ClockReading:
        """The clock stands still where it is."""
        return await self._move(lambda before: before, frozen=True)

    async def reset(self) -> ClockReading:
        """Back to real time."""
        async with self._pool.acquire() as connection, connection.transaction():
            before = await present_setting_for_change(connection)
            setting = ClockSetting(before.version + 1, timedelta(0), None)
            await change_setting(connection, setting)
        return self._adopt(setting)

    async def _move(self, new_instant: Callable[[datetime], datetime], *, frozen: bool) -> ClockReading:
        async with self._pool.acquire() as connection, connection.transaction():
            before = await present_setting_for_change(connection)
            real = self._real.now()
            instant = new_instant(before.at(real))
            if frozen:
                setting = ClockSetting(before.version + 1, timedelta(0), instant)
            else:
                setting = ClockSetting(before.version + 1, instant - real, None)
            await change_setting(connection, setting)
        return self._adopt(setting)

    def _adopt(self, setting: ClockSetting) -> ClockReading:
        # A notification may overtake the answer to our own change, or a poll may bring an older row.
        if setting.version > self._setting.version:
            self._setting = setting
        return self.reading()

    async def _listen(self) -> asyncpg.Connection:
        connection = await self._connect()
        try:
            await connection.add_listener(CHANNEL, lambda *_: self._notified.set())
            self._adopt(await present_setting(connection))
        except BaseException:
            connection.terminate()
            raise
        return connection

    async def _follow(self) -> None:
        while True:
            try:
                connection = self._connection
                if connection is None:
                    await asyncio.sleep(_POLL_SECONDS)
                    connection = self._connection = await self._listen()
                await self._follow_over(connection)
            except CONNECTION_FAILURES as failure:
                # The clock goes on as last known until the database is back.
                log.warning("clock_connection_lost", failure=type(failure).__name__)
                if self._connection is not None:
                    self._connection.terminate()
                    self._connection = None

    async def _follow_over(self, connection: asyncpg.Connection) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_POLL_SECONDS):
                    await self._notified.wait()
            self._notified.clear()
            self._adopt(await present_setting(connection))
