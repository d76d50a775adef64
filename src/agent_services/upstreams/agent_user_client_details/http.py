"""The agency's cached list of clients over HTTP. Spec: upstreams 8."""

from agent_services.identifiers import Arn
from agent_services.upstreams.http_client import UpstreamCaller, path_of


class AgentUserClientDetailsOverHttp:
    """The port `AgentUserClientDetails` over HTTP."""

    def __init__(self, caller: UpstreamCaller) -> None:
        self._caller = caller

    async def refresh_cache(self, arn: Arn) -> None:
        path = path_of("agent-user-client-details", "arn", arn.value, "cache-refresh")
        answer = await self._caller.call("cache refresh", "GET", path)
        if answer.status not in (204, 404):
            raise answer.failed()
