"""The running gateway of this room's tests."""

from collections.abc import Iterator

import pytest
from tests.database import TestServer
from tests.sandbox.gateway.running import Browser, Running, running_gateway


@pytest.fixture(scope="module")
def running(database_server: TestServer) -> Iterator[Running]:
    """One for the tests of a file."""
    with database_server.new_database() as url, running_gateway(url) as served:
        yield served


@pytest.fixture
def browser(running: Running) -> Browser:
    """A browser without any cookie."""
    return Browser(running)
