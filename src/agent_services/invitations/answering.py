"""The client's answer: accept or reject; and the agent's second thought: cancel. Spec: invitations 7, 8, 9."""

from agent_services.auth import Principal
from agent_services.identifiers import Arn, InvitationId
from agent_services.invitations.auditing import invitation_answered
from agent_services.invitations.emails import answer_email
from agent_services.invitations.errors import StoredKeyInvalid
from agent_services.invitations.lifecycle import Invitation, InvitationStatus, Transition
from agent_services.invitations.outcomes import (
    AcceptBusy,
    Accepted,
    AcceptImpossible,
    AlreadyAccepted,
    AlreadyRejected,
    Authorise,
    CancelCode,
    Cancelled,
    CancelRefused,
    InvitationUnknown,
    NotPermitted,
    RejectBusy,
    Rejected,
    RejectImpossible,
)
from agent_services.invitations.settling import AcceptUnderWay, Met, Missing, Settled, Settling
from agent_services.invitations.store import RequestStore
from agent_services.platform.audit import Audit
from agent_services.platform.clock import Clock
from agent_services.platform.database import UnitOfWork
from agent_services.relationships import (
    Busy,
    Created,
    EnrolmentKeys,
    ExpandedClient,
    HowCreated,
    KeyInvalid,
    NewRelationship,
    OriginRefused,
    RelationshipCreation,
)
from agent_services.tax_services import NI, client_id_type, client_id_type_in_enrolment
from agent_services.upstreams.email import Email


class Accepting:
    """Gives the agent the authority that the client grants. The saga itself is the relationships' creation."""

    def __init__(
        self, *, clock: Clock, store: RequestStore, keys: EnrolmentKeys, creation: RelationshipCreation
    ) -> None:
        self._clock = clock
        self._store = store
        self._keys = keys
        self._creation = creation

    async def accept(
        self, invitation_id: InvitationId, *, authorise: Authorise
    ) -> Accepted | AlreadyAccepted | AcceptBusy | AcceptImpossible | InvitationUnknown | NotPermitted:
        """Accepts the request as the client, or as staff.

        The look-ups of the client's identifiers come before the caller is asked for. Whatever stops the saga
        leaves the request pending, and what has taken effect is finished later. Raises the caller's refusal,
        StoredKeyInvalid, UpstreamFailed and the failures of the creation. Spec: invitations 9.
        """
        found = await self._store.find(invitation_id)
        if found is None:
            return InvitationUnknown()
        client = await self._client_of(found)
        caller = await authorise()
        if not _is_the_client(caller, client):
            return NotPermitted()
        reads = found.as_of(self._clock.today())
        if not reads.is_pending:
            return _not_pending(reads)
        return await self._create(reads, client, caller)

    async def _client_of(self, invitation: Invitation) -> ExpandedClient:
        id_type = client_id_type(invitation.supplied_client_id_type)
        key = await self._keys.key_for(
            invitation.service,
            invitation.supplied_client_id,
            invitation.supplied_client_id_type if id_type is None else id_type.enrolment_name,
        )
        if isinstance(key, KeyInvalid):
            raise StoredKeyInvalid(key.text)
        return await self._keys.expand(key)

    async def _create(
        self, invitation: Invitation, client: ExpandedClient, caller: Principal
    ) -> Accepted | AlreadyAccepted | AcceptBusy | AcceptImpossible | InvitationUnknown:
        id_type = client_id_type_in_enrolment(client.key.client_id_type)
        wanted = NewRelationship(
            arn=invitation.arn,
            key=client.key,
            how=HowCreated.HMRC_ACCEPTED if caller.is_stride else HowCreated.CLIENT_ACCEPTED,
            client_id_type=client.key.client_id_type if id_type is None else id_type.name,
            accepted_at=self._clock.now(),
            origin=invitation.invitation_id.value,
            nino=client.nino,
        )
        match await self._creation.create(wanted):
            case Created():
                return Accepted()
            case Busy():
                return AcceptBusy()
            case OriginRefused():
                return await self._overtaken(invitation.invitation_id)

    async def _overtaken(
        self, invitation_id: InvitationId
    ) -> AlreadyAccepted | AcceptBusy | AcceptImpossible | InvitationUnknown:
        met = await self._store.find(invitation_id)
        if met is None:
            return InvitationUnknown()
        reads = met.as_of(self._clock.today())
        # Refused and yet pending: whoever was in the way has been undone since.
        return AcceptBusy() if reads.is_pending else _not_pending(reads)


class Rejecting:
    """Notes that the client wants this agent not."""

    def __init__(self, *, clock: Clock, audit: Audit, store: RequestStore, settling: Settling, email: Email) -> None:
        self._clock = clock
        self._audit = audit
        self._store = store
        self._settling = settling
        self._email = email

    async def reject(
        self, invitation_id: InvitationId, *, authorise: Authorise
    ) -> Rejected | AlreadyRejected | RejectBusy | RejectImpossible | InvitationUnknown | NotPermitted:
        """Rejects the request as the client, or as staff, and tells the agent.

        The e-mail is awaited: that nobody can be reached fails the request although it is rejected by then.
        Raises the caller's refusal and UpstreamFailed. Spec: invitations 8.
        """
        found = await self._store.find(invitation_id)
        if found is None:
            return InvitationUnknown()
        caller = await authorise()
        id_type = client_id_type(found.supplied_client_id_type)
        if not caller.may_act_for(
            client_id_key=found.supplied_client_id_type if id_type is None else id_type.enrolment_name,
            client_id=found.supplied_client_id,
            arn=None,
        ):
            return NotPermitted()

        async def audited(work: UnitOfWork, rejected: Invitation) -> None:
            event = invitation_answered(
                rejected, client_id="", client_id_type="", is_accepted=False, by_staff=caller.is_stride
            )
            await self._audit.record(work, event)

        match await self._settling.settle(invitation_id, Transition.REJECT, may=lambda _: True, along=audited):
            case Settled(rejected):
                # A refusal of the e-mail service is tolerated (8).
                await self._email.send(answer_email(rejected, InvitationStatus.REJECTED))
                return Rejected()
            case Missing():
                return InvitationUnknown()
            case Met(met) if met.status is InvitationStatus.REJECTED:
                return AlreadyRejected()
            case Met(met):
                return RejectImpossible(met.status)
            case AcceptUnderWay():
                return RejectBusy()


class Cancelling:
    """Takes an agent's request back."""

    def __init__(self, *, settling: Settling) -> None:
        self._settling = settling

    async def cancel(self, arn: Arn, invitation_id: InvitationId) -> Cancelled | CancelRefused:
        """Cancels the agent's own pending request. No audit, no e-mail.

        The status is examined before the ownership. Spec: invitations 7.
        """
        match await self._settling.settle(invitation_id, Transition.CANCEL, may=lambda held: held.arn == arn):
            case Settled():
                return Cancelled()
            case Missing():
                return CancelRefused(CancelCode.INVITATION_NOT_FOUND)
            case Met(met) if met.is_pending:
                return CancelRefused(CancelCode.NO_PERMISSION_ON_AGENCY)
            case Met(met) if met.status is InvitationStatus.CANCELLED:
                return CancelRefused(CancelCode.ALREADY_CANCELLED)
            case Met():
                return CancelRefused(CancelCode.INVALID_INVITATION_STATUS)
            case AcceptUnderWay():
                return CancelRefused(CancelCode.ALREADY_BEING_PROCESSED)


def _is_the_client(caller: Principal, client: ExpandedClient) -> bool:
    # For income tax the client is known by the NINO alone: an MTDITID enrolment is not enough (9.1 step 4).
    if client.nino is not None:
        return caller.may_act_for(client_id_key=NI.enrolment_name, client_id=client.nino.value, arn=None)
    return caller.may_act_for(client_id_key=client.key.client_id_type, client_id=client.key.client_id, arn=None)


def _not_pending(reads: Invitation) -> AlreadyAccepted | AcceptImpossible:
    return AlreadyAccepted() if reads.is_in_force else AcceptImpossible(reads.status)
