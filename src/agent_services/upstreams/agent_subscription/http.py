"""Subscription journeys from a subscription service elsewhere, over HTTP. Spec: mapping 5.9, upstreams 21.3."""

from agent_services.upstreams.agent_subscription import SubscriptionJourney
from agent_services.upstreams.agent_subscription.documents import read_journey
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.http_client import UpstreamCaller, path_of


class AgentSubscriptionOverHttp:
    """The port `SubscriptionJourneys` over HTTP."""

    def __init__(self, caller: UpstreamCaller) -> None:
        self._caller = caller

    async def journey_of(self, auth_provider_id: str) -> SubscriptionJourney | None:
        path = path_of("agent-subscription", "subscription", "journey", "id", auth_provider_id)
        answer = await self._caller.call("journey by id", "GET", path)
        if answer.status == 204:
            return None
        if answer.status != 200:
            raise UpstreamFailed(
                answer.upstream, answer.operation, kind=answer.failed().kind, status=answer.status, surfaces_as=500
            )
        return answer.read(read_journey)
