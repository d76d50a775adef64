"""Access groups over HTTP. Spec: upstreams 8."""

from agent_services.identifiers import Arn
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.http_client import UpstreamCaller, path_of


class AgentPermissionsOverHttp:
    """The port `AgentPermissions` over HTTP."""

    def __init__(self, caller: UpstreamCaller) -> None:
        self._caller = caller

    async def is_in_an_access_group(self, arn: Arn, key: EnrolmentKey) -> bool:
        path = path_of("agent-permissions", "arn", arn.value, "client", str(key), "groups")
        answer = await self._caller.call("access groups of client", "GET", path)
        if answer.status not in (200, 404):
            raise answer.failed_raw()
        return answer.status == 200
