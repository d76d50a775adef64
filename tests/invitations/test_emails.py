"""invitations 17"""

from datetime import UTC, date, datetime

import pytest

from agent_services.invitations.emails import answer_email, warning_email
from agent_services.invitations.lifecycle import InvitationStatus
from agent_services.upstreams.email import TemplatedEmail
from tests.invitations.builders import an_invitation


def test_accepted_request_is_told_with_the_service_in_words() -> None:
    invitation = an_invitation(expiry_date=date(2020, 6, 6))

    letter = answer_email(invitation, InvitationStatus.ACCEPTED)

    assert letter == TemplatedEmail(
        to=("agency@example.com",),
        template_id="client_accepted_authorisation_request",
        parameters={
            "agencyName": "My Agency",
            "clientName": "Mrs Client",
            "expiryDate": "6 June 2020",
            "service": "manage their Making Tax Digital for VAT.",
        },
        is_forced=True,
    )


def test_partially_accepted_request_tells_to_sign_the_client_up() -> None:
    letter = answer_email(an_invitation(service="HMRC-MTD-IT"), InvitationStatus.PARTIALAUTH)

    assert letter.template_id == "client_accepted_authorisation_request"
    assert letter.parameters["additionalInfo"] == (
        "You must now sign Mrs Client up to Making Tax Digital for Income Tax."
    )


@pytest.mark.parametrize(
    ("outcome", "template"),
    [
        (InvitationStatus.REJECTED, "client_rejected_authorisation_request"),
        (InvitationStatus.EXPIRED, "client_expired_authorisation_request"),
    ],
)
def test_other_answers_have_their_own_template(outcome: InvitationStatus, template: str) -> None:
    assert answer_email(an_invitation(), outcome).template_id == template


def test_one_request_about_to_expire_is_told_alone() -> None:
    # 23:30 in UTC is the next day in London's summer.
    invitation = an_invitation(created=datetime(2026, 6, 1, 23, 30, tzinfo=UTC), expiry_date=date(2026, 6, 22))

    letter = warning_email([invitation])

    assert letter.template_id == "agent_invitation_about_to_expire_single"
    assert letter.parameters == {
        "agencyName": "My Agency",
        "numberOfInvitations": "1",
        "createdDate": "2 June 2026",
        "expiryDate": "22 June 2026",
    }


def test_several_are_told_in_one_letter() -> None:
    letter = warning_email([an_invitation(), an_invitation(), an_invitation()])

    assert letter.template_id == "agent_invitations_about_to_expire"
    assert letter.parameters["numberOfInvitations"] == "3"
