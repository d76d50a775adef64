"""The server as processes: orderly ends, several at once, a database that goes away, clear words at start-up."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest
from typer.testing import CliRunner

from agent_services.cli import app
from agent_services.platform.database import create_database, drop_database
from tests.database import TestServer
from tests.platform_app import Platform, calling, running_platform
from tests.server_process import ServerProcess, environment, free_port, installation


@pytest.mark.timeout(400)
async def test_an_orderly_end_answers_what_is_under_way_and_stops_the_database() -> None:
    async with _installation() as server, server.calling() as platform:
        agent, client = await platform.new_agent(), await platform.new_vat_client()
        await _slow(platform, "enrolment-store-proxy")
        path = f"/agent-client-relationships/agent/{agent.arn}/service/HMRC-MTD-VAT/client/VRN/{client.client_id}"
        under_way = [asyncio.create_task(agent.plain.get(path)) for _ in range(20)]
        await asyncio.sleep(1)

        server.ask_to_stop()
        answers = await asyncio.gather(*under_way)
        left_with = await server.stop()

        assert [answer.status for answer in answers] == [404] * 20
        assert left_with == 0
        with pytest.raises(OSError):  # noqa: PT011  # whatever the socket says when nobody is there
            await asyncpg.connect(server.database_url)


@pytest.mark.timeout(400)
async def test_two_servers_that_start_at_once_share_one_database_and_either_may_leave() -> None:
    async with _installation(started=False) as one:
        other = ServerProcess(one.data_dir, port=free_port())
        one.begin()
        other.begin()
        await asyncio.gather(one.started(), other.started())
        try:
            async with one.calling() as platform:
                agent = await platform.new_agent()
            first_left_with = await one.stop()
            async with other.calling() as platform:
                seen = await platform.bearer(await platform.token_of(agent.user_id)).get("/sandbox/whoami")
        finally:
            other_left_with = await other.stop()

        assert (seen.status, agent.user_id in seen.text) == (200, True)
        assert (first_left_with, other_left_with) == (0, 0)


@pytest.mark.timeout(400)
async def test_two_workers_tell_one_story_and_end_with_their_parent() -> None:
    async with _installation("--workers", "2") as server:
        stories = await asyncio.gather(*(_story(server) for _ in range(2)))

        assert stories == [[204, 204, 404]] * 2
        await _until_announced(server)

        # Without their parent the workers go too, so that the next start finds the port free.
        server.process.kill()
        server.process.wait()
        await server.closed()
        await server.start()

        assert await _story(server) == [204, 204, 404]


async def test_readiness_follows_the_database(database_server: TestServer) -> None:
    """Liveness does not: a restart would not bring the database back."""
    with database_server.new_database() as url, running_platform(url) as base_url:
        async with calling(base_url, url) as platform:
            name = url.rpartition("/")[2].partition("?")[0]
            before = await _health(platform)
            await _let_in(database_server, name, "false")
            without = await _until_readiness(platform, 503)
            await _let_in(database_server, name, "true")
            after = await _until_readiness(platform, 200)

    assert (before, without, after) == ((200, 200), (503, 200), (200, 200))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}, "127.0.0.1"),
        ({"DATABASE_URL": "mysql://localhost/agents"}, "AGENT_SERVICES_DATABASE_URL"),
        ({"PORT": "70000"}, "AGENT_SERVICES_PORT"),
        ({"ENVIRONMENT": "production"}, "AGENT_SERVICES_UPSTREAMS"),
        ({"INVITATION_EXPIRY_DURATION": "soon"}, "AGENT_SERVICES_INVITATION_EXPIRY_DURATION"),
    ],
    ids=["unreachable", "another database", "no such port", "not for production", "no duration"],
)
def test_what_is_wrong_at_start_up_is_said_in_words(
    settings: dict[str, str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, said = _serve({"DATA_DIR": str(tmp_path / "data"), **settings}, tmp_path, monkeypatch)

    assert (status, words in said, "Traceback" in said) == (1, True, False), said


async def test_production_does_not_migrate_by_itself(
    database_server: TestServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "unmigrated_production"
    await drop_database(database_server.server_url, name)
    await create_database(database_server.server_url, name)
    production = {
        "ENVIRONMENT": "production",
        "UPSTREAMS": "http",
        "UPSTREAM_URL": "http://localhost:9",
        "DATABASE_URL": database_server.url_of(name),
        "DATA_DIR": str(tmp_path / "data"),
        "ENCRYPTION_KEYS": "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "LOOKUP_KEY": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "AGENT_TERMINATION_USERNAME": "somebody",
        "AGENT_TERMINATION_PASSWORD": "something long",
        "INTERNAL_AUTH_TOKEN": "something else",
    }

    status, said = await asyncio.to_thread(_serve, production, tmp_path, monkeypatch)
    await drop_database(database_server.server_url, name)

    assert (status, "agent-services migrate" in said, "Traceback" in said) == (1, True, False), said


def test_an_unknown_setting_is_named_with_the_nearest_known_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "RECOVERY_TIMEOUTS": "1h"}

    _, said = _serve(settings, tmp_path, monkeypatch)

    assert "AGENT_SERVICES_RECOVERY_TIMEOUTS" in said
    assert "did you mean AGENT_SERVICES_RECOVERY_TIMEOUT?" in said


@asynccontextmanager
async def _installation(*options: str, started: bool = True) -> AsyncIterator[ServerProcess]:
    # Of our own: pytest's folders are too deep for the database's socket.
    with TemporaryDirectory(prefix="agent-services-serve-") as folder:
        async with installation(Path(folder), *options, started=started) as server:
            yield server


async def _until_announced(server: ServerProcess) -> None:
    async with asyncio.timeout(60):
        while server.log.read_text().count("agent-services is ready at") != 1:
            await asyncio.sleep(0.1)


async def _slow(platform: Platform, upstream: str) -> None:
    fault = {"match": {"upstream": upstream}, "action": {"delayMs": 2500}}
    reply = await platform.nobody().post("/sandbox/faults", fault)
    assert reply.status == 201, reply


async def _story(server: ServerProcess) -> list[int]:
    """Related, ended, no longer related. A connection for each request, so that both workers have their part."""
    async with server.calling() as platform:
        agent, client = await platform.new_agent(), await platform.new_vat_client()
        await platform.authorised(agent, client)
    statuses = []
    for method, what, body in (
        ("POST", "relationships", client.check),
        ("PUT", "deauthorise-client", client.deauthorise),
        ("POST", "relationships", client.check),
    ):
        async with server.calling() as platform:
            caller = platform.nobody().having(**agent.v1.headers)
            reply = await caller.call(method, f"/agents/{agent.arn}/{what}", json=body)
            statuses.append(reply.status)
    return statuses


async def _let_in(server: TestServer, database: str, allowed: str) -> None:
    connection = await asyncpg.connect(server.server_url)
    try:
        await connection.execute(f'ALTER DATABASE "{database}" WITH ALLOW_CONNECTIONS {allowed}')
        await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", database)
    finally:
        await connection.close()


async def _health(platform: Platform) -> tuple[int, int]:
    ready, alive = await platform.nobody().get("/readyz"), await platform.nobody().get("/healthz")
    return ready.status, alive.status


async def _until_readiness(platform: Platform, wanted: int) -> tuple[int, int]:
    async with asyncio.timeout(20):
        while (found := await _health(platform))[0] != wanted:
            await asyncio.sleep(0.1)
    return found


def _serve(settings: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """The command in this process, with these settings and no others. Only for starts that fail."""
    monkeypatch.chdir(folder)
    # The command has the logging of a process of its own; this one's is put back.
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", root.handlers)
    monkeypatch.setattr(root, "level", root.level)
    result = CliRunner().invoke(app, ["serve"], env=_only(settings))
    return result.exit_code, result.output


def _only(settings: dict[str, str]) -> dict[str, str | None]:
    wanted = environment(settings)
    return {name: wanted.get(name) for name in {*environment({}), *wanted}}
