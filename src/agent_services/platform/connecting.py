"""What may be wrong with a database, in words for whoever starts the program.

Nothing here, message or chained cause, holds the password of the URL.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, TypeAlias, TypeVar
from urllib.parse import parse_qs, urlsplit

import asyncpg
from asyncpg.pool import PoolConnectionProxy

OLDEST_SUPPORTED_VERSION: Final = 15
CONNECT_TIMEOUT: Final = timedelta(seconds=10)

Connection: TypeAlias = "PoolConnectionProxy | asyncpg.Connection"

_T = TypeVar("_T")
_START_UP_PATIENCE: Final = timedelta(seconds=30)
_WRONG_FORM: Final = "AGENT_SERVICES_DATABASE_URL is not of the form postgresql://user:password@host:5432/database."


class DatabaseUnusable(Exception):
    """The database cannot be used; the message says why and what to do. Never holds the password."""


class DatabaseUnreachable(DatabaseUnusable):
    """Nobody answers at the URL, or the answer is a refusal (password, unknown database, no free connection)."""


class DatabaseTooOld(DatabaseUnusable):
    """The server is older than PostgreSQL 15."""


class MigrationsBehind(DatabaseUnusable):
    """The tables are not yet those that this version of the program needs."""


class MigrationFailed(DatabaseUnusable):
    """A migration was undone because a statement failed or took too long."""


async def connect_to(url: str, *, server_settings: dict[str, str] | None = None) -> asyncpg.Connection:
    """A connection outside any pool. Raises DatabaseUnreachable or DatabaseTooOld."""

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(
            url, timeout=CONNECT_TIMEOUT.total_seconds(), server_settings=server_settings or {}
        )

    connection = await clearly(url, connect)
    try:
        check_version(connection, url)
    except DatabaseTooOld:
        await connection.close()
        raise
    return connection


async def clearly(url: str, connect: Callable[[], Awaitable[_T]]) -> _T:
    """The result of `connect`, its failures turned into DatabaseUnreachable.

    A server that is starting up is waited for, at most 30 s.
    """
    if not url.startswith(("postgresql://", "postgres://")):
        raise DatabaseUnreachable(_WRONG_FORM)
    deadline = asyncio.get_running_loop().time() + _START_UP_PATIENCE.total_seconds()
    while True:
        try:
            return await connect()
        except asyncpg.CannotConnectNowError as starting_up:
            if asyncio.get_running_loop().time() > deadline:
                raise DatabaseUnreachable(
                    f"The database at {location_of(url)} has been starting up for "
                    f"{_START_UP_PATIENCE.total_seconds():.0f} s: {starting_up}."
                ) from starting_up
            await asyncio.sleep(0.1)
        except asyncpg.PostgresError as refusal:
            raise DatabaseUnreachable(f"The database at {location_of(url)} refuses us: {refusal}.") from refusal
        except TimeoutError as silence:
            raise DatabaseUnreachable(
                f"The database at {location_of(url)} does not answer within {CONNECT_TIMEOUT.total_seconds():.0f} s."
            ) from silence
        except OSError as failure:
            raise DatabaseUnreachable(
                f"No database answers at {location_of(url)}: {_reason(failure)}. Start it, correct "
                "AGENT_SERVICES_DATABASE_URL, or unset that for the embedded one."
            ) from failure
        except (asyncpg.InterfaceError, ValueError):
            # The cause may quote the URL with its password.
            raise DatabaseUnreachable(_WRONG_FORM) from None


def check_version(connection: Connection, url: str) -> None:
    """Raises DatabaseTooOld."""
    version = connection.get_server_version()
    if version.major < OLDEST_SUPPORTED_VERSION:
        raise DatabaseTooOld(
            f"The database at {location_of(url)} is PostgreSQL {version.major}; "
            f"{OLDEST_SUPPORTED_VERSION} or later is needed."
        )


def location_of(url: str) -> str:
    """Host, port and database of a URL, for messages: without user and password."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or parse_qs(parts.query).get("host", ["localhost"])[0]
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the given URL"
    return f"{host}{port}/{parts.path.lstrip('/')}"


def _reason(failure: OSError) -> str:
    # asyncio words its own errors; the number has the system's words.
    return os.strerror(failure.errno) if failure.errno and failure.errno > 0 else str(failure)
