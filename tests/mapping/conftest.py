"""The running room. A file's tests share a database, which each finds empty."""

from collections.abc import AsyncIterator

import pytest
from tests.mapping.running import Running, running

from agent_services.platform.database import Database


@pytest.fixture
async def database(module_database_url: str) -> AsyncIterator[Database]:
    opened = await Database.connect(module_database_url, min_size=1, max_size=8)
    yield opened
    await opened.close()


@pytest.fixture
async def platform(database: Database) -> AsyncIterator[Running]:
    async with running(database) as room:
        await room.empty()
        yield room
