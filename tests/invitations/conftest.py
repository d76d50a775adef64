"""The running application of a test, put back to its first day."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.invitations.story import Story


@pytest.fixture
async def story(platform_url: str) -> AsyncIterator[Story]:
    async with aiohttp.ClientSession(platform_url) as client:
        running = Story(client)
        await running.begin()
        yield running
