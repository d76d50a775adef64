"""Faults of the embedded sandbox come back as what real upstreams answer. Spec: sandbox 6.2, invitations 1.3."""

import pytest

from tests.invitations.story import AMELIA_ARN, JONAH_NINO, PREFIX, VESTER_VRN, Story


@pytest.mark.parametrize(
    ("upstream", "operation", "service", "client_id"),
    [
        ("des", "VAT customer", "HMRC-MTD-VAT", VESTER_VRN),
        ("des", "CGT subscription", "HMRC-CGT-PD", "XZCGTP400000001"),
        ("ifs", "trust", "HMRC-TERS-ORG", "7120000101"),
        ("ifs", "PPT subscription", "HMRC-PPT-ORG", "XCPPT0005000001"),
        ("ifs", "Pillar 2 subscription", "HMRC-PILLAR2-ORG", "XMPLR7000000001"),
        ("if", "CBC subscription", "HMRC-CBC-ORG", "XJCBC6000000001"),
        ("citizen-details", "citizen", "PERSONAL-INCOME-RECORD", JONAH_NINO),
    ],
)
@pytest.mark.parametrize(("theirs", "ours"), [(404, 404), (400, 500), (503, 500)])
async def test_client_that_the_upstream_does_not_find(
    story: Story, upstream: str, operation: str, service: str, client_id: str, theirs: int, ours: int
) -> None:
    """invitations 16.1, 16.3"""
    await story.fails(upstream, operation, status=theirs)

    reply = await story.person("amelia").get(f"/client/{service}/details/{client_id}")

    assert reply.seen == (ours, "")


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"WWW-Authenticate": 'MDTP detail="BearerTokenExpired"'}, "Bearer token expired"),
        ({"www-authenticate": 'MDTP detail="InsufficientConfidenceLevel"'}, "Insufficient ConfidenceLevel"),
        (
            {"WWW-Authenticate": 'MDTP detail="InsufficientEnrolments"', "Failing-Enrolment": "HMRC-X"},
            "HMRC-X",
        ),
        ({"WWW-Authenticate": "Basic"}, "InvalidResponseHeader"),
        ({}, "MissingResponseHeader"),
    ],
)
async def test_refusal_of_auth_is_told_in_its_words(story: Story, headers: dict[str, str], message: str) -> None:
    """invitations 1.3"""
    await story.nobody().call(
        "POST",
        "/sandbox/faults",
        json={"match": {"upstream": "auth"}, "action": {"status": 401, "headers": headers}, "times": 1},
    )

    reply = await story.person("amelia").get(f"/api/{AMELIA_ARN}/invitations")

    assert reply.seen == (401, {"statusCode": 401, "message": message})


async def test_income_records_refusals_are_told_by_their_status(story: Story) -> None:
    """invitations 9.5, 10: the text is contract"""
    invitation_id = await story.asks(AMELIA_ARN, "PERSONAL-INCOME-RECORD", JONAH_NINO)
    await story.fails("agent-fi-relationship", "AFI create", status=403)
    accepted = await story.accepts(story.person("jonah"), invitation_id)
    await story.fails("agent-fi-relationship", "AFI delete", status=500)

    removed = await story.person("jonah").call(
        "POST",
        f"{PREFIX}/agent/{AMELIA_ARN}/remove-authorisation",
        json={"clientId": JONAH_NINO, "service": "PERSONAL-INCOME-RECORD"},
    )

    assert [accepted.seen, removed.seen] == [
        (403, {"statusCode": 403, "message": "Unexpected status 403 received from AFI create relationship"}),
        (500, {"statusCode": 500, "message": "Unexpected status 500 received from AFI delete relationship"}),
    ]
