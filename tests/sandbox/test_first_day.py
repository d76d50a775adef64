"""The cast, clients on first sight, test users. Spec: sandbox 5, 6.10; test-support 3; authorisation-api 8.6."""

import asyncio
from datetime import date, timedelta

import asyncpg

from agent_services.identifiers import Arn, MtdItId, Nino, Utr, Vrn
from agent_services.platform.clock import MovableClock
from agent_services.platform.database import Database
from agent_services.platform.http.context import RequestContext, bind
from agent_services.sandbox import CastChoice, Sandbox, build_sandbox
from agent_services.sandbox.cast.agents import AGENTS
from agent_services.sandbox.cast.clients import CLIENTS
from agent_services.sandbox.enrolments.store import Kind
from agent_services.sandbox.gateway.test_users import NewTestUser, NinoTaken, UserType
from agent_services.sandbox.population.relating import WantedRelationship
from agent_services.sandbox.records.kinds import RecordKind
from agent_services.tax_services import EnrolmentKey
from tests.sandbox.serving import Caller


async def test_the_cast_is_consistent_but_for_what_is_meant(sandbox: Sandbox) -> None:
    """5.1, 5.2; acceptance check 16"""
    violations = await sandbox.consistency.violations()

    assert {(each["rule"], each["severity"], each["subject"]) for each in violations} == {
        (1, "info", "BARN1000005"),
        (2, "info", "HMRC-MTD-VAT~VRN~301000404"),
        (2, "info", "HMRC-MTD-IT~MTDITID~XGIT00000020004"),
    }


async def test_broken_halves_are_told(amelia: Caller) -> None:
    """6.6"""
    half = {"arn": "XARN1000001", "service": "HMRC-MTD-VAT", "clientId": "101747696"}
    await amelia.post("/sandbox/relationships", half | {"faces": ["etmp"]})
    await amelia.post("/sandbox/relationships", half | {"clientId": "101000573", "faces": ["eacd"]})
    await amelia.post("/sandbox/relationships", half | {"arn": "ZARN1000004", "faces": ["etmp"]})

    told = (await amelia.get("/sandbox/consistency")).json["violations"]

    errors = {(each["rule"], each["subject"]) for each in told if each["severity"] == "error"}
    assert errors == {
        (4, "XARN1000001 VATC 101747696"),
        (4, "ZARN1000004 VATC 101747696"),
        (4, "XARN1000001 HMRC-MTD-VAT~VRN~101000573"),
        (5, "VATC 101747696"),
    }


async def test_two_processes_enter_the_cast_once(database: Database, sandbox: Sandbox) -> None:
    """5.2"""
    others = [build_sandbox(database=database, clock=sandbox.clock) for _ in range(3)]

    entered = await asyncio.gather(*(other.start() for other in others))

    assert entered == [False, False, False]
    expected = sum(len(party.people) for party in (*AGENTS, *CLIENTS))
    assert len(await sandbox.people.cast()) == expected


async def test_without_a_cast_nobody_is_there(empty_sandbox: Sandbox) -> None:
    assert empty_sandbox.cast is CastChoice.NONE
    assert await empty_sandbox.people.cast() == []


async def test_passwords(sandbox: Sandbox) -> None:
    assert await sandbox.people.password_is_right("amelia", "password")
    assert not await sandbox.people.password_is_right("amelia", "Password")
    assert not await sandbox.people.password_is_right("nobody", "password")


async def test_the_examples_of_the_documentation(sandbox: Sandbox) -> None:
    """README; test-support 3"""
    with bind(RequestContext("request")):
        customer = await sandbox.des.vat_customer(Vrn("101747696"))
        details = await sandbox.citizen_details.designatory_details(Nino.parse("AA999999A"))
        mtd_it_id = await sandbox.hip.mtd_it_id_of(Nino.parse("AA999999A"))

    assert customer is not None
    assert details is not None
    assert (customer.effective_registration_date, details.postcode) == (date(2007, 5, 18), "AA11 1AA")
    assert mtd_it_id is not None


async def test_a_vat_client_on_first_sight(empty_sandbox: Sandbox) -> None:
    """test-support 3.1; acceptance check 11"""
    stubs, vrn = empty_sandbox.agents_external_stubs, Vrn("123456782")
    with bind(RequestContext("request")):
        session = await stubs.sign_in("Alf")
        await asyncio.gather(*(stubs.create_vat_client(session, vrn) for _ in range(5)))
        registered = await stubs.vat_registration_date(session, vrn)
        again = await stubs.vat_registration_date(session, vrn)
        customer = await empty_sandbox.des.vat_customer(vrn)
        user_id = await stubs.user_of_enrolment(session, EnrolmentKey.of("HMRC-MTD-VAT", "VRN", vrn.value))

    assert registered == again
    assert customer is not None
    assert customer.effective_registration_date is not None
    assert customer.effective_registration_date.isoformat() == registered
    person = await empty_sandbox.people.find(user_id or "")
    assert person is not None
    assert await empty_sandbox.consistency.violations() == []


async def test_an_income_tax_client_on_first_sight(empty_sandbox: Sandbox) -> None:
    """test-support 3.2; acceptance check 11"""
    stubs, nino = empty_sandbox.agents_external_stubs, Nino.parse("CS700100A")
    with bind(RequestContext("request")):
        session = await stubs.sign_in("Alf")
        await stubs.create_income_tax_client(session, nino)
        postcode = await stubs.business_postcode(session, nino)
        await stubs.create_income_tax_client(session, nino)
        details = await empty_sandbox.citizen_details.designatory_details(nino)
        citizen = await empty_sandbox.citizen_details.citizen(nino)
        mtd_it_id = await empty_sandbox.hip.mtd_it_id_of(nino)
        user_id = await stubs.user_of_nino(session, nino)

    assert details is not None
    assert citizen is not None
    assert (postcode, details.country) == (details.postcode, "GREAT BRITAIN")
    assert Utr.is_valid(str(citizen.sa_utr))
    assert mtd_it_id is not None
    facts = await empty_sandbox.known_facts.find(f"hmrc-mtd-it~mtditid~{mtd_it_id.value.lower()}")
    assert facts is not None
    assert facts.verifier("businesspostcode") == postcode
    person = await empty_sandbox.people.find(user_id or "")
    assert person is not None
    assert await empty_sandbox.consistency.violations() == []


async def test_who_is_known_without_income_tax_is_left_alone(sandbox: Sandbox) -> None:
    """test-support 3: a refusal of the stub is ignored, and the home address is read instead."""
    stubs = sandbox.agents_external_stubs
    with bind(RequestContext("request")):
        session = await stubs.sign_in("Alf")
        await stubs.create_income_tax_client(session, Nino.parse("AB100006B"))
        postcode = await stubs.business_postcode(session, Nino.parse("AB100006B"))
        mtd_it_id = await sandbox.hip.mtd_it_id_of(Nino.parse("AB100006B"))

    assert (postcode, mtd_it_id) == ("M1 1AE", None)


async def test_test_users_are_whole(empty_sandbox: Sandbox) -> None:
    """authorisation-api 8.6"""
    makers = empty_sandbox.test_users
    agent = await makers.create(NewTestUser(UserType.AGENT, ("agent-services",)))
    person = await makers.create(NewTestUser(UserType.INDIVIDUAL, ("mtd-income-tax", "mtd-vat")))
    company = await makers.create(
        NewTestUser(UserType.ORGANISATION, ("mtd-vat", "corporation-tax", "paye-for-employers", "pillar-2"))
    )
    nothing = await makers.create(NewTestUser(UserType.INDIVIDUAL))

    assert Arn.is_valid(agent["agentServicesAccountNumber"])
    assert (len(agent["userId"]), len(agent["groupIdentifier"]), len(agent["agentCode"])) == (12, 12, 10)
    assert await empty_sandbox.people.password_is_right(agent["userId"], agent["password"])
    assert {"nino", "mtdItId", "vrn", "vatRegistrationDate", "individualDetails"} <= person.keys()
    assert {"vrn", "ctUtr", "crn", "empRef", "pillar2Id", "organisationDetails"} <= company.keys()
    assert {"nino", "vrn", "mtdItId"}.isdisjoint(nothing)
    held = await empty_sandbox.enrolments.keys_of_group(nothing["groupIdentifier"], Kind.PRINCIPAL)
    assert held == []
    with bind(RequestContext("request")):
        mtd_it_id = await empty_sandbox.hip.mtd_it_id_of(Nino.parse(person["nino"]))
        customer = await empty_sandbox.des.vat_customer(Vrn(company["vrn"]))
        record = await empty_sandbox.agent_services_account.agent_record(Arn(agent["agentServicesAccountNumber"]))
    assert mtd_it_id == MtdItId(person["mtdItId"])
    assert customer is not None
    assert str(customer.effective_registration_date) == company["vatRegistrationDate"]
    assert record.agency_email == agent["emailAddress"]
    assert await empty_sandbox.consistency.violations() == []


async def test_of_two_test_users_with_one_nino_one_is_made(empty_sandbox: Sandbox) -> None:
    """authorisation-api 8.6: NINO_ALREADY_USED"""
    wanted = NewTestUser(UserType.INDIVIDUAL, ("mtd-income-tax",), nino="AB123456C")

    made = await asyncio.gather(*(empty_sandbox.test_users.create(wanted) for _ in range(4)), return_exceptions=True)

    assert sum(isinstance(each, NinoTaken) for each in made) == 3


async def test_sessions_live_by_real_time(database: Database, database_url: str) -> None:
    """6.1: moving the clock signs nobody out, and moves what is entered."""
    clock = MovableClock(database.pool, lambda: _connect(database_url))
    sandbox = build_sandbox(database=database, clock=clock)
    await sandbox.start()
    session = await sandbox.sessions.sign_in("amelia")

    await clock.advance(timedelta(days=400))
    made = await sandbox.relating.relate(_pair())

    assert await sandbox.sessions.find(session.token) is not None
    row = await sandbox.relationship_store.find(made["relationshipId"])
    assert row is not None
    assert row.start_date == clock.today()
    await sandbox.stop()


def _pair() -> WantedRelationship:
    return WantedRelationship(
        arn="XARN1000001",
        service="HMRC-MTD-VAT",
        client_id="101747696",
        is_supporting=False,
        is_active=True,
        start=None,
        end=None,
        faces=None,
    )


async def _connect(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(url)


async def test_every_record_kind_of_the_cast(sandbox: Sandbox) -> None:
    kinds = {record.kind for record in await sandbox.records.all()}

    assert {
        RecordKind.BUSINESS_DETAILS,
        RecordKind.VAT_CUSTOMER,
        RecordKind.BUSINESS_PARTNER,
        RecordKind.LEGACY_AGENT,
        RecordKind.LEGACY_RELATIONSHIP,
        RecordKind.PPT_SUBSCRIPTION,
        RecordKind.CBC_SUBSCRIPTION,
        RecordKind.PILLAR2_SUBSCRIPTION,
        RecordKind.OVERSEAS_APPLICATION,
    } == kinds
