"""asyncpg's pool without what it does between two uses of a healthy connection.

Handing a connection back and taking it again costs asyncpg a task, two timers, a queue and a new proxy: nearly as
much processor time as the statement in between, several times in every request. Here a connection that is fit for
the next user stays taken from asyncpg's point of view and goes to that user directly.
"""

import asyncio
import time
from collections import deque
from datetime import timedelta
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy


class WarmPool(asyncpg.Pool):
    """Everything unusual is asyncpg's business as before.

    That is: making connections, those that are broken, inside a transaction or still cancelling a statement, and the
    end of the pool. A connection is never set back, which suits connections on which nothing may be left behind
    anyway. Its proxy is not renewed: who has given a connection back must not use it.
    """

    def __init__(self, *given: Any, rest: timedelta, **named: Any) -> None:
        """`rest`: how long a connection may stay unused before it is left to asyncpg, which closes it in time."""
        super().__init__(*given, **named)
        self._rest_seconds = rest.total_seconds()
        self._warm: list[tuple[PoolConnectionProxy, float]] = []
        """The one that rests longest first, each with the monotonic time at which it was given back."""
        self._taken = 0
        """How many connections asyncpg has given us: in use, or warm."""
        self._waiting: deque[asyncio.Future[PoolConnectionProxy | None]] = deque()
        """Who waits, in order, for a connection, or (None) for asyncpg to have one again."""
        self._is_ending = False

    async def _acquire(self, timeout: float | None) -> PoolConnectionProxy:
        while True:
            warm = await self._take_warm()
            if warm is not None:
                return warm
            # asyncpg surely has one; nobody may wait in its own queue, where nothing is handed on.
            if self._taken < self.get_max_size():
                return await self._take(timeout)
            handed = await self._wait(timeout)
            if handed is not None:
                return handed

    async def release(self, connection: PoolConnectionProxy, *, timeout: float | None = None) -> None:
        if not self._is_fit_for_the_next(connection):
            await self._give_back(connection, timeout)
        elif not self._hand_on(connection):
            await self._let_rest(connection)

    async def close(self) -> None:
        self._is_ending = True
        while self._warm:
            await self._give_back(self._warm.pop()[0])
        await super().close()

    async def _take_warm(self) -> PoolConnectionProxy | None:
        while self._warm:
            connection, _ = self._warm.pop()
            own = _behind(connection)
            # None: the server hung up meanwhile.
            if own is not None and not own.is_closed():
                return connection
            await self._give_back(connection)
        return None

    async def _take(self, timeout: float | None) -> PoolConnectionProxy:
        self._taken += 1
        try:
            taken: PoolConnectionProxy = await super()._acquire(timeout)  # type: ignore[misc]  # private to asyncpg
        except BaseException:
            self._taken -= 1
            self._hand_on(None)
            raise
        return taken

    async def _give_back(self, connection: PoolConnectionProxy, timeout: float | None = None) -> None:
        try:
            await super().release(connection, timeout=timeout)
        finally:
            self._taken -= 1
            self._hand_on(None)

    async def _wait(self, timeout: float | None) -> PoolConnectionProxy | None:
        turn: asyncio.Future[PoolConnectionProxy | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(timeout):
                return await turn
        except BaseException:
            # Given up; what came at the same moment goes to somebody else.
            if turn.done() and not turn.cancelled():
                handed = turn.result()
                if handed is None:
                    self._hand_on(None)
                else:
                    await self.release(handed)
            raise

    def _hand_on(self, connection: PoolConnectionProxy | None) -> bool:
        """Whether somebody was waiting."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return True
        return False

    async def _let_rest(self, connection: PoolConnectionProxy) -> None:
        now = time.monotonic()
        self._warm.append((connection, now))
        longest_at_rest, since = self._warm[0]
        if now - since > self._rest_seconds:
            # One more than is needed just now. A firewall might forget it before the next crowd comes.
            del self._warm[0]
            await self._give_back(longest_at_rest)

    def _is_fit_for_the_next(self, connection: PoolConnectionProxy) -> bool:
        own = _behind(connection)
        return not (
            own is None
            or self._is_ending
            or own.is_closed()
            or own.is_in_transaction()
            or own._protocol._is_cancelling()
        )


def _behind(connection: PoolConnectionProxy) -> Any:
    return connection._con  # type: ignore[attr-defined]  # private to asyncpg


async def create_warm_pool(
    url: str, *, min_size: int, max_size: int, rest: timedelta = timedelta(seconds=60), **named: Any
) -> WarmPool:
    """As `asyncpg.create_pool`."""
    pool = WarmPool(
        url,
        rest=rest,
        min_size=min_size,
        max_size=max_size,
        max_queries=50_000,
        max_inactive_connection_lifetime=300.0,
        loop=None,
        record_class=asyncpg.Record,
        **named,
    )
    await pool
    return pool
