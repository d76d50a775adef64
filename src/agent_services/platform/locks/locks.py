"""Who may change a relationship now: one task of one process at a time."""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, TypeVar

import asyncpg
import structlog

from agent_services.platform.dedicated import CONNECTION_FAILURES, ConnectionFactory
from agent_services.platform.locks.store import lock_key, try_lock, unlock

log = structlog.get_logger(__name__)

T = TypeVar("T")

_AT_ONCE = timedelta(0)

# Between two tries of a waiting lock: short at first, as most changes end within a few calls.
_FIRST_PAUSE_SECONDS = 0.02
_LONGEST_PAUSE_SECONDS = 0.25


class LockLost(Exception):
    """The connection that held the lock broke: somebody else may hold it now, so stop here."""


class LockHold:
    """Whether the locks asked for were obtained (its truth), and whether they are still held."""

    __slots__ = ("_connections", "_locks", "_wanted")

    def __init__(self, locks: "Locks", wanted: int) -> None:
        self._locks = locks
        self._wanted = wanted
        # By lock name, the session that holds it.
        self._connections: dict[str, asyncpg.Connection] = {}

    def __bool__(self) -> bool:
        return len(self._connections) == self._wanted

    def still(self) -> bool:
        """False as soon as this process knows that the locks' connection broke. Costs nothing."""
        return bool(self) and all(self._locks.is_current(connection) for connection in self._connections.values())


class Locks:
    """All locks of this process, over one connection of their own.

    A session may take the same advisory lock again and again, so PostgreSQL cannot tell two tasks of one
    process apart. The set `_claimed` does: a name is claimed in it before the database is asked, with no
    await in between, which on one event loop is atomic.
    """

    def __init__(self, connect: ConnectionFactory, *, client_wait: timedelta = timedelta(seconds=5)) -> None:
        self._connect = connect
        self._client_wait = client_wait
        self._connection: asyncpg.Connection | None = None
        # Serves statements one by one, as a connection demands; it is no lock of the domain.
        self._turn = asyncio.Lock()
        self._claimed: set[str] = set()

    async def start(self) -> None:
        """Opens the connection, so that the first lock need not wait for it."""
        async with self._turn:
            await self._live_connection()

    async def stop(self) -> None:
        """Closes the connection; what is still held is free from then on."""
        async with self._turn:
            if self._connection is not None:
                self._connection.terminate()
                self._connection = None

    @asynccontextmanager
    async def pair(self, arn: str, enrolment_key: str) -> AsyncIterator[LockHold]:
        """The lock of one agent's relationship with one client, tried once. False: held elsewhere (423).

        Raises what asyncpg raises when the database cannot be reached. Spec: relationships 4.1, 5.2.
        """
        async with self._hold((pair_lock_name(arn, enrolment_key), _AT_ONCE)) as hold:
            yield hold

    @asynccontextmanager
    async def client(self, enrolment_key: str) -> AsyncIterator[LockHold]:
        """The lock of all agents of one client, waited for a bounded time (`client_wait`)."""
        async with self._hold((client_lock_name(enrolment_key), self._client_wait)) as hold:
            yield hold

    @asynccontextmanager
    async def for_replacing(self, arn: str, enrolment_key: str) -> AsyncIterator[LockHold]:
        """The pair lock at once, then the client lock with a bounded wait; both or none.

        Always in this order, and nobody waits for a pair lock, so no two holders wait for each other.
        """
        async with self._hold(
            (pair_lock_name(arn, enrolment_key), _AT_ONCE),
            (client_lock_name(enrolment_key), self._client_wait),
        ) as hold:
            yield hold

    @asynccontextmanager
    async def exclusive(self, name: str, *, wait: timedelta = _AT_ONCE) -> AsyncIterator[LockHold]:
        """Any other lock, by its full name: a scheduled job's, for instance."""
        async with self._hold((name, wait)) as hold:
            yield hold

    def is_current(self, connection: asyncpg.Connection) -> bool:
        """Whether locks taken over this connection are still held, as far as this process knows."""
        return connection is self._connection and not connection.is_closed()

    @asynccontextmanager
    async def _hold(self, *wanted: tuple[str, timedelta]) -> AsyncIterator[LockHold]:
        hold = LockHold(self, len(wanted))
        try:
            for name, wait in wanted:
                if not await self._take(name, wait, hold):
                    break
            if hold and not hold.still():
                # The connection broke between the first lock and the last.
                raise LockLost
            yield hold
        finally:
            if hold._connections:
                await _to_its_end(self._release(hold))

    async def _take(self, name: str, wait: timedelta, hold: LockHold) -> bool:
        clock = asyncio.get_running_loop().time
        deadline = clock() + wait.total_seconds()
        pause = _FIRST_PAUSE_SECONDS
        while not await _to_its_end(self._try(name, hold)):
            left = deadline - clock()
            if left <= 0:
                return False
            await asyncio.sleep(min(left, pause * random.uniform(0.5, 1)))  # noqa: S311 (spreads waiters, guards nothing)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        return True

    async def _try(self, name: str, hold: LockHold) -> bool:
        if name in self._claimed:
            return False
        self._claimed.add(name)
        granted = False
        try:
            async with self._turn:
                connection = await self._live_connection()
                try:
                    granted = await try_lock(connection, lock_key(name))
                except CONNECTION_FAILURES as failure:
                    # It may have been granted without our hearing of it: only the session's end is sure
                    # to free it.
                    self._give_up(connection, failure)
                    raise
                if granted:
                    hold._connections[name] = connection
        finally:
            if not granted:
                self._claimed.discard(name)
        return granted

    async def _release(self, hold: LockHold) -> None:
        try:
            async with self._turn:
                connection = self._connection
                held = [name for name, over in hold._connections.items() if self.is_current(over)]
                if len(held) < len(hold._connections):
                    log.error("lock_lost", count=len(hold._connections) - len(held))
                if held and connection is not None:
                    try:
                        await unlock(connection, [lock_key(name) for name in held])
                    except CONNECTION_FAILURES as failure:
                        self._give_up(connection, failure)
        finally:
            self._claimed.difference_update(hold._connections)

    async def _live_connection(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
        return self._connection

    def _give_up(self, connection: asyncpg.Connection, failure: BaseException) -> None:
        # All locks of this process end with the session; their holders learn it from `still`.
        log.error("lock_connection_lost", failure=type(failure).__name__, locks_held=len(self._claimed))
        connection.terminate()
        if self._connection is connection:
            self._connection = None


def pair_lock_name(arn: str, enrolment_key: str) -> str:
    """The lock's id in the specs: relationships 11, invitations 18."""
    return f"recovery-{arn}-{enrolment_key}"


def client_lock_name(enrolment_key: str) -> str:
    return f"client-{enrolment_key}"


async def _to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Finishes the work even if the caller is cancelled meanwhile, and only then lets the cancellation through.

    A cancelled statement would leave open whether the lock was taken or given back.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as request:
            if task.done():
                raise
            cancelled = request
    if cancelled is not None:
        raise cancelled
    return task.result()
