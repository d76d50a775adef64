"""What third-party software asks for through the public API. Spec: invitations 15.

Each function's checks stand in the spec's order, which decides the answer.
"""

from datetime import datetime

from agent_services.identifiers import Arn, InvitationId, Nino
from agent_services.invitations.client_details import ClientDetails, ClientRecords
from agent_services.invitations.creation import CheckedRequest, InvitationFiling
from agent_services.invitations.errors import MalformedNino, UnknownService
from agent_services.invitations.known_facts import is_known, refusal_at_creation
from agent_services.invitations.lifecycle import Invitation
from agent_services.invitations.links import AgentLink, AgentLinks
from agent_services.invitations.outcomes import (
    ApiCode,
    ApiInvitation,
    ApiInvitationList,
    ApiInvitationRequest,
    ApiRefused,
    ApiRelated,
    ApiRelationshipQuestion,
    DuplicateInvitation,
    InvitationCreated,
)
from agent_services.invitations.store import RequestLists, RequestStore
from agent_services.partial_authorisations import PartialAuthorisations
from agent_services.platform.clock import Clock
from agent_services.relationships import (
    NotRelated,
    Related,
    RelationshipChecking,
    RelationshipQuestion,
    Unanswerable,
)
from agent_services.tax_services import API_SERVICES, NI, ClientType, TaxService, tax_service
from agent_services.upstreams.agent_services_account import AgentServicesAccount
from agent_services.upstreams.errors import FailureKind, UpstreamFailed
from agent_services.upstreams.hip import Hip

_API_SERVICE_KEYS = [service.service_key for service in API_SERVICES]


class RequestsOfSoftware:
    """Creates and reads an agent's requests, and checks its authority. Sessions are checked before."""

    def __init__(
        self,
        *,
        clock: Clock,
        store: RequestStore,
        lists: RequestLists,
        filing: InvitationFiling,
        links: AgentLinks,
        records: ClientRecords,
        agents: AgentServicesAccount,
        hip: Hip,
        checking: RelationshipChecking,
        partial_authorisations: PartialAuthorisations,
    ) -> None:
        self._clock = clock
        self._store = store
        self._lists = lists
        self._filing = filing
        self._links = links
        self._records = records
        self._agents = agents
        self._hip = hip
        self._checking = checking
        self._partial_authorisations = partial_authorisations

    async def create(self, asked: ApiInvitationRequest) -> InvitationCreated | DuplicateInvitation | ApiRefused:
        """A new request, after all checks of 15.1. Raises UpstreamFailed."""
        service = tax_service(asked.service)
        if service is None or service.api_name is None:
            return ApiRefused(ApiCode.SERVICE_NOT_SUPPORTED)
        if not service.supplied_id_type.is_valid(asked.supplied_client_id):
            return ApiRefused(ApiCode.CLIENT_ID_FORMAT_INVALID)
        client_id = service.supplied_id_type.value_of(asked.supplied_client_id)
        if service.allows_partial_authorisation:
            # The result is not used: a client without MTDITID is fine. A failure ends the request.
            await self._hip.mtd_it_id_of(Nino.as_given(asked.supplied_client_id))
        if asked.client_type is not None and asked.client_type not in list(ClientType):
            return ApiRefused(ApiCode.CLIENT_TYPE_NOT_SUPPORTED)
        duplicate = await self._pending(asked.arn, service, client_id)
        if duplicate is not None:
            return DuplicateInvitation(duplicate)
        agent = await self._agents.agent_record(asked.arn)
        if agent.is_suspended:
            return ApiRefused(ApiCode.AGENT_SUSPENDED)
        details = await self._details(service, asked.supplied_client_id)
        refusal = _refusal_of_client(details, asked.known_fact)
        if details is None or refusal is not None:
            return ApiRefused(refusal or ApiCode.CLIENT_REGISTRATION_NOT_FOUND)
        refusal = await self._refusal_of_relationship(asked, service, client_id)
        if refusal is not None:
            return ApiRefused(refusal)
        wanted = CheckedRequest(
            arn=asked.arn,
            service=service,
            client_id=client_id,
            client_name=details.name,
            client_type=None if asked.client_type is None else ClientType(asked.client_type),
        )
        return await self._filing.file(wanted, agent)

    async def read(self, arn: Arn, invitation_id: InvitationId) -> ApiInvitation | ApiRefused:
        """One request of the agent. Makes the agent's link if there is none. Raises UpstreamFailed."""
        agent = await self._agents.agent_record(arn)
        if agent.is_suspended:
            return ApiRefused(ApiCode.AGENT_SUSPENDED)
        found, uid = await self._store.find_with_link(arn, invitation_id)
        link = await self._links.without_adding_a_name(arn, agent, known_uid=uid)
        if found is None:
            return ApiRefused(ApiCode.INVITATION_NOT_FOUND)
        if found.arn != arn:
            return ApiRefused(ApiCode.NO_PERMISSION_ON_AGENCY)
        if found.service not in _API_SERVICE_KEYS:
            return ApiRefused(ApiCode.SERVICE_NOT_SUPPORTED)
        return self._shown(link, found)

    async def list_all(self, arn: Arn, *, created_since: datetime | None) -> ApiInvitationList | ApiRefused:
        """The agent's requests for the API's services, of every status, in store order. Raises UpstreamFailed."""
        agent = await self._agents.agent_record(arn)
        if agent.is_suspended:
            return ApiRefused(ApiCode.AGENT_SUSPENDED)
        link = await self._links.without_adding_a_name(arn, agent)
        found = await self._lists.of_agent(arn, _API_SERVICE_KEYS, created_since=created_since)
        return ApiInvitationList(
            uid=link.uid,
            normalised_agent_name=link.normalised_agent_name,
            invitations=tuple(self._shown(link, invitation) for invitation in found),
        )

    async def check(self, asked: ApiRelationshipQuestion) -> ApiRelated | ApiRefused:
        """May the agent act for the client, of whom it knows a fact? Spec: invitations 15.4.

        The known fact is tested before insolvency here, and after it in `create`. Raises UpstreamFailed, and
        UnknownService or MalformedNino for what has no client details.
        """
        service = tax_service(asked.service)
        if service is None:
            raise UnknownService()
        if (await self._agents.agent_record(asked.arn)).is_suspended:
            return ApiRefused(ApiCode.AGENT_SUSPENDED)
        if service.supplied_id_type is NI and not NI.is_valid(asked.supplied_client_id):
            raise MalformedNino()
        details = await self._details(service, asked.supplied_client_id)
        if details is None:
            return ApiRefused(ApiCode.CLIENT_REGISTRATION_NOT_FOUND)
        if not is_known(details, asked.known_fact):
            return ApiRefused(ApiCode.KNOWN_FACT_DOES_NOT_MATCH)
        if details.status is not None:
            return ApiRefused(ApiCode.CLIENT_INSOLVENT)
        match await self._check(asked.arn, service, asked.supplied_client_id):
            case Related():
                return ApiRelated()
            case NotRelated():
                return ApiRefused(ApiCode.RELATIONSHIP_NOT_FOUND)
            case Unanswerable():
                return ApiRefused(ApiCode.INTERNAL_SERVER_ERROR)

    async def _pending(self, arn: Arn, service: TaxService, client_id: str) -> InvitationId | None:
        keys = [service.service_key, *([] if service.counterpart_key is None else [service.counterpart_key])]
        pending = await self._store.pending_ids(arn, keys, client_id, today=self._clock.today())
        # The same service first, then the other role.
        return next((pending[key] for key in keys if key in pending), None)

    async def _details(self, service: TaxService, client_id: str) -> ClientDetails | None:
        try:
            return await self._records.find(service.client_details, client_id, today=self._clock.today())
        except UpstreamFailed as failure:
            # Details that the upstream refuses to give count as details that there are none (15.1 check 11).
            if failure.kind is FailureKind.ANSWERED:
                return None
            raise

    async def _refusal_of_relationship(
        self, asked: ApiInvitationRequest, service: TaxService, client_id: str
    ) -> ApiCode | None:
        match await self._check(asked.arn, service, asked.supplied_client_id):
            case Related():
                return ApiCode.ALREADY_AUTHORISED
            case Unanswerable():
                return ApiCode.INTERNAL_SERVER_ERROR
            case NotRelated():
                pass
        if not service.allows_partial_authorisation:
            return None
        active = await self._partial_authorisations.active_of_client(Nino.as_given(client_id))
        held = any(each.arn == asked.arn and each.service == service.service_key for each in active)
        return ApiCode.ALREADY_AUTHORISED if held else None

    async def _check(self, arn: Arn, service: TaxService, client_id: str) -> Related | NotRelated | Unanswerable:
        return await self._checking.check(
            RelationshipQuestion(
                arn=arn,
                service=service.service_key,
                client_id_type=service.supplied_id_type.enrolment_name,
                client_id=client_id,
            )
        )

    def _shown(self, link: AgentLink, invitation: Invitation) -> ApiInvitation:
        reads = invitation.as_of(self._clock.today())
        return ApiInvitation(
            uid=link.uid,
            normalised_agent_name=link.normalised_agent_name,
            created=reads.created,
            service=reads.service,
            status=reads.status,
            expires_on=reads.expiry_date,
            invitation_id=reads.invitation_id,
            last_updated=reads.last_updated,
        )


def _refusal_of_client(details: ClientDetails | None, known_fact: str) -> ApiCode | None:
    if details is None:
        return ApiCode.CLIENT_REGISTRATION_NOT_FOUND
    if details.status is not None:
        return ApiCode.VAT_CLIENT_INSOLVENT
    return refusal_at_creation(details, known_fact)
