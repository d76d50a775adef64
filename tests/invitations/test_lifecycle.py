from datetime import timedelta

import pytest

from agent_services.invitations.lifecycle import TRANSITIONS, InvitationStatus, Transition
from tests.invitations.builders import TODAY, an_invitation


def test_pending_request_is_pending_on_its_expiry_date() -> None:
    """invitations 3.5"""
    invitation = an_invitation(expiry_date=TODAY)

    assert invitation.as_of(TODAY).status is InvitationStatus.PENDING


def test_pending_request_reads_as_expired_the_day_after() -> None:
    """invitations 3.5"""
    invitation = an_invitation(expiry_date=TODAY)

    assert invitation.as_of(TODAY + timedelta(days=1)).status is InvitationStatus.EXPIRED


@pytest.mark.parametrize("status", [status for status in InvitationStatus if status is not InvitationStatus.PENDING])
def test_time_changes_no_answered_request(status: InvitationStatus) -> None:
    invitation = an_invitation(expiry_date=TODAY, status=status)

    assert invitation.as_of(TODAY + timedelta(days=9)) is invitation


@pytest.mark.parametrize("text", ["Partialauth", "PARTIALAUTH", "partialAuth", "PartialAuth"])
def test_status_is_read_in_any_letter_case(text: str) -> None:
    """invitations 3.1"""
    assert InvitationStatus.parse(text) is InvitationStatus.PARTIALAUTH


def test_no_transition_leaves_a_final_status() -> None:
    """invitations 4"""
    left = {status for move in TRANSITIONS.values() for status in move.leaves}

    assert left == {InvitationStatus.PENDING, InvitationStatus.ACCEPTED, InvitationStatus.PARTIALAUTH}
    assert set(TRANSITIONS) == set(Transition)
