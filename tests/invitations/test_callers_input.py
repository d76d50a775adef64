"""invitations 1.2, 1.5, 6.4, 12: what callers write is their own doing, what others say is taken as it stands."""

from typing import Any

import pytest

from tests.invitations.story import AMELIA_ARN, NINA_ARN, VESTER_VRN, Story

_NO_ARN = "a reference of no known form"


async def test_shape_error_begins_as_the_framework_words_it(story: Story) -> None:
    reply = await story.nobody().post("/client/validate-invitation", {"uid": "ABCD2345"})

    assert reply.status == 400
    assert reply.json["message"].startswith("Json validation error ")


async def test_path_that_can_be_no_arn_is_the_callers_doing(story: Story) -> None:
    reply = await story.person("amelia").get(f"/api/{_NO_ARN}/invitations")

    assert reply.seen == (400, {"statusCode": 400, "message": "arn: not an agent reference number"})


async def test_arn_of_any_form_is_asked_about(story: Story) -> None:
    """invitations 1.5: no format check of our own stands before the call."""
    await story.person("amelia").get(f"/api/{_NO_ARN}/invitations")

    assert await story.is_called("agent record")


async def test_refusal_of_a_stored_arn_is_no_bad_input(story: Story) -> None:
    """invitations 1.5, 11.2: what a store holds is passed on, and an upstream's refusal of it is a failure."""
    link = {"uid": "ABCD2345", "arn": _NO_ARN, "normalisedAgentNames": ["some-agency"]}
    await story.put_records("agent-reference", link)

    reply = await story.nobody().get("/agent/agent-reference/uid/ABCD2345/some-agency")

    assert reply.status == 500


@pytest.mark.parametrize(
    ("arn", "agency"),
    [
        (AMELIA_ARN, {"agencyName": "Brightwater Accountants", "agencyEmail": "amelia@brightwater.example"}),
        (NINA_ARN, {"agencyName": "Nightjar Bookkeeping", "agencyEmail": "nina@nightjar.example"}),
    ],
)
async def test_agents_read_any_agency(story: Story, arn: str, agency: dict[str, Any]) -> None:
    """invitations 6.4"""
    reply = await story.person("harriet").get(f"/agent/{arn}/details")

    assert reply.status == 200
    assert reply.json["agencyDetails"] == agency
    assert reply.json["suspensionDetails"]["suspensionStatus"] == (arn == NINA_ARN)


@pytest.mark.parametrize(("user_id", "status"), [("iris", 401), ("stride-sam", 401), ("nell", 401)])
async def test_only_agents_read_agencies(story: Story, user_id: str, status: int) -> None:
    reply = await story.person(user_id).get(f"/agent/{AMELIA_ARN}/details")

    assert reply.seen == (status, {"statusCode": 401, "message": "Insufficient Enrolments"})


async def test_service_key_that_is_held_but_is_none_of_ours_is_refused(story: Story) -> None:
    """invitations 12, 1.2: a service of the caller's body that requests do not know."""
    link = (await story.person("amelia").get("/agent/agent-link")).json

    reply = await story.person("iris").post(
        "/client/validate-invitation", {"uid": link["uid"], "serviceKeys": ["IR-SA", "HMRC-MTD-IT"]}
    )

    assert reply.seen == (
        400,
        {"statusCode": 400, "message": "serviceKeys: not a service that authorisation requests know"},
    )


async def test_records_that_cannot_stand_side_by_side_are_refused(story: Story) -> None:
    """Two pending requests of one agent, client and service."""
    pending = await story.record(await story.asks(AMELIA_ARN, "HMRC-MTD-VAT", VESTER_VRN))

    reply = await story.nobody().call(
        "PUT", "/test-only/records/invitation", json=[{**pending, "invitationId": "ANOTHER"}]
    )

    assert reply.status == 400
    assert [each["invitationId"] for each in await story.records("invitation")] == [pending["invitationId"]]
