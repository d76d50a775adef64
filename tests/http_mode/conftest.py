"""The services in http mode beside the sandbox, started once for all files of this folder."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.database import TestServer
from tests.http_mode.two_processes import House, Running, calling, two_processes


@pytest.fixture(scope="package")
def running(database_server: TestServer) -> Iterator[Running]:
    with database_server.new_database() as of_sandbox, database_server.new_database() as of_services:
        with two_processes(of_sandbox, of_services) as started:
            yield started


@pytest.fixture
async def house(running: Running) -> AsyncIterator[House]:
    async with calling(running) as opened:
        yield opened
