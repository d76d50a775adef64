"""Codes gathered in a subscription journey, and the details of mapped log-ins. Spec: mapping 5.9, 5.10."""

from datetime import timedelta
from typing import Any

import pytest
from tests.mapping.people import Person, legacy_agent
from tests.mapping.running import Caller, Running, running

from agent_services.platform.database import Database
from agent_services.upstreams.agent_subscription import LegacyEnrolment, SubscriptionJourney, UserMapping

ARN = "XARN1000001"
TASK_LIST, TASK_LIST_DETAILS = f"/mappings/task-list/arn/{ARN}", f"/mappings/task-list/details/arn/{ARN}"
DETAILS = f"/mappings/details/arn/{ARN}"
CREATED_ON = {"$date": {"$numberLong": "1780304400000"}}  # the clock's first day

USER_MAPPINGS = [
    {
        "authProviderId": "cred-old-1",
        "agentCode": "QWERTY",
        "legacyEnrolments": [
            {"enrolmentType": "IR-SA-AGENT", "identifierValue": "A1111A"},
            {"enrolmentType": "HMCE-VAT-AGNT", "identifierValue": "901000117"},
        ],
        "count": 3,
        "ggTag": "6666",
    },
    {"authProviderId": "cred-old-2", "legacyEnrolments": [], "count": 0, "ggTag": "7777"},
]


def journey(auth_provider_id: str = "cred-new", **more: Any) -> dict[str, Any]:
    return {
        "authProviderId": auth_provider_id,
        "businessDetails": {"businessType": "sole_trader", "utr": "2100000606", "postcode": "LS1 4AP"},
        "userMappings": USER_MAPPINGS,
        **more,
    }


@pytest.fixture
def caller(platform: Running) -> Caller:
    return platform.signed_in(legacy_agent(credential_id="cred-new"))


async def test_codes_of_the_journey_are_mapped(platform: Running, caller: Caller) -> None:
    await platform.put_records("subscription-journey", [journey()])

    first, second = await caller.put(TASK_LIST), await caller.put(TASK_LIST)

    assert [(reply.status, reply.text) for reply in (first, second)] == [(201, ""), (409, "")]
    records = await platform.records("mapping")
    assert [(record["service"], record["identifier"], record["automapped"]) for record in records] == [
        ("AgentCode", "QWERTY", False),
        ("IR-SA-AGENT", "A1111A", False),
        ("HMCE-VAT-AGNT", "901000117", False),
    ]
    details = [event["detail"] for event in await platform.audited()]
    assert [detail["duplicate"] for detail in details] == ["false"] * 3 + ["true"] * 3
    assert {detail["authProviderId"] for detail in details} == {"cred-new"}


@pytest.mark.parametrize("member", ["cleanCredsAuthProviderId", "userMappings"])
async def test_journey_is_found_by_every_log_in_that_belongs_to_it(platform: Running, member: str) -> None:
    await platform.put_records("subscription-journey", [journey("cred-other", cleanCredsAuthProviderId="cred-clean")])
    credential_id = {"cleanCredsAuthProviderId": "cred-clean", "userMappings": "cred-old-2"}[member]

    reply = await platform.signed_in(legacy_agent(credential_id=credential_id)).put(TASK_LIST)

    assert reply.status == 201


async def test_without_a_journey(caller: Caller) -> None:
    mapped, details = await caller.put(TASK_LIST), await caller.put(TASK_LIST_DETAILS)

    assert (mapped.status, mapped.text) == (204, "")
    assert (details.status, details.text) == (404, "no user mappings found for this auth provider id: cred-new")


@pytest.mark.parametrize("user_mappings", [[], None, [{**USER_MAPPINGS[1]}]])
async def test_journey_without_codes_is_a_conflict(
    platform: Running, caller: Caller, user_mappings: list[dict[str, Any]] | None
) -> None:
    await platform.put_records("subscription-journey", [journey(userMappings=user_mappings)])

    assert (await caller.put(TASK_LIST)).status == 409


async def test_journey_runs_out_after_thirty_days(platform: Running, caller: Caller) -> None:
    modified = {"$date": {"$numberLong": "1780304400000"}}
    await platform.put_records("subscription-journey", [journey(lastModifiedDate=modified)])
    platform.clock.advance(timedelta(days=29, hours=23))
    before = await caller.put(TASK_LIST)
    platform.clock.advance(timedelta(hours=1))

    after = await caller.put(TASK_LIST)

    assert (before.status, after.status) == (201, 204)
    assert await platform.room.own_journeys.purge() == 1


async def test_journey_comes_back_as_it_was_given_and_is_sealed(platform: Running) -> None:
    given = journey(
        continueId="continue-1", contactEmailData={"useBusinessEmail": False, "contactEmail": "a@b.example"}
    )
    await platform.put_records("subscription-journey", [given])

    assert await platform.records("subscription-journey") == [given]
    text = await platform.database.pool.fetchval(
        "SELECT string_agg(j::text, '') FROM agent_services.subscription_journey AS j"
    )
    assert "a@b.example" not in text
    assert "2100000606" not in text


async def test_unknown_legacy_service_in_a_journey_elsewhere_is_a_500(database: Database) -> None:
    class Elsewhere:
        async def journey_of(self, auth_provider_id: str) -> SubscriptionJourney | None:
            odd = UserMapping(auth_provider_id, None, (LegacyEnrolment("IR-ODD", "1"),), 0, "1234")
            return SubscriptionJourney((odd,))

    async with running(database, journeys=Elsewhere()) as platform:
        reply = await platform.signed_in(legacy_agent()).put(TASK_LIST)

        assert reply.status == 500


async def test_details_of_the_journey_make_the_record_once(platform: Running, caller: Caller) -> None:
    await platform.put_records("subscription-journey", [journey()])

    replies = [await caller.put(TASK_LIST_DETAILS), await caller.put(TASK_LIST_DETAILS)]

    assert [(reply.status, reply.text) for reply in replies] == [(201, ""), (201, "")]
    assert (await caller.get(DETAILS)).json == {
        "arn": ARN,
        "mappingDetails": [
            {"authProviderId": "cred-old-1", "ggTag": "6666", "count": 3, "createdOn": CREATED_ON},
            {"authProviderId": "cred-old-2", "ggTag": "7777", "count": 0, "createdOn": CREATED_ON},
        ],
    }


async def test_journey_without_user_mappings_makes_no_record(platform: Running, caller: Caller) -> None:
    await platform.put_records("subscription-journey", [journey(userMappings=[])])

    reply = await caller.put(TASK_LIST_DETAILS)

    assert (reply.status, reply.text) == (200, "No user mappings found")
    assert (await caller.get(DETAILS)).status == 404


async def test_details_are_made_then_added_to_and_never_changed(platform: Running) -> None:
    anybody = platform.signed_in(Person())
    first = {"authProviderId": "cred-1", "ggTag": "6666", "count": 10}
    second = {"authProviderId": "cred-2", "ggTag": "7777", "count": 20}

    replies = [
        await anybody.post(DETAILS, first),
        await anybody.post(DETAILS, second),
        await anybody.post(DETAILS, {**first, "count": 99}),
    ]

    assert [(reply.status, reply.text) for reply in replies] == [(201, ""), (200, ""), (409, "")]
    record = {"arn": ARN, "mappingDetails": [{**first, "createdOn": CREATED_ON}, {**second, "createdOn": CREATED_ON}]}
    assert (await anybody.get(DETAILS)).json == record
    assert await platform.records("mapping-details") == [record]
    assert await platform.audited() == []


async def test_no_details(platform: Running) -> None:
    reply = await platform.signed_in(Person()).get(DETAILS)

    assert (reply.status, reply.text) == (404, f"no record found for this arn: Arn({ARN})")
    assert reply.content_type == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({}, "/authProviderId"),
        ([], "/"),
        ({"authProviderId": "a", "ggTag": 6666, "count": 1}, "/ggTag"),
        ({"authProviderId": "a", "ggTag": "6666", "count": "1"}, "/count"),
        ({"authProviderId": "a", "ggTag": "6666", "count": 2**31}, "/count"),
        ({"authProviderId": "a\x00", "ggTag": "6666", "count": 1}, "/authProviderId"),
    ],
)
async def test_invalid_details(platform: Running, body: object, member: str) -> None:
    reply = await platform.signed_in(Person()).post(DETAILS, body)

    assert (reply.status, reply.text) == (
        400,
        f"Invalid MappingDetailsRequest payload: {member} is missing or not of the expected form",
    )
