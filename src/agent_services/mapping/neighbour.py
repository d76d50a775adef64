"""Our own mappings as the neighbour that other rooms ask. Spec: upstreams 11."""

from agent_services.identifiers import AgentCode, Arn, SaAgentReference
from agent_services.mapping.legacy_services import LegacyService
from agent_services.mapping.store import MappingStore


class OwnMappings:
    """The port `AgentMapping` in-process: one query for each question. An unknown ARN has no references."""

    def __init__(self, store: MappingStore) -> None:
        self._store = store

    async def sa_agent_references(self, arn: Arn) -> tuple[SaAgentReference, ...]:
        found = await self._store.of_arn(arn, LegacyService.SELF_ASSESSMENT)
        return tuple(SaAgentReference.as_given(mapping.identifier.value) for mapping in found)

    async def agent_codes(self, arn: Arn) -> tuple[AgentCode, ...]:
        found = await self._store.of_arn(arn, LegacyService.AGENT_CODE)
        return tuple(AgentCode.as_given(mapping.identifier.value) for mapping in found)
