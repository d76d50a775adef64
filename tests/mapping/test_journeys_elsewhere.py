"""Journeys of a subscription service elsewhere, over HTTP. Spec: mapping 5.9; upstreams 21.3."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.upstreams.scripted import Reply, ScriptedUpstream, json_reply

from agent_services.platform.http.context import RequestContext, bind
from agent_services.upstreams.agent_subscription import LegacyEnrolment, SubscriptionJourney, UserMapping
from agent_services.upstreams.agent_subscription.http import AgentSubscriptionOverHttp
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.http_client import UpstreamHttp
from agent_services.upstreams.names import Upstream
from agent_services.upstreams.settings import address_variable, read_upstream_settings

USER_MAPPING = {
    "authProviderId": "cred-old",
    "agentCode": "QWERTY",
    "legacyEnrolments": [{"enrolmentType": "IR-SA-AGENT", "identifierValue": "A1111A"}],
    "count": 3,
    "ggTag": "6666",
}


@pytest.fixture
async def server() -> AsyncIterator[ScriptedUpstream]:
    scripted = ScriptedUpstream()
    await scripted.start()
    yield scripted
    await scripted.stop()


@pytest.fixture
async def journeys(server: ScriptedUpstream) -> AsyncIterator[AgentSubscriptionOverHttp]:
    settings = read_upstream_settings(
        {address_variable(Upstream.AGENT_SUBSCRIPTION): server.base_url},
        is_production=False,
        internal_host_patterns=(r"^localhost$",),
    )
    http = UpstreamHttp(settings)
    with bind(RequestContext(request_id="request-1", authorization="Bearer caller-token")):
        yield AgentSubscriptionOverHttp(http.to(Upstream.AGENT_SUBSCRIPTION, calling_as="agent-mapping"))
    await http.close()


async def test_journey_is_asked_for_with_the_callers_own_session(
    server: ScriptedUpstream, journeys: AgentSubscriptionOverHttp
) -> None:
    server.will(json_reply(200, {"authProviderId": "cred/1", "userMappings": [USER_MAPPING], "mappingComplete": True}))

    journey = await journeys.journey_of("cred/1")

    enrolment = LegacyEnrolment("IR-SA-AGENT", "A1111A")
    assert journey == SubscriptionJourney((UserMapping("cred-old", "QWERTY", (enrolment,), 3, "6666"),))
    request = server.only_request
    assert (request.method, request.target) == ("GET", "/agent-subscription/subscription/journey/id/cred%2F1")
    assert request.headers["authorization"] == "Bearer caller-token"
    assert request.headers["user-agent"] == "agent-mapping"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(204), None),
        (json_reply(200, {"authProviderId": "cred"}), SubscriptionJourney(())),
        (json_reply(200, {"authProviderId": "cred", "userMappings": []}), SubscriptionJourney(())),
    ],
)
async def test_no_journey_and_journey_without_mappings(
    server: ScriptedUpstream, journeys: AgentSubscriptionOverHttp, reply: Reply, expected: SubscriptionJourney | None
) -> None:
    server.will(reply)

    assert await journeys.journey_of("cred") == expected


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Reply(404), 404),
        (Reply(503), 503),
        (json_reply(200, {"userMappings": [{**USER_MAPPING, "count": "3"}]}), None),
        (json_reply(200, {"userMappings": [{}]}), None),
        (json_reply(200, []), None),
    ],
)
async def test_every_failure_surfaces_as_500(
    server: ScriptedUpstream, journeys: AgentSubscriptionOverHttp, answer: Any, status: int | None
) -> None:
    server.will(answer)

    with pytest.raises(UpstreamFailed) as failure:
        await journeys.journey_of("cred")

    assert (failure.value.surfaces_as, failure.value.status) == (500, status)
