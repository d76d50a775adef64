"""Mapping what an agent gathered before subscribing: the codes in the subscription journey. Spec: mapping 5.9, 5.10."""

from enum import Enum, auto

import structlog

from agent_services.identifiers import Arn
from agent_services.mapping.capturing import codes_of_journey
from agent_services.mapping.details import MappingDetails
from agent_services.mapping.errors import NoJourney
from agent_services.mapping.holding import Mapped, Mappings
from agent_services.mapping.store import ProviderDetails
from agent_services.platform.clock import Clock
from agent_services.upstreams.agent_subscription import SubscriptionJourney, SubscriptionJourneys
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.names import Upstream

log = structlog.get_logger(__name__)


class JourneyMapped(Enum):
    """What became of the codes of a journey."""

    SOME_NEW = auto()
    NOTHING_NEW = auto()
    """All known already, or the journey holds none."""
    NO_JOURNEY = auto()


class DetailsTaken(Enum):
    """What became of the details of a journey."""

    TAKEN = auto()
    NO_USER_MAPPINGS = auto()


class TaskList:
    """Asks for the journey of a log-in and maps what it holds."""

    def __init__(
        self, *, mappings: Mappings, details: MappingDetails, journeys: SubscriptionJourneys, clock: Clock
    ) -> None:
        self._mappings = mappings
        self._details = details
        self._journeys = journeys
        self._clock = clock

    async def map(self, arn: Arn, auth_provider_id: str) -> JourneyMapped:
        """Maps the journey's agent codes and older references to the ARN, audited in the name of this log-in.

        Raises UpstreamFailed (500).
        """
        journey = await self._journeys.journey_of(auth_provider_id)
        if journey is None:
            return JourneyMapped.NO_JOURNEY
        try:
            codes = codes_of_journey(journey.user_mappings)
        except ValueError:
            # A journey that names an older service that nobody knows.
            raise UpstreamFailed.unreadable(Upstream.AGENT_SUBSCRIPTION, "journey by id") from None
        mapped = await self._mappings.map_to_arn(arn, codes, auth_provider_id=auth_provider_id)
        return JourneyMapped.SOME_NEW if mapped is Mapped.SOME_NEW else JourneyMapped.NOTHING_NEW

    async def take_details(self, arn: Arn, auth_provider_id: str) -> DetailsTaken:
        """Makes the agent's details record of the journey's log-ins; an agent who has one keeps it.

        Raises NoJourney and UpstreamFailed (500).
        """
        journey = await self._journeys.journey_of(auth_provider_id)
        if journey is None:
            raise NoJourney(auth_provider_id)
        if not journey.user_mappings:
            return DetailsTaken.NO_USER_MAPPINGS
        if not await self._details.make_record(arn, self._details_of(journey)):
            log.warning("mapping_details_kept", reason="the agent has a record already")
        return DetailsTaken.TAKEN

    def _details_of(self, journey: SubscriptionJourney) -> list[ProviderDetails]:
        now = self._clock.now()
        return [
            ProviderDetails(mapping.auth_provider_id, mapping.gg_tag, mapping.count, now)
            for mapping in journey.user_mappings
        ]
