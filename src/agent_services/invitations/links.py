"""The link that an agent gives its clients: a uid that never changes, and the agency's name. Spec: invitations 11."""

from dataclasses import dataclass

from agent_services.identifiers import Arn, new_agent_link_uid, normalised_agent_name
from agent_services.invitations.errors import AgentNameNotAdded, NotFound, SuspendedAgent
from agent_services.invitations.store import AgentReference, LinkStore
from agent_services.upstreams.agent_services_account import AgentRecord, AgentServicesAccount


@dataclass(frozen=True, slots=True)
class AgentLink:
    """The two parts of an agent's link, under today's name."""

    uid: str
    normalised_agent_name: str


@dataclass(frozen=True, slots=True)
class LinkedAgent:
    """Whose link it is."""

    arn: Arn
    agency_name: str


class AgentLinks:
    """Makes agents' links and finds agents by them."""

    def __init__(self, *, store: LinkStore, agents: AgentServicesAccount) -> None:
        self._store = store
        self._agents = agents

    async def of_agent(self, arn: Arn) -> AgentLink:
        """The agent's link, made on the first call. Suspension is ignored. Raises UpstreamFailed."""
        return await self.under_present_name(arn, await self._agents.agent_record(arn))

    async def under_present_name(self, arn: Arn, agent: AgentRecord) -> AgentLink:
        """The link, with the present name among those it answers to. Raises AgentNameNotAdded."""
        name = normalised_agent_name(agent.agency_name)
        reference = await self._get_or_create(arn, name)
        if name not in reference.names and not await self._store.add_name(reference.uid, name):
            raise AgentNameNotAdded
        return AgentLink(reference.uid, name)

    async def without_adding_a_name(self, arn: Arn, agent: AgentRecord, *, known_uid: str | None = None) -> AgentLink:
        """The link; the names of one that exists stay as they are. `known_uid` saves the look.

        Spec: invitations 15.2.
        """
        name = normalised_agent_name(agent.agency_name)
        if known_uid is not None:
            return AgentLink(known_uid, name)
        reference = await self._get_or_create(arn, name)
        return AgentLink(reference.uid, name)

    async def agent_behind(self, uid: str, name: str) -> LinkedAgent:
        """Whose link this is; any name that the agency ever had does.

        Raises NotFound, SuspendedAgent and UpstreamFailed. Spec: invitations 11.2.
        """
        reference = await self._store.of_uid(uid)
        if reference is None or name not in reference.names:
            raise NotFound()
        agent = await self._agents.agent_record(reference.arn)
        if agent.is_suspended:
            raise SuspendedAgent()
        return LinkedAgent(reference.arn, agent.agency_name)

    async def reference_of_uid(self, uid: str) -> AgentReference | None:
        return await self._store.of_uid(uid)

    async def _get_or_create(self, arn: Arn, name: str) -> AgentReference:
        while True:
            found = await self._store.of_agent(arn)
            if found is not None:
                return found
            uid = new_agent_link_uid()
            if await self._store.create(arn, uid=uid, name=name):
                return AgentReference(uid=uid, arn=arn, names=(name,))
            # Another request has made it this instant, or, once in a trillion, the uid is somebody's.
