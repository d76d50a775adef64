"""Asks a client for authority: a new request, if it is one that can be made. Spec: invitations 5."""

from dataclasses import dataclass

from agent_services.identifiers import Arn, InvitationId, Nino, new_invitation_id
from agent_services.invitations.auditing import invitation_created
from agent_services.invitations.configuration import InvitationsSettings
from agent_services.invitations.errors import (
    ClientIdInvalid,
    ClientIdTypeUnsupported,
    ClientNotRegistered,
    ClientTypeUnsupported,
    DuplicateRequest,
    ServiceUnsupported,
)
from agent_services.invitations.later import LaterWork
from agent_services.invitations.lifecycle import Invitation, InvitationStatus, Transition
from agent_services.invitations.outcomes import DuplicateInvitation, InvitationCreated
from agent_services.invitations.settling import Settling
from agent_services.invitations.store import RequestStore
from agent_services.platform.audit import Audit
from agent_services.platform.clock import Clock
from agent_services.platform.database import Database, UnitOfWork
from agent_services.tax_services import ClientType, TaxService, tax_service
from agent_services.upstreams.agent_services_account import AgentRecord, AgentServicesAccount
from agent_services.upstreams.hip import Hip


@dataclass(frozen=True, slots=True)
class InvitationAsked:
    """What an agent's software sends. Every text as it came."""

    client_id: str
    supplied_client_id_type: str
    client_name: str
    service: str
    client_type: str | None


@dataclass(frozen=True, slots=True)
class CheckedRequest:
    """A request whose every part is known to be good. `client_id` is the value that is stored."""

    arn: Arn
    service: TaxService
    client_id: str
    client_name: str
    client_type: ClientType | None


class InvitationFiling:
    """Stores new requests. Two equal ones at the same instant: the unique index decides."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        audit: Audit,
        store: RequestStore,
        settling: Settling,
        later: LaterWork,
        settings: InvitationsSettings,
    ) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._store = store
        self._settling = settling
        self._later = later
        self._settings = settings

    async def file(self, wanted: CheckedRequest, agent: AgentRecord) -> InvitationCreated | DuplicateInvitation:
        """Stores the request as pending, with its audit event. No e-mail.

        A duplicate names the request that stands in the way: the pending one, or one of the same id. An overdue
        request stands in nobody's way: it is expired first, as the job would. Spec: invitations 3.2, 3.5.
        """
        while True:
            invitation = self._new(wanted, agent)
            async with self._database.unit_of_work() as work:
                if await self._store.insert(work, invitation):
                    await self._audit.record(work, invitation_created(invitation))
                    return InvitationCreated(invitation.invitation_id)
            in_the_way = await self._in_the_way_of(invitation)
            if in_the_way is not None:
                return DuplicateInvitation(in_the_way)
            # What stood in the way was overdue, or has been answered since: the next try meets another state.

    async def _in_the_way_of(self, invitation: Invitation) -> InvitationId | None:
        today = self._clock.today()
        arn, service, client_id = invitation.arn, invitation.service, invitation.supplied_client_id
        pending = await self._store.pending_ids(arn, [service], client_id, today=today)
        if service in pending:
            return pending[service]
        overdue = await self._store.overdue_id(arn, service, client_id, today=today)
        if overdue is not None:
            await self._settling.settle(overdue, Transition.EXPIRE, may=lambda _: True, along=self._tell_agent)
            return None
        same_id = await self._store.find(invitation.invitation_id)
        return None if same_id is None else same_id.invitation_id

    async def _tell_agent(self, work: UnitOfWork, expired: Invitation) -> None:
        if not expired.expired_email_sent:
            await self._later.tell_agent(work, expired.invitation_id, expired.status)

    def _new(self, wanted: CheckedRequest, agent: AgentRecord) -> Invitation:
        now = self._clock.now()
        service = wanted.service
        return Invitation(
            invitation_id=new_invitation_id(
                arn=wanted.arn.value,
                client_id=wanted.client_id,
                service_key=service.service_key,
                prefix=service.invitation_prefix,
                now=now,
            ),
            arn=wanted.arn,
            service=service.service_key,
            supplied_client_id=wanted.client_id,
            supplied_client_id_type=service.supplied_id_type.name,
            client_name=wanted.client_name,
            agency_name=agent.agency_name,
            agency_email=agent.agency_email,
            warning_email_sent=False,
            expired_email_sent=False,
            status=InvitationStatus.PENDING,
            relationship_ended_by=None,
            client_type=None if wanted.client_type is None else wanted.client_type.value,
            expiry_date=(now + self._settings.expiry_duration).date(),
            created=now,
            last_updated=now,
        )


class InvitationCreation:
    """Creates a request for an agent whose software has looked the client up already."""

    def __init__(
        self,
        *,
        filing: InvitationFiling,
        agents: AgentServicesAccount,
        hip: Hip,
        settings: InvitationsSettings,
    ) -> None:
        self._filing = filing
        self._agents = agents
        self._hip = hip
        self._settings = settings

    async def create(self, arn: Arn, asked: InvitationAsked) -> InvitationId:
        """The id of the new request. Neither relationships nor the client's existence are checked.

        Raises the refusals of section 5 in its order, and UpstreamFailed. Spec: invitations 5.
        """
        wanted = self._checked(arn, asked)
        if wanted.service.allows_partial_authorisation and not self._settings.alt_itsa:
            await self._demand_registration(wanted)
        # Suspension is ignored here (check 8).
        agent = await self._agents.agent_record(arn)
        match await self._filing.file(wanted, agent):
            case InvitationCreated(invitation_id):
                return invitation_id
            case DuplicateInvitation():
                raise DuplicateRequest()

    def _checked(self, arn: Arn, asked: InvitationAsked) -> CheckedRequest:
        service = tax_service(asked.service)
        if service is None:
            raise ServiceUnsupported(asked.service)
        id_type = service.supplied_id_type
        if not id_type.is_valid(asked.client_id):
            raise ClientIdInvalid(asked.client_id, asked.service)
        if asked.supplied_client_id_type != id_type.name:
            raise ClientIdTypeUnsupported(asked.supplied_client_id_type, asked.service)
        return CheckedRequest(
            arn=arn,
            service=service,
            client_id=id_type.value_of(asked.client_id),
            client_name=asked.client_name,
            client_type=_client_type(asked.client_type),
        )

    async def _demand_registration(self, wanted: CheckedRequest) -> None:
        if await self._hip.mtd_it_id_of(Nino.as_given(wanted.client_id)) is None:
            raise ClientNotRegistered()


def _client_type(text: str | None) -> ClientType | None:
    if text is None:
        return None
    try:
        return ClientType(text)
    except ValueError:
        raise ClientTypeUnsupported(text) from None
