"""What every room's tests may ask for. A room's own fixtures stand in its own `conftest.py`."""

from collections.abc import AsyncIterator, Iterator

import pytest

from agent_services.platform.database import Database
from tests.database import TestServer, test_server
from tests.platform_app import Platform, calling, running_platform


@pytest.fixture(scope="session")
def database_server() -> Iterator[TestServer]:
    """The PostgreSQL that the whole run shares."""
    with test_server() as server:
        yield server


@pytest.fixture
def database_url(database_server: TestServer) -> Iterator[str]:
    """A migrated, empty database for one test."""
    with database_server.new_database() as url:
        yield url


@pytest.fixture(scope="module")
def module_database_url(database_server: TestServer) -> Iterator[str]:
    """A migrated, empty database that the tests of one file share."""
    with database_server.new_database() as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A pool on a migrated, empty database for one test."""
    opened = await Database.connect(database_url, min_size=1, max_size=8)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
def platform_url(module_database_url: str) -> Iterator[str]:
    """The platform that the tests of one file share, with the sandbox, its cast and the test-only routes."""
    with running_platform(module_database_url) as base_url:
        yield base_url


@pytest.fixture
async def platform(platform_url: str, module_database_url: str) -> AsyncIterator[Platform]:
    """The file's platform, to be called."""
    async with calling(platform_url, module_database_url) as opened:
        yield opened
