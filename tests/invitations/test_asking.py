"""invitations 5, 7: asking and cancelling."""

import asyncio
from typing import Any

import pytest

from tests.invitations.story import AMELIA_ARN, PREFIX, ROWAN_VRN, VESTER_VRN, Story

_BODY = {
    "clientId": VESTER_VRN,
    "suppliedClientIdType": "vrn",
    "clientName": "Vestergaard ApS",
    "service": "HMRC-MTD-VAT",
    "clientType": "business",
}
_PATH = f"/agent/{AMELIA_ARN}/authorisation-request"


async def test_request_is_stored_and_audited(story: Story) -> None:
    reply = await story.person("amelia").post(_PATH, _BODY)

    invitation_id = reply.json["invitationId"]
    record = await story.record(invitation_id)
    created = record.pop("created")
    assert (reply.status, reply.json) == (201, {"invitationId": invitation_id})
    assert record.pop("lastUpdated") == created
    assert len(record.pop("expiryDate")) == len("2026-01-31")
    assert record == {
        "invitationId": invitation_id,
        "arn": AMELIA_ARN,
        "service": "HMRC-MTD-VAT",
        "suppliedClientId": VESTER_VRN,
        "suppliedClientIdType": "vrn",
        "clientName": "Vestergaard ApS",
        "agencyName": "Brightwater Accountants",
        "agencyEmail": record["agencyEmail"],
        "warningEmailSent": False,
        "expiredEmailSent": False,
        "status": "Pending",
        "clientType": "business",
    }
    assert await story.audited("CreateInvitation") == [
        {
            "agentReferenceNumber": AMELIA_ARN,
            "service": "HMRC-MTD-VAT",
            "suppliedClientId": VESTER_VRN,
            "suppliedClientIdType": "vrn",
            "invitationId": invitation_id,
        }
    ]


@pytest.mark.parametrize(
    ("changed", "status", "body"),
    [
        ({"service": "HMRC-NONE"}, 400, ("UNSUPPORTED_SERVICE", 'Unsupported service "HMRC-NONE"')),
        (
            {"clientId": "12"},
            400,
            ("INVALID_CLIENT_ID", 'Invalid clientId "12", for service type "HMRC-MTD-VAT"'),
        ),
        (
            {"suppliedClientIdType": "VRN"},
            400,
            ("UNSUPPORTED_CLIENT_ID_TYPE", 'Unsupported clientIdType "VRN", for service type "HMRC-MTD-VAT"'),
        ),
        ({"clientType": "dog"}, 400, ("UNSUPPORTED_CLIENT_TYPE", 'Unsupported clientType "Some(dog)"')),
    ],
)
async def test_refusals_in_their_order(
    story: Story, changed: dict[str, str], status: int, body: tuple[str, str]
) -> None:
    reply = await story.person("amelia").post(_PATH, {**_BODY, **changed})

    assert reply.seen == (status, {"code": body[0], "message": body[1]})


async def test_second_request_for_the_same_is_a_duplicate(story: Story) -> None:
    await story.person("amelia").post(_PATH, _BODY)

    reply = await story.person("amelia").post(_PATH, _BODY)

    assert reply.seen == (
        403,
        {
            "code": "DUPLICATE_AUTHORISATION_REQUEST",
            "message": "An authorisation request for this service has already been created "
            "and is awaiting the client’s response.",
        },
    )


async def test_of_equal_requests_at_one_instant_one_is_made(story: Story) -> None:
    replies = await asyncio.gather(*(story.person("amelia").post(_PATH, _BODY) for _ in range(6)))

    assert sorted(reply.status for reply in replies) == [201, 403, 403, 403, 403, 403]
    assert len(await story.records("invitation")) == 1


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b'{"clientId":1}'])
async def test_bad_body_is_400_without_body_and_before_the_session(story: Story, body: bytes) -> None:
    """invitations 1.1; README, settled"""
    reply = await story.nobody().call("POST", PREFIX + _PATH, data=body, headers={"Content-Type": "application/json"})

    assert reply.seen == (400, "")


async def test_needs_a_session(story: Story) -> None:
    reply = await story.nobody().post(_PATH, _BODY)

    assert reply.seen == (401, {"statusCode": 401, "message": "Bearer token not supplied"})


async def test_seeds_path_answers_too(story: Story) -> None:
    reply = await story.person("amelia").call("POST", _PATH, json=_BODY)

    assert reply.status == 201


async def test_overdue_request_makes_room_for_a_new_one(story: Story) -> None:
    """invitations 3.5: expired first, as the job would"""
    first = await story.asks(AMELIA_ARN, "HMRC-MTD-VAT", ROWAN_VRN)
    await story.advances(22)

    second = await story.asks(AMELIA_ARN, "HMRC-MTD-VAT", ROWAN_VRN)

    sent = await story.emails(at_least=1)
    assert (await story.status(first), await story.status(second)) == ("Expired", "Pending")
    assert [email["templateId"] for email in sent] == ["client_expired_authorisation_request"]


async def test_agent_cancels_its_own_request_once(story: Story) -> None:
    """invitations 7"""
    invitation_id = await story.asks(AMELIA_ARN, "HMRC-MTD-VAT", VESTER_VRN)

    other = await story.cancels(story.person("harriet"), invitation_id)
    first = await story.cancels(story.person("amelia"), invitation_id)
    second = await story.cancels(story.person("amelia"), invitation_id)

    assert other.seen == (422, {"code": "NO_PERMISSION_ON_AGENCY"})
    assert first.seen == (204, "")
    assert second.seen == (409, {"code": "INVALID_INVITATION_STATUS"})
    assert await story.status(invitation_id) == "Cancelled"


@pytest.mark.parametrize(
    ("invitation_id", "answer"),
    [("ABERULMHCKKW3", (422, {"code": "INVITATION_NOT_FOUND"})), ("%00", (400, None))],
)
async def test_unknown_request_cannot_be_cancelled(story: Story, invitation_id: str, answer: Any) -> None:
    reply = await story.cancels(story.person("amelia"), invitation_id)

    assert reply.status == answer[0]
    assert answer[1] is None or reply.json == answer[1]
