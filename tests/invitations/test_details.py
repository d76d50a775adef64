"""invitations 16: client details."""

from typing import Any

import pytest

from tests.invitations.story import AMELIA_ARN, HARRIET_ARN, JONAH_NINO, MARION_NINO, NOOR_NINO, VESTER_VRN, Story


async def test_income_tax_client_with_no_agent(story: Story) -> None:
    reply = await story.person("harriet").get(f"/client/HMRC-MTD-IT/details/{JONAH_NINO}B")

    assert reply.seen == (
        200,
        {
            "name": "Jonah Mistry",
            "isOverseas": False,
            "knownFacts": ["DH14EJ"],
            "knownFactType": "PostalCode",
            "hasPendingInvitation": False,
            "isMapped": False,
            "clientsLegacyRelationships": [],
            "isMissingEacdKnownFacts": False,
        },
    )
    assert list(reply.json) == [
        "name",
        "isOverseas",
        "knownFacts",
        "knownFactType",
        "hasPendingInvitation",
        "isMapped",
        "clientsLegacyRelationships",
        "isMissingEacdKnownFacts",
    ]


@pytest.mark.parametrize(
    ("service", "client_id", "expected"),
    [
        ("HMRC-MTD-IT", "AB100003C", {"isOverseas": True, "knownFactType": "Country"}),
        ("HMRC-MTD-VAT", VESTER_VRN, {"knownFacts": ["2021-01-01"], "knownFactType": "Date"}),
        ("HMRC-MTD-VAT", "101000377", {"status": "Insolvent", "knownFacts": ["2012-02-10"]}),
        ("HMRC-MTD-VAT", "101000181", {"hasExistingRelationshipFor": "HMRC-MTD-VAT"}),
        ("HMRC-MTD-IT", "AB100001A", {"hasExistingRelationshipFor": "HMRC-MTD-IT"}),
        ("PERSONAL-INCOME-RECORD", "AB100008D", {"knownFacts": ["1975-02-03"], "knownFactType": "Date"}),
        ("HMRC-TERS-ORG", "7120000101", {"name": "Winterbourne Family Trust", "knownFacts": [], "knownFactType": None}),
        ("HMRC-TERSNT-ORG", "XMTRUST30000001", {"name": "Yarrow Settlement", "isOverseas": None}),
        ("HMRC-CGT-PD", "XZCGTP400000001", {"knownFacts": ["EH11YZ"], "knownFactType": "PostalCode"}),
        ("HMRC-CGT-PD", "XVCGTP400000002", {"isOverseas": True, "knownFacts": ["CH"], "knownFactType": "CountryCode"}),
        ("HMRC-PPT-ORG", "XDPPT0005000002", {"status": "Deregistered", "knownFacts": ["2022-05-09"]}),
        ("HMRC-CBC-ORG", "XJCBC6000000001", {"isOverseas": False, "knownFacts": ["tax@drayton.example"]}),
        ("HMRC-CBC-NONUK-ORG", "XKCBC6000000002", {"isOverseas": True, "isMissingEacdKnownFacts": False}),
        ("HMRC-CBC-ORG", "XKCBC6000000002", {"isOverseas": True, "knownFactType": "Email"}),
        ("HMRC-PILLAR2-ORG", "XNPLR7000000002", {"status": "Inactive", "isOverseas": True}),
    ],
)
async def test_details_by_client(story: Story, service: str, client_id: str, expected: dict[str, Any]) -> None:
    reply = await story.person("amelia").get(f"/client/{service}/details/{client_id}")

    assert reply.status == 200
    assert {name: reply.json.get(name) for name in expected} == expected


async def test_pending_request_of_the_other_role_counts(story: Story) -> None:
    """invitations 16.4"""
    await story.asks(AMELIA_ARN, "HMRC-MTD-IT-SUPP", JONAH_NINO)

    main = await story.person("amelia").get(f"/client/HMRC-MTD-IT/details/{JONAH_NINO}")
    other = await story.person("harriet").get(f"/client/HMRC-MTD-IT/details/{JONAH_NINO}")

    assert (main.json["hasPendingInvitation"], other.json["hasPendingInvitation"]) == (True, False)
    assert "isMapped" not in main.json


async def test_partial_authorisation_counts_as_existing(story: Story) -> None:
    invitation_id = await story.asks(AMELIA_ARN, "HMRC-MTD-IT", NOOR_NINO)
    await story.accepts(story.person("noor"), invitation_id)

    reply = await story.person("amelia").get(f"/client/HMRC-MTD-IT/details/{NOOR_NINO}")

    assert reply.json["hasExistingRelationshipFor"] == "HMRC-MTD-IT"


async def test_legacy_references_of_somebody_elses_client(story: Story) -> None:
    reply = await story.person("harriet").get(f"/client/HMRC-MTD-IT/details/{MARION_NINO}")

    assert (reply.json["isMapped"], reply.json["clientsLegacyRelationships"]) == (False, ["BW100A"])
    assert HARRIET_ARN == "ZARN1000004"


@pytest.mark.parametrize(
    ("service", "client_id", "answer"),
    [
        ("HMRC-MTD-VAT", "999999999", (404, "")),
        ("HMRC-MTD-VAT", "301000404", (404, "")),
        ("HMRC-X", "1", (400, {"statusCode": 400, "message": "service is not supported"})),
        ("hmrc-mtd-vat", VESTER_VRN, (400, {"statusCode": 400, "message": "service is not supported"})),
        ("HMRC-MTD-IT", "nonsense", (400, {"statusCode": 400, "message": "clientId is not a valid NINO"})),
    ],
)
async def test_no_details(story: Story, service: str, client_id: str, answer: Any) -> None:
    reply = await story.person("amelia").get(f"/client/{service}/details/{client_id}")

    assert reply.seen == answer
