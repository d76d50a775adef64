"""Mapping what the agent's own group holds. Spec: mapping 5.7."""

from tests.mapping.people import legacy_agent, stored, subscribed_agent
from tests.mapping.running import Running

from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.names import Upstream

ARN = "XARN1000001"
PATH = f"/mappings/auto-map/arn/{ARN}"


async def test_activated_legacy_enrolments_of_the_group_are_mapped_with_every_identifier(platform: Running) -> None:
    platform.enrolments.of_groups["group-1"] = (
        stored("IR-SA-AGENT", "A1111A", "A1111B", state="aCTIVATED"),
        stored("HMRC-CHAR-AGENT"),
        stored("IR-CT-AGENT", "A1111C", state="NotYetActivated"),
        stored("HMRC-AS-AGENT", ARN),
        stored("AgentCode", "QWERTY"),
    )

    reply = await platform.signed_in(subscribed_agent(ARN)).put(PATH)

    assert (reply.status, reply.text) == (201, "")
    records = await platform.records("mapping")
    assert [(record["service"], record["identifier"], record["automapped"]) for record in records] == [
        ("IR-SA-AGENT", "A1111A", True),
        ("IR-SA-AGENT", "A1111B", True),
        ("AgentCode", "QWERTY", True),
    ]


async def test_only_new_ones_are_audited(platform: Running) -> None:
    platform.enrolments.of_groups["group-1"] = (stored("IR-SA-AGENT", "A1111A"),)
    agent = platform.signed_in(subscribed_agent(ARN, credential_id="amelia"))
    first = await agent.put(PATH)
    await platform.audited()
    platform.enrolments.of_groups["group-1"] += (stored("IR-CT-AGENT", "A1111A"),)

    replies = [await agent.put(PATH), await agent.put(PATH)]

    assert [first.status, *(reply.status for reply in replies)] == [201, 201, 409]
    assert [event["detail"] for event in await platform.audited()] == [
        {
            "authProviderId": "amelia",
            "identifierType": "IR-CT-AGENT",
            "identifier": "A1111A",
            "agentReferenceNumber": ARN,
            "duplicate": "false",
            "automapped": "true",
        }
    ]


async def test_nothing_to_map(platform: Running) -> None:
    reply = await platform.signed_in(subscribed_agent(ARN)).put(PATH)

    assert (reply.status, reply.text) == (204, "")
    assert platform.enrolments.groups_asked == ["group-1"]


async def test_failure_of_the_enrolment_store_passes_on_with_its_status(platform: Running) -> None:
    platform.enrolments.failure = UpstreamFailed.answered_raw(Upstream.ENROLMENT_STORE_PROXY, "ES3", 418)
    agent = platform.signed_in(subscribed_agent(ARN))
    agent.headers["X-Request-ID"] = "request-7"

    reply = await agent.put(PATH)

    assert (reply.status, reply.json) == (
        418,
        {"statusCode": 418, "message": "Upstream failure, correlation id request-7"},
    )


async def test_legacy_agent_is_refused_before_anybody_is_asked(platform: Running) -> None:
    reply = await platform.signed_in(legacy_agent()).put(PATH)

    assert (reply.status, reply.text) == (403, "")
    assert platform.enrolments.groups_asked == []
