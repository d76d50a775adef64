"""Asking, reading, cancelling, checking and ending, as third-party software does. Spec: authorisation-api 4."""

import asyncio
from typing import Any

from tests.platform_app import V2, Agent, Client, Platform, Reply


def vat(vrn: str, known_fact: str) -> dict[str, Any]:
    return {
        "service": ["MTD-VAT"],
        "clientType": "business",
        "clientIdType": "vrn",
        "clientId": vrn,
        "knownFact": known_fact,
    }


def income_tax(nino: str, known_fact: str, **more: Any) -> dict[str, Any]:
    return {
        "service": ["MTD-IT"],
        "clientType": "personal",
        "clientIdType": "ni",
        "clientId": nino,
        "knownFact": known_fact,
        **more,
    }


async def ask(platform: Platform, body: dict[str, Any], user_id: str = "amelia", arn: str = "XARN1000001") -> Reply:
    return await platform.software(user_id).post(f"/agents/{arn}/invitations", body)


def refusal(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.json["code"]


async def test_the_examples_of_the_documents_work_as_they_stand(platform: Platform) -> None:
    """issue: client AA999999A with AA11 1AA, VRN 101747696 registered 2007-05-18; the seed's bodies, 1.0"""
    agent = await platform.new_agent()
    path = f"/agents/{agent.arn}/invitations"

    for body in (
        {"service": ["MTD-IT"], "clientIdType": "ni", "clientId": "AA999999A", "knownFact": "AA11 1AA"},
        {"service": ["MTD-VAT"], "clientIdType": "vrn", "clientId": "101747696", "knownFact": "2007-05-18"},
    ):
        reply = await agent.v1.post(path, body)

        assert reply.status == 204, reply
        assert reply.text == ""
        assert reply.headers["Location"].startswith(path + "/")


async def test_a_pending_request_reads_as_documented(platform: Platform) -> None:
    """4.1, 7.2"""
    agent, client = await platform.new_agent(), await platform.new_income_tax_client()
    invitation_id = await platform.request(agent, client)
    path = f"/agents/{agent.arn}/invitations/{invitation_id}"

    first, second = await agent.v1.get(path), await agent.v2.get(path)

    created, expires = first.json["created"], first.json["expiresOn"]
    assert first.json == {
        "_links": {"self": {"href": path}},
        "created": created,
        "expiresOn": expires,
        "arn": agent.arn,
        "service": ["MTD-IT"],
        "status": "Pending",
        "clientActionUrl": first.json["clientActionUrl"],
        "agentType": "main",
    }
    assert list(first.json) == [
        "_links", "created", "expiresOn", "arn", "service", "status", "clientActionUrl", "agentType",
    ]  # fmt: skip
    assert (len(created), created[-1], expires[10:]) == (24, "Z", "T00:00:00.000")
    assert first.json["clientActionUrl"].endswith(f"/invitations/{invitation_id}")
    link = second.json["clientActionUrl"]
    assert "/ui/agent-client-relationships/appoint-someone-to-deal-with-HMRC-for-you/" in link
    assert link.endswith("/income-tax")


async def test_an_answered_request_reads_as_documented(platform: Platform) -> None:
    agent, client = await platform.new_agent(), await platform.new_vat_client()
    invitation_id = await platform.authorised(agent, client)
    path = f"/agents/{agent.arn}/invitations/{invitation_id}"

    reply = await agent.v1.get(path)

    assert reply.json == {
        "_links": {"self": {"href": path}},
        "created": reply.json["created"],
        "updated": reply.json["updated"],
        "arn": agent.arn,
        "service": ["MTD-VAT"],
        "status": "Accepted",
    }


async def test_a_duplicate_names_the_earlier_request(platform: Platform) -> None:
    """4.2 g: before the known fact"""
    agent, client = await platform.new_agent(), await platform.new_vat_client()
    invitation_id = await platform.request(agent, client)

    reply = await agent.v1.post(f"/agents/{agent.arn}/invitations", client.request | {"knownFact": "1999-01-01"})

    assert refusal(reply) == (403, "DUPLICATE_AUTHORISATION_REQUEST")
    assert reply.headers["Location"] == f"/agents/{agent.arn}/invitations/{invitation_id}"


async def test_a_supporting_request_is_a_duplicate_of_a_main_one(platform: Platform) -> None:
    """4.2 g: of the other income tax service too"""
    agent, client = await platform.new_agent(), await platform.new_income_tax_client()
    await platform.request(agent, client)

    reply = await agent.v1.post(f"/agents/{agent.arn}/invitations", client.request | {"agentType": "supporting"})

    assert refusal(reply) == (403, "DUPLICATE_AUTHORISATION_REQUEST")


async def test_two_equal_requests_at_once_make_one(platform: Platform) -> None:
    """README, settled: the unique index decides"""
    agent, client = await platform.new_agent(), await platform.new_vat_client()
    path = f"/agents/{agent.arn}/invitations"

    replies = await asyncio.gather(*(agent.v1.post(path, client.request) for _ in range(8)))

    statuses = sorted(reply.status for reply in replies)
    assert statuses == [204, *[403] * 7]
    assert len({reply.headers["Location"] for reply in replies}) == 1
    assert {reply.json["code"] for reply in replies if reply.text} == {"DUPLICATE_AUTHORISATION_REQUEST"}


async def test_refusals_by_the_clients_records(platform: Platform) -> None:
    """4.2 h to l"""
    agent = await platform.new_agent()
    path = f"/agents/{agent.arn}/invitations"

    unknown = await agent.v1.post(path, vat("999999999", "2017-04-01"))
    wrong_date = await agent.v1.post(path, vat("101000181", "2017-04-02"))
    insolvent = await agent.v1.post(path, vat("101000377", "2012-02-10"))
    wrong_postcode = await agent.v1.post(path, income_tax("AB100002B", "BN12 6DL"))
    overseas = await agent.v1.post(path, income_tax("AB100003C", "BN12 6DL"))
    no_postcode = await agent.v1.post(path, income_tax("AB100004D", "BN12 6DL"))
    forces = await agent.v1.post(path, income_tax("AB100002B", "BFPO 1"))

    assert refusal(unknown) == (403, "CLIENT_REGISTRATION_NOT_FOUND")
    assert refusal(wrong_date) == (403, "VAT_REG_DATE_DOES_NOT_MATCH")
    assert refusal(insolvent) == (403, "VAT_CLIENT_INSOLVENT")
    assert refusal(wrong_postcode) == (403, "POSTCODE_DOES_NOT_MATCH")
    assert refusal(overseas) == (400, "INVALID_PAYLOAD")
    # Spec: sandbox 5.2, C4.
    assert refusal(no_postcode) == (403, "CLIENT_REGISTRATION_NOT_FOUND")
    assert refusal(forces) == (400, "POSTCODE_FORMAT_INVALID")


async def test_a_suspended_agent_has_no_permission(platform: Platform) -> None:
    """4, code translation"""
    reply = await ask(platform, vat("101000181", "2017-04-01"), user_id="nina", arn="MARN1000002")

    assert refusal(reply) == (403, "NO_PERMISSION_ON_AGENCY")


async def test_an_authorised_agent_need_not_ask_again(platform: Platform) -> None:
    agent, client = await platform.new_agent(), await platform.new_vat_client()
    await platform.authorised(agent, client)

    reply = await agent.v1.post(f"/agents/{agent.arn}/invitations", client.request)

    assert refusal(reply) == (403, "ALREADY_AUTHORISED")
    assert "Location" not in reply.headers


async def test_an_agent_without_requests_has_an_empty_list(platform: Platform) -> None:
    """4.3"""
    agent = await platform.new_agent()

    reply = await agent.v1.get(f"/agents/{agent.arn}/invitations")

    assert (reply.status, reply.text) == (204, "")


async def test_the_list_has_all_statuses_in_order_of_creation(platform: Platform) -> None:
    """4.3"""
    agent, first, second = (
        await platform.new_agent(),
        await platform.new_vat_client(),
        await platform.new_income_tax_client(),
    )
    ids = [await platform.authorised(agent, first), await platform.request(agent, second)]

    reply = await agent.v1.get(f"/agents/{agent.arn}/invitations")

    listed = [(each["_links"]["self"]["href"].rpartition("/")[2], each["status"]) for each in reply.json]
    assert listed == list(zip(ids, ["Accepted", "Pending"], strict=True))


async def test_cancelling_ends_a_pending_request_once(platform: Platform) -> None:
    """4.4"""
    agent, client = await platform.new_agent(), await platform.new_vat_client()
    path = f"/agents/{agent.arn}/invitations/{await platform.request(agent, client)}"

    first, second = await agent.v1.delete(path), await agent.v1.delete(path)

    assert (first.status, first.text) == (204, "")
    assert refusal(second) == (403, "INVALID_INVITATION_STATUS")
    assert (await agent.v1.get(path)).json["status"] == "Cancelled"


async def test_another_agencys_request(platform: Platform) -> None:
    """4.4: status before owner when cancelling"""
    owner, other = await platform.new_agent(), await platform.new_agent()
    client = await platform.new_vat_client()
    invitation_id = await platform.request(owner, client)
    path = f"/agents/{other.arn}/invitations/{invitation_id}"

    read, cancelled = await other.v1.get(path), await other.v1.delete(path)
    await platform.reject(invitation_id)
    answered = await other.v1.delete(path)

    assert refusal(read) == (403, "NO_PERMISSION_ON_AGENCY")
    assert refusal(cancelled) == (403, "NO_PERMISSION_ON_AGENCY")
    assert refusal(answered) == (403, "INVALID_INVITATION_STATUS")


async def test_a_request_that_does_not_exist(platform: Platform) -> None:
    path = "/agents/XARN1000001/invitations/CZTW1KY6RTAAT"

    read = await platform.software("amelia").get(path)
    cancelled = await platform.software("amelia").delete(path)

    assert refusal(read) == refusal(cancelled) == (404, "INVITATION_NOT_FOUND")


async def _check(agent: Agent, client: Client, **more: Any) -> Reply:
    return await agent.v1.post(f"/agents/{agent.arn}/relationships", client.check | more)


async def test_check_says_yes_only_while_related(platform: Platform) -> None:
    """4.5, 4.6"""
    agent, client = await platform.new_agent(), await platform.new_income_tax_client()
    before = await _check(agent, client)
    await platform.authorised(agent, client)
    during = await _check(agent, client)
    supporting = await _check(agent, client, agentType="supporting")

    ended = await agent.v2.put(f"/agents/{agent.arn}/deauthorise-client", client.deauthorise)
    after = await _check(agent, client)
    again = await agent.v2.put(f"/agents/{agent.arn}/deauthorise-client", client.deauthorise)

    assert refusal(before) == refusal(supporting) == refusal(after) == (404, "RELATIONSHIP_NOT_FOUND")
    assert (during.status, during.text, ended.status, ended.text) == (204, "", 204, "")
    assert refusal(again) == (403, "NO_RELATIONSHIP")


async def test_check_is_refused_by_the_clients_records(platform: Platform) -> None:
    """4.5: the known fact before insolvency"""
    path = "/agents/XARN1000001/relationships"
    software = platform.software("amelia")

    unknown = await software.post(path, vat("999999999", "2017-04-01"))
    mismatch = await software.post(path, vat("101000377", "2012-02-11"))
    insolvent = await software.post(path, vat("101000377", "2012-02-10"))
    postcode = await software.post(path, income_tax("AB100001A", "DH1 4EJ"))
    related = await software.post(path, income_tax("AB100001A", "BN126DL"))

    assert refusal(unknown) == (403, "CLIENT_REGISTRATION_NOT_FOUND")
    assert refusal(mismatch) == (403, "VAT_REG_DATE_DOES_NOT_MATCH")
    assert refusal(insolvent) == (403, "VAT_CLIENT_INSOLVENT")
    assert refusal(postcode) == (403, "POSTCODE_DOES_NOT_MATCH")
    assert related.status == 204


async def test_a_new_main_agent_replaces_the_previous_one(platform: Platform) -> None:
    old, new = await platform.new_agent(), await platform.new_agent()
    client = await platform.new_vat_client()
    first_id = await platform.authorised(old, client)

    await platform.authorised(new, client)

    assert refusal(await _check(old, client)) == (404, "RELATIONSHIP_NOT_FOUND")
    assert (await _check(new, client)).status == 204
    replaced = await old.v1.get(f"/agents/{old.arn}/invitations/{first_id}")
    assert replaced.json["status"] == "Deauthorised"


async def test_ending_makes_the_request_deauthorised(platform: Platform) -> None:
    """4.6"""
    agent, client = await platform.new_agent(), await platform.new_vat_client()
    invitation_id = await platform.authorised(agent, client)

    reply = await agent.v1.put(f"/agents/{agent.arn}/deauthorise-client", client.deauthorise)

    assert reply.status == 204, reply
    read = await agent.v1.get(f"/agents/{agent.arn}/invitations/{invitation_id}")
    assert read.json["status"] == "Deauthorised"


async def test_the_trail_of_third_party_software(platform: Platform) -> None:
    """6"""
    agent, client = await platform.new_agent(), await platform.new_vat_client()
    invitation_id = await platform.request(agent, client)
    await agent.v1.get(f"/agents/{agent.arn}/invitations/{invitation_id}")
    await _check(agent, client)
    await agent.v1.delete(f"/agents/{agent.arn}/invitations/{invitation_id}")

    def of(events: list[dict[str, Any]]) -> list[dict[str, str]]:
        return [event["detail"] for event in events if event["detail"].get("agentReferenceNumber") == agent.arn]

    assert of(await platform.audited("AgentAuthorisationCreatedViaApi")) == [
        {
            "factCheck": "Success",
            "invitationId": invitation_id,
            "agentReferenceNumber": agent.arn,
            "clientIdType": "vrn",
            "clientId": client.client_id,
            "service": "HMRC-MTD-VAT",
        }
    ]
    assert of(await platform.audited("AgentGetInvitationApi")) == [
        {
            "result": "Success",
            "invitationId": invitation_id,
            "agentReferenceNumber": agent.arn,
            "service": "MTD-VAT",
            "status": "Pending",
        }
    ]
    assert of(await platform.audited("AgentCheckRelationshipStatusApi")) == [
        {
            "result": "Fail",
            "agentReferenceNumber": agent.arn,
            "service": "HMRC-MTD-VAT",
            "clientId": client.client_id,
            "clientIdType": "vrn",
            "failureDescription": "VAT_RELATIONSHIP_NOT_FOUND",
        }
    ]
    assert of(await platform.audited("AgentAuthorisedCancelledViaApi")) == [
        {"result": "Success", "invitationId": invitation_id, "agentReferenceNumber": agent.arn}
    ]


async def test_version_2_0_wants_a_client_type(platform: Platform) -> None:
    """7.1"""
    body = {"service": ["MTD-VAT"], "clientIdType": "vrn", "clientId": "101747696", "knownFact": "2007-05-18"}

    reply = await platform.software("amelia", accept=V2).post("/agents/XARN1000001/invitations", body)

    assert refusal(reply) == (400, "INVALID_PAYLOAD")
