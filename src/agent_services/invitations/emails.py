"""What agents are told by e-mail about their requests. Spec: invitations 17."""

from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from agent_services.invitations.lifecycle import Invitation, InvitationStatus
from agent_services.tax_services import tax_service
from agent_services.upstreams.email import TemplatedEmail

_LONDON = ZoneInfo("Europe/London")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_ANSWER_TEMPLATES: Mapping[InvitationStatus, str] = {
    InvitationStatus.ACCEPTED: "client_accepted_authorisation_request",
    InvitationStatus.PARTIALAUTH: "client_accepted_authorisation_request",
    InvitationStatus.REJECTED: "client_rejected_authorisation_request",
    InvitationStatus.EXPIRED: "client_expired_authorisation_request",
}


def answer_email(invitation: Invitation, outcome: InvitationStatus) -> TemplatedEmail:
    """The client has accepted (`PARTIALAUTH`: but must still sign up), has rejected, or has let it expire."""
    parameters = {
        "agencyName": invitation.agency_name,
        "clientName": invitation.client_name,
        "expiryDate": _in_words(invitation.expiry_date),
        "service": _asked_for(invitation),
    }
    if outcome is InvitationStatus.PARTIALAUTH:
        parameters["additionalInfo"] = (
            f"You must now sign {invitation.client_name} up to Making Tax Digital for Income Tax."
        )
    return TemplatedEmail(to=(invitation.agency_email,), template_id=_ANSWER_TEMPLATES[outcome], parameters=parameters)


def warning_email(invitations: Sequence[Invitation]) -> TemplatedEmail:
    """One letter for all of an agent's requests that are about to expire; names and dates are the first one's."""
    first = invitations[0]
    return TemplatedEmail(
        to=(first.agency_email,),
        template_id=(
            "agent_invitation_about_to_expire_single" if len(invitations) == 1 else "agent_invitations_about_to_expire"
        ),
        parameters={
            "agencyName": first.agency_name,
            "numberOfInvitations": str(len(invitations)),
            "createdDate": _in_words(first.created.astimezone(_LONDON).date()),
            "expiryDate": _in_words(first.expiry_date),
        },
    )


def _in_words(day: date) -> str:
    # Never by the process's locale: the letters are in English.
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _asked_for(invitation: Invitation) -> str:
    row = tax_service(invitation.service)
    # A stored request of a service that has been withdrawn: its own id must do.
    return invitation.service if row is None else row.email_phrase
