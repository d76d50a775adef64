"""The sandbox with its cast, on a database of its own, in the same process and over HTTP."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from agent_services.platform.clock import SystemClock
from agent_services.platform.database import Database
from agent_services.sandbox import CastChoice, Sandbox, build_sandbox
from tests.sandbox.serving import HIP_HEADERS, Caller, served


@pytest.fixture
async def sandbox(database: Database) -> AsyncIterator[Sandbox]:
    """With the cast."""
    built = build_sandbox(database=database, clock=SystemClock())
    await built.start()
    yield built
    await built.stop()


@pytest.fixture
async def empty_sandbox(database: Database) -> AsyncIterator[Sandbox]:
    """With nobody."""
    built = build_sandbox(database=database, clock=SystemClock(), cast=CastChoice.NONE)
    await built.start()
    yield built
    await built.stop()


@pytest.fixture
async def base_url(sandbox: Sandbox) -> AsyncIterator[str]:
    async with served(sandbox) as url:
        yield url


@pytest.fixture
async def nobody(base_url: str) -> AsyncIterator[Caller]:
    """A caller without any header."""
    async with aiohttp.ClientSession() as session:
        yield Caller(session, base_url)


@pytest.fixture
async def amelia(nobody: Caller) -> Caller:
    return nobody.as_user("amelia")


@pytest.fixture
async def hip(nobody: Caller) -> Caller:
    """A caller with HIP's headers."""
    return nobody.having(HIP_HEADERS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_sandbox(module_database_url: str) -> AsyncIterator[Sandbox]:
    """With the cast, for tests of one file that change nothing."""
    database = await Database.connect(module_database_url, min_size=1, max_size=8)
    built = build_sandbox(database=database, clock=SystemClock())
    await built.start()
    yield built
    await built.stop()
    await database.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader(shared_sandbox: Sandbox) -> AsyncIterator[Caller]:
    """A caller without any header, of a sandbox that all tests of the file read and none changes."""
    async with served(shared_sandbox) as url, aiohttp.ClientSession() as session:
        yield Caller(session, url)
