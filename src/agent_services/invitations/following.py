"""What the relationships tell this room, and what follows for the requests. Spec: invitations 4, 9.3, 9.7."""

import structlog

from agent_services.identifiers import InvitationId
from agent_services.invitations.auditing import invitation_answered
from agent_services.invitations.later import LaterWork
from agent_services.invitations.lifecycle import EndedBy, Invitation, Transition
from agent_services.invitations.store import RequestStore
from agent_services.platform.audit import Audit, AuditEvent
from agent_services.platform.clock import Clock
from agent_services.platform.database import UnitOfWork
from agent_services.relationships import (
    ConvertedPartialAuthorisation,
    EndedAuthority,
    FinishedCreation,
    HowCreated,
)
from agent_services.tax_services import NI, client_id_type_in_enrolment, tax_service

log = structlog.get_logger(__name__)


class RequestsFollowingRelationships:
    """The requests, as the relationships see them: `relationships.AuthorisationRequests`.

    Everything happens in the transaction that makes the relationship's own change final.
    """

    def __init__(self, *, clock: Clock, audit: Audit, store: RequestStore, later: LaterWork) -> None:
        self._clock = clock
        self._audit = audit
        self._store = store
        self._later = later

    async def may_begin(self, work: UnitOfWork, origin: str) -> bool:
        """True while the request is pending; its row is held until `work` ends."""
        held = await self._store.lock(work, InvitationId.as_given(origin))
        return held is not None and held.as_of(self._clock.today()).is_pending

    async def creation_finished(self, work: UnitOfWork, finished: FinishedCreation) -> None:
        """The request is accepted: steps (c) to (e) of 9.3, the audit event and the friendly name.

        The reference does (d), the e-mail and the friendly name without waiting; here (d) is part of the change
        and the other two are jobs enqueued with it.
        """
        transition = Transition.ACCEPT_PARTIALLY if finished.partial else Transition.ACCEPT
        accepted = await self._store.move(
            work, InvitationId.as_given(finished.origin), transition, now=finished.accepted_at
        )
        if accepted is None:
            # Nothing ends a request whose accept stands open; the store was emptied or rewritten under us.
            log.warning("accepted_request_missing", service=finished.key.service_key)
            return
        await self._end_others(work, accepted, finished)
        await self._later.tell_agent(work, accepted.invitation_id, accepted.status)
        await self._audit.record(work, self._answer(accepted, finished))
        if not finished.partial and not finished.key.has_nino:
            await self._later.name_enrolment(work, accepted, finished.key)

    async def relationship_ended(self, work: UnitOfWork, ended: EndedAuthority) -> None:
        """What was in force between this agent and client is de-authorised; nothing is fine."""
        await self._store.deauthorise(
            work,
            service=ended.service,
            client_id=_as_stored(ended.client_id),
            arn=ended.arn,
            but=None,
            ended_by=EndedBy(ended.ended_by.stored),
            now=self._clock.now(),
        )

    async def partial_authorisation_converted(self, work: UnitOfWork, converted: ConvertedPartialAuthorisation) -> None:
        """The client has signed up: the first partially authorised request is accepted."""
        await self._store.sign_up(
            work,
            arn=converted.arn,
            service=converted.service,
            client_id=converted.nino.value,
            now=self._clock.now(),
        )

    async def _end_others(self, work: UnitOfWork, accepted: Invitation, finished: FinishedCreation) -> None:
        service = tax_service(accepted.service)
        if service is not None and not service.has_one_main_agent:
            return
        await self._store.deauthorise(
            work,
            service=accepted.service,
            client_id=accepted.supplied_client_id,
            arn=None,
            but=accepted.invitation_id,
            ended_by=EndedBy.CLIENT,
            now=finished.accepted_at,
        )

    def _answer(self, accepted: Invitation, finished: FinishedCreation) -> AuditEvent:
        id_type = client_id_type_in_enrolment(finished.key.client_id_type)
        return invitation_answered(
            accepted,
            client_id=finished.key.client_id,
            client_id_type=finished.key.client_id_type if id_type is None else id_type.name,
            is_accepted=True,
            by_staff=finished.how is HowCreated.HMRC_ACCEPTED,
        )


def _as_stored(client_id: str) -> str:
    # Requests hold NINOs without suffix; every other identifier stands as it is.
    return NI.value_of(client_id) if NI.is_valid(client_id) else client_id
