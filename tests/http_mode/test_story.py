"""`agent-services demo` with services in http mode: sign-in, tokens and test users come from the sandbox's side."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest

from agent_services.app import create_app
from agent_services.demo.story import Application, Story
from tests.database import TestServer
from tests.http_mode.two_processes import House, served, upstreams_at
from tests.platform_app import settings_for_tests

_START_SECONDS: Final = 60
_CALLS_OF_THE_STORY: Final = 32
_TELLS_WHAT_IT_LOADED: Final = """
import atexit, sys
def tell():
    print("LOADED", *sorted(name for name in sys.modules if name.startswith("agent_services")), flush=True)
atexit.register(tell)
from agent_services.cli import main
main()
"""


async def told(against: str, gateway: str) -> int:
    """The number of calls. Raises Differs where the story goes differently."""
    application = Application("sandbox-application", "sandbox-client-secret")
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=60)) as session:
        return await Story(session, against=against, gateway=gateway, application=application).tell()


@contextmanager
def services_besides(house: House, database_url: str, **settings: Any) -> Iterator[str]:
    """Another application in http mode beside the same sandbox."""
    with tempfile.TemporaryDirectory(prefix="agent-services-test-") as folder:
        with upstreams_at(house.sandbox.base_url, house.doors):
            given = settings_for_tests(database_url, Path(folder), upstreams="http", **settings)
            with served(create_app(given)) as base_url:
                yield base_url


async def test_with_a_database_each(house: House) -> None:
    assert await told(house.services.base_url, house.sandbox.base_url) == _CALLS_OF_THE_STORY


async def test_without_test_support_the_client_answers_with_their_own_token(
    house: House, database_server: TestServer
) -> None:
    with database_server.new_database() as database_url:
        with services_besides(house, database_url, test_support=False) as services_url:
            calls = await told(services_url, house.sandbox.base_url)

    # Both answers need a token first.
    assert calls == _CALLS_OF_THE_STORY + 2


async def test_on_one_database_without_test_only_routes(house: House) -> None:
    """The clock is the database's, so the sandbox moves it for both."""
    with services_besides(house, house.sandbox.database_url, test_only=False) as services_url:
        calls = await told(services_url, house.sandbox.base_url)

    assert calls >= _CALLS_OF_THE_STORY


@pytest.fixture
def serving_process(house: House, database_url: str, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """`agent-services serve` in http mode, as a process of its own, which says in the end what it had loaded."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AGENT_SERVICES_")}
    environment |= {
        "AGENT_SERVICES_UPSTREAMS": "http",
        "AGENT_SERVICES_UPSTREAM_URL": house.sandbox.base_url,
        "AGENT_SERVICES_DATABASE_URL": database_url,
        "AGENT_SERVICES_TEST_ONLY": "true",
        "AGENT_SERVICES_LOG_LEVEL": "WARNING",
    }
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", _TELLS_WHAT_IT_LOADED, "serve", "--port", str(port)],
        env=environment,
        cwd=tmp_path,
        text=True,
        stdout=subprocess.PIPE,
    )
    yield process
    process.kill()
    process.communicate()


async def test_a_process_of_its_own_holds_no_code_of_the_sandbox(
    house: House, serving_process: "subprocess.Popen[str]"
) -> None:
    assert serving_process.stdout is not None
    ready = serving_process.stdout.readline()
    base_url = ready.split()[-1]

    calls = await told(base_url, house.sandbox.base_url)
    serving_process.send_signal(signal.SIGINT)
    output, _ = serving_process.communicate(timeout=_START_SECONDS)

    loaded = next(line for line in output.splitlines() if line.startswith("LOADED")).split()
    assert calls == _CALLS_OF_THE_STORY
    assert "agent_services.upstreams.hip.http" in loaded
    assert [name for name in loaded if "sandbox" in name] == []
