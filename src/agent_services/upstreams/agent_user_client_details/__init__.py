"""agent-user-client-details: the agency's cached list of clients. Spec: upstreams 8."""

from typing import Protocol

from agent_services.identifiers import Arn


class AgentUserClientDetails(Protocol):
    """The cache of clients that agents see in their account."""

    async def refresh_cache(self, arn: Arn) -> None:
        """Asks for a fresh list; 204 and 404 are fine. Other answers raise UpstreamFailed (500, 502), which nobody
        awaits: run it as a job."""
        ...
