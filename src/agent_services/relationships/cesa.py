"""What CESA, the older self assessment register, knows of a client's agents. Spec: relationships 1.5."""

from agent_services.identifiers import Arn, Nino
from agent_services.upstreams.agent_mapping import AgentMapping
from agent_services.upstreams.des import Des


class Cesa:
    def __init__(self, des: Des, mapping: AgentMapping) -> None:
        self._des = des
        self._mapping = mapping

    async def matched_references(self, arn: Arn, nino: Nino) -> tuple[str, ...]:
        """The client's agents in CESA that are this agency, by its mapped references; in CESA's order.

        The mapping is not asked when CESA knows nobody. Raises UpstreamFailed with DES's status.
        """
        known = await self._des.sa_agent_references(nino)
        if not known:
            return ()
        mapped = {reference.value for reference in await self._mapping.sa_agent_references(arn)}
        return tuple(dict.fromkeys(reference.value for reference in known if reference.value in mapped))


def cesa_values(nino: Nino, matched: tuple[str, ...]) -> dict[str, str]:
    """What every look into CESA adds to the audit. Spec: relationships 13.1."""
    return {
        "nino": nino.value,
        "saAgentRef": ",".join(matched),
        "cesaRelationship": "true" if matched else "false",
    }
