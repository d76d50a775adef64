"""What an authorisation request is and which of its states follow which. Spec: invitations 3.1, 3.5, 4."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from agent_services.identifiers import Arn, InvitationId


class InvitationStatus(StrEnum):
    """The spelling on the wire and in the store. Spec: invitations 3.1."""

    PENDING = "Pending"
    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    CANCELLED = "Cancelled"
    EXPIRED = "Expired"
    DEAUTHORISED = "Deauthorised"
    PARTIALAUTH = "Partialauth"

    @classmethod
    def parse(cls, text: str) -> "InvitationStatus":
        """Reads the status in any letter case. Raises ValueError for another word."""
        return cls(text.capitalize())


INTERNAL_STATUS_NAMES = {
    InvitationStatus.PENDING: "Pending",
    InvitationStatus.ACCEPTED: "Accepted",
    InvitationStatus.REJECTED: "Rejected",
    InvitationStatus.CANCELLED: "Cancelled",
    InvitationStatus.EXPIRED: "Expired",
    InvitationStatus.DEAUTHORISED: "DeAuthorised",
    InvitationStatus.PARTIALAUTH: "PartialAuth",
}
"""The names that the refusals of accept and reject use, which are not the wire's. Spec: invitations 8."""


class Transition(StrEnum):
    """The moves of the state machine. Spec: invitations 4."""

    ACCEPT = "accept"
    ACCEPT_PARTIALLY = "accept_partially"
    REJECT = "reject"
    CANCEL = "cancel"
    EXPIRE = "expire"
    SIGN_UP = "sign_up"
    DEAUTHORISE = "deauthorise"


@dataclass(frozen=True, slots=True)
class Move:
    """The states a transition may leave, and the one it enters."""

    leaves: frozenset[InvitationStatus]
    enters: InvitationStatus


_PENDING = frozenset({InvitationStatus.PENDING})
_IN_FORCE = frozenset({InvitationStatus.ACCEPTED, InvitationStatus.PARTIALAUTH})

TRANSITIONS: dict[Transition, Move] = {
    Transition.ACCEPT: Move(_PENDING, InvitationStatus.ACCEPTED),
    Transition.ACCEPT_PARTIALLY: Move(_PENDING, InvitationStatus.PARTIALAUTH),
    Transition.REJECT: Move(_PENDING, InvitationStatus.REJECTED),
    Transition.CANCEL: Move(_PENDING, InvitationStatus.CANCELLED),
    Transition.EXPIRE: Move(_PENDING, InvitationStatus.EXPIRED),
    Transition.SIGN_UP: Move(frozenset({InvitationStatus.PARTIALAUTH}), InvitationStatus.ACCEPTED),
    Transition.DEAUTHORISE: Move(_IN_FORCE, InvitationStatus.DEAUTHORISED),
}


class EndedBy(StrEnum):
    """Who ended an authorisation: `relationshipEndedBy`. Spec: invitations 3.1."""

    CLIENT = "Client"
    AGENT = "Agent"
    HMRC = "HMRC"


@dataclass(frozen=True, slots=True)
class Invitation:
    """One authorisation request as it is stored, its personal fields opened.

    `supplied_client_id` is the client's identifier without whitespace, a NINO without its suffix, and
    `supplied_client_id_type` the short id of its type (`ni`, `vrn`). Texts are as stored, whatever they say.
    """

    invitation_id: InvitationId
    arn: Arn
    service: str
    supplied_client_id: str
    supplied_client_id_type: str
    client_name: str
    agency_name: str
    agency_email: str
    warning_email_sent: bool
    expired_email_sent: bool
    status: InvitationStatus
    relationship_ended_by: str | None
    client_type: str | None
    expiry_date: date
    created: datetime
    last_updated: datetime

    @property
    def is_pending(self) -> bool:
        return self.status is InvitationStatus.PENDING

    @property
    def is_in_force(self) -> bool:
        return self.status in _IN_FORCE

    def as_of(self, today: date) -> "Invitation":
        """The request as it reads on that day: a pending one whose expiry date has passed is expired.

        On the expiry date itself it is pending until the job has run. Spec: invitations 3.5.
        """
        if self.is_pending and self.expiry_date < today:
            return replace(self, status=InvitationStatus.EXPIRED)
        return self
