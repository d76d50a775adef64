"""Brings the tables to what this version of the program needs, or says what is missing.

Migrations are the files `NNNN_<room>.py` of the folder `migrations/versions`; their order is that of their numbers.
The look whether any is missing runs at every start, so it reads file names and one row, and leaves Alembic and
SQLAlchemy (a second and a half to import) to the case that something is.
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Final

import asyncpg

from agent_services.platform.connecting import Connection, MigrationFailed, connect_to, location_of

LOCK_TIMEOUT: Final = timedelta(seconds=4)
STATEMENT_TIMEOUT: Final = timedelta(seconds=5)

_REVISION_FILE = re.compile(r"(\d{4})_\w+\.py")
# Any number will do that nobody else locks in the same database.
_ADVISORY_LOCK: Final = 7_309_451_882_117_364


def migrations_folder() -> Path:
    """The folder with `env.py` and `versions`: in the installed package, else in the checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "migrations", package.parents[1] / "migrations"):
        if (folder / "versions").is_dir():
            return folder
    raise FileNotFoundError(f"no folder of migrations beside or in {package}")


def known_revisions() -> tuple[str, ...]:
    """The numbers of all migrations of this version, oldest first."""
    files = (migrations_folder() / "versions").iterdir()
    return tuple(sorted(named[1] for file in files if (named := _REVISION_FILE.fullmatch(file.name))))


async def pending(url: str) -> tuple[str, ...]:
    """The migrations that the database at `url` lacks, oldest first. Raises DatabaseUnreachable, DatabaseTooOld."""
    connection = await connect_to(url)
    try:
        return await pending_on(connection)
    finally:
        await connection.close()


async def pending_on(connection: Connection) -> tuple[str, ...]:
    """The migrations that the connection's database lacks, oldest first.

    A database that is ahead of us lacks none: during a roll-out the old program runs on the new tables.
    """
    if await connection.fetchval("SELECT to_regclass('platform.alembic_version') IS NULL"):
        return known_revisions()
    reached = await connection.fetchval("SELECT version_num FROM platform.alembic_version")
    return tuple(revision for revision in known_revisions() if reached is None or revision > reached)


async def migrate(
    url: str, *, statement_timeout: timedelta = STATEMENT_TIMEOUT, lock_timeout: timedelta = LOCK_TIMEOUT
) -> tuple[str, ...]:
    """Applies what is missing, each migration in a transaction of its own, and says what was applied.

    Of several processes that start at once one migrates while the others wait. A statement that runs longer than
    `statement_timeout`, or waits for another session's lock longer than `lock_timeout`, fails its migration, so that
    a migration never blocks a running service for long.
    Raises DatabaseUnreachable, DatabaseTooOld or MigrationFailed.
    """
    if not await pending(url):
        return ()
    guard = await connect_to(url, server_settings={"statement_timeout": "0", "lock_timeout": "0"})
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", _ADVISORY_LOCK)
        wanted = await pending_on(guard)
        if wanted:
            await _apply(url, guard, wanted, statement_timeout=statement_timeout, lock_timeout=lock_timeout)
        return wanted
    finally:
        await guard.close()


async def _apply(
    url: str, guard: Connection, wanted: tuple[str, ...], *, statement_timeout: timedelta, lock_timeout: timedelta
) -> None:
    # Costs a second to import, which only a start with something to migrate pays.
    from sqlalchemy.exc import DBAPIError

    from agent_services.platform.alembic_upgrade import upgrade

    try:
        await guard.execute("CREATE SCHEMA IF NOT EXISTS platform")
        await upgrade(url, migrations_folder(), statement_timeout=statement_timeout, lock_timeout=lock_timeout)
    except (asyncpg.PostgresError, DBAPIError) as failure:
        left = await pending_on(guard) or wanted
        reason = failure.orig if isinstance(failure, DBAPIError) else failure
        raise MigrationFailed(
            f"Migration {left[0]} of the database at {location_of(url)} failed and was undone: {reason}. Those before "
            "it are in force. It may be tried again."
        ) from failure
