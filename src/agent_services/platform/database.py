"""The pool of connections, and the transaction that several rooms share.

Connections speak UTC, see `json` and `jsonb` as Python values, and are told apart in `pg_stat_activity` by their
application name. Nothing may be left behind on a pooled connection: no `SET` without `LOCAL`, no session lock, no
`LISTEN` (see `_PooledConnection`).
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeAlias

import asyncpg

from agent_services.platform.connecting import (
    CONNECT_TIMEOUT,
    Connection,
    DatabaseTooOld,
    DatabaseUnreachable,
    DatabaseUnusable,
    MigrationFailed,
    MigrationsBehind,
    check_version,
    clearly,
    connect_to,
    location_of,
)
from agent_services.platform.migration import pending_on

__all__ = [
    "Database",
    "DatabaseTooOld",
    "DatabaseUnreachable",
    "DatabaseUnusable",
    "MigrationFailed",
    "MigrationsBehind",
    "UnitOfWork",
    "create_database",
    "drop_database",
    "location_of",
]

UnitOfWork: TypeAlias = Connection
"""A connection inside one transaction: what is written with it takes effect together or not at all."""


class _PooledConnection(asyncpg.Connection):
    """A connection that goes back to the pool without a round trip.

    asyncpg would send `RESET ALL; UNLISTEN *; …` after every use, which every request would wait for. It is needed
    only by who changes the session, and nobody does: what lives as long as a session (locks, notifications) has
    connections of its own. An open transaction is rolled back by asyncpg all the same.
    """

    __slots__ = ()

    def get_reset_query(self) -> str:
        return ""


class Database:
    """Owns the pool. Made by `connect`, ended by `close`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    @property
    def pool(self) -> asyncpg.Pool:
        """For reads and for changes that stand alone."""
        return self._pool

    @classmethod
    async def connect(
        cls,
        url: str,
        *,
        min_size: int = 2,
        max_size: int = 16,
        application_name: str = "agent-services",
        statement_timeout: timedelta = timedelta(seconds=30),
    ) -> "Database":
        """Opens the pool and makes sure that this program can work with what it finds.

        A server that is starting up is waited for, at most 30 s. Raises DatabaseUnreachable, DatabaseTooOld or
        MigrationsBehind.
        """

        async def greet(connection: Connection) -> None:
            check_version(connection, url)
            await _speak_json(connection)

        async def open_pool() -> asyncpg.Pool:
            return await asyncpg.create_pool(
                url,
                min_size=min_size,
                max_size=max_size,
                connection_class=_PooledConnection,
                init=greet,
                timeout=CONNECT_TIMEOUT.total_seconds(),
                command_timeout=statement_timeout.total_seconds() + 5,
                # Every statement of every room stays prepared; none is assembled, so their number is bounded.
                statement_cache_size=512,
                max_cached_statement_lifetime=0,
                server_settings={
                    "application_name": application_name,
                    "timezone": "UTC",
                    "jit": "off",
                    "statement_timeout": str(int(statement_timeout.total_seconds() * 1000)),
                    "idle_in_transaction_session_timeout": "60000",
                },
            )

        pool = await clearly(url, open_pool)
        try:
            async with pool.acquire() as connection:
                behind = await pending_on(connection)
        except BaseException:
            pool.terminate()
            raise
        if behind:
            await pool.close()
            raise MigrationsBehind(
                f"The database at {location_of(url)} lacks {len(behind)} migration(s), the first is {behind[0]}. "
                "Run `agent-services migrate`."
            )
        return cls(pool)

    async def close(self, *, patience: timedelta = timedelta(seconds=10)) -> None:
        """Waits for connections in use, at most `patience`, then cuts them."""
        try:
            await asyncio.wait_for(self._pool.close(), patience.total_seconds())
        except TimeoutError:
            self._pool.terminate()

    async def is_reachable(self, *, within: timedelta = timedelta(seconds=5)) -> bool:
        """Does the database answer a question just now?"""
        try:
            async with asyncio.timeout(within.total_seconds()), self._pool.acquire() as connection:
                await connection.fetchval("SELECT 1")
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        return True

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[UnitOfWork]:
        """A transaction: committed at the end of the block, rolled back when an exception leaves it.

        Never hold one across a call to an upstream.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            yield connection


async def create_database(server_url: str, name: str, *, template: str = "template1") -> None:
    """Makes the database `name` as a copy of `template`, to which nobody may be connected.

    `server_url` names any other database of the server. Raises asyncpg.DuplicateDatabaseError when it exists.
    """
    connection = await connect_to(server_url)
    try:
        # Names cannot be parameters. Copying files is twice as quick as logging each page, where the server does not
        # wait for its disk.
        await connection.execute(f"CREATE DATABASE {_quoted(name)} TEMPLATE {_quoted(template)} STRATEGY file_copy")
    finally:
        await connection.close()


async def drop_database(server_url: str, name: str) -> None:
    """Removes the database `name`, if it exists, and ends its sessions."""
    connection = await connect_to(server_url)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")
    finally:
        await connection.close()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


async def _speak_json(connection: Connection) -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(
            kind, schema="pg_catalog", encoder=json.dumps, decoder=json.loads, format="text"
        )
