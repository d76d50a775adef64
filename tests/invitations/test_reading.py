"""invitations 6, 11, 12, 13: what requests tell about themselves, and the links that lead to them."""

from typing import Any

import pytest

from tests.invitations.story import AMELIA_ARN, HARRIET_ARN, JONAH_NINO, NINA_ARN, PREFIX, VESTER_VRN, Story

_TRACK = f"/agent/{AMELIA_ARN}/authorisation-requests"


async def test_agent_reads_its_request_with_its_link(story: Story) -> None:
    """invitations 6.1"""
    invitation_id = await story.asks(AMELIA_ARN, "HMRC-MTD-VAT", VESTER_VRN)

    reply = await story.person("amelia").get(f"/agent/{AMELIA_ARN}/authorisation-request-info/{invitation_id}")

    [link] = await story.records("agent-reference")
    assert reply.seen == (
        200,
        {
            "authorisationRequest": await story.record(invitation_id),
            "agentLink": {"uid": link["uid"], "normalizedAgentName": "brightwater-accountants"},
        },
    )


async def test_other_agents_request_is_not_found(story: Story) -> None:
    invitation_id = await story.asks(AMELIA_ARN, "HMRC-MTD-VAT", VESTER_VRN)

    reply = await story.person("harriet").get(f"/agent/{HARRIET_ARN}/authorisation-request-info/{invitation_id}")

    assert reply.seen == (404, "")


@pytest.mark.parametrize(
    ("user_id", "status"), [("vester", 200), ("amelia", 200), ("harriet", 403), ("stride-sam", 403)]
)
async def test_client_and_agent_may_look_and_nobody_else(story: Story, user_id: str, status: int) -> None:
    """invitations 6.2"""
    invitation_id = await story.asks(AMELIA_ARN, "HMRC-MTD-VAT", VESTER_VRN)

    reply = await story.person(user_id).get(f"/client/authorisation-request-info/{invitation_id}")

    assert reply.status == status
    assert status == 403 or reply.json == {
        "agentName": "Brightwater Accountants",
        "service": "HMRC-MTD-VAT",
        "status": "Pending",
    }


async def test_tracking_shows_pages_and_filters(story: Story) -> None:
    """invitations 6.3"""
    first = await story.asks(AMELIA_ARN, "HMRC-MTD-VAT", VESTER_VRN, clientName="Find Me")
    await story.asks(AMELIA_ARN, "HMRC-MTD-IT", JONAH_NINO, clientName="a name")
    await story.changes(first, status="Accepted")

    reply = await story.person("amelia").get(
        f"{_TRACK}?pageNumber=1&pageSize=5&statusFilter=Accepted&clientName=Find%2520Me"
    )

    assert reply.seen == (
        200,
        {
            "pageNumber": 1,
            "requests": [await story.record(first)],
            "clientNames": ["Find Me", "a name"],
            "availableFilters": ["Accepted", "Pending"],
            "filtersApplied": {"statusFilter": "Accepted", "clientFilter": "Find%20Me"},
            "totalResults": 1,
        },
    )


async def test_tracking_without_requests(story: Story) -> None:
    reply = await story.person("amelia").get(f"{_TRACK}?pageNumber=1&pageSize=5")

    assert reply.seen == (
        200,
        {"pageNumber": 1, "requests": [], "clientNames": [], "availableFilters": [], "totalResults": 0},
    )


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("pageNumber=1", "Missing parameter: pageSize"),
        ("pageNumber=x&pageSize=1", 'Cannot parse parameter pageNumber as Int: For input string: "REDACTED"'),
        ("pageNumber=9999999999&pageSize=1", 'Cannot parse parameter pageNumber as Int: For input string: "REDACTED"'),
        ("pageNumber=0&pageSize=1", "pageNumber must be 1 or more"),
        ("pageNumber=1&pageSize=-1", "pageSize must be 1 or more"),
        ("pageNumber=1&pageSize=1&clientName=%25ZZ", "clientName holds a malformed escape"),
    ],
)
async def test_bad_tracking_parameters(story: Story, query: str, message: str) -> None:
    reply = await story.person("amelia").get(f"{_TRACK}?{query}")

    assert reply.seen == (400, {"statusCode": 400, "message": message})


async def test_tracking_is_for_the_agent_itself(story: Story) -> None:
    reply = await story.person("harriet").get(f"{_TRACK}?pageNumber=1&pageSize=5")

    assert reply.seen == (403, "")


async def test_link_stays_and_leads_to_the_agent(story: Story) -> None:
    """invitations 11"""
    first = await story.person("amelia").get("/agent/agent-link")
    second = await story.person("amelia").get("/agent/agent-link")
    uid = first.json["uid"]

    found = await story.nobody().get(f"/agent/agent-reference/uid/{uid}/brightwater-accountants")
    other_name = await story.nobody().get(f"/agent/agent-reference/uid/{uid}/somebody-else")

    assert first.seen == second.seen == (200, {"uid": uid, "normalizedAgentName": "brightwater-accountants"})
    assert found.seen == (200, {"arn": AMELIA_ARN, "name": "Brightwater Accountants"})
    assert other_name.seen == (404, "")


async def test_link_of_a_suspended_agent(story: Story) -> None:
    """invitations 11.2"""
    link = (await story.person("nina").get("/agent/agent-link")).json

    reply = await story.nobody().get(f"/agent/agent-reference/uid/{link['uid']}/{link['normalizedAgentName']}")

    assert reply.seen == (403, "")


async def _uid(story: Story, user_id: str) -> str:
    uid: str = (await story.person(user_id).get("/agent/agent-link")).json["uid"]
    return uid


async def test_client_finds_the_request_behind_a_link(story: Story) -> None:
    """invitations 12"""
    invitation_id = await story.asks(AMELIA_ARN, "HMRC-MTD-VAT", VESTER_VRN, clientType="business")
    body = {"uid": await _uid(story, "amelia"), "serviceKeys": ["HMRC-MTD-VAT"]}

    reply = await story.person("vester").post("/client/validate-invitation", body)

    assert reply.seen == (
        200,
        {
            "invitationId": invitation_id,
            "serviceKey": "HMRC-MTD-VAT",
            "agentName": "Brightwater Accountants",
            "status": "Pending",
            "lastModifiedDate": (await story.record(invitation_id))["lastUpdated"],
            "clientType": "business",
        },
    )


async def test_income_tax_request_is_found_by_the_persons_enrolment(story: Story) -> None:
    """invitations 12: with the agent who acts already"""
    client = await story.new_income_tax_client()
    before = await story.asks(HARRIET_ARN, "HMRC-MTD-IT", client.nino)
    await story.accepts(client.caller, before)
    invitation_id = await story.asks(AMELIA_ARN, "HMRC-MTD-IT", client.nino)
    body = {"uid": await _uid(story, "amelia"), "serviceKeys": ["HMRC-MTD-IT", "HMRC-NI", "HMRC-PT"]}

    reply = await client.caller.post("/client/validate-invitation", body)

    assert reply.status == 200
    assert (reply.json["invitationId"], reply.json["existingMainAgent"]) == (
        invitation_id,
        {"agencyName": "Harbour Tax LLP", "sameAgent": False},
    )


@pytest.mark.parametrize(
    ("user_id", "agent", "keys", "answer"),
    [
        ("vester", "amelia", ["HMRC-MTD-VAT"], (404, "")),
        ("vester", "nina", ["HMRC-MTD-VAT"], (403, "")),
        (
            "vester",
            "amelia",
            ["HMRC-CGT-PD"],
            (
                403,
                {
                    "code": "NO_PERMISSION",
                    "message": "The logged in user is not permitted to perform the operation.",
                },
            ),
        ),
        ("amelia", "amelia", ["HMRC-MTD-VAT"], (401, {"statusCode": 401, "message": "UnsupportedAffinityGroup"})),
    ],
)
async def test_nothing_to_answer(story: Story, user_id: str, agent: str, keys: list[str], answer: Any) -> None:
    body = {"uid": await _uid(story, agent), "serviceKeys": keys}

    reply = await story.person(user_id).post("/client/validate-invitation", body)

    assert reply.seen == answer


async def test_trust_moves_to_its_utr(story: Story) -> None:
    """invitations 13"""
    invitation_id = await story.asks(AMELIA_ARN, "HMRC-MTD-VAT", VESTER_VRN)
    await story.changes(
        invitation_id, service="HMRC-TERSNT-ORG", suppliedClientId="XMTRUST30000001", suppliedClientIdType="urn"
    )
    path = "/invitations/trusts-enrolment-orchestrator/XMTRUST30000001/update"

    first = await story.nobody().post(path, {"utr": "7120000101"})
    second = await story.nobody().post(path, {"utr": "7120000101"})

    record = await story.record(invitation_id)
    assert (first.seen, second.seen) == ((204, ""), (404, ""))
    assert (record["service"], record["suppliedClientId"], record["suppliedClientIdType"]) == (
        "HMRC-TERS-ORG",
        "7120000101",
        "utr",
    )


async def test_test_only_reading(story: Story) -> None:
    """invitations 6.5"""
    invitation_id = await story.asks(AMELIA_ARN, "HMRC-MTD-VAT", VESTER_VRN)
    caller = story.person("vester")

    assert (await caller.call("GET", f"/test-only/invitation/{invitation_id}")).json["status"] == "Pending"
    assert (await caller.call("GET", "/test-only/invitation/nonsense")).seen == (400, "Invalid invitation ID format")
    assert (await caller.call("GET", "/test-only/invitation/ABERULMHCKKW3")).seen == (404, "")


@pytest.mark.parametrize(
    "path", ["/agent/agent-link", f"/agent/{NINA_ARN}/authorisation-requests?pageNumber=1&pageSize=1"]
)
async def test_agents_routes_need_an_agent(story: Story, path: str) -> None:
    nobody = await story.nobody().get(path)
    client = await story.person("vester").get(path)

    assert nobody.seen == (401, {"statusCode": 401, "message": "Bearer token not supplied"})
    assert client.seen == (401, {"statusCode": 401, "message": "Insufficient Enrolments"})
    assert PREFIX == "/agent-client-relationships"
