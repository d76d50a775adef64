"""Alembic's part in migrating. Imported only when there is something to migrate."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.ddl.postgresql import PostgresqlImpl
from sqlalchemy import Connection, Executable
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


class _WholeScripts(PostgresqlImpl):
    """Lets `op.execute` take several statements, separated by semicolons, and takes no `:name` for a parameter.

    SQLAlchemy would prepare the text, and PostgreSQL prepares one statement at a time.
    """

    __dialect__ = "postgresql"

    def execute(self, sql: Executable | str, execution_options: dict[str, Any] | None = None) -> None:
        connection = self.connection
        if not isinstance(sql, str) or connection is None:
            super().execute(sql, execution_options)
            return
        # SQLAlchemy opens the migration's transaction with the first statement that it sends itself.
        connection.exec_driver_sql("SELECT 1")
        driver = connection.connection.driver_connection
        if driver is None:
            raise RuntimeError("a migration lost its connection")
        await_only(driver.execute(sql))


def _upgrade_on(connection: Connection, folder: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _milliseconds(span: timedelta) -> str:
    return str(int(span.total_seconds() * 1000))
