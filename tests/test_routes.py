"""Who may call what: every route says so, and every endpoint of agent-client-relationships keeps to it.

Mapping's table is in tests/mapping/test_callers.py, the public API's in tests/authorisation_api/test_callers.py.
Spec: upstreams 19.6; relationships 0.2; invitations 1.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg
import pytest
from fastapi import APIRouter
from starlette.routing import BaseRoute, Mount, Route

from agent_services.app import routes_served
from agent_services.auth import ANY, OPEN, called_by
from agent_services.composition.documents import Served, routes_of
from agent_services.settings import load_settings
from tests.platform_app import Agent, Caller, Client, Platform

_BACK_END: Final = "/agent-client-relationships"

Answer = tuple[int, object]


def everything_served() -> list[Served]:
    return list(routes_of(routes_served(load_settings(test_only=True, test_support=True, upstreams="sandbox"))))


def without_a_stated_caller(routes: list[Served]) -> list[str]:
    return [f"{sorted(each.methods)} {each.path}" for each in routes if each.stated is None]


def test_every_route_states_who_may_call_it() -> None:
    """The pages' style sheet and script are a folder, not a route."""
    served = everything_served()
    folders = [each.path for each in served if isinstance(each.route, Mount)]

    assert folders == ["/assets/{path}"]
    assert without_a_stated_caller([each for each in served if not isinstance(each.route, Mount)]) == []


def test_a_route_that_states_nothing_is_found() -> None:
    router = APIRouter()

    async def endpoint() -> None:
        """Anybody's."""

    router.get("/silent")(endpoint)
    plain: BaseRoute = Route("/plain", endpoint, methods=["POST"])

    found = without_a_stated_caller(list(routes_of([*router.routes, plain])))

    assert found == ["['GET'] /silent", "['POST'] /plain"]


def test_what_an_endpoint_states_is_read() -> None:
    @called_by(OPEN)
    async def endpoint() -> None:
        """Anybody's."""

    assert [each.stated for each in routes_of([Route("/open", endpoint)])] == [OPEN]


def test_nothing_of_the_sandbox_or_the_tests_is_served_beside_real_upstreams() -> None:
    settings = load_settings(upstreams="http", upstream_url="http://localhost:9")
    first_segments = {each.path.split("/")[1] for each in routes_of(routes_served(settings))}

    assert first_segments & {"sandbox", "oauth", "create-test-user", "test-only", "agents-external-stubs"} == set()
    assert "agent-authorisation-test-support" not in first_segments


def _refused(message: str) -> Answer:
    return 401, {"statusCode": 401, "message": message}


_NO_PERMISSION: Final[Answer] = (
    403,
    {"code": "NO_PERMISSION", "message": "The logged in user is not permitted to perform the operation."},
)
_NOBODY: Final[dict[str, Answer]] = {
    "nobody": _refused("Bearer token not supplied"),
    "forged token": _refused("Session record not found"),
    "expired token": _refused("Session record not found"),
}
_NOT_ENROLLED: Final = _refused("Insufficient Enrolments")
_BASIC: Final[Answer] = (401, "")
_REFUSALS: Final[dict[str, dict[str, Answer]]] = {
    "OPEN": {},
    "ANY": _NOBODY,
    "AGENT": {**_NOBODY, "client": _NOT_ENROLLED, "staff": _NOT_ENROLLED, "staff without role": _NOT_ENROLLED},
    "USER": {
        **_NOBODY,
        "client": _NO_PERMISSION,
        "other agent": _NO_PERMISSION,
        "staff without role": _NO_PERMISSION,
    },
    "CLIENT_KEYS": {
        **_NOBODY,
        "client": _NO_PERMISSION,
        "other agent": _refused("UnsupportedAffinityGroup"),
        "staff": _refused("UnsupportedAuthProvider"),
        "staff without role": _refused("UnsupportedAuthProvider"),
    },
    "BASIC": dict.fromkeys(
        ("nobody", "forged token", "expired token", "client", "other agent", "staff", "staff without role"), _BASIC
    ),
}
"""What each requirement answers to whom it refuses. Everybody else is not refused."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    method: str
    template: str
    requirement: str
    body: Mapping[str, Any] | None = None
    query: str = ""
    otherwise: Mapping[str, Answer] = field(default_factory=dict)
    """Refusals of the endpoint's own, beyond its requirement's."""

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


_RELATIONSHIP: Final = "/agent/{arn}/service/{service}/client/{client_id_type}/{client_id}"
_CLIENT: Final = {"service": "HMRC-MTD-VAT", "suppliedClientId": "{client_id}", "knownFact": "2007-05-18"}
ENDPOINTS: Final = [
    Endpoint("GET", _RELATIONSHIP, "ANY"),
    Endpoint("PUT", _RELATIONSHIP, "USER"),
    Endpoint("DELETE", _RELATIONSHIP, "USER"),
    Endpoint("DELETE", "/agent/{arn}/terminate", "BASIC"),
    Endpoint("POST", "/itsa-post-signup/create-relationship/{nino}", "AGENT"),
    Endpoint(
        "POST",
        "/agent/{arn}/authorisation-request",
        "ANY",
        body={"clientId": "{client_id}", "suppliedClientIdType": "vrn", "clientName": "A", "service": "HMRC-MTD-VAT"},
    ),
    Endpoint("GET", "/agent/{arn}/authorisation-request-info/{invitationId}", "AGENT"),
    Endpoint(
        "GET",
        "/agent/{arn}/authorisation-requests",
        "AGENT",
        query="?pageNumber=1&pageSize=10",
        otherwise={"other agent": (403, "")},
    ),
    Endpoint("GET", "/agent/{arn}/details", "AGENT"),
    Endpoint("PUT", "/agent/cancel-invitation/{invitationId}", "AGENT"),
    Endpoint(
        "POST",
        "/agent/{arn}/remove-authorisation",
        "USER",
        body={"clientId": "{client_id}", "service": "HMRC-MTD-VAT"},
    ),
    Endpoint("GET", "/agent/agent-link", "AGENT"),
    Endpoint("GET", "/agent/agent-reference/uid/{uid}/{normalizedAgentName}", "OPEN"),
    Endpoint("GET", "/client/{service}/details/{clientId}", "AGENT"),
    Endpoint(
        "GET",
        "/client/authorisation-request-info/{invitationId}",
        "USER",
        # Staff have no part in it. Spec: invitations 6.2.
        otherwise={"staff": _NO_PERMISSION},
    ),
    Endpoint("PUT", "/client/authorisation-response/reject/{invitationId}", "USER"),
    Endpoint("PUT", "/authorisation-response/accept/{invitationId}", "USER"),
    Endpoint(
        "POST", "/client/validate-invitation", "CLIENT_KEYS", body={"uid": "NOBODYS1", "serviceKeys": ["HMRC-MTD-VAT"]}
    ),
    Endpoint("POST", "/invitations/trusts-enrolment-orchestrator/{urn}/update", "OPEN", body={"utr": "1000000005"}),
    Endpoint("POST", "/api/{arn}/invitation", "ANY", body=_CLIENT),
    Endpoint("GET", "/api/{arn}/invitation/{invitationId}", "ANY"),
    Endpoint("GET", "/api/{arn}/invitations", "ANY"),
    Endpoint("POST", "/api/{arn}/relationship", "ANY", body=_CLIENT),
]


def test_every_route_of_the_back_end_is_in_the_table() -> None:
    stated = {
        (method, each.path.removeprefix(_BACK_END)): each.stated
        for each in everything_served()
        if each.path.startswith(_BACK_END + "/")
        for method in each.methods - {"HEAD"}
    }

    assert {where: demand.name for where, demand in stated.items() if demand is not None} == {
        (endpoint.method, endpoint.template): endpoint.requirement for endpoint in ENDPOINTS
    }
    assert (ANY.name, OPEN.name) == ("ANY", "OPEN")


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
async def test_each_kind_of_caller_gets_the_endpoints_answer(platform: Platform, endpoint: Endpoint) -> None:
    agent, client = await platform.new_agent(), await platform.new_vat_client()
    values = await _values(platform, agent, client)
    path = _BACK_END + endpoint.template.format(**values) + endpoint.query
    body = None if endpoint.body is None else {name: _filled(value, values) for name, value in endpoint.body.items()}

    answers: dict[str, Answer] = {}
    for kind, caller in (await _callers(platform)).items():
        reply = await caller.call(endpoint.method, path, json=body)
        answer = (reply.status, reply.body)
        # Other 403s are the domain's, for callers who were let in.
        if reply.status == 401 or answer in (_NO_PERMISSION, (403, "")):
            answers[kind] = answer

    expected = {**_REFUSALS[endpoint.requirement], **endpoint.otherwise}
    assert answers == expected


async def _callers(platform: Platform) -> dict[str, Caller]:
    """Staff come last: what they may do changes what the others would meet."""
    return {
        "nobody": platform.nobody(),
        "forged token": platform.bearer("forged"),
        "expired token": platform.bearer(await _expired_token(platform)),
        "client": platform.person("iris"),
        "other agent": platform.person("amelia"),
        "staff without role": platform.bearer(await _token_of_staff_without_role(platform)),
        "staff": platform.person("stride-sam"),
    }


async def _expired_token(platform: Platform) -> str:
    """Of a subscribed agent who has not signed in again."""
    agent = await platform.new_agent()
    token = await platform.token_of(agent.user_id)
    connection = await asyncpg.connect(platform.database_url)
    try:
        await connection.execute(
            "UPDATE sandbox.session SET expires_at = created_at - interval '1 hour' WHERE user_id = $1", agent.user_id
        )
    finally:
        await connection.close()
    return token


async def _token_of_staff_without_role(platform: Platform) -> str:
    signed_in = await platform.nobody().post(
        "/agents-external-stubs/sign-in",
        {"userId": "newcomer-at-the-desk", "providerType": "PrivilegedApplication"},
    )
    assert signed_in.status in (201, 202), signed_in
    return signed_in.headers["Authorization"].removeprefix("Bearer ")


async def _values(platform: Platform, agent: Agent, client: Client) -> dict[str, str]:
    return {
        "arn": agent.arn,
        "service": "HMRC-MTD-VAT",
        "client_id_type": "VRN",
        "client_id": client.client_id,
        "clientId": client.client_id,
        "invitationId": await platform.request(agent, client),
        "nino": "AA999999A",
        "uid": "NOBODYS1",
        "normalizedAgentName": "nobody",
        "urn": "XMTRUST30000001",
    }


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    return value.format(**values) if isinstance(value, str) else value
