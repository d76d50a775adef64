"""What third-party software may ask, on top of the invitations room: one method a route.

Spec: authorisation-api 4, with the differences between its versions settled in 7.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from agent_services.authorisation_api import audit_events
from agent_services.authorisation_api.errors import ApiCode, Refusal
from agent_services.authorisation_api.payloads import (
    EXTERNAL,
    ApiService,
    AskedRelationship,
    ClientInPayload,
    RequestedAuthorisation,
)
from agent_services.identifiers import Arn, InvitationId
from agent_services.invitations import (
    ApiInvitation,
    ApiInvitationList,
    ApiInvitationRequest,
    ApiRefused,
    ApiRelated,
    ApiRelationshipQuestion,
    Authorise,
    CancelCode,
    Cancelled,
    CancelRefused,
    DeauthoriseCode,
    Deauthorised,
    DeauthoriseRefused,
    DuplicateInvitation,
    InvitationCreated,
    Invitations,
)
from agent_services.platform.audit import Audit
from agent_services.platform.clock import Clock
from agent_services.upstreams.errors import UpstreamFailed

_RELATIONSHIP_MISSING = {
    ApiService.MTD_IT: "ITSA_RELATIONSHIP_NOT_FOUND",
    ApiService.MTD_VAT: "VAT_RELATIONSHIP_NOT_FOUND",
}
_KNOWN_FACT_MISMATCH = {
    ApiService.MTD_IT: ApiCode.POSTCODE_DOES_NOT_MATCH,
    ApiService.MTD_VAT: ApiCode.VAT_REG_DATE_DOES_NOT_MATCH,
}
_RENAMED = {
    "AGENT_SUSPENDED": ApiCode.NO_PERMISSION_ON_AGENCY,
    "CLIENT_INSOLVENT": ApiCode.VAT_CLIENT_INSOLVENT,
}


@dataclass(frozen=True, slots=True)
class AgentRequests:
    """An agent's requests through third-party software; the caller is the agent of `arn` already."""

    invitations: Invitations
    audit: Audit
    clock: Clock
    shown_days: int
    """The list goes back this many days."""

    async def create(self, arn: str, asked: RequestedAuthorisation) -> InvitationId:
        """Asks the client for authority. Raises Refusal (with `Location` for a duplicate), UpstreamFailed."""
        wanted = ApiInvitationRequest(
            arn=Arn.as_given(arn),
            service=asked.client.service,
            supplied_client_id=asked.client.client_id,
            known_fact=asked.known_fact,
            client_type=asked.client_type,
        )
        try:
            outcome = await self.invitations.create_for_api(wanted)
        except UpstreamFailed:
            await self._note_created(arn, asked.client, failure=ApiCode.INTERNAL_SERVER_ERROR)
            raise
        match outcome:
            case InvitationCreated(invitation_id):
                await self._note_created(arn, asked.client, invitation_id=invitation_id)
                return invitation_id
            case DuplicateInvitation(invitation_id):
                code = ApiCode.DUPLICATE_AUTHORISATION_REQUEST
                await self._note_created(arn, asked.client, failure=code)
                raise Refusal(code, location=f"/agents/{arn}/invitations/{invitation_id}")
            case ApiRefused(refused):
                code = _public_code(refused.value, asked.client.service)
                await self._note_created(arn, asked.client, failure=code)
                raise Refusal(code)
            case other:
                assert_never(other)

    async def read(self, arn: str, invitation_id: InvitationId) -> ApiInvitation:
        """One request of this agent. Raises Refusal."""
        outcome = await self.invitations.read_for_api(Arn.as_given(arn), invitation_id)
        match outcome:
            case ApiInvitation():
                service, _ = EXTERNAL[outcome.service]
                await self.audit.record_read(
                    audit_events.invitation_read(
                        arn,
                        str(invitation_id),
                        service=service.value,
                        status=outcome.status.value,
                        failure=None,
                    )
                )
                return outcome
            case ApiRefused(refused):
                code = _public_code(refused.value, None)
                if code is ApiCode.INVITATION_NOT_FOUND:
                    await self.audit.record_read(
                        audit_events.invitation_read(
                            arn, str(invitation_id), service=None, status=None, failure=code.value
                        )
                    )
                raise Refusal(code)
            case other:
                assert_never(other)

    async def list_recent(self, arn: str) -> tuple[ApiInvitation, ...]:
        """The requests of the last days, oldest first, all statuses. Raises Refusal."""
        since = self.clock.now() - timedelta(days=self.shown_days)
        outcome = await self.invitations.list_for_api(Arn.as_given(arn), created_since=since)
        match outcome:
            case ApiInvitationList():
                return outcome.invitations
            case ApiRefused(refused):
                raise Refusal(_public_code(refused.value, None))
            case other:
                assert_never(other)

    async def cancel(self, arn: str, invitation_id: InvitationId) -> None:
        """Takes a pending request back. Raises Refusal."""
        outcome = await self.invitations.cancel(Arn.as_given(arn), invitation_id)
        match outcome:
            case Cancelled():
                await self._note_cancelled(arn, invitation_id, failure=None)
            case CancelRefused(refused):
                code = _cancel_code(refused)
                if code is ApiCode.INVALID_INVITATION_STATUS:
                    await self._note_cancelled(arn, invitation_id, failure=code)
                raise Refusal(code)
            case other:
                assert_never(other)

    async def check(self, arn: str, asked: AskedRelationship) -> None:
        """Returns where the agent may act for the client. Raises Refusal, UpstreamFailed."""
        question = ApiRelationshipQuestion(
            arn=Arn.as_given(arn),
            service=asked.client.service,
            supplied_client_id=asked.client.client_id,
            known_fact=asked.known_fact,
        )
        try:
            outcome = await self.invitations.check_for_api(question)
        except UpstreamFailed:
            await self._note_checked(arn, asked.client, failure=ApiCode.INTERNAL_SERVER_ERROR.value)
            raise
        match outcome:
            case ApiRelated():
                await self._note_checked(arn, asked.client, failure=None)
            case ApiRefused(refused):
                code = _public_code(refused.value, asked.client.service)
                service, _ = EXTERNAL[asked.client.service]
                is_missing = code is ApiCode.RELATIONSHIP_NOT_FOUND
                failure = _RELATIONSHIP_MISSING[service] if is_missing else code.value
                await self._note_checked(arn, asked.client, failure=failure)
                raise Refusal(code)
            case other:
                assert_never(other)

    async def deauthorise(self, arn: str, client: ClientInPayload, *, authorise: Authorise) -> None:
        """Ends the agent's authority. `authorise` gives the caller as ending wants them.

        Raises Refusal, UpstreamFailed.
        """
        outcome = await self.invitations.deauthorise(
            Arn.as_given(arn), client.service, client.client_id, authorise=authorise
        )
        match outcome:
            case Deauthorised():
                return
            case DeauthoriseRefused(code):
                raise Refusal(_deauthorise_code(code))
            case other:
                assert_never(other)

    async def _note_created(
        self,
        arn: str,
        client: ClientInPayload,
        *,
        invitation_id: InvitationId | None = None,
        failure: ApiCode | None = None,
    ) -> None:
        await self.audit.record_read(
            audit_events.authorisation_requested(
                arn,
                client,
                invitation_id=None if invitation_id is None else str(invitation_id),
                failure=None if failure is None else failure.value,
            )
        )

    async def _note_cancelled(self, arn: str, invitation_id: InvitationId, *, failure: ApiCode | None) -> None:
        await self.audit.record_read(
            audit_events.cancellation_requested(
                arn, str(invitation_id), failure=None if failure is None else failure.value
            )
        )

    async def _note_checked(self, arn: str, client: ClientInPayload, *, failure: str | None) -> None:
        await self.audit.record_read(audit_events.relationship_checked(arn, client, failure=failure))


def _public_code(code: str, service: str | None) -> ApiCode:
    """Spec: authorisation-api 4, code translation."""
    if code == "KNOWN_FACT_DOES_NOT_MATCH":
        if service is None:
            return ApiCode.SERVICE_NOT_SUPPORTED
        external, _ = EXTERNAL[service]
        return _KNOWN_FACT_MISMATCH[external]
    if code in _RENAMED:
        return _RENAMED[code]
    return ApiCode(code) if code in ApiCode.__members__ else ApiCode.INTERNAL_SERVER_ERROR


def _cancel_code(code: CancelCode) -> ApiCode:
    match code:
        case CancelCode.INVITATION_NOT_FOUND:
            return ApiCode.INVITATION_NOT_FOUND
        case CancelCode.ALREADY_CANCELLED | CancelCode.INVALID_INVITATION_STATUS:
            return ApiCode.INVALID_INVITATION_STATUS
        case CancelCode.NO_PERMISSION_ON_AGENCY:
            return ApiCode.NO_PERMISSION_ON_AGENCY
        case CancelCode.ALREADY_BEING_PROCESSED:
            return ApiCode.ALREADY_BEING_PROCESSED
        case other:
            assert_never(other)


def _deauthorise_code(code: DeauthoriseCode) -> ApiCode:
    match code:
        case DeauthoriseCode.RELATIONSHIP_NOT_FOUND:
            return ApiCode.NO_RELATIONSHIP
        case DeauthoriseCode.ALREADY_BEING_PROCESSED:
            return ApiCode.ALREADY_BEING_PROCESSED
        case DeauthoriseCode.NO_PERMISSION | DeauthoriseCode.INVALID_KEY:
            # ACR's answers for these are not among the codes that the API knows. Spec: authorisation-api 4.
            return ApiCode.INTERNAL_SERVER_ERROR
        case other:
            assert_never(other)
