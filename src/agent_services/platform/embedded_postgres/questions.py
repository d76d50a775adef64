"""What is asked of the server itself, over a connection. Blocks, inside a running event loop too."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from agent_services.platform.embedded_postgres.place import DATABASE, SUPERUSER, USER, Place

_T = TypeVar("_T")


class Readiness(StrEnum):
    READY = "ready"
    NOT_YET = "not yet"
    """Starting up or shutting down."""
    SILENT = "silent"
    """Nobody listens, or somebody else does."""


def readiness(place: Place, port: int) -> Readiness:
    """Does the server of this very cluster answer?"""
    return _run(_readiness(place, port))


def ensure_database(place: Place, port: int) -> None:
    """Makes our user, who is no superuser, and the database, if they are missing."""
    _run(_ensure_database(place, port))


async def _readiness(place: Place, port: int) -> Readiness:
    try:
        connection = await asyncpg.connect(place.url(port=port, user=SUPERUSER, database="postgres"), timeout=5)
    except asyncpg.CannotConnectNowError:
        return Readiness.NOT_YET
    except asyncpg.TooManyConnectionsError:
        return Readiness.READY
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return Readiness.SILENT
    try:
        folder = await connection.fetchval("SELECT current_setting('data_directory')")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):  # ended between the two
        return Readiness.SILENT
    finally:
        connection.terminate()
    return Readiness.READY if Path(folder) == place.cluster else Readiness.SILENT


async def _ensure_database(place: Place, port: int) -> None:
    connection = await asyncpg.connect(place.url(port=port, user=SUPERUSER, database="postgres"), timeout=10)
    try:
        if await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", DATABASE):
            return
        if not await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", USER):
            await connection.execute(f"CREATE ROLE {USER} LOGIN CREATEDB PASSWORD '{place.password()}'")
        await connection.execute(f"CREATE DATABASE {DATABASE} OWNER {USER}")
    finally:
        await connection.close()


def _run(question: Coroutine[Any, Any, _T]) -> _T:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, question).result()
