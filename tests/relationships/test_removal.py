"""Ending an agent's authority, and what becomes of a removal that fails. Spec: relationships 5."""

from datetime import timedelta

import pytest

from agent_services.identifiers import Arn
from agent_services.relationships import Busy, EndAuthority, EndedBy, NothingToRemove, Removed
from agent_services.relationships.intents import RemovalStep
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.errors import UpstreamFailed
from tests.relationships.house import START, HandClock, House, opened_house, vat_key
from tests.relationships.upstream_world import Crash, World, failed

ARN = "AARN0000001"


async def test_a_removal_makes_the_calls_of_the_spec_in_their_order(house: House) -> None:
    """relationships 5.2; upstreams 18, Remove"""
    agent = _related(house)

    outcome = await house.room.removal.end(_ending(agent))

    assert outcome == Removed()
    assert house.world.calls == ["principal_group", "delegation", "deallocate", "remove_relationship"]
    assert house.world.agents_in_store(vat_key()) == house.world.agents_in_etmp(vat_key()) == []
    assert await house.records("delete-record") == []
    assert await house.requests.ended() == [(ARN, "HMRC-MTD-VAT", "101747696", "Agent")]
    assert await house.audited("TerminateRelationship") == [
        {
            "agentReferenceNumber": ARN,
            "service": "HMRC-MTD-VAT",
            "clientId": "101747696",
            "clientIdType": "VRN",
            "etmpRelationshipRemoved": "true",
            "enrolmentDeallocated": "true",
            "howRelationshipTerminated": "AgentLedTermination",
        }
    ]


async def test_what_neither_system_knew_is_not_found_and_its_requests_end_all_the_same(house: House) -> None:
    """relationships 5.2 step 3"""
    agent = house.world.new_agent(ARN)

    outcome = await house.room.removal.end(_ending(agent))

    assert outcome == NothingToRemove()
    assert await house.requests.ended() == [(ARN, "HMRC-MTD-VAT", "101747696", "Agent")]
    assert await house.audited("TerminateRelationship") == []


async def test_an_unknown_agent_does_not_keep_etmp_from_ending_it(house: House) -> None:
    """relationships 2.2"""
    house.world.etmp.add((ARN, str(vat_key())))

    outcome = await house.room.removal.end(_ending(Arn.as_given(ARN)))

    assert outcome == Removed()
    assert house.world.calls == ["principal_group", "remove_relationship"]


async def test_a_busy_pair_is_left_alone(house: House) -> None:
    agent = _related(house)

    async with house.room.removal._locks.pair(ARN, str(vat_key())):
        outcome = await house.room.removal.end(_ending(agent))

    assert outcome == Busy()
    assert house.world.calls == []


@pytest.mark.parametrize(
    ("call", "es", "etmp"), [("deallocate", "Failed", None), ("remove_relationship", "Success", "Failed")]
)
async def test_a_failed_removal_stays_on_record_and_is_finished_later(
    house: House, call: str, es: str, etmp: str | None
) -> None:
    """relationships 2.2, 5.6"""
    agent = _related(house)
    house.world.trouble(call, failed(call))

    with pytest.raises(UpstreamFailed):
        await house.room.removal.end(_ending(agent))
    (record,) = await house.records("delete-record")
    taken = await house.recover()

    assert (record.get("syncToESStatus"), record.get("syncToETMPStatus")) == (es, etmp)
    assert record["relationshipEndedBy"] == "Agent"
    assert taken == 1
    assert house.world.agents_in_store(vat_key()) == house.world.agents_in_etmp(vat_key()) == []
    assert await house.records("delete-record") == []
    assert await house.requests.ended() == [(ARN, "HMRC-MTD-VAT", "101747696", "Agent")]
    assert await house.audited("TerminateRelationship") == []


async def test_a_removal_asked_for_again_is_resumed_and_audited(house: House) -> None:
    """relationships 5.4"""
    agent = _related(house)
    house.world.trouble("remove_relationship", failed("remove_relationship"))
    with pytest.raises(UpstreamFailed):
        await house.room.removal.end(_ending(agent))

    outcome = await house.room.removal.end(_ending(agent))

    assert outcome == Removed()
    assert house.world.calls.count("deallocate") == 1
    assert [event["enrolmentDeallocated"] for event in await house.audited("TerminateRelationship")] == ["true"]


CALL_OF = {RemovalStep.DELEGATION: "deallocate", RemovalStep.ETMP: "remove_relationship"}


@pytest.mark.parametrize("step", list(RemovalStep))
@pytest.mark.parametrize("after_effect", [False, True], ids=["before_effect", "before_mark"])
async def test_a_removal_is_finished_after_a_crash(
    empty_database_url: str, world: World, hand_clock: HandClock, step: RemovalStep, after_effect: bool
) -> None:
    """design, sagas 5; README, settled: InProgress steps after a crash"""
    agent = world.new_agent(ARN)
    world.relate(agent, vat_key())
    world.trouble(CALL_OF[step], Crash(), after_effect=after_effect)
    async with opened_house(empty_database_url, world, hand_clock) as house:
        with pytest.raises(Crash):
            await house.room.removal.end(_ending(agent))

    async with opened_house(empty_database_url, world, hand_clock) as house:
        await house.recover()

        assert world.agents_in_store(vat_key()) == world.agents_in_etmp(vat_key()) == []
        assert await house.records("delete-record") == []
        assert await house.requests.ended() == [(ARN, "HMRC-MTD-VAT", "101747696", "Agent")]


async def test_an_income_record_is_ended_by_agent_fi_alone(house: House) -> None:
    """relationships 6 step 4"""
    agent = house.world.new_agent(ARN)
    house.world.income_records["AA000003"] = ARN
    key = EnrolmentKey.of("PERSONAL-INCOME-RECORD", "NINO", "AA000003")

    outcome = await house.room.removal.end(EndAuthority(agent, key, "AA000003", EndedBy.CLIENT))
    again = await house.room.removal.end(EndAuthority(agent, key, "AA000003", EndedBy.CLIENT))

    assert (outcome, again) == (Removed(), NothingToRemove())
    assert await house.requests.ended() == [(ARN, "PERSONAL-INCOME-RECORD", "AA000003", "Client")]
    (event,) = await house.audited("TerminateRelationship")
    assert (event["enrolmentDeallocated"], event["etmpRelationshipRemoved"]) == ("false", "false")


async def test_a_partial_authorisation_is_ended_here_alone(house: House) -> None:
    """relationships 6 step 4"""
    agent = house.world.new_agent(ARN)
    key = EnrolmentKey.of("HMRC-MTD-IT", "NINO", "AA000003")
    await house.room.creation.create(house.wanted(agent, key, client_id_type="ni"))

    outcome = await house.room.removal.end(EndAuthority(agent, key, "AA000003", EndedBy.HMRC))
    again = await house.room.removal.end(EndAuthority(agent, key, "AA000003", EndedBy.HMRC))

    assert (outcome, again) == (Removed(), NothingToRemove())
    assert await house.requests.ended() == [
        (ARN, "HMRC-MTD-IT-SUPP", "AA000003", "Client"),
        (ARN, "HMRC-MTD-IT", "AA000003", "HMRC"),
    ]
    assert [
        event["howPartialAuthorisationTerminated"] for event in await house.audited("TerminatePartialAuthorisation")
    ] == ["HMRCLedTermination"]


async def test_a_check_finishes_a_pending_removal_first(house: House) -> None:
    """relationships 5.3"""
    agent = _related(house)
    await _failed_removal(house, agent)

    is_settled = await house.room.recovery.settled(agent, vat_key())

    assert is_settled
    assert await house.records("delete-record") == []


async def test_a_check_that_cannot_finish_a_removal_keeps_it(house: House) -> None:
    """relationships 5.3"""
    agent = _related(house)
    await _failed_removal(house, agent, times=2)

    is_settled = await house.room.recovery.settled(agent, vat_key())

    (record,) = await house.records("delete-record")
    assert not is_settled
    assert (record["numberOfAttempts"], record["lastRecoveryAttempt"]) == (1, "2026-03-02T09:30:00.000Z")


async def test_a_refused_session_ends_a_pending_removal(house: House) -> None:
    """relationships 5.5 step 5"""
    agent = _related(house)
    await _failed_removal(house, agent, times=2, status=401)

    is_settled = await house.room.recovery.settled(agent, vat_key())

    assert is_settled
    assert await house.records("delete-record") == []
    assert await house.audited("RecoveryOfDeleteRelationshipHasBeenAbandoned") == [
        {
            "agentReferenceNumber": ARN,
            "initialDeleteDateTime": "2026-03-02T09:30:00.000Z",
            "numberOfAttempts": "1",
            "abandonmentReason": "unauthorised",
        }
    ]


async def test_a_job_that_is_refused_keeps_the_removal(house: House) -> None:
    """README, settled: a 401 to a job is retried"""
    agent = _related(house)
    await _failed_removal(house, agent, times=2, status=401)

    await house.recover()

    assert len(await house.records("delete-record")) == 1
    assert await house.audited("RecoveryOfDeleteRelationshipHasBeenAbandoned") == []


async def test_a_removal_is_abandoned_after_seven_days(house: House) -> None:
    """relationships 5.5 step 4, 13.1"""
    agent = _related(house)
    await _failed_removal(house, agent)
    house.clock.advance(timedelta(days=7))

    await house.recover()

    assert await house.records("delete-record") == []
    assert house.world.agents_in_etmp(vat_key()) == [ARN]
    assert await house.audited("RecoveryOfDeleteRelationshipHasBeenAbandoned") == [
        {
            "initialDeleteDateTime": "2026-03-02T09:30:00.000Z",
            "numberOfAttempts": "1",
            "abandonmentReason": "timeout",
        }
    ]


async def test_recovery_leaves_exactly_one_turn_on_record(house: House) -> None:
    """relationships 5.6"""
    await house.recover()
    await house.recover()

    (turn,) = await house.records("recovery-schedule")
    assert turn["runAt"] > house.clock.now().isoformat()


async def test_a_removal_younger_than_half_a_minute_is_left_to_its_request(house: House) -> None:
    """relationships 5.6"""
    agent = _related(house)
    await _failed_removal(house, agent)
    house.clock.advance(timedelta(seconds=29))

    taken = await house.room.recovery.run()

    assert taken == 0


async def test_the_clock_takes_up_only_what_is_due(house: House) -> None:
    """design, sagas 4: with back-off"""
    agent = _related(house)
    await _failed_removal(house, agent, times=3)
    await house.recover()
    house.clock.advance(timedelta(seconds=31))

    by_the_clock = await house.room.recovery.run(only_due=True)
    by_hand = await house.room.recovery.run()

    assert (by_the_clock, by_hand) == (0, 1)


async def test_records_read_back_as_they_were_put(house: House) -> None:
    """relationships 11"""
    document = {
        "arn": ARN,
        "enrolmentKey": "HMRC-MTD-VAT~VRN~101747696",
        "suppliedClientId": "101747696",
        "dateTime": "2026-03-01T00:00:00.000Z",
        "syncToETMPStatus": "Success",
        "syncToESStatus": "InProgress",
        "lastRecoveryAttempt": "2026-03-01T01:00:00.000Z",
        "numberOfAttempts": 3,
        "relationshipEndedBy": "Client",
    }
    copy = {
        "arn": ARN,
        "enrolmentKey": "HMRC-MTD-IT~MTDITID~XAIT0000111122",
        "references": [{"saAgentReference": "A1111A"}],
        "dateTime": "2026-03-01T00:00:00.000Z",
        "syncToETMPStatus": "Success",
    }

    await house.room.record_kinds["delete-record"].replace([document])
    await house.room.record_kinds["relationship-copy-record"].replace([copy])

    assert await house.records("delete-record") == [document]
    assert await house.records("relationship-copy-record") == [copy]


def _related(house: House) -> Arn:
    agent = house.world.new_agent(ARN)
    house.world.relate(agent, vat_key())
    assert house.clock.now() == START
    return agent


async def _failed_removal(house: House, agent: Arn, *, times: int = 1, status: int = 503) -> None:
    house.world.trouble("deallocate", failed("deallocate", status), times=times)
    with pytest.raises(UpstreamFailed):
        await house.room.removal.end(_ending(agent))


def _ending(agent: Arn) -> EndAuthority:
    return EndAuthority(agent, vat_key(), None, EndedBy.AGENT)
