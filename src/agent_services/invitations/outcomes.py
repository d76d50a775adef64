"""What this room is asked and what it answers: closed unions of values for the rooms that stand on it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from agent_services.auth import Principal
from agent_services.identifiers import Arn, InvitationId
from agent_services.invitations.lifecycle import InvitationStatus

Authorise = Callable[[], Awaitable[Principal]]
"""Gives the caller, or raises the refusal. Called where the spec's order has it, after the look-ups."""


def known(principal: Principal) -> Authorise:
    """For a caller who is known already."""

    async def give() -> Principal:
        return principal

    return give


class ApiCode(StrEnum):
    """The codes of `/api/{arn}/…`. Spec: invitations 15."""

    INVALID_PAYLOAD = "INVALID_PAYLOAD"
    SERVICE_NOT_SUPPORTED = "SERVICE_NOT_SUPPORTED"
    CLIENT_ID_FORMAT_INVALID = "CLIENT_ID_FORMAT_INVALID"
    CLIENT_ID_DOES_NOT_MATCH_SERVICE = "CLIENT_ID_DOES_NOT_MATCH_SERVICE"
    CLIENT_TYPE_NOT_SUPPORTED = "CLIENT_TYPE_NOT_SUPPORTED"
    DUPLICATE_AUTHORISATION_REQUEST = "DUPLICATE_AUTHORISATION_REQUEST"
    AGENT_SUSPENDED = "AGENT_SUSPENDED"
    CLIENT_REGISTRATION_NOT_FOUND = "CLIENT_REGISTRATION_NOT_FOUND"
    VAT_CLIENT_INSOLVENT = "VAT_CLIENT_INSOLVENT"
    CLIENT_INSOLVENT = "CLIENT_INSOLVENT"
    POSTCODE_FORMAT_INVALID = "POSTCODE_FORMAT_INVALID"
    POSTCODE_DOES_NOT_MATCH = "POSTCODE_DOES_NOT_MATCH"
    VAT_REG_DATE_FORMAT_INVALID = "VAT_REG_DATE_FORMAT_INVALID"
    VAT_REG_DATE_DOES_NOT_MATCH = "VAT_REG_DATE_DOES_NOT_MATCH"
    KNOWN_FACT_DOES_NOT_MATCH = "KNOWN_FACT_DOES_NOT_MATCH"
    ALREADY_AUTHORISED = "ALREADY_AUTHORISED"
    INVITATION_NOT_FOUND = "INVITATION_NOT_FOUND"
    NO_PERMISSION_ON_AGENCY = "NO_PERMISSION_ON_AGENCY"
    RELATIONSHIP_NOT_FOUND = "RELATIONSHIP_NOT_FOUND"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


@dataclass(frozen=True, slots=True)
class ApiRefused:
    """The public API's request cannot be met."""

    code: ApiCode


@dataclass(frozen=True, slots=True)
class ApiInvitationRequest:
    """A request that software asks for. Texts are as the caller gave them. Spec: invitations 15.1."""

    arn: Arn
    service: str
    supplied_client_id: str
    known_fact: str
    client_type: str | None = None


@dataclass(frozen=True, slots=True)
class ApiRelationshipQuestion:
    """May this agent act for the client? `service` is the internal id. Spec: invitations 15.4."""

    arn: Arn
    service: str
    supplied_client_id: str
    known_fact: str


@dataclass(frozen=True, slots=True)
class ApiInvitation:
    """One request as software reads it, with the parts of the agent's link. Spec: invitations 15.2."""

    uid: str
    normalised_agent_name: str
    created: datetime
    service: str
    status: InvitationStatus
    expires_on: date
    invitation_id: InvitationId
    last_updated: datetime


@dataclass(frozen=True, slots=True)
class ApiInvitationList:
    """The agent's requests in store order; empty when there are none. Spec: invitations 15.3."""

    uid: str
    normalised_agent_name: str
    invitations: tuple[ApiInvitation, ...]


@dataclass(frozen=True, slots=True)
class ApiRelated:
    """The agent may act."""


@dataclass(frozen=True, slots=True)
class InvitationCreated:
    """A new request waits for the client."""

    invitation_id: InvitationId


@dataclass(frozen=True, slots=True)
class DuplicateInvitation:
    """The agent has asked this already. `invitation_id` is the earlier request, or the winner of a race."""

    invitation_id: InvitationId


class CancelCode(StrEnum):
    """Why a request cannot be cancelled. Spec: invitations 7."""

    INVITATION_NOT_FOUND = "INVITATION_NOT_FOUND"
    ALREADY_CANCELLED = "ALREADY_CANCELLED"
    """On the wire `INVALID_INVITATION_STATUS`, with another status."""
    INVALID_INVITATION_STATUS = "INVALID_INVITATION_STATUS"
    NO_PERMISSION_ON_AGENCY = "NO_PERMISSION_ON_AGENCY"
    ALREADY_BEING_PROCESSED = "ALREADY_BEING_PROCESSED"
    """The client is accepting it this instant."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The request is cancelled."""


@dataclass(frozen=True, slots=True)
class CancelRefused:
    """The request stays as it is."""

    code: CancelCode


@dataclass(frozen=True, slots=True)
class InvitationUnknown:
    """There is no such request."""


@dataclass(frozen=True, slots=True)
class NotPermitted:
    """The caller is neither the client nor staff: 403 NO_PERMISSION."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The agent has the authority, and the request says so."""


@dataclass(frozen=True, slots=True)
class AlreadyAccepted:
    """It was accepted before; nothing was done."""


@dataclass(frozen=True, slots=True)
class AcceptBusy:
    """Another change of the same relationship is under way: 423."""


@dataclass(frozen=True, slots=True)
class AcceptImpossible:
    """The request was answered otherwise, or has ended."""

    status: InvitationStatus


@dataclass(frozen=True, slots=True)
class Rejected:
    """The client has said no."""


@dataclass(frozen=True, slots=True)
class AlreadyRejected:
    """It was rejected before; nothing was done."""


@dataclass(frozen=True, slots=True)
class RejectBusy:
    """The same request is being accepted this instant: 423."""


@dataclass(frozen=True, slots=True)
class RejectImpossible:
    """The request was answered otherwise, or has ended."""

    status: InvitationStatus


class DeauthoriseCode(StrEnum):
    """Why an authority cannot be ended. Spec: invitations 10."""

    INVALID_KEY = "INVALID_KEY"
    NO_PERMISSION = "NO_PERMISSION"
    RELATIONSHIP_NOT_FOUND = "RELATIONSHIP_NOT_FOUND"
    ALREADY_BEING_PROCESSED = "ALREADY_BEING_PROCESSED"


@dataclass(frozen=True, slots=True)
class Deauthorised:
    """The authority has ended."""


@dataclass(frozen=True, slots=True)
class DeauthoriseRefused:
    """Nothing was ended. `message` is the contract's text of an INVALID_KEY."""

    code: DeauthoriseCode
    message: str = ""
