"""asyncpg's pool without what it does between two uses of a healthy connection.

Handing a connection back and taking it again costs asyncpg a task, two timers, a queue and a new proxy: nearly as
much processor time as the statement in between, several times in every request. Here a connection that is fit for
the next user stays taken from asyncpg's point of view and goes to that user directly.
"""

import time
from datetime import timedelta
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy


class WarmPool(asyncpg.Pool):
    """Everything unusual is asyncpg's business as before.

    That is: making connections, waiting for one, connections that are broken, inside a transaction or still
    cancelling a statement, and the end of the pool. A connection is never set back, which suits connections on which
    nothing may be left behind anyway. Its proxy is not renewed: who has given a connection back must not use it.
    """

    def __init__(self, *given: Any, rest: timedelta, **named: Any) -> None:
        """`rest`: how long a connection may stay unused before it is left to asyncpg, which closes it in time."""
        super().__init__(*given, **named)
        self._rest_seconds = rest.total_seconds()
        self._warm: list[tuple[PoolConnectionProxy, float]] = []
        """The one that rests longest first, each with the monotonic time at which it was given back."""
        self._waiting = 0
        self._is_ending = False

    async def _acquire(self, timeout: float | None) -> PoolConnectionProxy:
        while self._warm:
            connection, _ = self._warm.pop()
            own = _behind(connection)
            # None: the server hung up meanwhile, and asyncpg has taken the place back by itself.
            if own is None:
                continue
            if not own.is_closed():
                return connection
            await super().release(connection)
        self._waiting += 1
        try:
            taken: PoolConnectionProxy = await super()._acquire(timeout)  # type: ignore[misc]  # private to asyncpg
            return taken
        finally:
            self._waiting -= 1

    async def release(self, connection: PoolConnectionProxy, *, timeout: float | None = None) -> None:
        if not self._is_fit_for_the_next(connection):
            await super().release(connection, timeout=timeout)
            return
        now = time.monotonic()
        self._warm.append((connection, now))
        longest_at_rest, since = self._warm[0]
        if now - since > self._rest_seconds:
            # One more than is needed just now. A firewall might forget it before the next crowd comes.
            del self._warm[0]
            await super().release(longest_at_rest)

    async def close(self) -> None:
        self._is_ending = True
        while self._warm:
            await super().release(self._warm.pop()[0])
        await super().close()

    def _is_fit_for_the_next(self, connection: PoolConnectionProxy) -> bool:
        own = _behind(connection)
        # Somebody who waits does so in asyncpg's queue.
        return not (
            own is None
            or self._waiting
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
