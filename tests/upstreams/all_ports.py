"""Everything that has an adapter."""

from dataclasses import dataclass

from agent_services.upstreams.agent_mapping import AgentMapping
from agent_services.upstreams.ports import Upstreams


@dataclass(frozen=True, slots=True, kw_only=True)
class AllPorts(Upstreams):
    """The upstreams, and the neighbour."""

    agent_mapping: AgentMapping
