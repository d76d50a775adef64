"""invitations 15: what the public API stands on."""

import asyncio
from typing import Any

import pytest

from tests.invitations.story import AMELIA_ARN, HARRIET_ARN, JONAH_NINO, NINA_ARN, PREFIX, VESTER_VRN, Story

_PATH = f"/api/{HARRIET_ARN}/invitation"
_VAT = {"service": "HMRC-MTD-VAT", "suppliedClientId": VESTER_VRN, "knownFact": "2021-01-01"}
_IT = {"service": "HMRC-MTD-IT", "suppliedClientId": JONAH_NINO + "B", "knownFact": "DH1 4EJ", "clientType": "personal"}


@pytest.mark.parametrize(("body", "name"), [(_VAT, "Vestergaard ApS"), (_IT, "Jonah Mistry")])
async def test_software_asks_for_a_client_it_knows(story: Story, body: dict[str, str], name: str) -> None:
    reply = await story.person("harriet").post(_PATH, body)

    record = await story.record(reply.json["invitationId"])
    assert reply.status == 201
    assert (record["clientName"], record["status"], record["arn"]) == (name, "Pending", HARRIET_ARN)
    assert len(await story.audited("CreateInvitation")) == 1


@pytest.mark.parametrize(
    ("arn", "body", "code"),
    [
        (HARRIET_ARN, {"service": "HMRC-MTD-VAT"}, "INVALID_PAYLOAD"),
        (HARRIET_ARN, {**_VAT, "service": "HMRC-CGT-PD"}, "SERVICE_NOT_SUPPORTED"),
        (HARRIET_ARN, {**_VAT, "suppliedClientId": "1"}, "CLIENT_ID_FORMAT_INVALID"),
        (HARRIET_ARN, {**_VAT, "clientType": "dog"}, "CLIENT_TYPE_NOT_SUPPORTED"),
        (NINA_ARN, _VAT, "AGENT_SUSPENDED"),
        (HARRIET_ARN, {**_VAT, "suppliedClientId": "301000404"}, "CLIENT_REGISTRATION_NOT_FOUND"),
        (HARRIET_ARN, {**_VAT, "suppliedClientId": "101000377"}, "VAT_CLIENT_INSOLVENT"),
        (HARRIET_ARN, {**_VAT, "knownFact": "2021-1-1"}, "VAT_REG_DATE_FORMAT_INVALID"),
        (HARRIET_ARN, {**_VAT, "knownFact": "2021-01-02"}, "VAT_REG_DATE_DOES_NOT_MATCH"),
        (HARRIET_ARN, {**_IT, "knownFact": "DH1 4EK"}, "POSTCODE_DOES_NOT_MATCH"),
        (HARRIET_ARN, {**_IT, "knownFact": "BFPO 1"}, "POSTCODE_FORMAT_INVALID"),
        (HARRIET_ARN, {**_IT, "suppliedClientId": "AB100003C"}, "INVALID_PAYLOAD"),
        (AMELIA_ARN, {**_VAT, "suppliedClientId": "101000181", "knownFact": "2017-04-01"}, "ALREADY_AUTHORISED"),
    ],
)
async def test_refusals_in_their_order(story: Story, arn: str, body: dict[str, str], code: str) -> None:
    reply = await story.person("harriet").post(f"/api/{arn}/invitation", body)

    assert reply.seen == (422, {"code": code})
    assert await story.records("invitation") == []


async def test_duplicate_names_the_pending_request_of_either_role(story: Story) -> None:
    first = await story.person("harriet").post(_PATH, _IT)

    same = await story.person("harriet").post(_PATH, {**_IT, "knownFact": "nonsense"})
    other_role = await story.person("harriet").post(_PATH, {**_IT, "service": "HMRC-MTD-IT-SUPP"})

    duplicate = {"code": "DUPLICATE_AUTHORISATION_REQUEST", "invitationId": first.json["invitationId"]}
    assert same.seen == other_role.seen == (422, duplicate)


async def test_loser_of_a_race_is_told_the_winners_id(story: Story) -> None:
    """README, settled"""
    replies = await asyncio.gather(*(story.person("harriet").post(_PATH, _VAT) for _ in range(5)))

    [winner] = [reply.json["invitationId"] for reply in replies if reply.status == 201]
    losers = [reply.seen for reply in replies if reply.status != 201]
    assert losers == [(422, {"code": "DUPLICATE_AUTHORISATION_REQUEST", "invitationId": winner})] * 4


async def test_reading_one_and_all(story: Story) -> None:
    invitation_id = (await story.person("harriet").post(_PATH, _VAT)).json["invitationId"]
    record = await story.record(invitation_id)

    one = await story.person("amelia").get(f"/api/{HARRIET_ARN}/invitation/{invitation_id}")
    every = await story.person("amelia").get(f"/api/{HARRIET_ARN}/invitations")

    [link] = await story.records("agent-reference")
    heading = {"uid": link["uid"], "normalizedAgentName": "harbour-tax-llp"}
    shown = {
        "created": record["created"],
        "service": "HMRC-MTD-VAT",
        "status": "Pending",
        "expiresOn": record["expiryDate"],
        "invitationId": invitation_id,
        "lastUpdated": record["lastUpdated"],
    }
    assert one.seen == (200, {**heading, **shown})
    assert every.seen == (200, {**heading, "invitations": [shown]})


@pytest.mark.parametrize(
    ("arn", "change", "code"),
    [
        (NINA_ARN, {}, "AGENT_SUSPENDED"),
        (AMELIA_ARN, {}, "NO_PERMISSION_ON_AGENCY"),
        (HARRIET_ARN, {"service": "HMRC-CGT-PD"}, "SERVICE_NOT_SUPPORTED"),
    ],
)
async def test_reading_refused(story: Story, arn: str, change: dict[str, str], code: str) -> None:
    invitation_id = (await story.person("harriet").post(_PATH, _VAT)).json["invitationId"]
    await story.changes(invitation_id, **change)

    reply = await story.person("harriet").get(f"/api/{arn}/invitation/{invitation_id}")

    assert reply.seen == (422, {"code": code})


async def test_unknown_request(story: Story) -> None:
    reply = await story.person("harriet").get(f"/api/{HARRIET_ARN}/invitation/ABERULMHCKKW3")

    assert reply.seen == (422, {"code": "INVITATION_NOT_FOUND"})


_CHECK: dict[str, Any] = {"service": "HMRC-MTD-VAT", "suppliedClientId": "101000181", "knownFact": "2017-04-01"}


@pytest.mark.parametrize(
    ("arn", "change", "answer"),
    [
        (AMELIA_ARN, {}, (204, "")),
        (HARRIET_ARN, {}, (422, {"code": "RELATIONSHIP_NOT_FOUND"})),
        (NINA_ARN, {}, (422, {"code": "AGENT_SUSPENDED"})),
        (AMELIA_ARN, {"knownFact": "2017-04-02"}, (422, {"code": "KNOWN_FACT_DOES_NOT_MATCH"})),
        (AMELIA_ARN, {"suppliedClientId": "301000404"}, (422, {"code": "CLIENT_REGISTRATION_NOT_FOUND"})),
        (
            AMELIA_ARN,
            {"suppliedClientId": "101000377", "knownFact": "2012-02-10"},
            (422, {"code": "CLIENT_INSOLVENT"}),
        ),
        (AMELIA_ARN, {"service": "HMRC-X"}, (400, {"statusCode": 400, "message": "service is not supported"})),
    ],
)
async def test_checking_a_relationship(story: Story, arn: str, change: dict[str, str], answer: Any) -> None:
    """invitations 15.4"""
    reply = await story.person("amelia").post(f"/api/{arn}/relationship", {**_CHECK, **change})

    assert reply.seen == answer


async def test_json_then_session_then_shape(story: Story) -> None:
    """invitations 15.1, checks 1 to 3"""
    headers = {"Content-Type": "application/json"}

    broken = await story.nobody().call("POST", PREFIX + _PATH, data=b"{", headers=headers)
    nobody = await story.nobody().post(_PATH, {})
    shapeless = await story.person("harriet").post(_PATH, [])

    assert (broken.status, broken.json["statusCode"]) == (400, 400)
    assert nobody.seen == (401, {"statusCode": 401, "message": "Bearer token not supplied"})
    assert shapeless.seen == (422, {"code": "INVALID_PAYLOAD"})
