"""The lines of docs/mapping.md against the whole platform and its cast. Spec: sandbox 5.2 (A8, C5)."""

from collections.abc import AsyncIterator

import pytest
from tests.platform_app import Platform, calling

A1 = "XARN1000001"
FIRST_DAY = [
    {"arn": A1, "service": "IR-SA-AGENT", "identifier": "BW100A"},
    {"arn": A1, "service": "IR-SA-AGENT", "identifier": "BW099Z"},
    {"arn": A1, "service": "AgentCode", "identifier": "LEGACY100008"},
]


@pytest.fixture
async def house(platform_url: str, module_database_url: str) -> AsyncIterator[Platform]:
    async with calling(platform_url, module_database_url) as platform:
        await platform.nobody().delete("/test-only/records")
        await platform.nobody().put("/test-only/records/mapping", FIRST_DAY)
        yield platform


async def test_a_legacy_log_in_is_mapped_to_its_agent(house: Platform) -> None:
    legacy, agent = house.person("amelia-legacy"), house.person("amelia")

    eligible = await legacy.get("/agent-mapping/mappings/eligibility")
    count = await legacy.get("/agent-mapping/client-count")
    before = await agent.get(f"/agent-mapping/mappings/vat/{A1}")
    mapped = await legacy.put(f"/agent-mapping/mappings/arn/{A1}")
    again = await legacy.put(f"/agent-mapping/mappings/arn/{A1}")
    references = await agent.get(f"/agent-mapping/mappings/sa/{A1}")
    vat = await agent.get(f"/agent-mapping/mappings/vat/{A1}")
    codes = await agent.get(f"/agent-mapping/mappings/agentcode/{A1}")

    assert (eligible.status, eligible.body) == (200, {"hasEligibleEnrolments": True})
    assert (count.status, count.body) == (200, {"clientCount": 3})
    assert (before.status, before.text) == (404, "")
    assert (mapped.status, mapped.text) == (201, "")
    assert (again.status, again.text) == (409, "")
    assert [one["saAgentReference"] for one in references.body["mappings"]] == ["BW100A", "BW099Z"]
    assert [one["vrn"] for one in vat.body["mappings"]] == ["901000117"]
    assert [one["agentCode"] for one in codes.body["mappings"]] == ["LEGACY100008"]


async def test_refusals_differ_by_endpoint(house: Platform) -> None:
    client, agent = house.person("iris"), house.person("amelia")

    eligibility = await client.get("/agent-mapping/mappings/eligibility")
    by_client = await client.put(f"/agent-mapping/mappings/arn/{A1}")
    by_agent = await agent.put(f"/agent-mapping/mappings/arn/{A1}")
    by_nobody = await house.nobody().put(f"/agent-mapping/mappings/arn/{A1}")
    look_up = await house.nobody().get(f"/agent-mapping/mappings/sa/{A1}")

    assert [reply.status for reply in (eligibility, by_client, by_agent, by_nobody)] == [401, 403, 403, 401]
    assert {reply.text for reply in (eligibility, by_client, by_agent, by_nobody)} == {""}
    assert (look_up.status, look_up.body) == (401, {"statusCode": 401, "message": "Bearer token not supplied"})


async def test_codes_wait_for_a_subscriber_at_most_a_day(house: Platform) -> None:
    legacy, agent = house.person("amelia-legacy"), house.person("amelia")
    utr, other = "1100000101", "2100000606"
    waiting = [await legacy.put(f"/agent-mapping/mappings/pre-subscription/utr/{each}") for each in (utr, other)]

    moved = await agent.put(f"/agent-mapping/mappings/post-subscription/utr/{utr}")
    await house.nobody().put("/test-only/clock", {"advance": "PT24H"})
    records = await house.records("mapping")
    processed = await house.nobody().post("/test-only/jobs/purge-pre-subscription-mappings")
    await house.nobody().delete("/test-only/clock")

    assert [reply.status for reply in waiting] == [201, 201]
    assert (moved.status, moved.text) == (200, "")
    assert {record.get("arn") for record in records} == {A1}
    assert processed.body == {"processed": 3}


async def test_own_group_is_mapped_automatically(house: Platform) -> None:
    reply = await house.person("amelia").put(f"/agent-mapping/mappings/auto-map/arn/{A1}")

    assert (reply.status, reply.text) == (204, "")


async def test_records_that_cannot_be_stored_are_a_400(house: Platform) -> None:
    reply = await house.nobody().put("/test-only/records/mapping", [{"service": "IR-SA", "identifier": "A", "arn": A1}])

    assert reply.status == 400


async def test_everything_of_an_agent_can_be_removed(house: Platform) -> None:
    termination = f"/agent-mapping/agent/{A1}/terminate"
    caller = house.nobody().having(Authorization="Basic dXNlcm5hbWU6cGFzc3dvcmQ=")  # username:password

    refused = await house.person("amelia").delete(termination)
    terminated = await caller.delete(termination)
    dropped = await house.nobody().delete(f"/agent-mapping/test-only/mappings/{A1}")

    assert (refused.status, refused.text) == (401, "")
    assert terminated.body == {"counts": [{"service": "agent-mapping", "store": "all-regimes", "count": 3}]}
    assert dropped.status == 204
    assert await house.records("mapping") == []
