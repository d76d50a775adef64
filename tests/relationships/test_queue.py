"""What nobody asks for: the queue finishes what a failure or a crash left open. Spec: design, sagas 4, 5."""

import asyncio
from datetime import timedelta

import pytest

from agent_services.relationships import EndAuthority, EndedBy
from agent_services.relationships.follow_up import CRASH_LOOK, FIRST_PAUSE, pause_after
from agent_services.upstreams.errors import UpstreamFailed
from tests.relationships.house import HandClock, House, opened_house, vat_key
from tests.relationships.upstream_world import Crash, World, failed

ARN = "AARN0000001"


@pytest.fixture(autouse=True)
async def empty_queue(house: House) -> None:
    await house.database.pool.execute("TRUNCATE jobs.pgqueuer, jobs.pgqueuer_log, jobs.pgqueuer_schedules")


async def test_a_crashed_creation_is_finished_by_the_queue(house: House) -> None:
    agent = house.world.new_agent(ARN)
    await house.requests.add("C1")
    house.world.trouble("allocate_delegated", Crash())
    with pytest.raises(Crash):
        await house.room.creation.create(house.wanted(agent, vat_key(), origin="C1"))

    await _work_through_the_queue(house)

    assert house.world.agents_in_store(vat_key()) == [ARN]
    assert await house.requests.status("C1") == "Accepted"
    assert house.world.refreshed == [ARN]


async def test_a_failed_removal_is_finished_by_the_queue(house: House) -> None:
    agent = house.world.new_agent(ARN)
    house.world.relate(agent, vat_key())
    house.world.trouble("remove_relationship", failed("remove_relationship"))
    with pytest.raises(UpstreamFailed):
        await house.room.removal.end(EndAuthority(agent, vat_key(), None, EndedBy.CLIENT))

    await _work_through_the_queue(house)

    assert house.world.agents_in_etmp(vat_key()) == []
    assert await house.records("delete-record") == []


async def test_nothing_is_tried_again_sooner_than_half_a_minute(house: House) -> None:
    agent = house.world.new_agent(ARN)
    house.world.trouble("allocate_delegated", failed("allocate_delegated"))

    with pytest.raises(UpstreamFailed):
        await house.room.creation.create(house.wanted(agent, vat_key()))

    soonest = await house.database.pool.fetchval("SELECT min(execute_after - created) FROM jobs.pgqueuer")
    assert soonest >= FIRST_PAUSE
    assert timedelta(seconds=60) > CRASH_LOOK


async def test_switched_off_nothing_is_ordered(empty_database_url: str, world: World, hand_clock: HandClock) -> None:
    """relationships 5.6"""
    agent = world.new_agent(ARN)
    world.trouble("allocate_delegated", failed("allocate_delegated"))
    async with opened_house(empty_database_url, world, hand_clock, recovers=False) as house:
        with pytest.raises(UpstreamFailed):
            await house.room.creation.create(house.wanted(agent, vat_key()))

        assert await house.database.pool.fetchval("SELECT count(*) FROM jobs.pgqueuer") == 0
        assert await house.recover() == 1
        assert world.agents_in_store(vat_key()) == [ARN]


def test_pauses_grow_to_an_hour() -> None:
    assert [pause_after(tries).total_seconds() for tries in (1, 2, 3, 8, 100)] == [30, 60, 120, 3600, 3600]


async def _work_through_the_queue(house: House) -> None:
    """As if half a minute had passed: the queue's times are real time."""
    await house.database.pool.execute("UPDATE jobs.pgqueuer SET execute_after = created")
    house.jobs.start()
    async with asyncio.timeout(20):
        while await house.database.pool.fetchval("SELECT EXISTS (SELECT FROM jobs.pgqueuer)"):
            await asyncio.sleep(0.05)
    await house.jobs.stop(grace=timedelta(seconds=1))
