"""invitations 8, 9: the client's answer, with everything that follows from it."""

import asyncio

import pytest

from tests.invitations.story import (
    AMELIA_ARN,
    NOOR_NINO,
    ROWAN_VRN,
    Story,
)

_NO_PERMISSION = {
    "code": "NO_PERMISSION",
    "message": "The logged in user is not permitted to perform the operation.",
}


async def test_accepting_gives_the_agent_authority(story: Story) -> None:
    rival = await story.new_agent()
    client = await story.new_vat_client()
    invitation_id = await story.asks(rival.arn, "HMRC-MTD-VAT", client.vrn)

    reply = await story.accepts(client.caller, invitation_id)

    record = await story.record(invitation_id)
    [email] = await story.emails(at_least=1)
    assert reply.seen == (204, "")
    assert record["status"] == "Accepted"
    assert await story.related(rival.arn, "HMRC-MTD-VAT", "VRN", client.vrn)
    assert email["templateId"] == "client_accepted_authorisation_request"
    assert await story.is_called("ES19")
    assert await story.audited("RespondToInvitation") == [
        {
            "agentReferenceNumber": rival.arn,
            "service": "HMRC-MTD-VAT",
            "clientId": client.vrn,
            "clientIdType": "vrn",
            "invitationId": invitation_id,
            "suppliedClientId": client.vrn,
            "response": "Accepted",
            "respondedBy": "Client",
        }
    ]
    [created] = await story.audited("CreateRelationship")
    assert (created["howRelationshipCreated"], created["invitationId"]) == ("ClientAcceptedInvitation", invitation_id)


async def test_accepting_again_does_nothing_more(story: Story) -> None:
    rival = await story.new_agent()
    client = await story.new_vat_client()
    invitation_id = await story.asks(rival.arn, "HMRC-MTD-VAT", client.vrn)
    await story.accepts(client.caller, invitation_id)

    reply = await story.accepts(client.caller, invitation_id)

    assert reply.seen == (204, "")
    assert len(await story.audited("RespondToInvitation")) == 1


async def test_new_main_agent_ends_the_previous_ones_request(story: Story) -> None:
    """invitations 9.6"""
    agent = await story.new_agent()
    rival = await story.new_agent()
    client = await story.new_vat_client()
    first = await story.asks(agent.arn, "HMRC-MTD-VAT", client.vrn)
    await story.accepts(client.caller, first)
    second = await story.asks(rival.arn, "HMRC-MTD-VAT", client.vrn)

    await story.accepts(client.caller, second)

    ended = await story.record(first)
    assert (ended["status"], ended["relationshipEndedBy"]) == ("Deauthorised", "Client")
    assert await story.status(second) == "Accepted"
    assert not await story.related(agent.arn, "HMRC-MTD-VAT", "VRN", client.vrn)
    assert await story.related(rival.arn, "HMRC-MTD-VAT", "VRN", client.vrn)


async def test_income_tax_client_is_known_by_the_nino(story: Story) -> None:
    """invitations 9.1"""
    agent = await story.new_agent()
    client = await story.new_income_tax_client()
    invitation_id = await story.asks(agent.arn, "HMRC-MTD-IT", client.nino + "B")

    stranger = await story.accepts(story.person("iris"), invitation_id)
    by_agent = await story.accepts(agent.caller, invitation_id)
    by_client = await story.accepts(client.caller, invitation_id)

    [answer] = await story.audited("RespondToInvitation")
    assert stranger.seen == by_agent.seen == (403, _NO_PERMISSION)
    assert by_client.status == 204
    assert await story.related(agent.arn, "HMRC-MTD-IT", "MTDITID", client.mtd_it_id)
    assert (answer["clientId"], answer["clientIdType"], answer["suppliedClientId"]) == (
        client.mtd_it_id,
        "MTDITID",
        client.nino,
    )


async def test_client_without_mtditid_authorises_partially(story: Story) -> None:
    """invitations 9.5"""
    invitation_id = await story.asks(AMELIA_ARN, "HMRC-MTD-IT", NOOR_NINO)

    reply = await story.accepts(story.person("noor"), invitation_id)

    [partial] = await story.records("partial-auth")
    [email] = await story.emails(at_least=1)
    [audited] = await story.audited("CreatePartialAuthorisation")
    assert reply.status == 204
    assert await story.status(invitation_id) == "Partialauth"
    assert (partial["arn"], partial["service"], partial["nino"], partial["active"]) == (
        AMELIA_ARN,
        "HMRC-MTD-IT",
        NOOR_NINO,
        True,
    )
    assert email["parameters"]["additionalInfo"].startswith("You must now sign Some Client up")
    assert audited["howPartialAuthorisationCreated"] == "ClientAcceptedInvitation"


async def test_agent_that_becomes_main_gives_up_its_supporting_role(story: Story) -> None:
    """invitations 9.4"""
    agent = await story.new_agent()
    client = await story.new_income_tax_client()
    supporting = await story.asks(agent.arn, "HMRC-MTD-IT-SUPP", client.nino)
    await story.accepts(client.caller, supporting)
    main = await story.asks(agent.arn, "HMRC-MTD-IT", client.nino)

    reply = await story.accepts(client.caller, main)

    assert reply.status == 204
    assert (await story.status(supporting), await story.status(main)) == ("Deauthorised", "Accepted")
    assert not await story.related(agent.arn, "HMRC-MTD-IT-SUPP", "MTDITID", client.mtd_it_id)
    assert await story.related(agent.arn, "HMRC-MTD-IT", "MTDITID", client.mtd_it_id)


async def test_staff_may_accept(story: Story) -> None:
    rival = await story.new_agent()
    client = await story.new_vat_client()
    invitation_id = await story.asks(rival.arn, "HMRC-MTD-VAT", client.vrn)

    reply = await story.accepts(story.person("stride-sam"), invitation_id)

    [answer] = await story.audited("RespondToInvitation")
    assert reply.status == 204
    assert answer["respondedBy"] == "HMRC"


async def test_unknown_request_is_told_before_the_session(story: Story) -> None:
    accepted = await story.nobody().put("/authorisation-response/accept/ABERULMHCKKW3")
    rejected = await story.nobody().put("/client/authorisation-response/reject/ABERULMHCKKW3")

    assert accepted.seen == (404, "Invitation not found for invitationId 'ABERULMHCKKW3'")
    assert rejected.seen == (404, "Pending Invitation not found for invitationId 'ABERULMHCKKW3'")


async def test_rejecting_tells_the_agent(story: Story) -> None:
    """invitations 8"""
    agent = await story.new_agent()
    client = await story.new_vat_client()
    invitation_id = await story.asks(agent.arn, "HMRC-MTD-VAT", client.vrn)

    first = await story.rejects(client.caller, invitation_id)
    second = await story.rejects(client.caller, invitation_id)

    [email] = await story.emails()
    assert first.seen == second.seen == (204, "")
    assert await story.status(invitation_id) == "Rejected"
    assert email["templateId"] == "client_rejected_authorisation_request"
    assert await story.audited("RespondToInvitation") == [
        {
            "agentReferenceNumber": agent.arn,
            "service": "HMRC-MTD-VAT",
            "clientId": "",
            "clientIdType": "",
            "invitationId": invitation_id,
            "suppliedClientId": client.vrn,
            "response": "Rejected",
            "respondedBy": "Client",
        }
    ]


async def test_agents_reject_nothing(story: Story) -> None:
    agent = await story.new_agent()
    client = await story.new_vat_client()
    invitation_id = await story.asks(agent.arn, "HMRC-MTD-VAT", client.vrn)

    reply = await story.rejects(agent.caller, invitation_id)

    assert reply.seen == (403, _NO_PERMISSION)


@pytest.mark.parametrize(
    ("status", "name"),
    [("Rejected", "Rejected"), ("Cancelled", "Cancelled"), ("Expired", "Expired"), ("Deauthorised", "DeAuthorised")],
)
async def test_answered_request_cannot_be_accepted(story: Story, status: str, name: str) -> None:
    agent = await story.new_agent()
    client = await story.new_vat_client()
    invitation_id = await story.asks(agent.arn, "HMRC-MTD-VAT", client.vrn)
    await story.changes(invitation_id, status=status)

    reply = await story.accepts(client.caller, invitation_id)

    assert reply.seen == (500, f"Invitation could not be accepted. Invitation status is '{name}'")


@pytest.mark.parametrize(("status", "name"), [("Accepted", "Accepted"), ("Partialauth", "PartialAuth")])
async def test_accepted_request_cannot_be_rejected(story: Story, status: str, name: str) -> None:
    agent = await story.new_agent()
    client = await story.new_vat_client()
    invitation_id = await story.asks(agent.arn, "HMRC-MTD-VAT", client.vrn)
    await story.changes(invitation_id, status=status)

    reply = await story.rejects(client.caller, invitation_id)

    assert reply.seen == (500, f"Invitation failed to reject. Invitation status is '{name}'")


async def test_overdue_request_is_expired_for_everybody(story: Story) -> None:
    """invitations 3.5"""
    agent = await story.new_agent()
    client = await story.new_vat_client()
    invitation_id = await story.asks(agent.arn, "HMRC-MTD-VAT", client.vrn)
    await story.advances(22)

    accepted = await story.accepts(client.caller, invitation_id)
    cancelled = await story.cancels(agent.caller, invitation_id)

    assert accepted.seen == (500, "Invitation could not be accepted. Invitation status is 'Expired'")
    assert cancelled.seen == (422, {"code": "INVALID_INVITATION_STATUS"})


async def test_many_accepts_at_once_make_one_relationship(story: Story) -> None:
    rival = await story.new_agent()
    client = await story.new_vat_client()
    invitation_id = await story.asks(rival.arn, "HMRC-MTD-VAT", client.vrn)

    replies = await asyncio.gather(*(story.accepts(client.caller, invitation_id) for _ in range(50)))

    assert {reply.status for reply in replies} <= {204, 423}
    assert 204 in {reply.status for reply in replies}
    assert len(await story.audited("CreateRelationship")) == 1
    assert len(await story.audited("RespondToInvitation")) == 1
    assert await story.status(invitation_id) == "Accepted"


@pytest.mark.parametrize("round_number", range(6))
async def test_of_accept_and_its_opposites_one_wins(story: Story, round_number: int) -> None:
    agent = await story.new_agent()
    client = await story.new_vat_client()
    invitation_id = await story.asks(agent.arn, "HMRC-MTD-VAT", client.vrn)

    async def after(pause: float, answer: object) -> object:
        await asyncio.sleep(pause)
        return await answer  # type: ignore[misc]  # a coroutine

    await asyncio.gather(
        story.accepts(client.caller, invitation_id),
        after(round_number * 0.01, story.rejects(client.caller, invitation_id)),
        after(round_number * 0.008, story.cancels(agent.caller, invitation_id)),
    )

    status = await story.status(invitation_id)
    is_related = await story.related(agent.arn, "HMRC-MTD-VAT", "VRN", client.vrn)
    assert status in {"Accepted", "Rejected", "Cancelled"}
    assert is_related == (status == "Accepted")


async def test_held_lock_answers_423(story: Story) -> None:
    """invitations 9.2"""
    rival = await story.new_agent()
    client = await story.new_vat_client()
    invitation_id = await story.asks(rival.arn, "HMRC-MTD-VAT", client.vrn)
    lock = {
        "_id": f"recovery-{rival.arn}-HMRC-MTD-VAT~VRN~{client.vrn}",
        "owner": "somebody",
        "timeCreated": "2026-01-01T00:00:00Z",
        "expiryTime": "2036-01-01T00:00:00Z",
    }
    await story.put_records("lock", lock)

    reply = await story.accepts(client.caller, invitation_id)

    assert reply.seen == (423, "")
    assert await story.status(invitation_id) == "Pending"


async def test_de_authorising_ends_relationship_and_request(story: Story) -> None:
    """invitations 10"""
    agent = await story.new_agent()
    rival = await story.new_agent()
    client = await story.new_vat_client()
    invitation_id = await story.asks(rival.arn, "HMRC-MTD-VAT", client.vrn)
    await story.accepts(client.caller, invitation_id)
    body = {"clientId": client.vrn, "service": "HMRC-MTD-VAT"}
    path = f"/agent/{rival.arn}/remove-authorisation"

    stranger = await agent.caller.post(path, body)
    first = await rival.caller.post(path, body)
    second = await rival.caller.post(path, body)

    record = await story.record(invitation_id)
    [ended] = await story.audited("TerminateRelationship")
    assert stranger.seen == (403, _NO_PERMISSION)
    assert first.seen == (204, "")
    assert second.seen == (
        404,
        {"code": "RELATIONSHIP_NOT_FOUND", "message": "The specified relationship was not found."},
    )
    assert (record["status"], record["relationshipEndedBy"]) == ("Deauthorised", "Agent")
    assert ended["howRelationshipTerminated"] == "AgentLedTermination"
    assert not await story.related(rival.arn, "HMRC-MTD-VAT", "VRN", client.vrn)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            {"clientId": "1", "service": "HMRC-MTD-VAT"},
            (
                "Failed to build enrolment key because: "
                "Identifier 1 of type VrnType provided for service HMRC-MTD-VAT failed validation"
            ),
        ),
        (
            {"clientId": ROWAN_VRN, "service": "HMRC-X"},
            "Failed to build enrolment key because: Unknown service HMRC-X",
        ),
        ({"clientId": "AB100002", "service": "IR-SA"}, "Not a valid service id: IR-SA"),
    ],
)
async def test_bad_key_is_400_before_the_session(story: Story, body: dict[str, str], message: str) -> None:
    """invitations 2.1, 10"""
    reply = await story.nobody().post(f"/agent/{AMELIA_ARN}/remove-authorisation", body)

    assert reply.seen == (400, {"statusCode": 400, "message": message})
