"""Codes that wait for their agent to subscribe. Spec: mapping 5.3 to 5.5, 6, 10."""

from datetime import timedelta

from tests.mapping.hand_clock import FIRST_DAY
from tests.mapping.people import enrolled, legacy_agent, subscribed_agent
from tests.mapping.running import Caller, Running

ARN, UTR, OTHER_UTR = "XARN1000001", "1100000101", "2100000606"
BEFORE, AFTER = f"/mappings/pre-subscription/utr/{UTR}", f"/mappings/post-subscription/utr/{UTR}"


def with_references(platform: Running, *references: str) -> Caller:
    return platform.signed_in(legacy_agent(*(enrolled("IR-SA-AGENT", reference) for reference in references)))


async def test_waiting_codes_show_nowhere_and_are_not_audited(platform: Running) -> None:
    caller = with_references(platform, "A1111A")

    reply = await caller.put(BEFORE)

    assert (reply.status, reply.text) == (201, "")
    assert await platform.audited() == []
    assert await platform.records("mapping") == [
        {
            "service": "IR-SA-AGENT",
            "identifier": "A1111A",
            "utr": UTR,
            "preCreatedDate": "2026-06-01T09:00:00.000Z",
            "created": "2026-06-01T09:00:00.000Z",
        }
    ]


async def test_waiting_twice_is_a_conflict_and_prolongs_nothing(platform: Running) -> None:
    caller = with_references(platform, "A1111A")
    await caller.put(BEFORE)
    platform.clock.advance(timedelta(hours=23))

    again = await caller.put(BEFORE)
    platform.clock.advance(timedelta(hours=1))

    assert (again.status, again.text) == (409, "")
    assert await platform.records("mapping") == []


async def test_a_code_waits_beside_a_mapping_of_the_same_code(platform: Running) -> None:
    caller = with_references(platform, "A1111A")

    replies = [await caller.put(f"/mappings/arn/{ARN}"), await caller.put(BEFORE)]

    assert [reply.status for reply in replies] == [201, 201]
    assert len(await platform.records("mapping")) == 2


async def test_subscribing_moves_everything_of_the_utr_and_nothing_else(platform: Running) -> None:
    await with_references(platform, "A1111A", "A1111B").put(BEFORE)
    await with_references(platform, "A1111C").put(BEFORE)
    await with_references(platform, "A1111D").put(f"/mappings/pre-subscription/utr/{OTHER_UTR}")
    platform.clock.advance(timedelta(hours=23, minutes=59))

    reply = await platform.signed_in(subscribed_agent(ARN)).put(AFTER)
    platform.clock.advance(timedelta(days=400))

    assert (reply.status, reply.text) == (200, "")
    common = {"arn": ARN, "automapped": False, "service": "IR-SA-AGENT", "created": "2026-06-01T09:00:00.000Z"}
    assert await platform.records("mapping") == [
        {**common, "identifier": "A1111A"},
        {**common, "identifier": "A1111B"},
        {**common, "identifier": "A1111C"},
    ]
    assert await platform.audited() == []


async def test_what_the_agent_has_already_is_dropped(platform: Running) -> None:
    caller = with_references(platform, "A1111A", "A1111B")
    await with_references(platform, "A1111B").put(f"/mappings/arn/{ARN}")
    await caller.put(BEFORE)
    agent = platform.signed_in(subscribed_agent(ARN))

    replies = [await agent.put(AFTER), await agent.put(AFTER)]

    assert [reply.status for reply in replies] == [200, 200]
    records = await platform.records("mapping")
    assert sorted((record["identifier"], record.get("utr")) for record in records) == [
        ("A1111A", None),
        ("A1111B", None),
    ]


async def test_what_has_run_out_is_not_moved(platform: Running) -> None:
    await with_references(platform, "A1111A").put(BEFORE)
    platform.clock.advance(timedelta(hours=24))

    reply = await platform.signed_in(subscribed_agent(ARN)).put(AFTER)

    assert reply.status == 200
    assert await platform.records("mapping") == []


async def test_what_has_run_out_can_be_mapped_anew(platform: Running) -> None:
    caller = with_references(platform, "A1111A")
    await caller.put(BEFORE)
    platform.clock.advance(timedelta(hours=24))

    reply = await caller.put(BEFORE)

    assert reply.status == 201
    assert [record["preCreatedDate"] for record in await platform.records("mapping")] == ["2026-06-02T09:00:00.000Z"]


async def test_what_has_run_out_is_purged(platform: Running) -> None:
    await with_references(platform, "A1111A", "A1111B").put(BEFORE)
    await with_references(platform, "A1111C").put(f"/mappings/arn/{ARN}")
    platform.clock.advance(timedelta(hours=24))
    await with_references(platform, "A1111D").put(f"/mappings/pre-subscription/utr/{OTHER_UTR}")

    assert await platform.room.mappings.purge() == 2
    assert await platform.room.mappings.purge() == 0
    # Also when the clock goes back.
    platform.clock.instant = FIRST_DAY
    assert sorted(record["identifier"] for record in await platform.records("mapping")) == ["A1111C", "A1111D"]


async def test_an_arn_in_a_session_need_not_be_well_formed(platform: Running) -> None:
    await with_references(platform, "A1111A").put(BEFORE)

    reply = await platform.signed_in(subscribed_agent("ARN-OF-OLD")).put(AFTER)

    assert reply.status == 200
    assert [record["arn"] for record in await platform.records("mapping")] == ["ARN-OF-OLD"]


async def test_dropping_takes_everything_of_the_utr_and_nothing_else(platform: Running) -> None:
    await with_references(platform, "A1111A", "A1111B").put(BEFORE)
    await with_references(platform, "A1111C").put(f"/mappings/pre-subscription/utr/{OTHER_UTR}")
    await with_references(platform, "A1111D").put(f"/mappings/arn/{ARN}")
    caller = platform.signed_in(legacy_agent())

    replies = [await caller.delete(BEFORE), await caller.delete(BEFORE)]

    assert [(reply.status, reply.text) for reply in replies] == [(204, ""), (204, "")]
    assert [record["identifier"] for record in await platform.records("mapping")] == ["A1111C", "A1111D"]
