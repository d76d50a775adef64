"""What every room's tests may ask for. A room's own fixtures stand in its own `conftest.py`."""

from collections.abc import AsyncIterator, Iterator

import pytest

from agent_services.platform.database import Database
from tests.database import TestServer, test_server


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
