"""Subscription journeys kept in this process: the port that the task list asks, and the sweep of old ones.

The subscription room takes the store over; until then the test-only records fill it. Spec: subscription 9.
"""

from agent_services.mapping.store import JourneyStore
from agent_services.platform.clock import Clock
from agent_services.upstreams.agent_subscription import SubscriptionJourney
from agent_services.upstreams.agent_subscription.documents import read_journey


class OwnJourneys:
    """The port `SubscriptionJourneys` in-process."""

    def __init__(self, store: JourneyStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def journey_of(self, auth_provider_id: str) -> SubscriptionJourney | None:
        document = await self._store.find(auth_provider_id, now=self._clock.now())
        return None if document is None else read_journey(document)

    async def purge(self) -> int:
        """Removes journeys whose last change is 30 days past; says how many."""
        return await self._store.purge(now=self._clock.now())
