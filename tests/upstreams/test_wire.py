"""For each operation: the exact request on the wire, and each of its answers told apart. Spec: upstreams."""

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.upstreams.conftest import CALLER, Outside, as_external, ports_of
from tests.upstreams.operations import SESSION, Gives, Operation
from tests.upstreams.operations_clients import CBC
from tests.upstreams.operations_relationships import UUID
from tests.upstreams.operations_sessions_and_enrolments import VAT_KEY
from tests.upstreams.scripted import Received, Reply, ScriptedUpstream
from tests.upstreams.walking import ALL, outcome_of

from agent_services.platform.http.context import RequestContext, bind
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.http_client import UpstreamHttp
from agent_services.upstreams.settings import UpstreamSettings

TRANSPORT = {"host", "accept", "accept-encoding", "user-agent", "content-length", "content-type"}
OURS = {"http-clientv2-version", "x-request-chain"}
EVERY_ANSWER = [(operation, given) for operation in ALL for given in operation.gives]


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
async def test_request_on_the_wire(operation: Operation, outside: Outside) -> None:
    outside.server.will(operation.good)

    outcome = await outcome_of(operation, outside)

    request = outside.server.only_request
    assert outcome == operation.good_outcome
    assert (request.method, request.target) == (operation.method, operation.target)
    assert_body(operation, request)
    forwarded = SESSION if operation.forwards_session else {}
    assert_headers(operation, request, {**forwarded, **operation.headers})


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
async def test_an_external_host_never_sees_the_callers_session(
    operation: Operation, server: ScriptedUpstream, settings: UpstreamSettings
) -> None:
    """Spec: upstreams 2.2; 4.1, 5.1 for the two ids that some platforms get all the same"""
    http = UpstreamHttp(as_external(settings))
    server.will(operation.good)

    await operation.call(ports_of(http))

    await http.close()
    ids = {"x-session-id": "session-0123", "x-request-id": "request-1"} if operation.session_ids_everywhere else {}
    assert_headers(operation, server.only_request, {**ids, **operation.headers})


@pytest.mark.parametrize(
    ("operation", "given"), EVERY_ANSWER, ids=[f"{operation.name}: {given.name}" for operation, given in EVERY_ANSWER]
)
async def test_each_answer_is_told_apart(operation: Operation, given: Gives, outside: Outside) -> None:
    outside.server.will(*given.answers)

    assert await outcome_of(operation, outside) == given.outcome
    assert len(outside.server.received) == len(given.answers)


async def test_cbc_request_body(outside: Outside) -> None:
    """Spec: upstreams 6"""
    outside.server.will(CBC.good)

    await CBC.call(outside.ports)

    sent = outside.server.only_request.body.decode()
    assert re.fullmatch(
        r'\{"displaySubscriptionForCBCRequest":\{"requestCommon":\{"regime":"CBC",'
        r'"receiptDate":"2026-07-15T10:45:17Z","acknowledgementReference":"[0-9a-f]{32}",'
        r'"originatingSystem":"MDTP","conversationID":"0123"\},'
        r'"requestDetail":\{"IDType":"CBC","IDNumber":"XACBC0516273849"\}\}\}',
        sent,
    )


async def test_cbc_conversation_is_made_up_without_a_session(outside: Outside) -> None:
    outside.server.will(CBC.good)

    with bind(replace(CALLER, session_id=None)):
        await CBC.call(outside.ports)

    assert re.fullmatch(UUID, outside.server.only_request.headers["x-conversation-id"])


async def test_without_a_bearer_auth_is_not_asked(outside: Outside) -> None:
    """Spec: upstreams 19.1"""
    with bind(replace(CALLER, authorization=None)):
        refused = await outside.ports.auth.authorise((), ())

    assert (getattr(refused, "message", None), outside.server.received) == ("Bearer token not supplied", [])


async def test_a_job_shows_the_services_own_credential(outside: Outside) -> None:
    outside.server.will(Reply(204))

    with bind(RequestContext.for_job("service-token")):
        await outside.ports.enrolment_store_proxy.delegated_groups(VAT_KEY)

    headers = outside.server.only_request.headers
    assert headers["authorization"] == "Bearer service-token"
    assert "x-session-id" not in headers


async def test_all_forwarded_headers(outside: Outside) -> None:
    """Spec: upstreams 2.2"""
    outside.server.will(Reply(204))
    caller = replace(
        CALLER,
        forwarded_for="10.0.0.1",
        true_client_ip="192.0.2.7",
        true_client_port="4711",
        ga_token="ga",
        ga_user_cookie_id="cookie",
        device_id="device",
        akamai_reputation="ID=1",
        request_chain="abcd",
        client_id="application",
        allowlisted=(("x-client-id", "application"),),
    )

    with bind(caller):
        await outside.ports.enrolment_store_proxy.delegated_groups(VAT_KEY)

    headers = outside.server.only_request.headers
    assert {name: headers[name] for name in sorted(headers) if name not in TRANSPORT | {"x-request-chain"}} == {
        **SESSION,
        "akamai-reputation": "ID=1",
        "deviceid": "device",
        "ga-token": "ga",
        "ga-user-cookie-id": "cookie",
        "http-clientv2-version": "15.8.0",
        "true-client-ip": "192.0.2.7",
        "true-client-port": "4711",
        "x-client-id": "application",
        "x-forwarded-for": "192.0.2.7, 10.0.0.1",
    }
    assert re.fullmatch(r"abcd-[0-9a-f]{1,4}", headers["x-request-chain"])


@pytest.mark.parametrize(
    ("forwarded_for", "true_client_ip", "sent"),
    [
        (None, None, None),
        ("10.0.0.1", None, "10.0.0.1"),
        (None, "192.0.2.7", "192.0.2.7"),
        ("192.0.2.7, 10.0.0.1", "192.0.2.7", "192.0.2.7, 10.0.0.1"),
    ],
)
async def test_forwarded_for(
    outside: Outside, forwarded_for: str | None, true_client_ip: str | None, sent: str | None
) -> None:
    outside.server.will(Reply(204))

    with bind(replace(CALLER, forwarded_for=forwarded_for, true_client_ip=true_client_ip)):
        await outside.ports.enrolment_store_proxy.delegated_groups(VAT_KEY)

    assert outside.server.only_request.headers.get("x-forwarded-for") == sent


async def test_internal_auth_token_is_registered_when_unknown(outside: Outside) -> None:
    """Spec: upstreams 17"""
    outside.server.will(Reply(404), Reply(201))

    await outside.ports.internal_auth.ensure_token()

    request = outside.server.received[1]
    assert (request.method, request.target) == ("POST", "/test-only/token")
    assert request.json == {
        "token": "internal-token",
        "principal": "agent-client-relationships",
        "permissions": [
            {
                "resourceType": "agent-assurance",
                "resourceLocation": "agent-record-with-checks/arn",
                "actions": ["WRITE"],
            },
            {
                "resourceType": "agent-services-account",
                "resourceLocation": "agent-record-with-checks/arn",
                "actions": ["WRITE"],
            },
        ],
    }
    assert set(request.headers) == TRANSPORT | {"http-clientv2-version"}


async def test_internal_auth_token_that_cannot_be_registered_is_a_failure(outside: Outside) -> None:
    outside.server.will(Reply(404), Reply(400))

    with pytest.raises(UpstreamFailed):
        await outside.ports.internal_auth.ensure_token()


def assert_headers(operation: Operation, request: Received, wanted: Mapping[str, str]) -> None:
    allowed = TRANSPORT | OURS | set(wanted) | set(operation.made_up)
    assert {name: request.headers.get(name) for name in wanted} == dict(wanted)
    assert set(request.headers) <= allowed
    assert request.headers["user-agent"] == "agent-client-relationships"
    assert request.headers["http-clientv2-version"] == "15.8.0"
    for name, pattern in operation.made_up.items():
        assert re.fullmatch(pattern, request.headers[name])


def assert_body(operation: Operation, request: Received) -> None:
    if operation is CBC:
        return
    if operation.body is None:
        assert (request.body, request.headers.get("content-type")) == (b"", None)
    else:
        assert (request.json, request.headers["content-type"]) == (operation.body, "application/json")
