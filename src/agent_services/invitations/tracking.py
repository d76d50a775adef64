"""An agent's list of its requests. Spec: invitations 6.3."""

import re
from dataclasses import dataclass
from urllib.parse import unquote_plus

from agent_services.identifiers import Arn
from agent_services.invitations.errors import MalformedFilter
from agent_services.invitations.lifecycle import Invitation
from agent_services.invitations.store import RequestLists
from agent_services.platform.clock import Clock

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class TrackingQuestion:
    """Which page, and which filters; an absent filter is None. Values as received."""

    page_number: int
    page_size: int
    status: str | None
    client_name: str | None


@dataclass(frozen=True, slots=True)
class TrackedRequests:
    """One page, and what all of the agent's requests offer to filter by."""

    requests: tuple[Invitation, ...]
    client_names: tuple[str, ...]
    statuses: tuple[str, ...]
    total: int


class Tracking:
    """Lists an agent's requests, newest first."""

    def __init__(self, *, clock: Clock, lists: RequestLists) -> None:
        self._clock = clock
        self._lists = lists

    async def page(self, arn: Arn, asked: TrackingQuestion) -> TrackedRequests:
        """Raises MalformedFilter for a name with a broken escape."""
        today = self._clock.today()
        page = await self._lists.tracking_page(
            arn,
            status=asked.status,
            client_name=None if asked.client_name is None else _decoded_once_more(asked.client_name),
            skip=(asked.page_number - 1) * asked.page_size,
            limit=asked.page_size,
            today=today,
        )
        return TrackedRequests(
            requests=tuple(invitation.as_of(today) for invitation in page.requests),
            client_names=page.client_names,
            statuses=page.statuses,
            total=page.total,
        )


def _decoded_once_more(name: str) -> str:
    # The query was decoded already; callers encode the name twice, and the contract is to decode it twice.
    if _BROKEN_ESCAPE.search(name):
        raise MalformedFilter()
    try:
        return unquote_plus(name, errors="strict")
    except UnicodeDecodeError:
        raise MalformedFilter() from None
