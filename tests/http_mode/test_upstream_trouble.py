"""An upstream that is down, slow, broken or overrun: the documented status, in bounded time, and nothing half done.

Spec: upstreams 2.5, 3.2, 4.4, 7, 8, 18, 19.4; design, How sagas work here.
"""

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.http_mode.test_call_sequences import accept, authorised, income_tax_check, vat, vat_check
from tests.http_mode.trouble import Trouble, answer_lost, in_trouble
from tests.http_mode.two_processes import House
from tests.platform_app import Agent, Caller, Client, Reply

BOUND_SECONDS = 15
_NO_ANSWER = {Trouble.DOWN: 502, Trouble.SLOW: 504, Trouble.RESET: 502, Trouble.TRUNCATED: 502}
RAW = {**_NO_ANSWER, Trouble.HTML: 500, Trouble.MALFORMED: 500, Trouble.TOO_MANY: 429, Trouble.UNAVAILABLE: 503}
AUTO = {**RAW, Trouble.TOO_MANY: 500, Trouble.UNAVAILABLE: 502}
GENERIC = {**RAW, Trouble.TOO_MANY: 500, Trouble.UNAVAILABLE: 500}


async def bounded(caller: Caller, method: str, path: str) -> Reply:
    async with asyncio.timeout(BOUND_SECONDS):
        return await caller.call(method, path)


def as_framework_error(reply: Reply, status: int) -> bool:
    return reply.status == status and reply.json["statusCode"] == status


@pytest.mark.parametrize("trouble", list(Trouble))
async def test_check_while_auth_is_in_trouble(house: House, trouble: Trouble) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()

    async with in_trouble(house, trouble, "auth"):
        reply = await bounded(agent.plain, "GET", vat_check(agent, client))

    assert as_framework_error(reply, AUTO[trouble])


@pytest.mark.parametrize("trouble", list(Trouble))
async def test_check_while_the_enrolment_store_is_in_trouble(house: House, trouble: Trouble) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()

    async with in_trouble(house, trouble, "enrolment-store-proxy"):
        reply = await bounded(agent.plain, "GET", vat_check(agent, client))
    afterwards = await agent.plain.get(vat_check(agent, client))

    assert as_framework_error(reply, RAW[trouble])
    assert afterwards.status == 404


@pytest.mark.parametrize("trouble", list(Trouble))
async def test_check_while_income_tax_identifiers_are_in_trouble(house: House, trouble: Trouble) -> None:
    agent, client = await house.new_agent(), await house.new_income_tax_client()

    async with in_trouble(house, trouble, "hip"):
        reply = await bounded(agent.plain, "GET", income_tax_check(agent, client))

    assert as_framework_error(reply, GENERIC[trouble])


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        (Trouble.DOWN, 404),
        (Trouble.SLOW, 404),
        (Trouble.RESET, 404),
        (Trouble.MALFORMED, 404),
        (Trouble.TOO_MANY, 429),
        (Trouble.UNAVAILABLE, 503),
    ],
)
async def test_copying_older_authority_surfaces_statuses_and_swallows_silence(
    house: House, trouble: Trouble, status: int
) -> None:
    """upstreams 18: statuses surface, what has none reads as no relationship."""
    agent, client = await house.new_agent(), await house.new_income_tax_client()

    async with in_trouble(house, trouble, "des"):
        reply = await bounded(agent.plain, "GET", income_tax_check(agent, client))

    assert reply.status == status


async def test_the_older_record_of_agents_is_asked_again_when_overrun(house: House) -> None:
    """upstreams 2.4, 5.2: the one call that retries; the pauses are those of the settings."""
    agent, client = await house.new_agent(), await house.new_income_tax_client()

    async with house.fault({"upstream": "des"}, {"status": 429, "headers": {"Retry-After": "30"}}, times=2):
        traced = await house.traced(agent.plain, "GET", income_tax_check(agent, client))

    assert traced.reply.status == 404
    assert traced.calls[-3:] == [f"GET /registration/relationship/nino/{client.client_id}"] * 3


@pytest.mark.parametrize(
    ("upstream", "trouble", "status"),
    [
        ("users-groups-search", Trouble.DOWN, 502),
        ("users-groups-search", Trouble.HTML, 500),
        ("users-groups-search", Trouble.TOO_MANY, 429),
        ("agent-permissions", Trouble.RESET, 502),
        ("agent-permissions", Trouble.TOO_MANY, 429),
        ("agent-permissions", Trouble.UNAVAILABLE, 503),
    ],
)
async def test_check_for_one_user_while_teams_are_in_trouble(
    house: House, upstream: str, trouble: Trouble, status: int
) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()
    await authorised(house, agent, client)

    async with in_trouble(house, trouble, upstream):
        reply = await bounded(agent.plain, "GET", f"{vat_check(agent, client)}?userId={agent.user_id}")

    assert as_framework_error(reply, status)


CREATE: dict[str, Any] = {"method": "POST", "pathRegex": "/rosm/agent-relationship"}
DELEGATED: dict[str, Any] = {"pathRegex": "type=delegated"}
USERS: dict[str, Any] = {"pathRegex": "/users$"}
GROUP: dict[str, Any] = {"pathRegex": "/groups/[^/]+$"}


@pytest.mark.parametrize(
    ("upstream", "match", "trouble", "status"),
    [
        ("auth", {}, Trouble.DOWN, 502),
        ("auth", {}, Trouble.SLOW, 504),
        ("auth", {}, Trouble.TOO_MANY, 500),
        ("enrolment-store-proxy", {}, Trouble.DOWN, 502),
        ("enrolment-store-proxy", {}, Trouble.HTML, 500),
        ("enrolment-store-proxy", {}, Trouble.UNAVAILABLE, 503),
        ("users-groups-search", USERS, Trouble.TRUNCATED, 502),
        ("users-groups-search", USERS, Trouble.TOO_MANY, 429),
        ("users-groups-search", GROUP, Trouble.TOO_MANY, 500),
        ("users-groups-search", GROUP, Trouble.UNAVAILABLE, 502),
        ("hip", CREATE, Trouble.DOWN, 502),
        ("hip", CREATE, Trouble.SLOW, 504),
        ("hip", CREATE, Trouble.RESET, 502),
        ("hip", CREATE, Trouble.TRUNCATED, 502),
        ("hip", CREATE, Trouble.HTML, 500),
        ("hip", CREATE, Trouble.MALFORMED, 500),
        ("hip", CREATE, Trouble.TOO_MANY, 500),
        ("hip", CREATE, Trouble.UNAVAILABLE, 502),
        ("enrolment-store-proxy", DELEGATED, Trouble.RESET, 502),
        ("enrolment-store-proxy", DELEGATED, Trouble.TOO_MANY, 429),
        ("tax-enrolments", {}, Trouble.DOWN, 502),
        ("tax-enrolments", {}, Trouble.SLOW, 504),
        ("tax-enrolments", {}, Trouble.RESET, 502),
        ("tax-enrolments", {}, Trouble.HTML, 500),
        ("tax-enrolments", {}, Trouble.TOO_MANY, 429),
        ("tax-enrolments", {}, Trouble.UNAVAILABLE, 503),
    ],
)
async def test_accept_is_told_of_trouble_and_finished_by_the_next_one(
    house: House, upstream: str, match: dict[str, Any], trouble: Trouble, status: int
) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()
    invitation_id = await house.services.request(agent, client)

    async with in_trouble(house, trouble, upstream, **match):
        first = await bounded(client.plain, "PUT", accept(invitation_id))
    second = await client.plain.put(accept(invitation_id))

    assert as_framework_error(first, status)
    assert second.status == 204
    await stands(house, agent, client)


@pytest.mark.parametrize(
    ("upstream", "match", "trouble", "status"),
    [
        ("hip", CREATE, Trouble.RESET, 502),
        ("hip", CREATE, Trouble.SLOW, 504),
        ("tax-enrolments", {}, Trouble.RESET, 502),
        ("tax-enrolments", {}, Trouble.TRUNCATED, 502),
    ],
)
async def test_accept_whose_effect_was_not_heard_of_is_finished_without_doing_it_twice(
    house: House, upstream: str, match: dict[str, Any], trouble: Trouble, status: int
) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()
    invitation_id = await house.services.request(agent, client)

    async with answer_lost(house, trouble, upstream, **match):
        first = await bounded(client.plain, "PUT", accept(invitation_id))
    second = await house.traced(client.plain, "PUT", accept(invitation_id))

    assert as_framework_error(first, status)
    assert second.reply.status == 204
    await stands(house, agent, client)
    assert await times_written(house, agent, client) == (1, 1)


async def test_accept_left_half_done_is_finished_by_the_queue(house: House) -> None:
    """Nobody asks again: the job does, with the service's own credential, no sooner than half a minute later."""
    agent, client = await house.new_agent(), await house.new_vat_client()
    invitation_id = await house.services.request(agent, client)
    async with in_trouble(house, Trouble.UNAVAILABLE, "tax-enrolments"):
        first = await bounded(client.plain, "PUT", accept(invitation_id))

    nobody = house.services.nobody()
    await nobody.put("/test-only/clock", {"advance": "PT40S"})
    run = await nobody.post("/test-only/jobs/recovery")
    await nobody.delete("/test-only/clock")

    assert first.status == 503
    assert run.status == 200
    await stands(house, agent, client)
    request = await agent.v1.get(f"/agents/{agent.arn}/invitations/{invitation_id}")
    assert request.json["status"] == "Accepted"


async def test_nobody_waits_for_the_cache_of_clients(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()
    invitation_id = await house.services.request(agent, client)

    async with in_trouble(house, Trouble.SLOW, "agent-user-client-details"):
        traced = await house.traced(client.plain, "PUT", accept(invitation_id))

    assert traced.reply.status == 204


@pytest.mark.parametrize("trouble", [Trouble.UNAVAILABLE, Trouble.RESET])
async def test_accept_does_not_wait_for_its_email(house: House, trouble: Trouble) -> None:
    """upstreams 16"""
    agent, client = await house.new_agent(), await house.new_vat_client()
    invitation_id = await house.services.request(agent, client)

    async with in_trouble(house, trouble, "email"):
        reply = await bounded(client.plain, "PUT", accept(invitation_id))

    assert reply.status == 204


@pytest.mark.parametrize(
    ("trouble", "status"),
    [(Trouble.UNAVAILABLE, 204), (Trouble.TOO_MANY, 204), (Trouble.RESET, 502), (Trouble.SLOW, 504)],
)
async def test_reject_tells_of_an_email_service_out_of_reach_and_stands(
    house: House, trouble: Trouble, status: int
) -> None:
    """upstreams 16"""
    agent, client = await house.new_agent(), await house.new_vat_client()
    invitation_id = await house.services.request(agent, client)
    path = f"/agent-client-relationships/client/authorisation-response/reject/{invitation_id}"

    async with in_trouble(house, trouble, "email"):
        reply = await bounded(client.plain, "PUT", path)

    request = await agent.v1.get(f"/agents/{agent.arn}/invitations/{invitation_id}")
    assert (reply.status, request.json["status"]) == (status, "Rejected")


@pytest.mark.parametrize("trouble", list(Trouble))
async def test_asking_while_agents_records_are_in_trouble(house: House, trouble: Trouble) -> None:
    """upstreams 9"""
    agent, client = await house.new_agent(), await house.new_vat_client()
    body = {
        "clientId": client.client_id,
        "suppliedClientIdType": "vrn",
        "clientName": "A Client",
        "service": "HMRC-MTD-VAT",
        "clientType": "business",
    }
    path = f"/agent-client-relationships/agent/{agent.arn}/authorisation-request"

    async with in_trouble(house, trouble, "agent-services-account"):
        async with asyncio.timeout(BOUND_SECONDS):
            reply = await agent.plain.post(path, body)

    assert as_framework_error(reply, AUTO[trouble])


@pytest.mark.parametrize(
    ("trouble", "status"),
    [(Trouble.TOO_MANY, 500), (Trouble.UNAVAILABLE, 500), (Trouble.DOWN, 502), (Trouble.HTML, 500)],
)
async def test_client_details_while_registrations_are_in_trouble(house: House, trouble: Trouble, status: int) -> None:
    """upstreams 5.3"""
    agent, client = await house.new_agent(), await house.new_vat_client()

    async with in_trouble(house, trouble, "des"):
        reply = await bounded(
            agent.plain, "GET", f"/agent-client-relationships/client/HMRC-MTD-VAT/details/{client.client_id}"
        )

    assert reply.status == status


async def test_removal_left_half_done_is_finished_by_the_next_check(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()
    await authorised(house, agent, client)
    path = f"/agent-client-relationships/agent/{agent.arn}/remove-authorisation"

    async with in_trouble(house, Trouble.UNAVAILABLE, "hip"):
        removal = await agent.plain.post(path, {"clientId": client.client_id, "service": "HMRC-MTD-VAT"})
    checked = await agent.plain.get(vat_check(agent, client))

    assert removal.status == 502
    assert (checked.status, checked.json) == (404, {"code": "RELATIONSHIP_NOT_FOUND"})
    assert await active_in_etmp(house, client) == []


async def test_connections_of_calls_that_were_given_up_are_closed(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()

    async with in_trouble(house, Trouble.SLOW, "enrolment-store-proxy"):
        async with asyncio.timeout(BOUND_SECONDS):
            replies = await asyncio.gather(*(agent.plain.get(vat_check(agent, client)) for _ in range(20)))
    afterwards = await asyncio.gather(*(agent.plain.get(vat_check(agent, client)) for _ in range(20)))

    assert {reply.status for reply in replies} == {504}
    assert {reply.status for reply in afterwards} == {404}
    # What is left are connections that wait to be used again, and those for a few seconds only.
    async with asyncio.timeout(BOUND_SECONDS):
        while house.doors.connections("ENROLMENT_STORE_PROXY"):
            await asyncio.sleep(0.1)


async def stands(house: House, agent: Agent, client: Client) -> None:
    """The relationship is there in both systems, and was audited once."""
    check = await agent.plain.get(vat_check(agent, client))
    audited = await house.services.audited("CreateRelationship")
    assert check.status == 200
    assert await active_in_etmp(house, client) == [agent.arn]
    assert [each["detail"]["agentReferenceNumber"] for each in audited].count(agent.arn) == 1


async def active_in_etmp(house: House, client: Client) -> list[str]:
    """The agents that ETMP's stand-in shows for the client, asked over its own wire."""
    query = (
        f"idType=VRN&refNumber={client.client_id}&isAnAgent=false&activeOnly=true&regime=VATC"
        "&relationshipType=ZA01&authProfile=ALL00001"
    )
    headers = {
        "X-Transmitting-System": "HIP",
        "X-Originating-System": "MDTP",
        "correlationId": "12345678-1234-1234-8234-123456789012",
        "X-Receipt-Date": "2026-01-02T03:04:05Z",
    }
    url = f"{house.sandbox.base_url}/etmp/RESTAdapter/rosm/agent-relationship?{query}"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        document = await response.json()
    return [each["arn"] for each in document.get("relationshipDisplayResponse", [])]


async def times_written(house: House, agent: Agent, client: Client) -> tuple[int, int]:
    """How often the relationship was written to ETMP, and how often to the enrolment store."""
    # A slow call is noted when it ends, which may be after we gave it up.
    async with asyncio.timeout(BOUND_SECONDS):
        while not (to_etmp := await writes_to_etmp(house, agent)):
            await asyncio.sleep(0.1)
    to_store = await house.calls_matching(upstream="tax-enrolments", method="POST", path=vat(client), limit="2000")
    return len(to_etmp), len(to_store)


async def writes_to_etmp(house: House, agent: Agent) -> list[dict[str, Any]]:
    calls = await house.calls_matching(upstream="hip", method="POST", limit="2000")
    return [each for each in calls if each["request"]["body"]["arn"] == agent.arn]
