"""May this agent act for this client? Spec: relationships 1."""

from datetime import UTC, datetime

import pytest

from agent_services.identifiers import Arn, Nino
from agent_services.relationships import NotRelated, NotRelatedCode, Related, RelationshipQuestion, Unanswerable
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.enrolment_store_proxy import StoredEnrolment, StoredIdentifier
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.names import Upstream
from agent_services.upstreams.users_groups_search import GroupUser
from tests.relationships.house import HandClock, House, income_tax_key, opened_house, vat_key
from tests.relationships.upstream_world import World, failed

ARN = "AARN0000001"
NINO, MTD_IT_ID = "AA000003", "XAIT0000111122"
NOT_FOUND = NotRelated(NotRelatedCode.NOT_FOUND)
USER = f"admin-of-{ARN}"


async def test_an_agency_with_the_delegation_is_related(house: House) -> None:
    """relationships 1.3"""
    house.world.relate(house.world.new_agent(ARN), vat_key())

    assert await _check(house, "HMRC-MTD-VAT", "VRN", "101747696") == Related()
    assert house.world.calls == ["delegation"]


async def test_an_agency_without_it_is_not(house: House) -> None:
    house.world.new_agent(ARN)

    assert await _check(house, "HMRC-MTD-VAT", "VRN", "101747696") == NOT_FOUND


async def test_an_unknown_agent_is_told_so_where_nothing_else_is_asked(house: House) -> None:
    """relationships 1.2, Advice"""
    house.world.mtd_it_ids[NINO] = MTD_IT_ID

    vat = await _check(house, "HMRC-MTD-VAT", "VRN", "101747696")
    income_tax = await _check(house, "HMRC-MTD-IT", "MTDITID", MTD_IT_ID)

    assert vat == NotRelated(NotRelatedCode.UNKNOWN_ARN)
    assert income_tax == NOT_FOUND


@pytest.mark.parametrize(
    ("service", "id_type", "client_id"),
    [
        ("HMRC-MTD-VAT", "vrn", "101747696"),
        ("HMRC-MTD-VAT", "VRN", "10174769"),
        ("HMRC-MTD-IT", "NI", "nonsense"),
        ("IR-SA", "ni", "nonsense"),
        ("HMCE-VATDEC-ORG", "VRN", "101747696"),
        ("NO-SUCH-SERVICE", "VRN", "101747696"),
        ("HMRC-CBC-ORG", "cbcId", "XACBC0516273849"),
    ],
)
async def test_combinations_that_there_are_not(house: House, service: str, id_type: str, client_id: str) -> None:
    """relationships 1.1"""
    assert await _check(house, service, id_type, client_id) == Unanswerable()


@pytest.mark.parametrize("id_type", ["ni", "NI", "NINO"])
async def test_an_income_tax_client_may_be_named_by_nino(house: House, id_type: str) -> None:
    """relationships 1.1 row 2"""
    house.world.mtd_it_ids[NINO] = MTD_IT_ID
    house.world.relate(house.world.new_agent(ARN), income_tax_key(MTD_IT_ID))

    assert await _check(house, "HMRC-MTD-IT", id_type, "AA000003D") == Related()


async def test_a_country_by_country_client_is_checked_under_the_key_that_the_store_knows(house: House) -> None:
    """relationships 1.1.1 step 3"""
    key = EnrolmentKey("HMRC-CBC-ORG", (("UTR", "1234567890"), ("cbcId", "XACBC0516273849")))
    house.world.known_facts[("HMRC-CBC-ORG", "XACBC0516273849")] = key
    house.world.relate(house.world.new_agent(ARN), key)

    assert await _check(house, "HMRC-CBC-ORG", "cbcId", "XACBC0516273849") == Related()


async def test_an_income_record_is_asked_of_agent_fi(house: House) -> None:
    """relationships 1.1 row 4"""
    house.world.income_records["anything"] = ARN

    assert await _check(house, "PERSONAL-INCOME-RECORD", "whatever", "anything") == Related()
    assert await _check(house, "PERSONAL-INCOME-RECORD", "whatever", "else") == NOT_FOUND


async def test_a_store_that_fails_is_an_error_and_nothing_else_is_tried(house: House) -> None:
    """relationships 1.2 step 3"""
    house.world.trouble("delegation", failed("delegation", 503))

    with pytest.raises(UpstreamFailed, match="503"):
        await _check(house, "HMRC-MTD-IT", "MTDITID", MTD_IT_ID)

    assert house.world.calls == ["delegation"]


async def test_a_user_of_the_agency_has_its_unassigned_clients(house: House) -> None:
    """relationships 1.4"""
    house.world.relate(house.world.new_agent(ARN), vat_key())

    assert await _check(house, "HMRC-MTD-VAT", "VRN", "101747696", user_id=USER) == Related()
    assert house.world.calls == ["delegation", "users_of_group", "access_groups", "enrolments_of_user"]


async def test_an_assigned_client_is_for_its_users_alone(house: House) -> None:
    """relationships 1.4"""
    house.world.relate(house.world.new_agent(ARN), vat_key())
    house.world.assigned.add((ARN, str(vat_key())))
    house.world.user_enrolments[USER] = [
        StoredEnrolment("HMRC-MTD-VAT", "Activated", (StoredIdentifier("VRN", "101747696"),))
    ]
    house.world.users_of[house.world.group_of[ARN]].append(GroupUser("other", "Assistant"))

    assert await _check(house, "HMRC-MTD-VAT", "VRN", "101747696", user_id=USER) == Related()
    assert await _check(house, "HMRC-MTD-VAT", "VRN", "101747696", user_id="other") == NOT_FOUND
    assert await _check(house, "HMRC-MTD-VAT", "VRN", "101747696", user_id="stranger") == NOT_FOUND


async def test_legacy_self_assessment_is_found_in_cesa(house: House) -> None:
    """relationships 1.5"""
    _cesa(house)

    assert await _check(house, "IR-SA", "ni", NINO) == Related()
    assert house.world.calls == ["agent_record", "cesa", "mapping"]
    assert await house.audited("CheckCESA") == [
        {"agentReferenceNumber": ARN, "saAgentRef": "A1111A", "cesaRelationship": "true", "nino": NINO}
    ]


async def test_legacy_self_assessment_knows_partial_authorisations(house: House) -> None:
    """relationships 1.5 step 4"""
    await _partial(house, "HMRC-MTD-IT-SUPP")

    assert await _check(house, "IR-SA", "ni", NINO) == Related()
    assert [(one["saAgentRef"], one["partialAuth"]) for one in await house.audited("CheckCESA")] == [("", "true")]


async def test_a_suspended_agent_is_not_answered(house: House) -> None:
    """relationships 1.5 step 1"""
    house.world.suspended.add(ARN)

    assert await _check(house, "IR-SA", "ni", NINO) == Unanswerable()


async def test_legacy_vat_is_checked_by_agent_codes(house: House) -> None:
    """relationships 1.6"""
    key = EnrolmentKey.of("HMCE-VATDEC-ORG", "VATRegNo", "101747696")
    house.world.new_agent(ARN)
    house.world.delegated[str(key)] = ["group-of-old"]
    house.world.mapped_codes[ARN] = ["code-group-of-old"]

    assert await _check(house, "HMCE-VATDEC-ORG", "vrn", "101747696") == Related()
    assert await house.audited("CheckES") == [
        {
            "agentReferenceNumber": ARN,
            "vrn": "101747696",
            "oldAgentCodes": "code-group-of-old",
            "ESRelationship": "true",
        }
    ]


async def test_what_cesa_knows_is_copied_once(house: House) -> None:
    """relationships 1.8"""
    _cesa(house)

    assert await _check(house, "HMRC-MTD-IT", "MTDITID", MTD_IT_ID) == Related()

    assert house.world.agents_in_store(income_tax_key()) == house.world.agents_in_etmp(income_tax_key()) == [ARN]
    (record,) = await house.records("relationship-copy-record")
    assert record["references"] == [{"saAgentReference": "A1111A"}]
    assert (record["syncToETMPStatus"], record["syncToESStatus"]) == ("Success", "Success")
    (event,) = await house.audited("CreateRelationship")
    assert event == {
        "agentCode": f"code-group-of-{ARN}",
        "credId": f"admin-of-{ARN}",
        "agentReferenceNumber": ARN,
        "saAgentRef": "A1111A",
        "service": "HMRC-MTD-IT",
        "clientId": MTD_IT_ID,
        "clientIdType": "mtditid",
        "cesaRelationship": "true",
        "etmpRelationshipCreated": "true",
        "enrolmentDelegated": "true",
        "nino": NINO,
        "howRelationshipCreated": "CopyExistingCESARelationship",
    }


async def test_what_was_copied_and_ended_is_not_copied_again(house: House) -> None:
    """relationships 1.8 step 4"""
    _cesa(house)
    await _check(house, "HMRC-MTD-IT", "MTDITID", MTD_IT_ID)
    house.world.delegated.clear()

    assert await _check(house, "HMRC-MTD-IT", "MTDITID", MTD_IT_ID) == NotRelated(NotRelatedCode.ALREADY_COPIED)


async def test_a_copy_that_fails_still_counts_and_is_finished(house: House) -> None:
    """relationships 1.8 step 5, 4.1 step 5"""
    _cesa(house)
    house.world.trouble("allocate_delegated", failed("allocate_delegated"))

    answer = await _check(house, "HMRC-MTD-IT", "MTDITID", MTD_IT_ID)
    (record,) = await house.records("relationship-copy-record")
    await house.recover()

    assert answer == Related()
    assert (record["syncToETMPStatus"], record["syncToESStatus"]) == ("Success", "Failed")
    assert house.world.agents_in_store(income_tax_key()) == [ARN]
    assert [one["enrolmentDelegated"] for one in await house.audited("CreateRelationship")] == ["false", "true"]


async def test_a_copy_that_etmp_refuses_still_counts_and_is_tried_again(house: House) -> None:
    """relationships 1.8 step 5, 4.4"""
    _cesa(house)
    house.world.trouble("create_relationship", failed("create_relationship"))

    first = await _check(house, "HMRC-MTD-IT", "MTDITID", MTD_IT_ID)
    (record,) = await house.records("relationship-copy-record")
    second = await _check(house, "HMRC-MTD-IT", "MTDITID", MTD_IT_ID)

    assert (first, second) == (Related(), Related())
    assert record["syncToETMPStatus"] == "Failed"
    assert house.world.agents_in_etmp(income_tax_key()) == [ARN]


async def test_a_copy_record_with_steps_left_is_resumed(house: House) -> None:
    """relationships 4.4; README, settled: InProgress is unfinished"""
    _cesa(house)
    house.world.etmp.add((ARN, str(income_tax_key())))
    await house.room.record_kinds["relationship-copy-record"].replace(
        [
            {
                "arn": ARN,
                "enrolmentKey": str(income_tax_key()),
                "dateTime": "2026-03-01T00:00:00.000Z",
                "syncToETMPStatus": "Success",
                "syncToESStatus": "InProgress",
            }
        ]
    )

    assert await _check(house, "HMRC-MTD-IT", "MTDITID", MTD_IT_ID) == Related()
    assert "create_relationship" not in house.world.calls
    assert house.world.agents_in_store(income_tax_key()) == [ARN]


async def test_a_copy_record_that_lacks_etmp_alone_gets_that_alone(house: House) -> None:
    """relationships 4.4, third row"""
    _cesa(house)
    record = {
        "arn": ARN,
        "enrolmentKey": str(income_tax_key()),
        "dateTime": "2026-03-01T00:00:00.000Z",
        "syncToESStatus": "Success",
        "references": [{"saAgentReference": "A1111A"}],
    }
    await house.room.record_kinds["relationship-copy-record"].replace([record | {"syncToETMPStatus": "Failed"}])

    first = await _check(house, "HMRC-MTD-IT", "MTDITID", MTD_IT_ID)
    second = await _check(house, "HMRC-MTD-IT", "MTDITID", MTD_IT_ID)

    assert (first, second) == (Related(), NotRelated(NotRelatedCode.ALREADY_COPIED))
    assert house.world.agents_in_etmp(income_tax_key()) == [ARN]
    assert "allocate_delegated" not in house.world.calls
    assert await house.records("relationship-copy-record") == [record | {"syncToETMPStatus": "Success"}]


async def test_supporting_agents_are_never_copied(house: House) -> None:
    """relationships 1.8 step 5"""
    _cesa(house)

    assert await _check(house, "HMRC-MTD-IT-SUPP", "MTDITID", MTD_IT_ID) == NOT_FOUND
    assert "cesa" not in house.world.calls


async def test_a_partial_authorisation_becomes_a_relationship(house: House) -> None:
    """relationships 1.8 step 3"""
    await _partial(house, "HMRC-MTD-IT")
    await house.requests.add(f"partial-{ARN}")

    assert await _check(house, "HMRC-MTD-IT", "MTDITID", MTD_IT_ID) == Related()

    assert house.world.agents_in_store(income_tax_key()) == [ARN]
    assert await house.records("partial-auth") == []
    assert await house.requests.status(f"partial-{ARN}") == "Accepted"
    (event,) = await house.audited("CreateRelationship")
    assert (event["howRelationshipCreated"], event["nino"]) == ("PartialAuth", NINO)
    assert "cesaRelationship" not in event


async def test_a_conversion_ends_the_other_role_in_the_clients_name(house: House) -> None:
    """relationships 4.6 step 3: always the client, even when the agent triggered it"""
    await _partial(house, "HMRC-MTD-IT")
    supporting = income_tax_key(service="HMRC-MTD-IT-SUPP")
    house.world.relate(Arn.as_given(ARN), supporting)

    assert await _check(house, "HMRC-MTD-IT", "MTDITID", MTD_IT_ID) == Related()

    assert house.world.agents_in_store(supporting) == house.world.agents_in_etmp(supporting) == []
    assert set(await house.requests.ended()) == {(ARN, "HMRC-MTD-IT-SUPP", NINO, "Client")}


async def test_a_partial_authorisation_for_the_other_role_keeps_cesa_from_being_asked(house: House) -> None:
    """relationships 1.8 step 3"""
    _cesa(house)
    await _partial(house, "HMRC-MTD-IT-SUPP")

    assert await _check(house, "HMRC-MTD-IT", "MTDITID", MTD_IT_ID) == NOT_FOUND
    assert "cesa" not in house.world.calls


async def test_trouble_while_looking_for_older_authority(house: House) -> None:
    """upstreams 18: statuses surface, anything else is not found"""
    _cesa(house)
    house.world.trouble("nino_of", failed("nino_of", 500))
    nino_failed = await _check(house, "HMRC-MTD-IT", "MTDITID", MTD_IT_ID)
    house.world.trouble("cesa", UpstreamFailed.timed_out(Upstream.DES, "cesa"))
    timed_out = await _check(house, "HMRC-MTD-IT", "MTDITID", MTD_IT_ID)
    house.world.trouble("cesa", failed("cesa", 503))

    with pytest.raises(UpstreamFailed, match="503"):
        await _check(house, "HMRC-MTD-IT", "MTDITID", MTD_IT_ID)

    assert (nino_failed, timed_out) == (NOT_FOUND, NOT_FOUND)


async def test_copying_can_be_switched_off(empty_database_url: str, world: World, hand_clock: HandClock) -> None:
    """relationships 1.8, 15"""
    async with opened_house(empty_database_url, world, hand_clock, copies_income_tax=False) as house:
        _cesa(house)

        assert await _check(house, "HMRC-MTD-IT", "MTDITID", MTD_IT_ID) == NOT_FOUND
        assert house.world.calls == ["delegation"]


async def test_what_happens_when_an_agent_is_told_of_a_sign_up(house: House) -> None:
    """relationships 10.1"""
    _cesa(house)

    service = await house.room.signing_up.create_relationship(Arn.as_given(ARN), Nino.as_given(NINO))

    assert service == "HMRC-MTD-IT"
    assert house.world.agents_in_store(income_tax_key()) == [ARN]


def _cesa(house: House) -> None:
    house.world.new_agent(ARN)
    house.world.mtd_it_ids[NINO] = MTD_IT_ID
    house.world.cesa[NINO] = ["Z9999Z", "A1111A"]
    house.world.mapped[ARN] = ["A1111A", "B2222B"]


async def _partial(house: House, service: str) -> None:
    house.world.new_agent(ARN)
    house.world.mtd_it_ids[NINO] = MTD_IT_ID
    async with house.database.unit_of_work() as work:
        await house.room.partial_authorisations.create(
            work, Arn.as_given(ARN), service, Nino.as_given(NINO), at=datetime(2026, 1, 1, tzinfo=UTC)
        )


async def _check(
    house: House, service: str, id_type: str, client_id: str, *, user_id: str | None = None
) -> Related | NotRelated | Unanswerable:
    return await house.room.checking.check(
        RelationshipQuestion(Arn.as_given(ARN), service, id_type, client_id, user_id)
    )
