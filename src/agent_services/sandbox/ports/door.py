"""The door between the services and the sandbox in one process: watched calls, refusals as upstream failures."""

from collections.abc import Awaitable, Callable, Collection
from enum import StrEnum
from typing import TypeVar

from agent_services.sandbox.calls import Call
from agent_services.sandbox.journal.watching import AnswerSpoilt, ConnectionDropped, FaultyAnswer, Watch
from agent_services.sandbox.refusals import Refusal
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.names import Upstream

Answer = TypeVar("Answer")

_FIRST_FAILURE = 400
_NOT_FOUND = 404


class Surfacing(StrEnum):
    """How an unexpected status of the upstream reaches our caller. Spec: upstreams 2.5."""

    RAW = "raw"
    """Unchanged."""
    AUTO = "auto"
    """500 for 4xx, 502 for 5xx."""


class Door:
    """Where the services' calls enter the sandbox."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    async def ask(
        self,
        upstream: Upstream,
        operation: str,
        act: Callable[[], Awaitable[Answer]],
        *,
        path: str,
        method: str = "GET",
        body: object = None,
        status: int = 200,
        surfacing: Surfacing = Surfacing.RAW,
        known: Collection[int] = (),
    ) -> Answer:
        """What `act` answers.

        Raises Refusal for the `known` statuses, which the port has a meaning for, and UpstreamFailed for every
        other refusal and for faults.
        """
        try:
            return await self._watch.over(Call(upstream, operation, method, path, body), act, status)
        except FaultyAnswer as fault:
            if fault.status in known:
                raise
            raise _surfaced(upstream, operation, fault, surfacing) from None
        except Refusal as refusal:
            if refusal.status in known:
                raise
            raise _surfaced(upstream, operation, refusal, surfacing) from None
        except ConnectionDropped:
            raise UpstreamFailed.lost(upstream, operation) from None
        except AnswerSpoilt:
            raise UpstreamFailed.unreadable(upstream, operation) from None

    async def find(
        self,
        upstream: Upstream,
        operation: str,
        look: Callable[[], Awaitable[Answer | None]],
        *,
        path: str,
        method: str = "GET",
        body: object = None,
        surfacing: Surfacing = Surfacing.RAW,
    ) -> Answer | None:
        """What `look` finds; None also for a 404, be it a fault's. Raises UpstreamFailed as `ask` does."""
        try:
            return await self.ask(
                upstream, operation, look, path=path, method=method, body=body, surfacing=surfacing, known=(_NOT_FOUND,)
            )
        except Refusal:
            return None


def _surfaced(upstream: Upstream, operation: str, refusal: Refusal, surfacing: Surfacing) -> UpstreamFailed:
    if refusal.status < _FIRST_FAILURE:
        # A fault that answers success in other words than the operation's own.
        return UpstreamFailed.unreadable(upstream, operation)
    if surfacing is Surfacing.RAW:
        return UpstreamFailed.answered_raw(upstream, operation, refusal.status)
    return UpstreamFailed.answered(upstream, operation, refusal.status)
