"""The pool of connections, and the transaction that several rooms share.

Connections speak UTC, see `json` and `jsonb` as Python values, and are told apart in `pg_stat_activity` by their
application name. Nothing may be left behind on a pooled connection: no `SET` without `LOCAL`, no session lock, no
`LISTEN` (see `_PooledConnection`).
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final, TypeAlias
from urllib.parse import parse_qs, urlsplit

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from agent_services.platform.migration import pending_on

OLDEST_SUPPORTED_VERSION: Final = 15
_WRONG_FORM: Final = "AGENT_SERVICES_DATABASE_URL is not of the form postgresql://user:password@host:5432/database."

_Connection: TypeAlias = "PoolConnectionProxy | asyncpg.Connection"
UnitOfWork: TypeAlias = _Connection
"""A connection inside one transaction: what is written with it takes effect together or not at all."""


class DatabaseUnusable(Exception):
    """The database cannot be used; the message says why and what to do. Never holds the password."""


class DatabaseUnreachable(DatabaseUnusable):
    """Nobody answers at the URL, or the answer is a refusal (password, unknown database, no free connection)."""


class DatabaseTooOld(DatabaseUnusable):
    """The server is older than PostgreSQL 15."""


class MigrationsBehind(DatabaseUnusable):
    """The tables are not yet those that this version of the program needs."""


class _PooledConnection(asyncpg.Connection):
    """A connection that goes back to the pool without a round trip.

    asyncpg would send `RESET ALL; UNLISTEN *; …` after every use, which costs the hot endpoints a third of their
    speed. It is needed only by who changes the session, and nobody does: what lives as long as a session (locks,
    notifications) has connections of its own. An open transaction is rolled back by asyncpg all the same.
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
        pool = await _open_pool(url, min_size, max_size, application_name, statement_timeout)
        try:
            async with pool.acquire() as connection:
                behind = await pending_on(connection)
        except BaseException:
            pool.terminate()
            raise
        if behind:
            pool.terminate()
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

    async def is_reachable(self, *, within: timedelta = timedelta(seconds=2)) -> bool:
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


def location_of(url: str) -> str:
    """Host, port and database of a URL, for messages: without user and password."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or parse_qs(parts.query).get("host", ["localhost"])[0]
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the given URL"
    return f"{host}{port}/{parts.path.lstrip('/')}"


async def create_database(server_url: str, name: str, *, template: str = "template1") -> None:
    """Makes the database `name` as a copy of `template`, to which nobody may be connected.

    `server_url` names any other database of the server. Raises asyncpg.DuplicateDatabaseError when it exists.
    """
    connection = await asyncpg.connect(server_url)
    try:
        # Names cannot be parameters. Copying files is twice as quick as logging each page, where the server does not
        # wait for its disk.
        await connection.execute(
            f"CREATE DATABASE {_quoted(name)} TEMPLATE {_quoted(template)} STRATEGY file_copy"  # a quoted name
        )
    finally:
        await connection.close()


async def drop_database(server_url: str, name: str) -> None:
    """Removes the database `name`, if it exists, and ends its sessions."""
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")
    finally:
        await connection.close()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


async def _open_pool(
    url: str, min_size: int, max_size: int, application_name: str, statement_timeout: timedelta
) -> asyncpg.Pool:
    if not url.startswith(("postgresql://", "postgres://")):
        raise DatabaseUnreachable(_WRONG_FORM)

    async def greet(connection: _Connection) -> None:
        _check_version(connection, url)
        await _speak_json(connection)

    deadline = asyncio.get_running_loop().time() + 30
    while True:
        try:
            return await asyncpg.create_pool(
                url,
                min_size=min_size,
                max_size=max_size,
                connection_class=_PooledConnection,
                init=greet,
                timeout=10,
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
        except asyncpg.CannotConnectNowError as starting_up:
            if asyncio.get_running_loop().time() > deadline:
                raise DatabaseUnreachable(
                    f"The database at {location_of(url)} has been starting up for 30 s: {starting_up}."
                ) from starting_up
            await asyncio.sleep(0.1)
        except asyncpg.PostgresError as refusal:
            raise DatabaseUnreachable(f"The database at {location_of(url)} refuses us: {refusal}.") from refusal
        except TimeoutError as silence:
            raise DatabaseUnreachable(f"The database at {location_of(url)} does not answer within 10 s.") from silence
        except OSError as failure:
            raise DatabaseUnreachable(
                f"No database answers at {location_of(url)}: {_reason(failure)}. Start it, correct "
                "AGENT_SERVICES_DATABASE_URL, or unset that for the embedded one."
            ) from failure
        except (asyncpg.InterfaceError, ValueError):
            # The cause may quote the URL with its password.
            raise DatabaseUnreachable(_WRONG_FORM) from None


def _reason(failure: OSError) -> str:
    # asyncio words its own errors; the number has the system's words.
    return os.strerror(failure.errno) if failure.errno and failure.errno > 0 else str(failure)


def _check_version(connection: _Connection, url: str) -> None:
    version = connection.get_server_version()
    if version.major < OLDEST_SUPPORTED_VERSION:
        raise DatabaseTooOld(
            f"The database at {location_of(url)} is PostgreSQL {version.major}; "
            f"{OLDEST_SUPPORTED_VERSION} or later is needed."
        )


async def _speak_json(connection: _Connection) -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(
            kind, schema="pg_catalog", encoder=json.dumps, decoder=json.loads, format="text"
        )
