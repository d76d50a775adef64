"""The room on a database that the tests of one file share, emptied before each."""

from collections.abc import AsyncIterator

import pytest

from tests.relationships.house import HandClock, House, emptied, opened_house
from tests.relationships.upstream_world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def hand_clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def empty_database_url(module_database_url: str) -> str:
    await emptied(module_database_url)
    return module_database_url


@pytest.fixture
async def house(empty_database_url: str, world: World, hand_clock: HandClock) -> AsyncIterator[House]:
    async with opened_house(empty_database_url, world, hand_clock) as opened:
        yield opened
