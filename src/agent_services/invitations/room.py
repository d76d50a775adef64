"""The room as it is put together, and as other rooms use it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from agent_services.identifiers import Arn, InvitationId
from agent_services.invitations.agencies import AgenciesOfPaths
from agent_services.invitations.answering import Accepting, Cancelling, Rejecting
from agent_services.invitations.client_details import ClientRecords
from agent_services.invitations.configuration import InvitationsSettings
from agent_services.invitations.creation import InvitationCreation, InvitationFiling
from agent_services.invitations.details import ClientDetailsForAgents
from agent_services.invitations.ending import Ending
from agent_services.invitations.expiry import EXPIRY_LOCK, WARNING_LOCK, Expiry
from agent_services.invitations.following import RequestsFollowingRelationships
from agent_services.invitations.later import LaterWork
from agent_services.invitations.lifecycle import Invitation
from agent_services.invitations.links import AgentLinks
from agent_services.invitations.outcomes import (
    AcceptBusy,
    Accepted,
    AcceptImpossible,
    AlreadyAccepted,
    AlreadyRejected,
    ApiInvitation,
    ApiInvitationList,
    ApiInvitationRequest,
    ApiRefused,
    ApiRelated,
    ApiRelationshipQuestion,
    Authorise,
    Cancelled,
    CancelRefused,
    Deauthorised,
    DeauthoriseRefused,
    DuplicateInvitation,
    InvitationCreated,
    InvitationUnknown,
    NotPermitted,
    RejectBusy,
    Rejected,
    RejectImpossible,
)
from agent_services.invitations.reading import Reading
from agent_services.invitations.records import agent_reference_records, invitation_records
from agent_services.invitations.settling import Settling
from agent_services.invitations.software import RequestsOfSoftware
from agent_services.invitations.store import LinkStore, RequestLists, RequestStore
from agent_services.invitations.tracking import Tracking
from agent_services.invitations.validating import Validating
from agent_services.platform.audit import Audit
from agent_services.platform.clock import Clock
from agent_services.platform.database import Database
from agent_services.platform.encryption import FieldCipher
from agent_services.platform.http.test_only import RecordKind
from agent_services.platform.jobs import Jobs
from agent_services.relationships import Relationships
from agent_services.upstreams.agent_fi_relationship import AgentFiRelationship
from agent_services.upstreams.agent_mapping import AgentMapping
from agent_services.upstreams.agent_services_account import AgentServicesAccount
from agent_services.upstreams.citizen_details import CitizenDetails
from agent_services.upstreams.des import Des
from agent_services.upstreams.email import Email
from agent_services.upstreams.enrolment_store_proxy import EnrolmentStoreProxy
from agent_services.upstreams.hip import Hip
from agent_services.upstreams.if_cbc import If
from agent_services.upstreams.ifs import Ifs

WARNING_EMAILS = "warning-emails"
EXPIRED_EMAILS = "expired-emails"
EXPIRE_INVITATIONS = "expire-invitations"
SWEEP_INVITATIONS = "sweep-invitations"
_EVERY_MINUTE = "* * * * *"


@dataclass(frozen=True, slots=True)
class Invitations:
    """Authorisation requests: asking, answering, reading, ending. The methods are for the rooms above."""

    creation: InvitationCreation
    reading: Reading
    tracking: Tracking
    accepting: Accepting
    rejecting: Rejecting
    cancelling: Cancelling
    ending: Ending
    links: AgentLinks
    agencies: AgenciesOfPaths
    validating: Validating
    details: ClientDetailsForAgents
    software: RequestsOfSoftware
    expiry: Expiry
    authorisation_requests: RequestsFollowingRelationships
    """To be plugged into the relationships, which tell it of every change."""
    record_kinds: Mapping[str, RecordKind]
    store: RequestStore
    clock: Clock

    async def create_for_api(self, asked: ApiInvitationRequest) -> InvitationCreated | DuplicateInvitation | ApiRefused:
        """Spec: invitations 15.1."""
        return await self.software.create(asked)

    async def read_for_api(self, arn: Arn, invitation_id: InvitationId) -> ApiInvitation | ApiRefused:
        """Spec: invitations 15.2."""
        return await self.software.read(arn, invitation_id)

    async def list_for_api(self, arn: Arn, *, created_since: datetime | None = None) -> ApiInvitationList | ApiRefused:
        """Spec: invitations 15.3. `created_since`: none that was created before."""
        return await self.software.list_all(arn, created_since=created_since)

    async def check_for_api(self, asked: ApiRelationshipQuestion) -> ApiRelated | ApiRefused:
        """Spec: invitations 15.4."""
        return await self.software.check(asked)

    async def cancel(self, arn: Arn, invitation_id: InvitationId) -> Cancelled | CancelRefused:
        """Spec: invitations 7."""
        return await self.cancelling.cancel(arn, invitation_id)

    async def accept(
        self, invitation_id: InvitationId, *, authorise: Authorise
    ) -> Accepted | AlreadyAccepted | AcceptBusy | AcceptImpossible | InvitationUnknown | NotPermitted:
        """Spec: invitations 9."""
        return await self.accepting.accept(invitation_id, authorise=authorise)

    async def reject(
        self, invitation_id: InvitationId, *, authorise: Authorise
    ) -> Rejected | AlreadyRejected | RejectBusy | RejectImpossible | InvitationUnknown | NotPermitted:
        """Spec: invitations 8."""
        return await self.rejecting.reject(invitation_id, authorise=authorise)

    async def deauthorise(
        self, arn: Arn, service: str, client_id: str, *, authorise: Authorise
    ) -> Deauthorised | DeauthoriseRefused:
        """Spec: invitations 10."""
        return await self.ending.deauthorise(arn, service, client_id, authorise=authorise)

    async def find(self, invitation_id: InvitationId) -> Invitation | None:
        """The request as it reads now."""
        return await self.reading.find(invitation_id)

    async def trust_became_taxable(self, urn: str, utr: str) -> bool:
        """Moves one request of the trust to its UTR; whether there was one. Spec: invitations 13."""
        return await self.store.rename_trust(urn, utr, now=self.clock.now())


def build_invitations(
    *,
    database: Database,
    clock: Clock,
    jobs: Jobs,
    audit: Audit,
    cipher: FieldCipher,
    relationships: Relationships,
    agents: AgentServicesAccount,
    citizen_details: CitizenDetails,
    des: Des,
    ifs: Ifs,
    if_cbc: If,
    hip: Hip,
    enrolments: EnrolmentStoreProxy,
    agent_fi: AgentFiRelationship,
    agent_mapping: AgentMapping,
    email: Email,
    settings: InvitationsSettings,
) -> Invitations:
    """Puts the room together and registers its jobs.

    `authorisation_requests` of the result is then to be bound to the relationships.
    """
    store, lists = RequestStore(database, cipher), RequestLists(database, cipher)
    link_store = LinkStore(database, cipher)
    settling = Settling(database=database, clock=clock, store=store, creation=relationships.creation)
    later = LaterWork(jobs=jobs, store=store, email=email, enrolments=enrolments)
    filing = InvitationFiling(
        database=database,
        clock=clock,
        audit=audit,
        store=store,
        settling=settling,
        later=later,
        settings=settings,
    )
    agencies = AgenciesOfPaths(agents)
    links = AgentLinks(store=link_store, agents=agents)
    records = ClientRecords(
        citizen_details=citizen_details,
        des=des,
        ifs=ifs,
        if_cbc=if_cbc,
        overseas_itsa_enabled=settings.overseas_itsa_enabled,
    )
    expiry = Expiry(clock=clock, store=store, lists=lists, settling=settling, email=email, settings=settings)
    _schedule(jobs, expiry, settings)
    return Invitations(
        creation=InvitationCreation(filing=filing, agents=agencies, hip=hip, settings=settings),
        reading=Reading(clock=clock, store=store, links=links, agents=agents),
        tracking=Tracking(clock=clock, lists=lists),
        accepting=Accepting(clock=clock, store=store, keys=relationships.keys, creation=relationships.creation),
        rejecting=Rejecting(clock=clock, audit=audit, store=store, settling=settling, email=email),
        cancelling=Cancelling(settling=settling),
        ending=Ending(keys=relationships.keys, removal=relationships.removal),
        links=links,
        agencies=agencies,
        validating=Validating(
            clock=clock,
            lists=lists,
            links=links,
            agents=agents,
            partial_authorisations=relationships.partial_authorisations,
            hip=hip,
            enrolments=enrolments,
            agent_fi=agent_fi,
        ),
        details=ClientDetailsForAgents(
            clock=clock,
            audit=audit,
            store=store,
            records=records,
            checking=relationships.checking,
            partial_authorisations=relationships.partial_authorisations,
            des=des,
            mapping=agent_mapping,
        ),
        software=RequestsOfSoftware(
            clock=clock,
            store=store,
            lists=lists,
            filing=filing,
            links=links,
            records=records,
            agents=agencies,
            hip=hip,
            checking=relationships.checking,
            partial_authorisations=relationships.partial_authorisations,
        ),
        expiry=expiry,
        authorisation_requests=RequestsFollowingRelationships(clock=clock, audit=audit, store=store, later=later),
        record_kinds={
            "invitation": invitation_records(database, store, lists),
            "agent-reference": agent_reference_records(database, link_store),
        },
        store=store,
        clock=clock,
    )


def _schedule(jobs: Jobs, expiry: Expiry, settings: InvitationsSettings) -> None:
    # By name all of them run whatever the switch says (18); without a schedule only by name.
    warning = settings.warning_email_schedule if settings.schedules_enabled else None
    expired = settings.expired_email_schedule if settings.schedules_enabled else None
    jobs.schedule(WARNING_EMAILS, warning, expiry.warn, lock=WARNING_LOCK)
    jobs.schedule(EXPIRED_EMAILS, expired, expiry.expire, lock=EXPIRY_LOCK)
    # The same job by its other name.
    jobs.schedule(EXPIRE_INVITATIONS, None, expiry.expire, lock=EXPIRY_LOCK)
    jobs.schedule(SWEEP_INVITATIONS, _EVERY_MINUTE, expiry.sweep)
