import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import asyncpg
import pytest
from tests.database import TestServer

from agent_services.platform.database import (
    Database,
    DatabaseTooOld,
    DatabaseUnreachable,
    MigrationsBehind,
    create_database,
    drop_database,
)


async def test_unit_of_work_commits_together(database: Database) -> None:
    await database.pool.execute("CREATE TABLE note (text text PRIMARY KEY)")

    async with database.unit_of_work() as work:
        await work.execute("INSERT INTO note VALUES ('one')")
        await work.execute("INSERT INTO note VALUES ('two')")
        seen_outside = await database.pool.fetchval("SELECT count(*) FROM note")

    assert seen_outside == 0
    assert await database.pool.fetchval("SELECT count(*) FROM note") == 2


async def test_unit_of_work_leaves_nothing_after_an_exception(database: Database) -> None:
    await database.pool.execute("CREATE TABLE note (text text PRIMARY KEY)")

    with pytest.raises(RuntimeError, match="halfway"):
        async with database.unit_of_work() as work:
            await work.execute("INSERT INTO note VALUES ('one')")
            raise RuntimeError("halfway")

    assert await database.pool.fetchval("SELECT count(*) FROM note") == 0


async def test_unit_of_work_cancelled_leaves_nothing_and_gives_its_connection_back(database_url: str) -> None:
    database = await Database.connect(database_url, min_size=1, max_size=1)
    await database.pool.execute("CREATE TABLE note (text text PRIMARY KEY)")

    async def write_slowly() -> None:
        async with database.unit_of_work() as work:
            await work.execute("INSERT INTO note VALUES ('one')")
            await work.execute("SELECT pg_sleep(30)")

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(write_slowly(), 0.3)

    assert await database.pool.fetchval("SELECT count(*) FROM note") == 0
    await database.close()


async def test_json_goes_in_and_comes_out_as_python_values(database: Database) -> None:
    given = {"name": "Zoë", "lines": [1, None, True]}

    assert await database.pool.fetchval("SELECT $1::jsonb", given) == given
    assert await database.pool.fetchval("SELECT $1::json", given) == given


async def test_times_are_aware_and_utc(database: Database) -> None:
    moment = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)

    assert await database.pool.fetchval("SELECT $1::timestamptz", moment) == moment
    assert await database.pool.fetchval("SELECT $1::timestamptz::text", moment) == "2026-01-31 09:00:00+00"


async def test_connections_are_named(database_url: str) -> None:
    database = await Database.connect(database_url, min_size=1, max_size=1, application_name="agent-services jobs")

    assert await database.pool.fetchval("SELECT current_setting('application_name')") == "agent-services jobs"
    await database.close()


async def test_a_statement_that_takes_too_long_is_ended(database_url: str) -> None:
    database = await Database.connect(
        database_url, min_size=1, max_size=1, statement_timeout=timedelta(milliseconds=50)
    )

    with pytest.raises(asyncpg.QueryCanceledError):
        await database.pool.execute("SELECT pg_sleep(20)")

    await database.close()


async def test_giving_a_connection_back_costs_no_round_trip(database_url: str) -> None:
    database = await Database.connect(database_url, min_size=1, max_size=1)
    await database.pool.fetchval("SELECT 1")

    last_statement = await database.pool.fetchval("SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()")

    assert last_statement == "SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()"
    await database.close()


async def test_reachable_until_the_server_is_gone(database: Database, database_server: TestServer) -> None:
    name = await database.pool.fetchval("SELECT current_database()")
    before = await database.is_reachable()

    await drop_database(database_server.server_url, name)

    assert before
    assert not await database.is_reachable()


async def test_nobody_answers() -> None:
    with pytest.raises(
        DatabaseUnreachable, match=r"^No database answers at 127\.0\.0\.1:1/nowhere: .*refused"
    ) as raised:
        await Database.connect("postgresql://somebody:hush@127.0.0.1:1/nowhere")

    assert "hush" not in str(raised.value)


async def test_the_database_does_not_exist(database_url: str) -> None:
    with pytest.raises(DatabaseUnreachable, match='refuses us: database "absent" does not exist'):
        await Database.connect(urlsplit(database_url)._replace(path="/absent").geturl())


@pytest.mark.parametrize("url", ["", "mysql://somebody:hush@localhost/x", "postgresql://somebody:hush@host:port/x"])
async def test_not_a_url(url: str) -> None:
    with pytest.raises(DatabaseUnreachable, match=r"is not of the form postgresql://") as raised:
        await Database.connect(url)

    assert "hush" not in str(raised.value)


async def test_the_server_is_too_old() -> None:
    gone = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The first words of the protocol: authentication is not asked for, the version, ready."""
        await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big") - 4)
        for kind, body in ((b"R", bytes(4)), (b"S", b"server_version\x0014.9\x00"), (b"K", bytes(8)), (b"Z", b"I")):
            writer.write(kind + (len(body) + 4).to_bytes(4, "big") + body)
        await reader.read(1)  # goodbye
        writer.close()
        await writer.wait_closed()
        gone.set()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]

        with pytest.raises(DatabaseTooOld, match=r"is PostgreSQL 14; 15 or later is needed\."):
            await Database.connect(f"postgresql://somebody@127.0.0.1:{port}/old?sslmode=disable", min_size=1)
        await gone.wait()


async def test_migrations_behind(database_server: TestServer) -> None:
    with database_server.new_database(template="template1") as url:
        with pytest.raises(MigrationsBehind, match=r"the first is 0001\. Run `agent-services migrate`\."):
            await Database.connect(url)


async def test_a_copy_of_a_template_holds_what_the_template_holds(database_server: TestServer) -> None:
    with database_server.new_database(template="template1") as url:
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE TABLE note AS SELECT 'kept' AS text")
        name = await connection.fetchval("SELECT current_database()")
        await connection.close()

        await create_database(database_server.server_url, f"{name}_copy", template=name)
        connection = await asyncpg.connect(url.replace(name, f"{name}_copy"))
        found = await connection.fetchval("SELECT text FROM note")
        await connection.close()
        await drop_database(database_server.server_url, f"{name}_copy")

    assert found == "kept"
