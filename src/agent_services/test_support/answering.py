"""Accepting and declining an authorisation request as its client would. Spec: test-support 4."""

from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Never

import structlog

from agent_services.auth import USER, Authorisation, Principal
from agent_services.identifiers import InvitationId, Nino
from agent_services.invitations import (
    Accepted,
    AlreadyAccepted,
    AlreadyRejected,
    Authorise,
    Invitation,
    Invitations,
    InvitationStatus,
    InvitationUnknown,
    NotPermitted,
    Rejected,
    known,
)
from agent_services.platform.http.context import RequestContext, bind, current_request
from agent_services.platform.http.errors import ServiceError
from agent_services.tax_services import MTDITID, NI, VRN, EnrolmentKey
from agent_services.test_support.errors import (
    AnsweredOtherwise,
    AnswerFailed,
    NotAnswerable,
    RequestGone,
    RequestUnknown,
    ServiceWithoutRule,
)
from agent_services.test_support.known_facts import STUB_USER
from agent_services.upstreams.agents_external_stubs import AgentsExternalStubs, StubSession
from agent_services.upstreams.auth import (
    AffinityGroup,
    Authorised,
    AuthProvider,
    Credentials,
    SessionEnrolment,
    SessionIdentifier,
)
from agent_services.upstreams.errors import UpstreamFailed

log = structlog.get_logger(__name__)

_VAT: Final = "HMRC-MTD-VAT"
_INCOME_TAX: Final = "HMRC-MTD-IT"
# Whoever signs up for income tax holds the main key; nobody holds a supporting one.
_CLIENT_KEY = {_VAT: _VAT, _INCOME_TAX: _INCOME_TAX, "HMRC-MTD-IT-SUPP": _INCOME_TAX}
_SYNTHETIC_CREDENTIAL: Final = "test-support"

_ANSWERED_SO_ALREADY = {
    "accept": frozenset({InvitationStatus.ACCEPTED, InvitationStatus.PARTIALAUTH}),
    "reject": frozenset({InvitationStatus.REJECTED}),
}
_ANSWERED_OTHERWISE = frozenset(
    {
        InvitationStatus.ACCEPTED,
        InvitationStatus.PARTIALAUTH,
        InvitationStatus.REJECTED,
        InvitationStatus.EXPIRED,
    }
)

Answer = Callable[..., Coroutine[Any, Any, object]]


@dataclass(frozen=True, slots=True)
class _Client:
    """Who answers: the stub's user, or a session made up because the stub has none."""

    authorise: Authorise
    context: AbstractContextManager[RequestContext | None]
    session_address: str
    key: EnrolmentKey


@dataclass(frozen=True, slots=True)
class Answering:
    """Any caller may answer any request; the API is served in test installations alone."""

    invitations: Invitations
    stubs: AgentsExternalStubs
    authorisation: Authorisation

    async def accept(self, invitation_id: InvitationId) -> None:
        """Returns where the request is accepted, now or before. Raises the room's errors."""
        await self._answer(invitation_id, "accept", self.invitations.accept, (Accepted, AlreadyAccepted))

    async def reject(self, invitation_id: InvitationId) -> None:
        """Returns where the request is declined, now or before. Raises the room's errors."""
        await self._answer(invitation_id, "reject", self.invitations.reject, (Rejected, AlreadyRejected))

    async def _answer(self, invitation_id: InvitationId, verb: str, answer: Answer, done: tuple[type, ...]) -> None:
        invitation = await self.invitations.find(invitation_id)
        if invitation is None:
            raise RequestUnknown()
        if invitation.status is not InvitationStatus.PENDING:
            if invitation.status in _ANSWERED_SO_ALREADY[verb]:
                return
            raise AnsweredOtherwise() if invitation.status in _ANSWERED_OTHERWISE else NotAnswerable()
        client = await self._client_of(invitation)
        with client.context:
            try:
                outcome = await answer(invitation_id, authorise=client.authorise)
            except (UpstreamFailed, ServiceError) as failure:
                log.warning("test_support_answer_failed", verb=verb, failure=str(failure))
                raise AnswerFailed() from failure
        if not isinstance(outcome, done):
            _refuse(outcome, invitation_id, client)

    async def _client_of(self, invitation: Invitation) -> _Client:
        if invitation.service not in _CLIENT_KEY:
            raise ServiceWithoutRule()
        session = await self.stubs.sign_in(STUB_USER)
        key = _key_of(invitation)
        user_id = await self._user_of(invitation, session, key)
        if user_id is None:
            principal = _synthetic_client(invitation, self.authorisation)
            return _Client(known(principal), nullcontext(), session.location, key)
        session = await self.stubs.sign_in(user_id)
        context = current_request().acting_as(authorization=session.authorization, session_id=session.session_id)
        return _Client(partial(self.authorisation.require, USER), bind(context), session.location, key)

    async def _user_of(self, invitation: Invitation, session: StubSession, key: EnrolmentKey) -> str | None:
        if invitation.supplied_client_id_type == NI.name:
            return await self.stubs.user_of_nino(session, Nino.as_given(invitation.supplied_client_id))
        return await self.stubs.user_of_enrolment(session, key)


def _key_of(invitation: Invitation) -> EnrolmentKey:
    name = {NI.name: NI, MTDITID.name: MTDITID, VRN.name: VRN}[invitation.supplied_client_id_type].enrolment_name
    return EnrolmentKey.of(_CLIENT_KEY[invitation.service], name, invitation.supplied_client_id)


def _synthetic_client(invitation: Invitation, authorisation: Authorisation) -> Principal:
    """An individual who holds the request's own identifier; auth is not asked about them."""
    key = _key_of(invitation)
    identifiers = tuple(SessionIdentifier(name, value) for name, value in key.identifiers)
    return Principal(
        Authorised(
            credentials=Credentials(_SYNTHETIC_CREDENTIAL, AuthProvider.GOVERNMENT_GATEWAY),
            all_enrolments=(SessionEnrolment(key.service_key, identifiers),),
            affinity_group=AffinityGroup.INDIVIDUAL,
        ),
        authorisation.roles,
    )


def _refuse(outcome: object, invitation_id: InvitationId, client: _Client) -> Never:
    match outcome:
        case NotPermitted():
            raise NotAnswerable()
        case InvitationUnknown():
            raise RequestGone(
                f"Invitation {invitation_id} for {client.key} not found, current user {client.session_address}"
            )
        case _:
            # Busy, or answered meanwhile. Spec: test-support 4.1 (6).
            raise AnswerFailed()
