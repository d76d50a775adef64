"""The ways in which an upstream can fail us, made with the sandbox's faults and the doors before it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Any

from tests.http_mode.two_processes import SLOWER_THAN_THAT_MS, House


class Trouble(StrEnum):
    DOWN = "down"
    SLOW = "slow"
    RESET = "reset"
    TRUNCATED = "truncated"
    HTML = "html"
    MALFORMED = "malformed"
    TOO_MANY = "429"
    UNAVAILABLE = "503"


_ACTIONS: dict[Trouble, dict[str, Any]] = {
    Trouble.SLOW: {"delayMs": SLOWER_THAN_THAT_MS},
    Trouble.RESET: {"drop": "connection"},
    Trouble.TRUNCATED: {"drop": "truncate"},
    Trouble.HTML: {"status": 200, "body": "<html><body>Sorry, we are closed</body></html>"},
    Trouble.MALFORMED: {"drop": "malformed"},
    Trouble.TOO_MANY: {"status": 429, "headers": {"Retry-After": "1"}},
    Trouble.UNAVAILABLE: {"status": 503, "body": {"code": "SERVICE_UNAVAILABLE"}},
}


@asynccontextmanager
async def in_trouble(house: House, trouble: Trouble, upstream: str, **match: Any) -> AsyncIterator[None]:
    """That upstream, or those of its calls that match, in that trouble for as long as the block lasts."""
    if trouble is Trouble.DOWN:
        with house.doors.down(upstream.replace("-", "_").upper()):
            yield
    else:
        async with house.fault({"upstream": upstream, **match}, _ACTIONS[trouble]):
            yield


@asynccontextmanager
async def answer_lost(house: House, trouble: Trouble, upstream: str, **match: Any) -> AsyncIterator[None]:
    """The same, but the upstream has done what was asked: only its answer does not come."""
    async with house.fault({"upstream": upstream, **match}, _ACTIONS[trouble], apply="after"):
        yield
