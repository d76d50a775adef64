"""What one request tells the agent and the client about itself. Spec: invitations 6.1, 6.2."""

from dataclasses import dataclass

from agent_services.auth import NoPermission
from agent_services.identifiers import Arn, InvitationId
from agent_services.invitations.errors import NotFound
from agent_services.invitations.lifecycle import Invitation
from agent_services.invitations.links import AgentLink, AgentLinks
from agent_services.invitations.outcomes import Authorise
from agent_services.invitations.store import RequestStore
from agent_services.platform.clock import Clock
from agent_services.tax_services import client_id_type
from agent_services.upstreams.agent_services_account import AgentServicesAccount


@dataclass(frozen=True, slots=True)
class RequestForAgent:
    """The whole request, and the link under which the client finds it."""

    invitation: Invitation
    link: AgentLink


@dataclass(frozen=True, slots=True)
class RequestForClient:
    """Who asks for what, and how far it is."""

    agency_name: str
    invitation: Invitation


class Reading:
    """Reads single requests. An overdue one reads as expired."""

    def __init__(self, *, clock: Clock, store: RequestStore, links: AgentLinks, agents: AgentServicesAccount) -> None:
        self._clock = clock
        self._store = store
        self._links = links
        self._agents = agents

    async def find(self, invitation_id: InvitationId) -> Invitation | None:
        """The request as it reads now."""
        found = await self._store.find(invitation_id)
        return None if found is None else found.as_of(self._clock.today())

    async def for_agent(self, arn: Arn, invitation_id: InvitationId) -> RequestForAgent:
        """The agent's own request. Makes the agent's link if there is none. Raises NotFound, UpstreamFailed."""
        found = await self.find(invitation_id)
        if found is None or found.arn != arn:
            raise NotFound()
        return RequestForAgent(found, await self._links.of_agent(arn))

    async def for_client(self, invitation_id: InvitationId, *, authorise: Authorise) -> RequestForClient:
        """A request as its client sees it, or the agent who made it; staff may not.

        The request is looked up before the caller is asked for. Raises NotFound, the caller's refusal,
        NoPermission and UpstreamFailed.
        """
        found = await self.find(invitation_id)
        if found is None:
            raise NotFound()
        caller = await authorise()
        id_type = client_id_type(found.supplied_client_id_type)
        may = caller.may_act_for(
            client_id_key=found.supplied_client_id_type if id_type is None else id_type.enrolment_name,
            client_id=found.supplied_client_id,
            arn=found.arn.value,
        )
        if caller.is_stride or not may:
            raise NoPermission()
        agent = await self._agents.agent_record(found.arn)
        return RequestForClient(agent.agency_name, found)
