"""Giving an agent authority. Spec: relationships 4; design, How sagas work here."""

import asyncio

import pytest

from agent_services.identifiers import Arn
from agent_services.relationships import (
    Busy,
    Created,
    EndAuthority,
    EndedBy,
    NoAdminUser,
    NothingOpen,
    OriginRefused,
    Undone,
    UnknownAgent,
)
from agent_services.relationships.intents import Step
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.names import Upstream
from agent_services.upstreams.users_groups_search import GroupUser
from tests.relationships.house import HandClock, House, income_tax_key, opened_house, vat_key
from tests.relationships.upstream_world import Crash, World, failed

FIRST, SECOND = "AARN0000001", "AARN0000002"
NINO = "AA000003D"


async def test_a_first_run_makes_the_calls_of_the_spec_in_their_order(house: House) -> None:
    """relationships 4.1; upstreams 18, Create"""
    agent = house.world.new_agent(FIRST)

    outcome = await house.room.creation.create(house.wanted(agent, vat_key()))

    assert outcome == Created()
    assert house.world.calls == [
        "principal_group",
        "users_of_group",
        "group",
        "create_relationship",
        "delegated_groups",
        "allocate_delegated",
    ]
    assert house.world.agents_in_store(vat_key()) == [FIRST]
    assert house.world.agents_in_etmp(vat_key()) == [FIRST]
    assert await house.open_creations() == 0


async def test_a_creation_is_audited_with_all_its_fields(house: House) -> None:
    """relationships 13.1"""
    agent = house.world.new_agent(FIRST)
    await house.requests.add("CZ12345678901")

    await house.room.creation.create(house.wanted(agent, vat_key(), origin="CZ12345678901"))

    assert await house.audited("CreateRelationship") == [
        {
            "agentCode": f"code-group-of-{FIRST}",
            "credId": f"admin-of-{FIRST}",
            "agentReferenceNumber": FIRST,
            "service": "HMRC-MTD-VAT",
            "clientId": "101747696",
            "clientIdType": "vrn",
            "etmpRelationshipCreated": "true",
            "enrolmentDelegated": "true",
            "howRelationshipCreated": "ClientAcceptedInvitation",
            "invitationId": "CZ12345678901",
        }
    ]


async def test_a_new_main_agent_replaces_the_previous_one(house: House) -> None:
    """relationships 4.2"""
    previous, agent = house.world.new_agent(FIRST), house.world.new_agent(SECOND)
    house.world.relate(previous, vat_key())

    await house.room.creation.create(house.wanted(agent, vat_key()))

    assert house.world.agents_in_store(vat_key()) == [SECOND]
    assert house.world.agents_in_etmp(vat_key()) == [SECOND]
    assert await house.records("delete-record") == []
    assert await house.audited("TerminateRelationship") == [
        {
            "agentReferenceNumber": FIRST,
            "service": "HMRC-MTD-VAT",
            "clientId": "101747696",
            "clientIdType": "VRN",
            "etmpRelationshipRemoved": "true",
            "enrolmentDeallocated": "true",
            "howRelationshipTerminated": "AgentReplacement",
        }
    ]


async def test_a_previous_agent_that_cannot_be_removed_is_removed_later(house: House) -> None:
    """relationships 4.2 step 2"""
    previous, agent = house.world.new_agent(FIRST), house.world.new_agent(SECOND)
    house.world.relate(previous, vat_key())
    house.world.trouble("deallocate", failed("deallocate"))

    outcome = await house.room.creation.create(house.wanted(agent, vat_key()))
    records = await house.records("delete-record")
    await house.recover()

    assert outcome == Created()
    assert [(record["arn"], record["syncToETMPStatus"], "syncToESStatus" in record) for record in records] == [
        (FIRST, "Success", False)
    ]
    assert house.world.agents_in_store(vat_key()) == [SECOND]
    assert await house.records("delete-record") == []


async def test_supporting_agents_replace_nobody(house: House) -> None:
    """relationships 4.2"""
    key = income_tax_key(service="HMRC-MTD-IT-SUPP")
    previous, agent = house.world.new_agent(FIRST), house.world.new_agent(SECOND)
    house.world.relate(previous, key)

    await house.room.creation.create(house.wanted(agent, key, nino=NINO, client_id_type="MTDITID"))

    assert house.world.agents_in_store(key) == [FIRST, SECOND]
    assert house.world.agents_in_etmp(key) == [FIRST, SECOND]


async def test_becoming_main_agent_ends_the_supporting_role_of_the_same_agent(house: House) -> None:
    """relationships 4.6"""
    agent, supporting = house.world.new_agent(FIRST), income_tax_key(service="HMRC-MTD-IT-SUPP")
    house.world.relate(agent, supporting)

    await house.room.creation.create(house.wanted(agent, income_tax_key(), nino=NINO, client_id_type="MTDITID"))

    assert house.world.agents_in_store(supporting) == []
    assert house.world.agents_in_etmp(supporting) == []
    assert house.world.agents_in_store(income_tax_key()) == [FIRST]
    assert [event["howRelationshipTerminated"] for event in await house.audited("TerminateRelationship")] == [
        "AgentRoleChanged"
    ]
    assert set(await house.requests.ended()) == {(FIRST, "HMRC-MTD-IT-SUPP", "AA000003", "Client")}


async def test_a_client_who_has_not_signed_up_gives_a_partial_authorisation(house: House) -> None:
    """relationships 4.3"""
    previous, agent = house.world.new_agent(FIRST), house.world.new_agent(SECOND)
    key = EnrolmentKey.of("HMRC-MTD-IT", "NINO", "AA000003")
    await house.room.creation.create(house.wanted(previous, key, client_id_type="ni"))

    outcome = await house.room.creation.create(house.wanted(agent, key, nino=NINO, client_id_type="ni"))

    assert outcome == Created(partial=True)
    held = await house.records("partial-auth")
    assert [(one["arn"], one["active"], one["nino"]) for one in held] == [
        (FIRST, False, "AA000003"),
        (SECOND, True, "AA000003"),
    ]
    assert [
        one["howPartialAuthorisationTerminated"] for one in await house.audited("TerminatePartialAuthorisation")
    ] == ["AgentReplacement"]
    assert [one["clientIdType"] for one in await house.audited("CreatePartialAuthorisation")] == ["ni", "ni"]
    assert house.world.calls == []


async def test_an_income_record_is_kept_by_agent_fi_alone(house: House) -> None:
    """relationships 4.3"""
    agent = house.world.new_agent(FIRST)
    key = EnrolmentKey.of("PERSONAL-INCOME-RECORD", "NINO", "AA000003")

    await house.room.creation.create(house.wanted(agent, key, client_id_type="ni"))

    assert house.world.calls == ["income_record_created"]
    assert house.world.income_records == {"AA000003": FIRST}
    assert [event.get("credId") for event in await house.audited("CreateRelationship")] == [None]


async def test_an_unknown_agent_gets_nothing(house: House) -> None:
    with pytest.raises(UnknownAgent):
        await house.room.creation.create(house.wanted(Arn.as_given("NOBODY"), vat_key()))

    assert await house.open_creations() == 0
    assert house.world.agents_in_etmp(vat_key()) == []


async def test_an_agency_without_an_admin_user_gets_nothing(house: House) -> None:
    """relationships 3.4"""
    agent = house.world.new_agent(FIRST)
    house.world.users_of[house.world.group_of[FIRST]] = [GroupUser("one", "Assistant")]

    with pytest.raises(NoAdminUser):
        await house.room.creation.create(house.wanted(agent, vat_key()))

    assert await house.open_creations() == 0


async def test_a_refusal_before_any_effect_leaves_nothing_open(house: House) -> None:
    """design, sagas 4"""
    agent = house.world.new_agent(FIRST)
    await house.requests.add("C1")
    house.world.trouble("create_relationship", failed("create_relationship"))

    with pytest.raises(UpstreamFailed):
        await house.room.creation.create(house.wanted(agent, vat_key(), origin="C1"))

    assert await house.open_creations() == 0
    assert await house.requests.status("C1") == "Pending"
    assert await house.audited("CreateRelationship") == []


async def test_a_time_out_counts_as_an_effect_and_is_looked_into(house: House) -> None:
    """design, sagas 4"""
    agent = house.world.new_agent(FIRST)
    await house.requests.add("C1")
    slow = UpstreamFailed.timed_out(Upstream.HIP, "create")
    house.world.trouble("create_relationship", slow, after_effect=True)

    with pytest.raises(UpstreamFailed):
        await house.room.creation.create(house.wanted(agent, vat_key(), origin="C1"))
    was_open = await house.open_creations()
    await house.recover()

    assert was_open == 1
    assert house.world.calls.count("create_relationship") == 1
    assert house.world.agents_in_store(vat_key()) == [FIRST]
    assert await house.requests.status("C1") == "Accepted"
    assert len(await house.audited("CreateRelationship")) == 1


async def test_a_failure_half_way_is_finished_by_the_next_request(house: House) -> None:
    """design, sagas 6"""
    agent = house.world.new_agent(FIRST)
    await house.requests.add("C1")
    house.world.trouble("allocate_delegated", failed("allocate_delegated"))

    with pytest.raises(UpstreamFailed):
        await house.room.creation.create(house.wanted(agent, vat_key(), origin="C1"))
    outcome = await house.room.creation.create(house.wanted(agent, vat_key(), origin="C1"))

    assert outcome == Created()
    assert house.world.calls.count("create_relationship") == 1
    assert await house.requests.status("C1") == "Accepted"
    assert len(await house.audited("CreateRelationship")) == 1
    assert await house.open_creations() == 0


async def test_a_request_that_may_no_longer_be_answered_refuses(house: House) -> None:
    agent = house.world.new_agent(FIRST)

    outcome = await house.room.creation.create(house.wanted(agent, vat_key(), origin="unknown"))

    assert outcome == OriginRefused()
    assert house.world.calls == []


CALL_OF = {
    Step.OTHER_ROLE: "deallocate",
    Step.ETMP: "create_relationship",
    Step.DELEGATION: "allocate_delegated",
    Step.INCOME_RECORD: "income_record_created",
}


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("after_effect", [False, True], ids=["before_effect", "before_mark"])
async def test_a_creation_is_finished_after_a_crash(
    empty_database_url: str, world: World, hand_clock: HandClock, step: Step, after_effect: bool
) -> None:
    """design, sagas 5"""
    key = _key_with_step(step)
    agent = world.new_agent(FIRST)
    world.relate(agent, income_tax_key(service="HMRC-MTD-IT-SUPP"))
    world.trouble(CALL_OF[step], Crash(), after_effect=after_effect)
    async with opened_house(empty_database_url, world, hand_clock) as house:
        await house.requests.add("A1")
        with pytest.raises(BaseException, match=r".*"):
            await house.room.creation.create(house.wanted(agent, key, origin="A1", nino=NINO, client_id_type="MTDITID"))

    async with opened_house(empty_database_url, world, hand_clock) as house:
        await house.recover()

        assert _agents(world, key) == [FIRST]
        assert world.agents_in_store(income_tax_key(service="HMRC-MTD-IT-SUPP")) == _left_supporting(step)
        assert await house.requests.status("A1") == "Accepted"
        assert len(await house.audited("CreateRelationship")) == 1
        assert await house.open_creations() == 0
        assert await house.records("delete-record") == []


@pytest.mark.parametrize("call", ["delegation", "users_of_group", "delegated_groups"])
async def test_a_crash_between_steps_is_finished_too(
    empty_database_url: str, world: World, hand_clock: HandClock, call: str
) -> None:
    """The crash comes after the mark of the step before."""
    agent = world.new_agent(FIRST)
    world.trouble(call, Crash())
    async with opened_house(empty_database_url, world, hand_clock) as house:
        await house.requests.add("A1")
        with pytest.raises(Crash):
            await house.room.creation.create(
                house.wanted(agent, income_tax_key(), origin="A1", nino=NINO, client_id_type="MTDITID")
            )

    async with opened_house(empty_database_url, world, hand_clock) as house:
        await house.recover()

        assert world.agents_in_store(income_tax_key()) == [FIRST]
        assert world.agents_in_etmp(income_tax_key()) == [FIRST]
        assert await house.requests.status("A1") == "Accepted"


@pytest.mark.parametrize("call", ["create_relationship", "allocate_delegated", "agent_of_group", "deallocate"])
@pytest.mark.parametrize("after_effect", [False, True])
async def test_an_open_creation_is_undone_completely(house: House, call: str, after_effect: bool) -> None:
    """design, sagas 6: who acted before acts again"""
    previous, agent = house.world.new_agent(FIRST), house.world.new_agent(SECOND)
    house.world.relate(previous, vat_key())
    await house.requests.add("C1")
    house.world.trouble(call, Crash(), after_effect=after_effect)
    with pytest.raises(BaseException, match=r".*"):
        await house.room.creation.create(house.wanted(agent, vat_key(), origin="C1"))

    outcome = await house.room.creation.undo_creation(
        "C1", and_then=lambda work: house.requests.set_status(work, "C1", "Rejected")
    )
    await house.recover()

    assert outcome == Undone()
    assert house.world.agents_in_store(vat_key()) == [FIRST]
    assert house.world.agents_in_etmp(vat_key()) == [FIRST]
    assert await house.requests.status("C1") == "Rejected"
    assert await house.open_creations() == 0
    assert await house.records("delete-record") == []


async def test_undoing_gives_the_other_role_back(house: House) -> None:
    """design, sagas 6"""
    agent, supporting = house.world.new_agent(FIRST), income_tax_key(service="HMRC-MTD-IT-SUPP")
    house.world.relate(agent, supporting)
    await house.requests.add("A1")
    house.world.trouble("allocate_delegated", failed("allocate_delegated"))
    with pytest.raises(UpstreamFailed):
        await house.room.creation.create(
            house.wanted(agent, income_tax_key(), origin="A1", nino=NINO, client_id_type="MTDITID")
        )

    outcome = await house.room.creation.undo_creation(
        "A1", and_then=lambda work: house.requests.set_status(work, "A1", "Cancelled")
    )

    assert outcome == Undone()
    assert house.world.agents_in_store(supporting) == house.world.agents_in_etmp(supporting) == [FIRST]
    assert house.world.agents_in_store(income_tax_key()) == house.world.agents_in_etmp(income_tax_key()) == []


async def test_a_role_change_that_fails_is_finished_with_the_rest(house: House) -> None:
    """design, sagas 4"""
    agent, supporting = house.world.new_agent(FIRST), income_tax_key(service="HMRC-MTD-IT-SUPP")
    house.world.relate(agent, supporting)
    await house.requests.add("A1")
    house.world.trouble("deallocate", failed("deallocate"))
    with pytest.raises(UpstreamFailed):
        await house.room.creation.create(
            house.wanted(agent, income_tax_key(), origin="A1", nino=NINO, client_id_type="MTDITID")
        )

    await house.recover()

    assert house.world.agents_in_store(supporting) == house.world.agents_in_etmp(supporting) == []
    assert house.world.agents_in_store(income_tax_key()) == [FIRST]
    assert await house.requests.status("A1") == "Accepted"


async def test_a_failed_undoing_is_gone_on_with(house: House) -> None:
    agent = house.world.new_agent(FIRST)
    await house.requests.add("C1")
    house.world.trouble("allocate_delegated", failed("allocate_delegated"))
    with pytest.raises(UpstreamFailed):
        await house.room.creation.create(house.wanted(agent, vat_key(), origin="C1"))
    house.world.trouble("remove_relationship", failed("remove_relationship"))

    with pytest.raises(UpstreamFailed):
        await house.room.creation.undo_creation(
            "C1", and_then=lambda work: house.requests.set_status(work, "C1", "Rejected")
        )
    await house.recover()

    assert house.world.agents_in_etmp(vat_key()) == []
    assert await house.requests.status("C1") == "Pending"
    assert await house.open_creations() == 0


async def test_nothing_open_cannot_be_undone(house: House) -> None:
    outcome = await house.room.creation.undo_creation(
        "C1", and_then=lambda work: house.requests.set_status(work, "C1", "Rejected")
    )

    assert outcome == NothingOpen()


async def test_fifty_creations_at_once_from_two_processes_give_one_relationship(
    empty_database_url: str, world: World, hand_clock: HandClock
) -> None:
    agent = world.new_agent(FIRST)
    async with (
        opened_house(empty_database_url, world, hand_clock) as one,
        opened_house(empty_database_url, world, hand_clock) as other,
    ):
        await one.requests.add("C1")

        outcomes = await asyncio.gather(
            *(house.room.creation.create(house.wanted(agent, vat_key(), origin="C1")) for house in [one, other] * 25)
        )

        assert outcomes.count(Created()) == 1
        assert set(outcomes) <= {Created(), Busy(), OriginRefused()}
        assert world.delegated[str(vat_key())] == [world.group_of[FIRST]]
        assert len(await one.audited("CreateRelationship")) == 1


async def test_of_two_new_main_agents_the_same_one_stays_in_both_systems(house: House) -> None:
    agents = [house.world.new_agent(arn) for arn in (FIRST, SECOND)]

    await asyncio.gather(*(house.room.creation.create(house.wanted(agent, vat_key())) for agent in agents))

    assert house.world.agents_in_store(vat_key()) == house.world.agents_in_etmp(vat_key())
    assert len(house.world.agents_in_store(vat_key())) == 1


async def test_a_pending_removal_of_the_same_pair_does_not_tear_the_new_relationship_down(house: House) -> None:
    """README, settled: finished or dropped first, under the lock"""
    agent = house.world.new_agent(FIRST)
    house.world.relate(agent, vat_key())
    house.world.trouble("remove_relationship", failed("remove_relationship"))
    with pytest.raises(UpstreamFailed):
        await house.room.removal.end(_ending(agent))

    await house.room.creation.create(house.wanted(agent, vat_key()))
    await house.recover()

    assert await house.records("delete-record") == []
    assert house.world.agents_in_store(vat_key()) == [FIRST]
    assert house.world.agents_in_etmp(vat_key()) == [FIRST]


def _ending(agent: Arn) -> EndAuthority:
    return EndAuthority(agent, vat_key(), None, EndedBy.CLIENT)


def _key_with_step(step: Step) -> EnrolmentKey:
    if step is Step.INCOME_RECORD:
        return EnrolmentKey.of("PERSONAL-INCOME-RECORD", "NINO", "AA000003")
    return income_tax_key()


def _left_supporting(step: Step) -> list[str]:
    return [FIRST] if step is Step.INCOME_RECORD else []


def _agents(world: World, key: EnrolmentKey) -> list[str]:
    if key.service.is_kept_by_agent_fi:
        return list(world.income_records.values())
    assert world.agents_in_store(key) == world.agents_in_etmp(key)
    return world.agents_in_store(key)
