"""What auth is asked for each kind of endpoint, word for word, and what callers see of its refusals.

Spec: upstreams 19.1 to 19.6, 19.8.
"""

from typing import Any

import pytest

from tests.http_mode.two_processes import House

ACR = "/agent-client-relationships"
GATEWAY = {"authProviders": ["GovernmentGateway"]}
AS_AGENT = {"identifiers": [], "state": "Activated", "enrolment": "HMRC-AS-AGENT"}
AFFINITY_AGENT = {"affinityGroup": "Agent"}
CLIENTS = {"$or": [{"affinityGroup": "Individual"}, {"affinityGroup": "Organisation"}]}

ANY: dict[str, Any] = {"authorise": [], "retrieve": []}
AGENT = {"authorise": [AS_AGENT, GATEWAY], "retrieve": ["authorisedEnrolments"]}
EITHER: dict[str, Any] = {
    "authorise": [],
    "retrieve": ["allEnrolments", "affinityGroup", "optionalCredentials"],
}
CLIENT_KEYS = {"authorise": [GATEWAY, CLIENTS], "retrieve": ["allEnrolments"]}
ELIGIBLE = {"authorise": [GATEWAY, AFFINITY_AGENT], "retrieve": ["allEnrolments"]}
MAPPING = {
    "authorise": [GATEWAY, AFFINITY_AGENT],
    "retrieve": ["optionalCredentials", "agentCode", "allEnrolments"],
}
PROVIDER = {"authorise": [GATEWAY, AFFINITY_AGENT], "retrieve": ["optionalCredentials"]}
AUTO_MAP = {
    "authorise": [AS_AGENT, GATEWAY],
    "retrieve": ["authorisedEnrolments", "groupIdentifier", "optionalCredentials"],
}
VALIDATION = {"uid": "ABCD1234", "serviceKeys": ["HMRC-MTD-VAT"]}


@pytest.mark.parametrize(
    ("method", "path", "body", "asked"),
    [
        ("GET", "/agent/{arn}/service/HMRC-MTD-VAT/client/VRN/{vrn}", None, ANY),
        ("GET", "/api/{arn}/invitations", None, ANY),
        ("GET", "/api/{arn}/invitation/{id}", None, ANY),
        ("GET", "/client/HMRC-MTD-VAT/details/{vrn}", None, AGENT),
        ("GET", "/agent/{arn}/authorisation-requests?pageNumber=1&pageSize=10", None, AGENT),
        ("GET", "/agent/{arn}/authorisation-request-info/{id}", None, AGENT),
        ("GET", "/agent/agent-link", None, AGENT),
        ("PUT", "/agent/cancel-invitation/{id}", None, AGENT),
        ("PUT", "/authorisation-response/accept/{id}", None, EITHER),
        ("PUT", "/client/authorisation-response/reject/{id}", None, EITHER),
        ("GET", "/client/authorisation-request-info/{id}", None, EITHER),
        ("POST", "/agent/{arn}/remove-authorisation", {"clientId": "{vrn}", "service": "HMRC-MTD-VAT"}, EITHER),
        ("POST", "/client/validate-invitation", VALIDATION, CLIENT_KEYS),
    ],
)
async def test_relationships_ask_auth_for(
    house: House, method: str, path: str, body: dict[str, Any] | None, asked: dict[str, Any]
) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()
    names = {"arn": agent.arn, "vrn": client.client_id, "id": await house.services.request(agent, client)}
    filled = None if body is None else {name: _filled(value, names) for name, value in body.items()}

    _, asked_of_auth = await house.asked_of_auth(agent.plain, method, ACR + path.format(**names), filled)

    assert asked_of_auth == [asked]


def _filled(value: Any, names: dict[str, str]) -> Any:
    return value.format(**names) if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("method", "path", "asked"),
    [
        ("GET", "/mappings/eligibility", ELIGIBLE),
        ("PUT", "/mappings/arn/{arn}", MAPPING),
        ("GET", "/client-count", PROVIDER),
        ("PUT", "/mappings/auto-map/arn/{arn}", AUTO_MAP),
        ("GET", "/mappings/sa/{arn}", ANY),
        ("GET", "/mappings/agentcode/{arn}", ANY),
        ("GET", "/mappings/key/IR-SA-AGENT/arn/{arn}", ANY),
    ],
)
async def test_mapping_asks_auth_for(house: House, method: str, path: str, asked: dict[str, Any]) -> None:
    agent = await house.new_agent()

    _, asked_of_auth = await house.asked_of_auth(agent.plain, method, "/agent-mapping" + path.format(arn=agent.arn))

    assert asked_of_auth == [asked]


async def test_without_a_bearer_auth_is_not_asked(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()
    path = f"{ACR}/agent/{agent.arn}/service/HMRC-MTD-VAT/client/VRN/{client.client_id}"

    reply, asked_of_auth = await house.asked_of_auth(house.services.nobody(), "GET", path)

    assert (reply.status, reply.json) == (401, {"statusCode": 401, "message": "Bearer token not supplied"})
    assert asked_of_auth == []


@pytest.mark.parametrize(
    ("challenge", "message"),
    [
        ("MissingBearerToken", "Bearer token not supplied"),
        ("InvalidBearerToken", "Invalid bearer token"),
        ("BearerTokenExpired", "Bearer token expired"),
        ("SessionRecordNotFound", "Session record not found"),
        ("InsufficientEnrolments", "Insufficient Enrolments"),
        ("InsufficientConfidenceLevel", "Insufficient ConfidenceLevel"),
        ("UnsupportedAffinityGroup", "UnsupportedAffinityGroup"),
        ("UnsupportedCredentialRole", "UnsupportedCredentialRole"),
        ("UnsupportedAuthProvider", "UnsupportedAuthProvider"),
        ("IncorrectCredentialStrength", "Credential strength is different than expected"),
        ("FailedRelationship", "FailedRelationship"),
        ("IncorrectNino", "IncorrectNino"),
    ],
)
async def test_each_refusal_has_its_message(house: House, challenge: str, message: str) -> None:
    agent = await house.new_agent()

    async with house.auth_refuses(f'MDTP detail="{challenge}"'):
        reply = await agent.plain.get(f"{ACR}/agent/agent-link")

    assert (reply.status, reply.json) == (401, {"statusCode": 401, "message": message})


async def test_a_failing_enrolment_is_named_but_not_to_agents(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()
    check = f"{ACR}/agent/{agent.arn}/service/HMRC-MTD-VAT/client/VRN/{client.client_id}"

    async with house.auth_refuses('MDTP detail="InsufficientEnrolments"', Failing_Enrolment="HMRC-XYZ"):
        anybody = await agent.plain.get(check)
        as_agent = await agent.plain.get(f"{ACR}/agent/agent-link")

    assert (anybody.status, anybody.json["message"]) == (401, "HMRC-XYZ")
    assert (as_agent.status, as_agent.json["message"]) == (401, "Insufficient Enrolments")


@pytest.mark.parametrize(
    ("path", "no_session", "refused"),
    [
        ("/agent-mapping/mappings/eligibility", (401, ""), (401, "")),
        ("/agent-mapping/client-count", (401, ""), (403, "")),
    ],
)
async def test_mapping_has_answers_of_its_own(
    house: House, path: str, no_session: tuple[int, str], refused: tuple[int, str]
) -> None:
    """upstreams 19.5"""
    agent = await house.new_agent()

    async with house.auth_refuses('MDTP detail="SessionRecordNotFound"'):
        without_session = await agent.plain.get(path)
    async with house.auth_refuses('MDTP detail="UnsupportedAffinityGroup"'):
        without_right = await agent.plain.get(path)

    assert (without_session.status, without_session.text) == no_session
    assert (without_right.status, without_right.text) == refused


@pytest.mark.parametrize(("status", "surfaces_as"), [(403, 500), (400, 500), (404, 500), (500, 502), (503, 502)])
async def test_another_answer_of_auth_is_a_failure(house: House, status: int, surfaces_as: int) -> None:
    """upstreams 19.4"""
    agent = await house.new_agent()

    async with house.fault({"upstream": "auth"}, {"status": status}):
        reply = await agent.plain.get(f"{ACR}/agent/agent-link")

    assert (reply.status, reply.json["statusCode"]) == (surfaces_as, surfaces_as)


async def test_the_wrong_person_is_told_so(house: House) -> None:
    agent, client, stranger = await house.new_agent(), await house.new_vat_client(), await house.new_vat_client()
    invitation_id = await house.services.request(agent, client)

    reply = await stranger.plain.put(f"{ACR}/authorisation-response/accept/{invitation_id}")

    assert reply.status == 403
    assert reply.json == {
        "code": "NO_PERMISSION",
        "message": "The logged in user is not permitted to perform the operation.",
    }


async def test_a_client_is_no_agent(house: House) -> None:
    client = await house.new_vat_client()

    reply = await client.plain.get(f"{ACR}/agent/agent-link")

    assert (reply.status, reply.json) == (401, {"statusCode": 401, "message": "Insufficient Enrolments"})


async def test_staff_accept_for_a_client(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()
    invitation_id = await house.services.request(agent, client)

    reply = await house.services.person("stride-sam").put(f"{ACR}/authorisation-response/accept/{invitation_id}")

    assert reply.status == 204


async def test_the_session_goes_to_services_and_never_to_a_platform(house: House) -> None:
    """upstreams 19.9"""
    agent, client = await house.new_agent(), await house.new_income_tax_client()
    sent_with_session = {"header": {"authorization": f"^{agent.plain.headers['Authorization']}$"}}
    path = f"{ACR}/agent/{agent.arn}/service/HMRC-MTD-IT/client/NI/{client.client_id}"

    async with house.fault({**sent_with_session, "upstream": "hip"}, {"status": 418}):
        async with house.fault({**sent_with_session, "upstream": "des"}, {"status": 418}):
            reply = await agent.plain.get(path)
    async with house.fault({**sent_with_session, "upstream": "enrolment-store-proxy"}, {"status": 418}):
        with_session = await agent.plain.get(path)

    assert reply.status == 404
    assert with_session.status == 418


async def test_the_public_api_passes_on_which_software_calls(house: House) -> None:
    """authorisation-api 1; upstreams 2.2"""
    agent = await house.new_agent()
    told = {"upstream": "auth", "header": {"x-client-id": "^some-software$"}}
    headers = {"X-Client-ID": "some-software"}

    async with house.fault(told, {"status": 418}):
        public = await agent.v1.call("GET", f"/agents/{agent.arn}/invitations", headers=headers)
        back_end = await agent.plain.call("GET", f"{ACR}/api/{agent.arn}/invitations", headers=headers)

    assert (public.status, back_end.status) == (500, 200)
