import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from tests.database import TestServer

from agent_services.platform.alembic_upgrade import upgrade
from agent_services.platform.database import Database, DatabaseUnreachable, MigrationFailed
from agent_services.platform.migration import known_revisions, migrate, migrations_folder, pending


@pytest.fixture
def empty_url(database_server: TestServer) -> Iterator[str]:
    with database_server.new_database(template="template1") as url:
        yield url


async def test_an_empty_database_is_brought_up_to_date_once(empty_url: str) -> None:
    before = await pending(empty_url)

    applied = await migrate(empty_url)

    assert before == applied == known_revisions()
    assert await pending(empty_url) == ()
    assert await migrate(empty_url) == ()
    database = await Database.connect(empty_url)
    await database.close()


async def test_of_many_at_once_one_migrates(empty_url: str) -> None:
    applied = await asyncio.gather(*[migrate(empty_url) for _ in range(3)])

    assert sorted(applied) == [(), (), known_revisions()]


async def test_a_database_ahead_of_the_program_lacks_nothing(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("UPDATE platform.alembic_version SET version_num = '9999'")
    await connection.close()

    assert await pending(database_url) == ()


async def test_a_statement_that_takes_too_long_fails_its_migration(empty_url: str, tmp_path: Path) -> None:
    with pytest.raises(asyncpg.QueryCanceledError, match="statement timeout"):
        await _apply(empty_url, tmp_path, 'op.execute("SELECT pg_sleep(30)")', statement_timeout=timedelta(seconds=1))


async def test_a_lock_held_elsewhere_fails_the_migration_instead_of_blocking_the_service(empty_url: str) -> None:
    holder = await asyncpg.connect(empty_url)
    await holder.execute("CREATE SCHEMA platform")
    await holder.execute("CREATE TABLE platform.alembic_version (version_num text PRIMARY KEY)")
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("LOCK TABLE platform.alembic_version IN SHARE MODE")

    with pytest.raises(MigrationFailed, match=r"^Migration 0001 .* failed and was undone: .*lock timeout"):
        await migrate(empty_url, lock_timeout=timedelta(milliseconds=50))

    await transaction.rollback()
    assert await migrate(empty_url) == known_revisions()
    await holder.close()


async def test_nobody_answers() -> None:
    with pytest.raises(DatabaseUnreachable, match="No database answers"):
        await migrate("postgresql://somebody:hush@127.0.0.1:1/nowhere")


async def test_everything_stands_in_our_own_schemas(database: Database) -> None:
    rows = await database.pool.fetch(
        """
        SELECT DISTINCT nspname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
         WHERE relkind IN ('r', 'v', 'S', 'm') AND nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
        """
    )

    assert {row["nspname"] for row in rows} <= {"agent_services", "platform", "sandbox", "jobs"}


def test_files_revisions_and_their_order_agree() -> None:
    previous = None
    for file in sorted((migrations_folder() / "versions").glob("*.py")):
        text = file.read_text()
        revision = _assigned("revision", text)
        assert re.fullmatch(rf"{revision}_[a-z_]+\.py", file.name)
        assert _assigned("down_revision", text) == previous
        previous = revision


def test_nothing_of_alembic_is_imported_when_there_is_nothing_to_do(database_url: str) -> None:
    program = (
        "import asyncio, sys\n"
        "from agent_services.platform.database import Database\n"
        "from agent_services.platform.migration import migrate\n"
        "assert asyncio.run(migrate(sys.argv[1])) == ()\n"
        "print(sorted({'alembic', 'sqlalchemy', 'mako'} & set(sys.modules)))\n"
    )

    run = subprocess.run([sys.executable, "-c", program, database_url], check=True, capture_output=True, text=True)

    assert run.stdout == "[]\n"


def _assigned(name: str, text: str) -> str | None:
    found = re.search(rf'^{name}(?:: [^=]+)? = (?:"(\d{{4}})"|None)$', text, re.MULTILINE)
    assert found is not None
    return found[1]


async def test_a_migration_is_a_script_that_takes_effect_whole_or_not_at_all(empty_url: str, tmp_path: Path) -> None:
    good = "CREATE TABLE platform.note (text text); INSERT INTO platform.note VALUES ('at 12:30 :name %s %(x)s');"
    await _apply(empty_url, tmp_path, f'op.execute("""{good}""")')
    bad = "CREATE TABLE platform.half (); SELECT 1 / 0;"
    with pytest.raises(asyncpg.DivisionByZeroError):
        await _apply(empty_url, tmp_path, f'op.execute("{bad}")')

    connection = await asyncpg.connect(empty_url)
    assert await connection.fetchval("SELECT text FROM platform.note") == "at 12:30 :name %s %(x)s"
    assert await connection.fetchval("SELECT to_regclass('platform.half') IS NULL")
    assert await connection.fetchval("SELECT version_num FROM platform.alembic_version") == "0001"
    await connection.close()


async def test_a_migration_can_make_an_index_without_locking(empty_url: str, tmp_path: Path) -> None:
    await _apply(empty_url, tmp_path, 'op.execute("CREATE TABLE platform.note (text text)")')

    await _apply(
        empty_url,
        tmp_path,
        "with op.get_context().autocommit_block():\n"
        '        op.execute("CREATE INDEX CONCURRENTLY note_text ON platform.note (text)")',
    )

    connection = await asyncpg.connect(empty_url)
    assert await connection.fetchval(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = 'platform.note_text'::regclass"
    )
    await connection.close()


async def _apply(url: str, folder: Path, body: str, *, statement_timeout: timedelta = timedelta(seconds=5)) -> None:
    """Adds one migration with this body to the folder and applies it."""
    versions = folder / "versions"
    if not versions.is_dir():
        versions.mkdir()
        shutil.copy(migrations_folder() / "env.py", folder)
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE SCHEMA platform")
        await connection.close()
    number = len(list(versions.glob("*.py"))) + 1
    previous = f'"{number - 1:04}"' if number > 1 else "None"
    (versions / f"{number:04}_room.py").write_text(
        f'from alembic import op\n\nrevision = "{number:04}"\ndown_revision = {previous}\n\n\n'
        f"def upgrade() -> None:\n    {body}\n"
    )
    await upgrade(url, folder, statement_timeout=statement_timeout, lock_timeout=timedelta(seconds=4))
