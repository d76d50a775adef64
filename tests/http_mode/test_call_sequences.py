"""What each operation of the main job asks of the upstreams: in this order, and nothing else. Spec: upstreams 18."""

import pytest

from tests.http_mode.two_processes import House
from tests.platform_app import V1, Agent, Client

ACR = "/agent-client-relationships"
STORE = "/enrolment-store-proxy/enrolment-store"
AUTH = "POST /auth/authorise"
HIP_RELATIONSHIP = "POST /etmp/RESTAdapter/rosm/agent-relationship"
BUSINESS_DETAILS = "GET /etmp/RESTAdapter/itsa/taxpayer/business-details"


def principal(agent: Agent) -> str:
    return f"GET {STORE}/enrolments/HMRC-AS-AGENT~AgentReferenceNumber~{agent.arn}/groups?type=principal"


def delegated(key: str) -> str:
    return f"GET {STORE}/enrolments/{key}/groups?type=delegated"


def vat(client: Client) -> str:
    return f"HMRC-MTD-VAT~VRN~{client.client_id}"


def record(agent: Agent) -> str:
    return f"GET /agent-services-account/agent-record-with-checks/arn/{agent.arn}"


def vat_check(agent: Agent, client: Client) -> str:
    return f"{ACR}/agent/{agent.arn}/service/HMRC-MTD-VAT/client/VRN/{client.client_id}"


def income_tax_check(agent: Agent, client: Client) -> str:
    return f"{ACR}/agent/{agent.arn}/service/HMRC-MTD-IT/client/NI/{client.client_id}"


def accept(invitation_id: str) -> str:
    return f"{ACR}/authorisation-response/accept/{invitation_id}"


async def authorised(house: House, agent: Agent, client: Client) -> None:
    invitation_id = await house.services.request(agent, client)
    reply = await client.plain.put(accept(invitation_id))
    assert reply.status == 204, reply


async def creation(house: House, agent: Agent, client: Client) -> list[str]:
    """The calls of a creation for VAT whose client has no agent yet."""
    group, code = await house.group_and_code_of(agent)
    return [
        principal(agent),
        f"GET /users-groups-search/groups/{group}/users",
        f"GET /users-groups-search/groups/{group}",
        HIP_RELATIONSHIP,
        delegated(vat(client)),
        f"POST /tax-enrolments/groups/{group}/enrolments/{vat(client)}?legacy-agentCode={code}",
    ]


async def test_check_at_agency_level(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()
    await authorised(house, agent, client)

    traced = await house.traced(agent.plain, "GET", vat_check(agent, client))

    assert traced.reply.status == 200
    assert traced.calls == [AUTH, principal(agent), delegated(vat(client))]


async def test_check_that_finds_nothing_asks_nothing_more(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()

    traced = await house.traced(agent.plain, "GET", vat_check(agent, client))

    assert (traced.reply.status, traced.reply.json) == (404, {"code": "RELATIONSHIP_NOT_FOUND"})
    assert traced.calls == [AUTH, principal(agent), delegated(vat(client))]


async def test_check_of_an_unknown_agent_asks_for_no_delegation(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()
    path = f"{ACR}/agent/ZARN9999999/service/HMRC-MTD-VAT/client/VRN/{client.client_id}"

    traced = await house.traced(agent.plain, "GET", path)

    assert traced.reply.status == 404
    assert traced.calls == [
        AUTH,
        f"GET {STORE}/enrolments/HMRC-AS-AGENT~AgentReferenceNumber~ZARN9999999/groups?type=principal",
    ]


async def test_check_at_user_level(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()
    await authorised(house, agent, client)
    group, _ = await house.group_and_code_of(agent)

    traced = await house.traced(agent.plain, "GET", f"{vat_check(agent, client)}?userId={agent.user_id}")

    assert traced.reply.status == 200
    assert traced.calls == [
        AUTH,
        principal(agent),
        delegated(vat(client)),
        f"GET /users-groups-search/groups/{group}/users",
        f"GET /agent-permissions/arn/{agent.arn}/client/{vat(client)}/groups",
        f"GET {STORE}/users/{agent.user_id}/enrolments?type=delegated&service=HMRC-MTD-VAT",
    ]


async def test_check_of_income_tax_by_nino_looks_for_older_authority_last(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_income_tax_client()
    key = f"HMRC-MTD-IT~MTDITID~{client.details['mtdItId']}"

    traced = await house.traced(agent.plain, "GET", income_tax_check(agent, client))

    assert traced.reply.status == 404
    assert traced.calls == [
        AUTH,
        f"{BUSINESS_DETAILS}?nino={client.client_id[:8]}",
        principal(agent),
        delegated(key),
        f"{BUSINESS_DETAILS}?mtdReference={client.details['mtdItId']}",
        f"GET /registration/relationship/nino/{client.client_id}",
    ]


async def test_check_of_an_income_record_asks_its_own_service_alone(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_income_tax_client()
    nino = client.client_id
    path = f"{ACR}/agent/{agent.arn}/service/PERSONAL-INCOME-RECORD/client/NINO/{nino}"

    traced = await house.traced(agent.plain, "GET", path)

    assert traced.reply.status == 404
    assert traced.calls == [
        AUTH,
        f"GET /agent-fi-relationship/relationships/agent/{agent.arn}/service/PERSONAL-INCOME-RECORD/client/{nino[:8]}",
    ]


async def test_accept_writes_etmp_before_the_enrolment_store(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()
    invitation_id = await house.services.request(agent, client)

    traced = await house.traced(client.plain, "PUT", accept(invitation_id))

    assert traced.reply.status == 204
    assert traced.calls == [AUTH, *await creation(house, agent, client)]


async def test_accept_tells_the_other_upstreams_afterwards(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()
    invitation_id = await house.services.request(agent, client)

    reply = await client.plain.put(accept(invitation_id))

    group, _ = await house.group_and_code_of(agent)
    assert reply.status == 204
    assert await house.comes_to_pass("cache refresh", f"/arn/{agent.arn}/")
    assert await house.comes_to_pass("ES19", f"{STORE}/groups/{group}/enrolments/{vat(client)}/friendly_name")


async def test_accept_of_income_tax_first_looks_for_the_other_role(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_income_tax_client()
    invitation_id = await house.services.request(agent, client)
    mtd_it_id = client.details["mtdItId"]

    traced = await house.traced(client.plain, "PUT", accept(invitation_id))

    assert traced.reply.status == 204
    # The client is looked up before the session. Spec: upstreams 19.6, order traps.
    assert traced.calls[:4] == [
        f"{BUSINESS_DETAILS}?nino={client.client_id[:8]}",
        AUTH,
        principal(agent),
        delegated(f"HMRC-MTD-IT-SUPP~MTDITID~{mtd_it_id}"),
    ]
    assert traced.calls[4] == principal(agent)
    assert traced.calls[7:9] == [HIP_RELATIONSHIP, delegated(f"HMRC-MTD-IT~MTDITID~{mtd_it_id}")]
    assert len(traced.calls) == 10


async def test_a_new_main_agent_takes_the_previous_one_out_before_it_comes_in(house: House) -> None:
    first, second, client = await house.new_agent(), await house.new_agent(), await house.new_vat_client()
    await authorised(house, first, client)
    previous_group, _ = await house.group_and_code_of(first)
    invitation_id = await house.services.request(second, client)

    traced = await house.traced(client.plain, "PUT", accept(invitation_id))

    expected = [AUTH, *await creation(house, second, client)]
    expected[6:6] = [
        f"GET {STORE}/groups/{previous_group}/enrolments?type=principal",
        f"DELETE /tax-enrolments/groups/{previous_group}/enrolments/{vat(client)}",
    ]
    assert traced.reply.status == 204
    assert traced.calls == expected


async def test_accept_of_an_income_record_writes_its_own_service_alone(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_income_tax_client()
    invitation_id = await house.request_for_income_record(agent, client)
    path = (
        f"/agent-fi-relationship/relationships/agent/{agent.arn}/service/PERSONAL-INCOME-RECORD"
        f"/client/{client.client_id[:8]}"
    )

    traced = await house.traced(client.plain, "PUT", accept(invitation_id))

    assert traced.reply.status == 204
    assert traced.calls == [AUTH, f"PUT {path}"]


async def test_creation_without_a_request(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()

    traced = await house.traced(client.plain, "PUT", vat_check(agent, client))

    assert traced.reply.status == 201
    assert traced.calls == [AUTH, *await creation(house, agent, client)]


async def test_removal_writes_the_enrolment_store_before_etmp(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()
    await authorised(house, agent, client)
    group, _ = await house.group_and_code_of(agent)
    body = {"clientId": client.client_id, "service": "HMRC-MTD-VAT"}

    traced = await house.traced(agent.plain, "POST", f"{ACR}/agent/{agent.arn}/remove-authorisation", body)

    assert traced.reply.status == 204
    assert traced.calls == [
        AUTH,
        principal(agent),
        principal(agent),
        delegated(vat(client)),
        f"DELETE /tax-enrolments/groups/{group}/enrolments/{vat(client)}",
        HIP_RELATIONSHIP,
    ]


async def test_removal_without_an_enrolment_still_reaches_etmp(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()
    body = {"clientId": client.client_id, "service": "HMRC-MTD-VAT"}

    traced = await house.traced(agent.plain, "POST", f"{ACR}/agent/{agent.arn}/remove-authorisation", body)

    assert traced.calls == [AUTH, principal(agent), principal(agent), delegated(vat(client)), HIP_RELATIONSHIP]


async def test_request_through_the_public_api(house: House) -> None:
    """authorisation-api 4.1"""
    agent, client = await house.new_agent(), await house.new_vat_client()

    traced = await house.traced(agent.v1, "POST", f"/agents/{agent.arn}/invitations", client.request)

    assert traced.reply.status == 204
    assert traced.calls == [
        AUTH,
        record(agent),
        f"GET /vat/customer/vrn/{client.client_id}/information",
        principal(agent),
        delegated(vat(client)),
    ]


async def test_client_details(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()

    traced = await house.traced(agent.plain, "GET", f"{ACR}/client/HMRC-MTD-VAT/details/{client.client_id}")

    assert traced.reply.status == 200
    assert traced.calls == [
        AUTH,
        f"GET /vat/customer/vrn/{client.client_id}/information",
        principal(agent),
        delegated(vat(client)),
    ]


async def test_client_count_reads_one_short_page(house: House) -> None:
    agent = await house.new_agent()

    traced = await house.traced(agent.plain, "GET", "/agent-mapping/client-count")

    assert (traced.reply.status, traced.reply.json) == (200, {"clientCount": 0})
    assert traced.calls == [
        AUTH,
        f"GET {STORE}/users/{agent.user_id}/enrolments?type=delegated&service=IR-SA&start-record=1&max-records=500",
    ]


async def test_auto_mapping_reads_the_group(house: House) -> None:
    agent = await house.new_agent()
    group, _ = await house.group_and_code_of(agent)

    traced = await house.traced(agent.plain, "PUT", f"/agent-mapping/mappings/auto-map/arn/{agent.arn}")

    assert traced.reply.status in (200, 201, 204)
    assert traced.calls == [AUTH, f"GET {STORE}/groups/{group}/enrolments?type=principal"]


@pytest.mark.parametrize(("method", "status"), [("PUT", "Accepted"), ("DELETE", "Rejected")])
async def test_test_support_answers_as_the_client_whom_the_stub_signs_in(
    house: House, method: str, status: str
) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()
    invitation_id = await house.services.request(agent, client)
    caller = house.services.nobody().having(Accept=V1)

    reply = await caller.call(method, f"/agent-authorisation-test-support/invitations/{invitation_id}")

    answered = await agent.v1.get(f"/agents/{agent.arn}/invitations/{invitation_id}")
    assert (reply.status, answered.json["status"]) == (204, status)
