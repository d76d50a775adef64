"""Operations that make several requests: their order, where they stop, and the one that retries. Spec: upstreams 18."""

import pytest
from tests.upstreams.conftest import Outside
from tests.upstreams.operations_clients import STUB_SESSION
from tests.upstreams.operations_relationships import ARN, ENTRY, KEYS, NINO, TODAY, displayed, hip_error
from tests.upstreams.operations_sessions_and_enrolments import STORE, VAT_KEY
from tests.upstreams.scripted import Reply, Reset, Script, json_reply

from agent_services.identifiers import Nino, SaAgentReference
from agent_services.upstreams.enrolment_store_proxy import Delegation
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.hip import Which

PRINCIPAL = f"{STORE}/enrolments/HMRC-AS-AGENT~AgentReferenceNumber~AARN1234567/groups?type=principal"
DELEGATED = f"{STORE}/enrolments/HMRC-MTD-VAT~VRN~101747641/groups?type=delegated"
UNKNOWN_NINO = json_reply(404, {"code": "NOT_FOUND_NINO", "message": "NINO not found"})
ONE_AGENT = json_reply(200, {"agents": [{"hasAgent": True, "agentId": "A1111A"}]})
CESA = "/registration/relationship/nino/"


def targets(outside: Outside) -> list[str]:
    return [request.target for request in outside.server.received]


@pytest.mark.parametrize(
    ("groups", "is_held"), [(["98O3", "2K6H"], True), (["98O3"], False)], ids=["held", "held by another"]
)
async def test_delegation_asks_for_the_agent_then_for_the_client(
    outside: Outside, groups: list[str], is_held: bool
) -> None:
    """relationships 1.3"""
    outside.server.will(
        json_reply(200, {"principalGroupIds": ["2K6H"]}), json_reply(200, {"delegatedGroupIds": groups})
    )

    delegation = await outside.ports.enrolment_store_proxy.delegation(ARN, VAT_KEY)

    assert delegation == Delegation("2K6H", is_held)
    assert targets(outside) == [PRINCIPAL, DELEGATED]


async def test_delegation_of_an_unknown_agent_stops_after_the_first_call(outside: Outside) -> None:
    outside.server.will(Reply(204))

    delegation = await outside.ports.enrolment_store_proxy.delegation(ARN, VAT_KEY)

    assert delegation == Delegation(None, False)
    assert targets(outside) == [PRINCIPAL]


@pytest.mark.parametrize(
    ("given", "tried"),
    [
        ("AB123456C", ["AB123456C", "AB123456A", "AB123456B", "AB123456D", "AB123456"]),
        ("AB123456", ["AB123456", "AB123456A", "AB123456B", "AB123456C", "AB123456D"]),
    ],
)
async def test_cesa_tries_every_form_of_the_nino_once(outside: Outside, given: str, tried: list[str]) -> None:
    """upstreams 5.2"""
    outside.server.will(*[UNKNOWN_NINO] * 5)

    references = await outside.ports.des.sa_agent_references(Nino.as_given(given))

    assert references == ()
    assert targets(outside) == [CESA + form for form in tried]


async def test_cesa_stops_at_the_first_known_form_even_without_agents(outside: Outside) -> None:
    outside.server.will(UNKNOWN_NINO, json_reply(200, {"agents": []}))

    assert await outside.ports.des.sa_agent_references(NINO) == ()
    assert len(outside.server.received) == 2


async def test_cesa_is_tried_again_for_each_form_after_429_and_5xx(outside: Outside) -> None:
    """upstreams 2.4; the pauses are settings, here two"""
    outside.server.will(Reply(429, b"", {"Retry-After": "3600"}), Reply(503), UNKNOWN_NINO, Reply(500), ONE_AGENT)

    references = await outside.ports.des.sa_agent_references(NINO)

    assert references == (SaAgentReference.as_given("A1111A"),)
    assert targets(outside) == [CESA + form for form in ["AB123456C"] * 3 + ["AB123456A"] * 2]


@pytest.mark.parametrize(
    ("answers", "surfaces_as"),
    [([Reply(500), Reply(502), Reply(503)], 503), ([Reply(400)], 400), ([Reply(500), Reset()], 502)],
    ids=["retries used up", "a refusal", "a lost connection"],
)
async def test_cesa_gives_up(outside: Outside, answers: list[Script], surfaces_as: int) -> None:
    outside.server.will(*answers)

    with pytest.raises(UpstreamFailed) as failed:
        await outside.ports.des.sa_agent_references(NINO)

    assert failed.value.surfaces_as == surfaces_as
    assert len(outside.server.received) == len(answers)


async def test_postcode_comes_from_designatory_details_where_business_details_are_gone(outside: Outside) -> None:
    """test-support 3"""
    outside.server.will(Reply(404), json_reply(200, {"address": {"postcode": "AA11 1AA"}}))

    postcode = await outside.ports.agents_external_stubs.business_postcode(STUB_SESSION, NINO)

    assert postcode == "AA11 1AA"
    assert targets(outside)[1] == "/citizen-details/AB123456C/designatory-details"


@pytest.mark.parametrize(
    ("entry", "service_key", "expected"),
    [
        (ENTRY, "HMRC-MTD-IT", True),
        (ENTRY, "HMRC-MTD-IT-SUPP", False),
        ({**ENTRY, "authProfile": "ITSAS001"}, "HMRC-MTD-IT-SUPP", True),
        ({**ENTRY, "authProfile": "ITSAS001"}, "HMRC-MTD-IT", False),
        ({**ENTRY, "arn": "BARN1234567"}, "HMRC-MTD-IT", False),
        ({**ENTRY, "dateTo": "2026-07-15"}, "HMRC-MTD-IT", False),
        ({"arn": "AARN1234567"}, "HMRC-TERS-ORG", True),
    ],
)
async def test_has_relationship_is_for_the_same_agent_role_and_day(
    outside: Outside, entry: object, service_key: str, expected: bool
) -> None:
    outside.server.will(displayed(entry))

    assert await outside.ports.hip.has_relationship(ARN, KEYS[service_key], TODAY) is expected
    assert len(outside.server.received) == 1


async def test_active_relationships_of_a_client_are_asked_without_a_span_of_time(outside: Outside) -> None:
    """upstreams 4.3"""
    outside.server.will(hip_error("009", "No relationship found"))

    assert await outside.ports.hip.relationships(KEYS["HMRC-MTD-VAT"], Which.ACTIVE, TODAY) == ()
    assert outside.server.only_request.target.split("?") == [
        "/etmp/RESTAdapter/rosm/agent-relationship",
        "idType=VRN&refNumber=101747641&isAnAgent=false&activeOnly=true&regime=VATC&relationshipType=ZA01",
    ]
