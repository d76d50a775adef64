"""Alembic's part in migrating. Imported only when there is something to migrate, or by a migration."""

from datetime import timedelta
from pathlib import Path

import asyncpg
from alembic import command, op
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.util import await_only


async def upgrade(url: str, folder: Path, *, statement_timeout: timedelta, lock_timeout: timedelta) -> None:
    """Applies every migration of `folder` that the database at `url` lacks."""

    async def connect() -> asyncpg.Connection:
        # asyncpg reads the URL itself: SQLAlchemy's reading of socket folders and hosts differs.
        return await asyncpg.connect(
            url,
            server_settings={
                "application_name": "agent-services migrations",
                "timezone": "UTC",
                "statement_timeout": _milliseconds(statement_timeout),
                "lock_timeout": _milliseconds(lock_timeout),
            },
        )

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade_on, folder)
    finally:
        await engine.dispose()


def execute_script(script: str) -> None:
    """For migrations: runs several statements, separated by semicolons, in the migration's transaction.

    Alembic's own `op.execute` takes one statement at a time, as asyncpg prepares it.
    """
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise RuntimeError("a migration's script needs the migration's connection")
    await_only(connection.execute(script))


def _upgrade_on(connection: Connection, folder: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _milliseconds(span: timedelta) -> str:
    return str(int(span.total_seconds() * 1000))
