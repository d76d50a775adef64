"""The contract of client records, staff and platform services, told by the sandbox's cast.

Spec: upstreams 3.4, 3.5, 3.11, 5, 6, 12, 17, 20.1; test-support 3, 4; sandbox 5.2.
"""

import json
from dataclasses import dataclass
from datetime import date

from agent_services.identifiers import CbcId, CgtRef, Nino, PlrId, PptRef, Urn, Utr, Vrn
from agent_services.platform.http.context import RequestContext, bind
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.audit import AuditAnswer
from agent_services.upstreams.enrolment_store_proxy import StoredIdentifier
from agent_services.upstreams.if_cbc import CbcContact
from agent_services.upstreams.ifs import Pillar2Subscription, PptSubscription
from agent_services.upstreams.ports import Upstreams

AMELIA = RequestContext("request", authorization="Bearer sandbox-amelia")


@dataclass(frozen=True, slots=True)
class Stage:
    """The ports, with the cast behind them."""

    ports: Upstreams


class ClientRecordsContract:
    async def test_trusts_are_known_by_utr_and_by_urn(self, stage: Stage) -> None:
        with bind(AMELIA):
            by_utr = await stage.ports.ifs.trust_name(Utr.as_given("7120000101"))
            by_urn = await stage.ports.ifs.trust_name(Urn.as_given("XMTRUST30000001"))
            nobody = await stage.ports.ifs.trust_name(Utr.as_given("9999999999"))

        assert (by_utr, by_urn, nobody) == ("Winterbourne Family Trust", "Yarrow Settlement", None)

    async def test_plastic_packaging_tax(self, stage: Stage) -> None:
        with bind(AMELIA):
            organisation = await stage.ports.ifs.ppt_subscription(PptRef.as_given("XCPPT0005000001"))
            individual = await stage.ports.ifs.ppt_subscription(PptRef.as_given("XDPPT0005000002"))
            nobody = await stage.ports.ifs.ppt_subscription(PptRef.as_given("XAPPT0009999999"))

        assert organisation == PptSubscription("Coldharbour Packaging Ltd", date(2022, 4, 1), date(2099, 12, 31))
        assert individual == PptSubscription("Delia Dacre", date(2022, 5, 9), date(2023, 10, 31))
        assert nobody is None

    async def test_pillar_2(self, stage: Stage) -> None:
        with bind(AMELIA):
            active = await stage.ports.ifs.pillar2_subscription(PlrId.as_given("XMPLR7000000001"))
            inactive = await stage.ports.ifs.pillar2_subscription(PlrId.as_given("XNPLR7000000002"))
            nobody = await stage.ports.ifs.pillar2_subscription(PlrId.as_given("XXPLR7999999999"))

        assert active == Pillar2Subscription("Farthing International plc", "2024-01-15", "GB", is_inactive=False)
        assert inactive == Pillar2Subscription("Gotland Group AB", "2024-02-20", "SE", is_inactive=True)
        assert nobody is None

    async def test_country_by_country(self, stage: Stage) -> None:
        with bind(AMELIA):
            british = await stage.ports.if_.cbc_subscription(CbcId.as_given("XJCBC6000000001"))
            foreign = await stage.ports.if_.cbc_subscription(CbcId.as_given("XKCBC6000000002"))
            nobody = await stage.ports.if_.cbc_subscription(CbcId.as_given("XZCBC9999999999"))

        assert british is not None
        assert foreign is not None
        assert (british.is_gb_user, foreign.is_gb_user, nobody) == (True, False, None)
        assert CbcContact("tax@drayton.example", british.contacts[0].name) in british.contacts

    async def test_capital_gains(self, stage: Stage) -> None:
        with bind(AMELIA):
            individual = await stage.ports.des.cgt_subscription(CgtRef.as_given("XZCGTP400000001"))
            trustee = await stage.ports.des.cgt_subscription(CgtRef.as_given("XVCGTP400000002"))

        assert individual is not None
        assert trustee is not None
        assert (individual.name, individual.postal_code, individual.country_code) == ("Zara Whitlock", "EH1 1YZ", "GB")
        assert (trustee.name, trustee.country_code) == ("Bellerive Trustees SA", "CH")

    async def test_vat_customers(self, stage: Stage) -> None:
        with bind(AMELIA):
            organisation = await stage.ports.des.vat_customer(Vrn.as_given("101000181"))
            individual = await stage.ports.des.vat_customer(Vrn.as_given("101000279"))
            insolvent = await stage.ports.des.vat_customer(Vrn.as_given("101000377"))

        assert organisation is not None
        assert individual is not None
        assert insolvent is not None
        assert organisation.organisation_name == "Rowan & Finch Ltd"
        assert organisation.effective_registration_date == date(2017, 4, 1)
        assert individual.individual is not None
        assert [each.is_insolvent for each in (organisation, individual, insolvent)] == [False, False, True]

    async def test_older_agents_of_a_client(self, stage: Stage) -> None:
        with bind(AMELIA):
            held = await stage.ports.des.sa_agent_references(Nino.as_given("AB100005A"))
            ceased = await stage.ports.des.sa_agent_references(Nino.as_given("AB100007C"))

        assert [each.value for each in held] == ["BW100A"]
        assert ceased == ()

    async def test_citizens(self, stage: Stage) -> None:
        with bind(AMELIA):
            citizen = await stage.ports.citizen_details.citizen(Nino.as_given("AB100001A"))
            address = await stage.ports.citizen_details.designatory_details(Nino.as_given("AB100001A"))

        assert citizen is not None
        assert address is not None
        assert (citizen.name, str(citizen.sa_utr)) == ("Iris Penhaligon", "3110000101")
        assert address.postcode == "BN12 6DL"


class LegacyContract:
    async def test_known_facts_keep_their_order(self, stage: Stage) -> None:
        """ES20"""
        with bind(AMELIA):
            found = await stage.ports.enrolment_store_proxy.identifiers_by_known_fact(
                "HMRC-CBC-ORG", StoredIdentifier("cbcId", "XJCBC6000000001")
            )

        assert str(found) == "HMRC-CBC-ORG~cbcId~XJCBC6000000001~UTR~2130000101"

    async def test_clients_of_a_legacy_user(self, stage: Stage) -> None:
        """ES2, paged"""
        store = stage.ports.enrolment_store_proxy
        with bind(RequestContext("request", authorization="Bearer sandbox-amelia-legacy")):
            first, second = [
                await store.page_of_enrolments_delegated_to_user(
                    "amelia-legacy", "IR-SA", start_record=start, max_records=10
                )
                for start in (1, 4)
            ]

        assert [each.service_key for each in first] == ["IR-SA"] * 3
        assert second == ()

    async def test_codes_of_a_legacy_group(self, stage: Stage) -> None:
        """ES3"""
        with bind(RequestContext("request", authorization="Bearer sandbox-amelia-legacy")):
            held = await stage.ports.enrolment_store_proxy.principal_enrolments("8L9G-H1J2-3K4L-M5N6")

        assert {(each.service_key, each.identifiers[0].value) for each in held} == {
            ("IR-SA-AGENT", "BW100A"),
            ("HMCE-VAT-AGNT", "901000117"),
        }


class PlatformContract:
    async def test_an_audit_event_is_taken(self, stage: Stage) -> None:
        event = json.dumps({"auditSource": "agent-mapping", "auditType": "CreateMapping", "detail": {}}).encode()

        assert await stage.ports.audit.deliver(event) is AuditAnswer.ACCEPTED
        assert await stage.ports.audit.deliver_merged(event) is AuditAnswer.ACCEPTED

    async def test_our_token_is_known_afterwards(self, stage: Stage) -> None:
        await stage.ports.internal_auth.ensure_token()
        await stage.ports.internal_auth.ensure_token()


class StubsContract:
    async def test_somebody_signs_in(self, stage: Stage) -> None:
        session = await stage.ports.agents_external_stubs.sign_in("iris")

        signed_in = RequestContext("request", authorization=session.authorization, session_id=session.session_id)
        with bind(signed_in):
            authorised = await stage.ports.auth.authorise((), ())
        assert session.authorization.startswith("Bearer ")
        assert authorised is not None

    async def test_who_is_whose(self, stage: Stage) -> None:
        stubs = stage.ports.agents_external_stubs
        session = await stubs.sign_in("amelia")

        assert await stubs.user_of_nino(session, Nino.as_given("AB100001A")) == "iris"
        assert await stubs.user_of_nino(session, Nino.as_given("AB999999A")) is None
        assert await stubs.user_of_enrolment(session, EnrolmentKey.of("HMRC-MTD-VAT", "VRN", "101000181")) == "rowan"
        assert await stubs.user_of_enrolment(session, EnrolmentKey.of("HMRC-MTD-VAT", "VRN", "999999999")) is None

    async def test_known_facts_of_the_cast(self, stage: Stage) -> None:
        stubs = stage.ports.agents_external_stubs
        session = await stubs.sign_in("amelia")

        assert await stubs.vat_registration_date(session, Vrn.as_given("101000181")) == "2017-04-01"
        assert await stubs.business_postcode(session, Nino.as_given("AB100001A")) == "BN12 6DL"

    async def test_clients_never_seen_before_get_known_facts(self, stage: Stage) -> None:
        """sandbox 6, acceptance check 11"""
        stubs = stage.ports.agents_external_stubs
        session = await stubs.sign_in("somebody-new")

        await stubs.create_vat_client(session, Vrn.as_given("101747641"))
        await stubs.create_income_tax_client(session, Nino.as_given("WX123456A"))

        assert await stubs.vat_registration_date(session, Vrn.as_given("101747641")) is not None
        assert await stubs.business_postcode(session, Nino.as_given("WX123456A")) is not None
        assert await stubs.user_of_nino(session, Nino.as_given("WX123456A")) is not None
