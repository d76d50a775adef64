"""What is left to the queue: finishing what a failure or a crash left open, and refreshing lists of clients.

Spec: design, How sagas work here (4, 5); relationships 3 (AUCD cache refresh).
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from agent_services.identifiers import Arn
from agent_services.platform.database import UnitOfWork
from agent_services.platform.jobs import Jobs

FINISH_CREATION = "finish-relationship-creation"
FINISH_REMOVAL = "finish-relationship-removal"
REFRESH_CLIENT_LIST = "refresh-client-list"

# The documented calls of a failed request stand alone for so long.
FIRST_PAUSE = timedelta(seconds=30)
# A crash leaves nobody to say that something failed, so a look is ordered with the intent itself. A request still
# at work by then holds the lock, and the look finds it taken.
CRASH_LOOK = timedelta(seconds=35)
_LONGEST_PAUSE = timedelta(hours=1)


def pause_after(failed_tries: int) -> timedelta:
    """How long to wait after so many failed tries, the first included: 30 s, then doubled up to an hour."""
    # No larger exponent than the cap needs: a removal is tried for a week, a creation without end.
    pause: timedelta = FIRST_PAUSE * 2 ** min(failed_tries - 1, 10)
    return min(pause, _LONGEST_PAUSE)


class FollowUp:
    """Orders work for later, in the transaction that makes it necessary. Switched off, it orders no finishing."""

    def __init__(self, jobs: Jobs, *, recovery_enabled: bool) -> None:
        self._jobs = jobs
        self._recovery_enabled = recovery_enabled

    async def creation(self, work: UnitOfWork, intent_id: UUID, *, attempt: int, after: timedelta) -> None:
        """`attempt` tells the job whether another try has overtaken it."""
        await self._finishing(work, FINISH_CREATION, {"id": str(intent_id), "attempt": attempt}, after)

    async def removal(self, work: UnitOfWork, record_id: UUID, *, attempt: int, after: timedelta) -> None:
        await self._finishing(work, FINISH_REMOVAL, {"id": str(record_id), "attempt": attempt}, after)

    async def refresh_client_list(self, work: UnitOfWork, arn: Arn) -> None:
        """Nobody waits for it, and its failure fails nothing."""
        await self._jobs.enqueue(work, REFRESH_CLIENT_LIST, {"arn": arn.value})

    async def _finishing(self, work: UnitOfWork, name: str, payload: dict[str, Any], after: timedelta) -> None:
        if self._recovery_enabled:
            await self._jobs.enqueue(work, name, payload, not_before=after)
