"""The two scheduled jobs about requests that run out, and the sweep of old ones. Spec: invitations 3.2, 18."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

import structlog

from agent_services.identifiers import InvitationId
from agent_services.invitations.configuration import InvitationsSettings
from agent_services.invitations.emails import answer_email, warning_email
from agent_services.invitations.lifecycle import Invitation, InvitationStatus, Transition
from agent_services.invitations.settling import Settled, Settling
from agent_services.invitations.store import RequestLists, RequestStore
from agent_services.platform.clock import Clock
from agent_services.platform.http.errors import ServiceError
from agent_services.upstreams.email import Email, TemplatedEmail
from agent_services.upstreams.errors import UpstreamFailed

log = structlog.get_logger(__name__)

WARNING_WINDOW = timedelta(days=5)
WARNING_LOCK = "scheduler-lock-WarningEmailSchedule"
EXPIRY_LOCK = "scheduler-lock-ExpiredEmailSchedule"
_PER_SECOND = 10


class Expiry:
    """Warns agents, expires requests, and drops those that are too old."""

    def __init__(
        self,
        *,
        clock: Clock,
        store: RequestStore,
        lists: RequestLists,
        settling: Settling,
        email: Email,
        settings: InvitationsSettings,
    ) -> None:
        self._clock = clock
        self._store = store
        self._lists = lists
        self._settling = settling
        self._email = email
        self._settings = settings

    async def warn(self) -> int:
        """One e-mail to each agent with requests about to expire; how many were sent.

        Those of a letter that could not be sent are tried again on the next run.
        """
        today = self._clock.today()
        due = await self._lists.due_for_warning(today=today, until=today + WARNING_WINDOW)
        sent = 0
        pace = _Pace(_PER_SECOND)
        for group in _by_agent(due):
            await pace.keep()
            if await self._sent(warning_email(group)):
                await self._store.note_warned([invitation.invitation_id for invitation in group])
                sent += 1
        return sent

    async def expire(self) -> int:
        """Expires what has reached its expiry date, with an e-mail each; how many were expired.

        The e-mail is tried once. Where it was sent before, only the status is written.
        """
        expired = 0
        pace = _Pace(_PER_SECOND)
        for invitation in await self._lists.due_for_expiry(today=self._clock.today()):
            gone = await self._expired(invitation.invitation_id)
            if gone is None:
                continue
            expired += 1
            if gone.expired_email_sent:
                continue
            await pace.keep()
            if await self._sent(answer_email(gone, InvitationStatus.EXPIRED)):
                await self._store.note_expiry_mailed(gone.invitation_id)
        return expired

    async def sweep(self) -> int:
        """Drops requests of every status some time after their creation; how many."""
        return await self._store.sweep(created_before=self._clock.now() - self._settings.expire_after)

    async def _expired(self, invitation_id: InvitationId) -> Invitation | None:
        try:
            settled = await self._settling.settle(
                invitation_id, Transition.EXPIRE, may=lambda held: held.expiry_date <= self._clock.today()
            )
        except (UpstreamFailed, ServiceError) as failure:
            # An unfinished accept could not be taken back yet. The other requests expire all the same, and the
            # next run, or the queue, goes on with this one.
            log.warning("expiry_postponed", failure=type(failure).__name__)
            return None
        # Otherwise answered this instant, or being accepted: the next run sees what has become of it.
        return settled.invitation if isinstance(settled, Settled) else None

    async def _sent(self, letter: TemplatedEmail) -> bool:
        try:
            return await self._email.send(letter)
        except UpstreamFailed as failure:
            # Not sent, and so noted; the other letters go out all the same (18).
            log.warning("email_not_sent", template=letter.template_id, kind=failure.kind.value)
            return False


class _Pace:
    """At most so many in one second."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._begun: list[float] = []

    async def keep(self) -> None:
        clock = asyncio.get_running_loop().time
        if len(self._begun) >= self._per_second:
            wait = self._begun[-self._per_second] + 1 - clock()
            if wait > 0:
                await asyncio.sleep(wait)
        self._begun = [*self._begun[-self._per_second :], clock()]


def _by_agent(due: Sequence[Invitation]) -> list[list[Invitation]]:
    in_order = sorted(due, key=lambda invitation: invitation.arn.value)
    return [list(group) for _, group in groupby(in_order, key=lambda invitation: invitation.arn.value)]
