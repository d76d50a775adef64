"""Looking up an agent's codes. Spec: mapping 5.6; upstreams 11."""

from datetime import UTC, datetime

import pytest
from tests.mapping.people import enrolled, legacy_agent
from tests.mapping.running import Caller, Running

from agent_services.identifiers import AgentCode, Arn, SaAgentReference
from agent_services.mapping import LegacyService

ARN, OTHER_ARN = "XARN1000001", "ZARN1000004"
LOOKUP_KEYS = {
    "sa": "IR-SA-AGENT",
    "vat": "HMCE-VAT-AGNT",
    "char": "HMRC-CHAR-AGENT",
    "gts": "HMRC-GTS-AGNT",
    "mgd": "HMRC-MGD-AGNT",
    "novrn": "HMRC-NOVRN-AGNT",
    "ct": "IR-CT-AGENT",
    "paye": "IR-PAYE-AGENT",
    "sdlt": "IR-SDLT-AGENT",
    "agentcode": "AgentCode",
}


@pytest.fixture
async def caller(platform: Running) -> Caller:
    """Somebody signed in, after an agent with two self assessment references and one of everything else."""
    mapping_one = platform.signed_in(
        legacy_agent(
            enrolled("IR-SA-AGENT", "A1111B"),
            enrolled("IR-SA-AGENT", "A1111A"),
            enrolled("HMCE-VAT-AGNT", "901000117"),
            agent_code="QWERTY",
        )
    )
    await mapping_one.put(f"/mappings/arn/{ARN}")
    await mapping_one.put("/mappings/pre-subscription/utr/1100000101")
    return platform.signed_in(legacy_agent())


@pytest.mark.parametrize("path", [f"/mappings/sa/{ARN}", f"/mappings/{ARN}"])
async def test_sa(caller: Caller, path: str) -> None:
    reply = await caller.get(path)

    assert (reply.status, reply.json) == (
        200,
        {
            "mappings": [
                {"arn": ARN, "saAgentReference": "A1111B", "created": "2026-06-01"},
                {"arn": ARN, "saAgentReference": "A1111A", "created": "2026-06-01"},
            ]
        },
    )


async def test_vat_and_agent_code(caller: Caller) -> None:
    vat, code = await caller.get(f"/mappings/vat/{ARN}"), await caller.get(f"/mappings/agentcode/{ARN}")

    assert vat.json == {"mappings": [{"arn": ARN, "vrn": "901000117", "created": "2026-06-01"}]}
    assert code.json == {"mappings": [{"arn": ARN, "agentCode": "QWERTY", "created": "2026-06-01"}]}


@pytest.mark.parametrize(("key", "service"), LOOKUP_KEYS.items())
async def test_by_key(platform: Running, key: str, service: str) -> None:
    await platform.put_records("mapping", [{"service": service, "identifier": "x y", "arn": ARN}])

    reply = await platform.signed_in(legacy_agent()).get(f"/mappings/key/{key}/arn/{ARN}")

    assert reply.json == {"mappings": [{"arn": ARN, "identifier": "x y", "created": "2026-06-01"}]}


def test_every_legacy_service_has_a_key() -> None:
    assert {LegacyService.of_lookup_key(key) for key in LOOKUP_KEYS} == set(LegacyService)


@pytest.mark.parametrize("key", ["SA", "nonsense", "IR-SA-AGENT"])
async def test_unknown_key(caller: Caller, key: str) -> None:
    reply = await caller.get(f"/mappings/key/{key}/arn/{ARN}")

    assert (reply.status, reply.text) == (400, f"No service found for the key {key}")
    assert reply.content_type == "text/plain; charset=utf-8"


@pytest.mark.parametrize("path", ["sa", "vat", "agentcode"])
async def test_agent_without_codes_is_not_found(caller: Caller, path: str) -> None:
    reply = await caller.get(f"/mappings/{path}/{OTHER_ARN}")

    assert (reply.status, reply.text) == (404, "")


async def test_created_is_the_british_day(platform: Running) -> None:
    platform.clock.instant = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    caller = platform.signed_in(legacy_agent(enrolled("IR-SA-AGENT", "A1111A")))
    await caller.put(f"/mappings/arn/{ARN}")

    reply = await caller.get(f"/mappings/sa/{ARN}")

    assert reply.json["mappings"][0]["created"] == "2026-07-01"


async def test_eligibility_is_no_arn(caller: Caller) -> None:
    reply = await caller.get("/mappings/eligibility")

    assert reply.json == {"hasEligibleEnrolments": False}


async def test_other_rooms_ask_in_process(platform: Running, caller: Caller) -> None:
    neighbour = platform.room.own_mappings

    assert await neighbour.sa_agent_references(Arn.parse(ARN)) == (
        SaAgentReference.as_given("A1111B"),
        SaAgentReference.as_given("A1111A"),
    )
    assert await neighbour.agent_codes(Arn.parse(ARN)) == (AgentCode.as_given("QWERTY"),)
    assert await neighbour.agent_codes(Arn.as_given("no ARN")) == ()
