"""agent-mapping as a neighbour: an agency's older references. Spec: upstreams 11.

In this product our own mapping service stands behind the port, unless an operator points it elsewhere.
"""

from typing import Protocol

from agent_services.identifiers import AgentCode, Arn, SaAgentReference


class AgentMapping(Protocol):
    """Older references by ARN. Over HTTP every failure answer reads as "none", and is noted; only silence and a
    missing connection raise UpstreamFailed."""

    async def sa_agent_references(self, arn: Arn) -> tuple[SaAgentReference, ...]:
        """The agency's self assessment references."""
        ...

    async def agent_codes(self, arn: Arn) -> tuple[AgentCode, ...]:
        """The agency's Government Gateway agent codes (legacy VAT check)."""
        ...
