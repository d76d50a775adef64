"""What is mapped to an agent, and what is audited of it. Spec: mapping 2, 5.1, 5.2, 8."""

from typing import Any

import pytest
from tests.mapping.people import Person, enrolled, legacy_agent
from tests.mapping.running import Running

from agent_services.upstreams.auth import SessionEnrolment

ARN, OTHER_ARN = "XARN1000001", "ZARN1000004"
SA, VAT = enrolled("IR-SA-AGENT", "BW100A"), enrolled("HMCE-VAT-AGNT", "901000117")


def details_of(events: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [event["detail"] for event in events]


async def codes_of(platform: Running, arn: str = ARN) -> list[tuple[str, str]]:
    records = await platform.records("mapping")
    return [(record["service"], record["identifier"]) for record in records if record.get("arn") == arn]


@pytest.mark.parametrize(
    ("enrolments", "is_eligible"),
    [
        ([SA], True),
        ([enrolled("HMCE-VAT-AGNT", "901000117", state="NotYetActivated")], True),
        ([enrolled("HMRC-CHAR-AGENT", "ABC12/34XYZ")], True),
        ([enrolled("HMRC-GTS-AGNT", "x")], True),
        ([enrolled("HMRC-MGD-AGNT", "x")], True),
        ([enrolled("HMRC-NOVRN-AGNT", "x")], True),
        ([enrolled("IR-CT-AGENT", "x")], True),
        ([enrolled("IR-PAYE-AGENT", "x")], True),
        ([enrolled("IR-SDLT-AGENT", "x")], True),
        ([enrolled("AgentCode", "QWERTY")], True),
        ([enrolled("HMRC-AS-AGENT", ARN), SA], True),
        ([], False),
        ([enrolled("IR-SA-AGENT")], False),
        ([enrolled("IR-SA-AGENT", "A1111A", "A1111B")], False),
        ([enrolled("ir-sa-agent", "A1111A")], False),
        ([enrolled("HMRC-AS-AGENT", ARN), enrolled("IR-SA", "1100000101"), enrolled("HMCE-VATDEC-ORG", "1")], False),
    ],
)
async def test_eligibility(platform: Running, enrolments: list[SessionEnrolment], is_eligible: bool) -> None:
    caller = platform.signed_in(legacy_agent(*enrolments, agent_code="LEGACY100008"))

    reply = await caller.get("/mappings/eligibility")

    assert (reply.status, reply.json) == (200, {"hasEligibleEnrolments": is_eligible})


async def test_codes_of_enrolments_and_session_are_mapped_in_their_order(platform: Running) -> None:
    caller = platform.signed_in(
        legacy_agent(VAT, enrolled("IR-SA-AGENT", "a/b .", state=""), SA, agent_code="LEGACY100008")
    )

    reply = await caller.put(f"/mappings/arn/{ARN}")

    assert (reply.status, reply.text) == (201, "")
    assert await codes_of(platform) == [
        ("HMCE-VAT-AGNT", "901000117"),
        ("IR-SA-AGENT", "a/b ."),
        ("IR-SA-AGENT", "BW100A"),
        ("AgentCode", "LEGACY100008"),
    ]


async def test_empty_body_under_a_json_content_type_is_normal(platform: Running) -> None:
    caller = platform.signed_in(legacy_agent(SA))
    caller.headers["Content-Type"] = "application/json"

    reply = await caller.put(f"/mappings/arn/{ARN}")

    assert reply.status == 201


async def test_identical_codes_collapse(platform: Running) -> None:
    caller = platform.signed_in(legacy_agent(SA, SA, enrolled("AgentCode", "QWERTY"), agent_code="QWERTY"))

    await caller.put(f"/mappings/arn/{ARN}")

    assert await codes_of(platform) == [("IR-SA-AGENT", "BW100A"), ("AgentCode", "QWERTY")]
    assert len(await platform.audited()) == 2


async def test_mapping_again_is_a_conflict_until_something_is_new(platform: Running) -> None:
    path = f"/mappings/arn/{ARN}"
    await platform.signed_in(legacy_agent(SA)).put(path)

    again = await platform.signed_in(legacy_agent(SA)).put(path)
    with_code = await platform.signed_in(legacy_agent(SA, agent_code="LEGACY100008")).put(path)

    assert (again.status, again.text) == (409, "")
    assert with_code.status == 201
    assert await codes_of(platform) == [("IR-SA-AGENT", "BW100A"), ("AgentCode", "LEGACY100008")]


async def test_one_code_may_belong_to_several_agents_and_several_services(platform: Running) -> None:
    caller = platform.signed_in(legacy_agent(SA, enrolled("IR-CT-AGENT", "BW100A")))

    replies = [await caller.put(f"/mappings/arn/{ARN}"), await caller.put(f"/mappings/arn/{OTHER_ARN}")]

    assert [reply.status for reply in replies] == [201, 201]
    assert await codes_of(platform) == [("IR-SA-AGENT", "BW100A"), ("IR-CT-AGENT", "BW100A")]
    assert await codes_of(platform, OTHER_ARN) == await codes_of(platform)


async def test_each_attempt_is_audited_code_by_code(platform: Running) -> None:
    path = f"/mappings/arn/{ARN}"
    await platform.signed_in(legacy_agent(SA)).put(path)
    await platform.audited()

    caller = platform.signed_in(legacy_agent(SA, agent_code="LEGACY100008", credential_id="amelia-legacy"))
    caller.headers |= {"X-Request-ID": "request-7", "X-Session-ID": "session-7"}
    await caller.put(path)
    events = await platform.audited()

    common = {"authProviderId": "amelia-legacy", "agentReferenceNumber": ARN, "automapped": "false"}
    assert details_of(events) == [
        {**common, "identifierType": "IR-SA-AGENT", "identifier": "BW100A", "duplicate": "true"},
        {**common, "identifierType": "AgentCode", "identifier": "LEGACY100008", "duplicate": "false"},
    ]
    assert {(event["auditSource"], event["auditType"]) for event in events} == {("agent-mapping", "CreateMapping")}
    assert events[0]["tags"] == {
        "transactionName": "create-mapping",
        "path": f"/agent-mapping{path}",
        "X-Request-ID": "request-7",
        "X-Session-ID": "session-7",
        "clientIP": "-",
        "clientPort": "-",
        "Akamai-Reputation": "-",
        "deviceID": "-",
    }


async def test_a_conflict_is_audited_and_a_refusal_is_not(platform: Running) -> None:
    path = f"/mappings/arn/{ARN}"
    await platform.signed_in(legacy_agent(SA)).put(path)
    await platform.audited()

    await platform.signed_in(legacy_agent(SA)).put(path)
    await platform.signed_in(Person(agent_code="QWERTY")).put(path)

    assert [detail["duplicate"] for detail in details_of(await platform.audited())] == ["true"]


async def test_nothing_is_readable_in_the_table(platform: Running) -> None:
    await platform.signed_in(legacy_agent(SA)).put(f"/mappings/arn/{ARN}")
    await platform.signed_in(legacy_agent(SA)).put("/mappings/pre-subscription/utr/1100000101")

    text = await platform.database.pool.fetchval("SELECT string_agg(m::text, '') FROM agent_services.mapping AS m")

    assert ARN in text
    assert "BW100A" not in text
    assert "1100000101" not in text
