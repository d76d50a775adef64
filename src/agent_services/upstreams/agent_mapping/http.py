"""Older references from a mapping service elsewhere, over HTTP. Spec: upstreams 11."""

import structlog

from agent_services.identifiers import AgentCode, Arn, SaAgentReference
from agent_services.upstreams.http_client import UpstreamCaller, path_of
from agent_services.upstreams.reading import as_object, each, text

log = structlog.get_logger("agent_services.upstreams")


class AgentMappingOverHttp:
    """The port `AgentMapping` over HTTP."""

    def __init__(self, caller: UpstreamCaller) -> None:
        self._caller = caller

    async def sa_agent_references(self, arn: Arn) -> tuple[SaAgentReference, ...]:
        found = await self._mappings("mappings sa", "sa", arn, "saAgentReference")
        return tuple(SaAgentReference.as_given(reference) for reference in found)

    async def agent_codes(self, arn: Arn) -> tuple[AgentCode, ...]:
        found = await self._mappings("mappings agentcode", "agentcode", arn, "agentCode")
        return tuple(AgentCode.as_given(code) for code in found)

    async def _mappings(self, operation: str, kind: str, arn: Arn, member: str) -> tuple[str, ...]:
        answer = await self._caller.call(operation, "GET", path_of("agent-mapping", "mappings", kind, arn.value))
        if answer.status != 200:
            log.warning("upstream_failure_counted_as_none", operation=operation, status=answer.status)
            return ()
        return answer.read(
            lambda document: each(as_object(document), "mappings", lambda item: text(as_object(item), member))
        )
