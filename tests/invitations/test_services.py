"""invitations 2, 9, 10: every tax service, asked for, accepted, and given up again."""

import pytest

from tests.invitations.story import Story

_CLIENTS = [
    ("HMRC-MTD-IT", "AB100002", "ni", "jonah", "NINO"),
    ("HMRC-MTD-IT-SUPP", "AB100002", "ni", "jonah", "NINO"),
    ("PERSONAL-INCOME-RECORD", "AB100008", "ni", "quentin", "NINO"),
    ("HMRC-MTD-VAT", "101000573", "vrn", "vester", "VRN"),
    ("HMRC-TERS-ORG", "7120000101", "utr", "winter", "SAUTR"),
    ("HMRC-TERSNT-ORG", "XMTRUST30000001", "urn", "yarrow", "URN"),
    ("HMRC-CGT-PD", "XZCGTP400000001", "CGTPDRef", "zara", "CGTPDRef"),
    ("HMRC-PPT-ORG", "XCPPT0005000001", "EtmpRegistrationNumber", "coldharbour", "EtmpRegistrationNumber"),
    ("HMRC-CBC-ORG", "XJCBC6000000001", "cbcId", "drayton", "cbcId"),
    ("HMRC-CBC-NONUK-ORG", "XKCBC6000000002", "cbcId", "elbe", "cbcId"),
    ("HMRC-PILLAR2-ORG", "XNPLR7000000002", "PLRID", "gotland", "PLRID"),
]


@pytest.mark.parametrize(("service", "client_id", "id_type", "client", "enrolment_name"), _CLIENTS)
async def test_authority_comes_and_goes(
    story: Story, service: str, client_id: str, id_type: str, client: str, enrolment_name: str
) -> None:
    agent = await story.new_agent()
    invitation_id = await story.asks(agent.arn, service, client_id, suppliedClientIdType=id_type)

    accepted = await story.accepts(story.person(client), invitation_id)
    was_related = await story.related(agent.arn, service, enrolment_name, client_id)
    ended = await agent.caller.post(
        f"/agent/{agent.arn}/remove-authorisation", {"clientId": client_id, "service": service}
    )

    record = await story.record(invitation_id)
    assert (accepted.seen, was_related, ended.seen) == ((204, ""), True, (204, ""))
    assert (record["status"], record["relationshipEndedBy"]) == ("Deauthorised", "Agent")
    assert not await story.related(agent.arn, service, enrolment_name, client_id)
