"""invitations 18, 3.2: what time does to requests."""

import pytest

from tests.invitations.story import AMELIA_ARN, HARRIET_ARN, JONAH_NINO, ROWAN_VRN, VESTER_VRN, Story


@pytest.mark.parametrize("job", ["expire-invitations", "expired-emails"])
async def test_job_expires_from_the_expiry_date_on(story: Story, job: str) -> None:
    due = await story.asks(HARRIET_ARN, "HMRC-MTD-VAT", VESTER_VRN)
    await story.advances(20)
    later = await story.asks(AMELIA_ARN, "HMRC-MTD-VAT", VESTER_VRN)

    early = await story.runs(job)
    await story.advances(1)
    late = await story.runs(job)

    record = await story.record(due)
    [email] = await story.emails()
    assert (early, late) == (0, 1)
    assert (record["status"], record["expiredEmailSent"]) == ("Expired", True)
    assert await story.status(later) == "Pending"
    assert email["templateId"] == "client_expired_authorisation_request"


async def test_expired_request_whose_email_was_sent_gets_none(story: Story) -> None:
    """invitations 3.5"""
    due = await story.asks(HARRIET_ARN, "HMRC-MTD-VAT", VESTER_VRN)
    await story.changes(due, expiredEmailSent=True)
    await story.advances(21)

    await story.runs("expire-invitations")

    assert await story.status(due) == "Expired"
    assert await story.emails() == []


async def test_agent_is_warned_once_for_all_its_requests(story: Story) -> None:
    first = await story.asks(AMELIA_ARN, "HMRC-MTD-VAT", VESTER_VRN)
    second = await story.asks(AMELIA_ARN, "HMRC-MTD-IT", JONAH_NINO)
    await story.advances(16)

    sent = await story.runs("warning-emails")
    again = await story.runs("warning-emails")

    [email] = await story.emails()
    records = [await story.record(first), await story.record(second)]
    assert (sent, again) == (1, 0)
    assert email["templateId"] == "agent_invitations_about_to_expire"
    assert email["parameters"]["numberOfInvitations"] == "2"
    assert [record["warningEmailSent"] for record in records] == [True, True]
    assert [record["status"] for record in records] == ["Pending", "Pending"]


async def test_nobody_is_warned_before_the_sixteenth_day(story: Story) -> None:
    await story.asks(AMELIA_ARN, "HMRC-MTD-VAT", VESTER_VRN)
    await story.advances(15)

    assert await story.runs("warning-emails") == 0


async def test_requests_vanish_thirty_days_after_creation(story: Story) -> None:
    """invitations 3.2"""
    await story.asks(AMELIA_ARN, "HMRC-MTD-VAT", ROWAN_VRN)
    await story.advances(31)

    await story.runs("sweep-invitations")

    assert await story.records("invitation") == []
