"""Every endpoint for every kind of caller: 401 here, 403 there. Spec: mapping 3."""

from dataclasses import dataclass
from typing import Any

import pytest
from tests.mapping.people import Person, enrolled, legacy_agent, subscribed_agent
from tests.mapping.running import Caller, Running

from agent_services.upstreams.auth import AffinityGroup, AuthProvider

ARN = "XARN1000001"
UTR = "1100000101"

EMPTY = ""
NO_TOKEN = '{"statusCode":401,"message":"Bearer token not supplied"}'
BAD_TOKEN = '{"statusCode":401,"message":"Invalid bearer token"}'


@dataclass(frozen=True)
class Endpoint:
    """One route, and how it answers each kind of caller: status and body."""

    method: str
    path: str
    nobody: tuple[int, str]
    unknown_token: tuple[int, str]
    client: tuple[int, str]
    staff: tuple[int, str]
    legacy: int
    subscribed: int
    json: Any = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


E401, E403, E404 = (401, EMPTY), (403, EMPTY), (404, EMPTY)
DETAILS = {"authProviderId": "cred-1", "ggTag": "6666", "count": 10}


def by_login(method: str, path: str, answer: tuple[int, str], *, json: Any = None) -> Endpoint:
    """Any session will do (L)."""
    return Endpoint(
        method,
        path,
        nobody=(401, NO_TOKEN),
        unknown_token=(401, BAD_TOKEN),
        client=answer,
        staff=answer,
        legacy=answer[0],
        subscribed=answer[0],
        json=json,
    )


ENDPOINTS = [
    Endpoint("GET", "/mappings/eligibility", E401, E401, E401, E401, legacy=200, subscribed=200),
    Endpoint("PUT", f"/mappings/arn/{ARN}", E401, E401, E403, E403, legacy=201, subscribed=403),
    Endpoint("PUT", f"/mappings/pre-subscription/utr/{UTR}", E401, E401, E403, E403, legacy=201, subscribed=403),
    Endpoint("PUT", f"/mappings/post-subscription/utr/{UTR}", E401, E401, E403, E403, legacy=403, subscribed=200),
    Endpoint(
        "DELETE", f"/mappings/pre-subscription/utr/{UTR}", E401, E401, (204, EMPTY), (204, EMPTY), 204, subscribed=204
    ),
    by_login("GET", f"/mappings/sa/{ARN}", E404),
    by_login("GET", f"/mappings/vat/{ARN}", E404),
    by_login("GET", f"/mappings/agentcode/{ARN}", E404),
    by_login("GET", f"/mappings/key/char/arn/{ARN}", E404),
    by_login("GET", f"/mappings/{ARN}", E404),
    Endpoint("PUT", f"/mappings/auto-map/arn/{ARN}", E401, E401, E403, E403, legacy=403, subscribed=204),
    Endpoint("GET", "/client-count", E401, E401, E403, E403, legacy=200, subscribed=200),
    Endpoint("PUT", f"/mappings/task-list/arn/{ARN}", E401, E401, E403, E403, legacy=204, subscribed=204),
    Endpoint("PUT", f"/mappings/task-list/details/arn/{ARN}", E401, E401, E403, E403, legacy=404, subscribed=404),
    by_login("GET", f"/mappings/details/arn/{ARN}", (404, f"no record found for this arn: Arn({ARN})")),
]
TERMINATION = f"/agent/{ARN}/terminate"


async def answer_of(caller: Caller, endpoint: Endpoint) -> tuple[int, str]:
    reply = await caller.call(endpoint.method, endpoint.path)
    return reply.status, reply.text


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
async def test_each_kind_of_caller_is_answered_by_the_endpoints_wrapper(platform: Running, endpoint: Endpoint) -> None:
    client = platform.signed_in(Person(affinity=AffinityGroup.INDIVIDUAL, enrolments=(enrolled("HMRC-PT", "AB1"),)))
    staff = platform.signed_in(Person(provider=AuthProvider.PRIVILEGED_APPLICATION, enrolments=(enrolled("caat"),)))
    legacy = platform.signed_in(legacy_agent(enrolled("IR-SA-AGENT", "A1111A")))
    subscribed = platform.signed_in(subscribed_agent(ARN))

    answers = {
        "nobody": await answer_of(platform.nobody(), endpoint),
        "unknown token": await answer_of(platform.with_header("Bearer forged"), endpoint),
        "client": await answer_of(client, endpoint),
        "staff": await answer_of(staff, endpoint),
        "legacy agent": (await answer_of(legacy, endpoint))[0],
        "subscribed agent": (await answer_of(subscribed, endpoint))[0],
    }

    assert answers == {
        "nobody": endpoint.nobody,
        "unknown token": endpoint.unknown_token,
        "client": endpoint.client,
        "staff": endpoint.staff,
        "legacy agent": endpoint.legacy,
        "subscribed agent": endpoint.subscribed,
    }


@pytest.mark.parametrize(
    ("person", "status"),
    [
        (None, 401),
        (Person(affinity=AffinityGroup.ORGANISATION), 201),
        (Person(provider=AuthProvider.PRIVILEGED_APPLICATION), 201),
        (legacy_agent(), 201),
        (subscribed_agent(ARN), 201),
    ],
    ids=["nobody", "client", "staff", "legacy agent", "subscribed agent"],
)
async def test_details_are_posted_by_anybody_signed_in(platform: Running, person: Person | None, status: int) -> None:
    caller = platform.nobody() if person is None else platform.signed_in(person)

    reply = await caller.post(f"/mappings/details/arn/{ARN}", DETAILS)

    assert reply.status == status
    assert reply.text == (NO_TOKEN if person is None else EMPTY)


async def test_every_route_is_in_this_table() -> None:
    from agent_services.mapping import router

    template = {"{arn}": ARN, "{utr}": UTR, "{key}": "char"}
    served = set()
    for route in router.routes:
        path = route.path.removeprefix("/agent-mapping")  # type: ignore[attr-defined]  # all are API routes
        for name, value in template.items():
            path = path.replace(name, value)
        served |= {(method, path) for method in route.methods}  # type: ignore[attr-defined]

    tested = {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}
    assert served == tested | {("POST", f"/mappings/details/arn/{ARN}"), ("DELETE", TERMINATION)}


@pytest.mark.parametrize("path", [f"/mappings/arn/{ARN}", f"/mappings/pre-subscription/utr/{UTR}"])
async def test_creating_needs_credentials_and_an_eligible_enrolment(platform: Running, path: str) -> None:
    without_credentials = platform.signed_in(
        Person(credential_id=None, enrolments=(enrolled("IR-SA-AGENT", "A1111A"),))
    )
    only_a_code = platform.signed_in(legacy_agent(agent_code="LEGACY100008"))

    replies = [await without_credentials.put(path), await only_a_code.put(path)]

    assert [(reply.status, reply.text) for reply in replies] == [(403, ""), (403, "")]


async def test_provider_endpoints_need_credentials(platform: Running) -> None:
    without_credentials = platform.signed_in(Person(credential_id=None))

    replies = [
        await without_credentials.get("/client-count"),
        await without_credentials.put(f"/mappings/task-list/arn/{ARN}"),
        await without_credentials.put(f"/mappings/task-list/details/arn/{ARN}"),
    ]

    assert [(reply.status, reply.text) for reply in replies] == [(403, "")] * 3


@pytest.mark.parametrize(
    "person",
    [
        subscribed_agent(ARN, group=None),
        subscribed_agent(ARN, credential_id=None),
        Person(enrolments=(enrolled("HMRC-AS-AGENT", ARN),)),
        subscribed_agent("ZARN1000004"),
    ],
    ids=["no group", "no credentials", "no AgentReferenceNumber", "another agent"],
)
async def test_auto_mapping_needs_own_arn_group_and_credentials(platform: Running, person: Person) -> None:
    reply = await platform.signed_in(person).put(f"/mappings/auto-map/arn/{ARN}")

    assert (reply.status, reply.text) == (403, "")
    assert platform.enrolments.groups_asked == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/mappings/arn/XARN1000002"),
        ("PUT", "/mappings/arn/xarn1000001"),
        ("PUT", "/mappings/pre-subscription/utr/1100000102"),
        ("PUT", "/mappings/post-subscription/utr/110000010"),
        ("DELETE", "/mappings/pre-subscription/utr/abc"),
        ("GET", "/mappings/sa/XARN1000002"),
        ("GET", "/mappings/vat/XARN1000002"),
        ("GET", "/mappings/agentcode/XARN1000002"),
        ("GET", "/mappings/key/nonsense/arn/XARN1000002"),
        ("GET", "/mappings/XARN1000002"),
        ("PUT", "/mappings/auto-map/arn/XARN1000002"),
        ("PUT", "/mappings/task-list/arn/XARN1000002"),
        ("PUT", "/mappings/task-list/details/arn/XARN1000002"),
        ("POST", "/mappings/details/arn/XARN1000002"),
        ("GET", "/mappings/details/arn/XARN1000002"),
        ("DELETE", "/agent/XARN1000002/terminate"),
        ("DELETE", "/test-only/mappings/XARN1000002"),
    ],
)
async def test_path_is_bound_before_auth_is_asked(platform: Running, method: str, path: str) -> None:
    reply = await platform.nobody().call(method, path)

    assert (reply.status, reply.json) == (400, {"statusCode": 400, "message": "bad request, cause: REDACTED"})
    assert platform.sessions.asked == 0


async def test_body_of_details_is_parsed_before_auth_is_asked(platform: Running) -> None:
    """A caller without a token still hears of the body first; of its members only once signed in."""
    path = f"/mappings/details/arn/{ARN}"

    no_json = await platform.nobody().call("POST", path, data="text")
    lacks_members = await platform.nobody().post(path, {})

    assert no_json.status == 415
    assert (lacks_members.status, lacks_members.text) == (401, NO_TOKEN)


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "Bearer token",
        "Basic",
        "Basic !!!",
        "basic aG91c2U6a2VlcGVyOnNlY3JldCB3b3Jkcw==",
        "Basic aG91c2U6a2VlcGVy",  # house:keeper
        "Basic dXNlcm5hbWU6cGFzc3dvcmQ=",  # username:password
        "Basic /////w==",  # no UTF-8
    ],
)
async def test_termination_without_the_right_credentials_is_refused(
    platform: Running, authorization: str | None
) -> None:
    caller = platform.nobody() if authorization is None else platform.with_header(authorization)

    reply = await caller.delete(TERMINATION)

    assert (reply.status, reply.text) == (401, "")


async def test_termination_credentials_split_at_the_last_colon(platform: Running) -> None:
    caller = platform.with_header("Basic aG91c2U6a2VlcGVyOnNlY3JldCB3b3Jkcw==")  # house:keeper:secret words

    reply = await caller.delete(TERMINATION)

    assert reply.status == 200
