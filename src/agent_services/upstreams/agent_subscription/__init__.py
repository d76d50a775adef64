"""agent-subscription as a neighbour: what an agent gathered on the way to subscribing.

Spec: mapping 5.9, upstreams 21.3.
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LegacyEnrolment:
    """One older reference: the enrolment's key as it stands, and its identifier."""

    enrolment_type: str
    identifier_value: str


@dataclass(frozen=True, slots=True)
class UserMapping:
    """What one older log-in brings along. `gg_tag` is the tail of its user id, by which people know it again."""

    auth_provider_id: str
    agent_code: str | None
    legacy_enrolments: tuple[LegacyEnrolment, ...]
    count: int
    gg_tag: str


@dataclass(frozen=True, slots=True)
class SubscriptionJourney:
    """What mapping reads of a journey."""

    user_mappings: tuple[UserMapping, ...]


class SubscriptionJourneys(Protocol):
    """Journeys of agents who are about to subscribe."""

    async def journey_of(self, auth_provider_id: str) -> SubscriptionJourney | None:
        """The journey of this log-in; None when there is none.

        Over HTTP `GET /agent-subscription/subscription/journey/id/{authProviderId}`: any status but 200 and 204
        raises UpstreamFailed, which surfaces as 500.
        """
        ...
