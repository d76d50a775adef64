"""DES, IFS and IF client details, citizen-details, the stub, internal-auth, e-mail, audit."""

from datetime import date

from tests.upstreams.operations import UNREADABLE, Operation, always, always_500, auto, gives
from tests.upstreams.operations_relationships import DES_HEADERS, NINO, UUID
from tests.upstreams.scripted import Reply, json_reply

from agent_services.identifiers import CbcId, CgtRef, Nino, PlrId, PptRef, Urn, Utr, Vrn
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.agents_external_stubs import StubSession
from agent_services.upstreams.audit import AuditAnswer
from agent_services.upstreams.citizen_details import Citizen, DesignatoryDetails
from agent_services.upstreams.des import CgtSubscription, VatCustomer, VatIndividual
from agent_services.upstreams.email import TemplatedEmail
from agent_services.upstreams.if_cbc import CbcContact, CbcSubscription
from agent_services.upstreams.ifs import Pillar2Subscription, PptSubscription
from agent_services.upstreams.names import Upstream

VRN = Vrn.as_given("101747641")


def vat(**customer: object) -> Reply:
    return json_reply(200, {"approvedInformation": {"customerDetails": customer}})


def cgt(person: object, address: object) -> Reply:
    return json_reply(200, {"subscriptionDetails": {"typeOfPersonDetails": person, "addressDetails": address}})


def ppt(customer: object, **more: object) -> Reply:
    entity = {"dateOfApplication": "2021-10-12", "customerDetails": customer}
    return json_reply(200, {"legalEntityDetails": entity, **more})


PPT_FIRM = {"customerType": "Organisation", "organisationDetails": {"organisationName": "Plastic"}}
PPT_PERSON = {"customerType": "Individual", "individualDetails": {"firstName": "Ann", "lastName": "Ode"}}

DES_DETAILS = (
    Operation(
        name="VAT customer",
        upstream=Upstream.DES,
        call=lambda ports: ports.des.vat_customer(VRN),
        method="GET",
        target="/vat/customer/vrn/101747641/information",
        headers=DES_HEADERS,
        made_up={"correlationid": UUID},
        session_ids_everywhere=True,
        good=vat(
            organisationName="CFG",
            tradingName="CFG Solutions",
            individual={"title": "0001", "firstName": "Ilkay", "lastName": "Gundo"},
            effectiveRegistrationDate="2020-01-01",
            isInsolvent=False,
        ),
        good_outcome=VatCustomer(
            "CFG", "CFG Solutions", VatIndividual("0001", "Ilkay", None, "Gundo"), date(2020, 1, 1), False
        ),
        gives=(
            gives("not found", Reply(404), None),
            gives("next to nothing", vat(isInsolvent=True), VatCustomer(None, None, None, None, True)),
            gives("no insolvency mark", vat(organisationName="CFG"), UNREADABLE),
            gives("no date", vat(effectiveRegistrationDate="1.1.2020", isInsolvent=False), UNREADABLE),
            gives("nothing approved", json_reply(200, {}), UNREADABLE),
        ),
    ),
    Operation(
        name="CGT subscription",
        upstream=Upstream.DES,
        call=lambda ports: ports.des.cgt_subscription(CgtRef.as_given("XMCGTP123456789")),
        method="GET",
        target="/subscriptions/CGT/ZCGT/XMCGTP123456789",
        headers=DES_HEADERS,
        made_up={"correlationid": UUID},
        session_ids_everywhere=True,
        good=cgt(
            {"typeOfPerson": "Trustee", "organisationName": "CFG Solutions"},
            {"postalCode": "AA1 1AA", "countryCode": "GB"},
        ),
        good_outcome=CgtSubscription("CFG Solutions", "AA1 1AA", "GB"),
        gives=(
            gives("not found", Reply(404), None),
            gives(
                "a person abroad",
                cgt({"typeOfPerson": "Individual", "firstName": "Ann", "lastName": "Ode"}, {"countryCode": "FR"}),
                CgtSubscription("Ann Ode", None, "FR"),
            ),
            gives("another kind", cgt({"typeOfPerson": "Robot"}, {"countryCode": "GB"}), UNREADABLE),
        ),
    ),
)

IFS = (
    *(
        Operation(
            name=f"trust by {kind}",
            upstream=Upstream.IFS,
            call=lambda ports, trust=trust: ports.ifs.trust_name(trust),  # type: ignore[misc]  # bound per row
            method="GET",
            target=f"/trusts/agent-known-fact-check/{kind}/{trust}",
            headers={"authorization": "Bearer trusts-token", "environment": "ifs-environment"},
            made_up={"correlationid": UUID},
            session_ids_everywhere=True,
            good=json_reply(200, {"trustDetails": {"trustName": "Nelson James Trust"}}),
            good_outcome="Nelson James Trust",
            gives=(gives("not found", Reply(404), None), gives("no name", json_reply(200, {}), UNREADABLE)),
        )
        for kind, trust in (("UTR", Utr.as_given("1234567890")), ("URN", Urn.as_given("XXTRUST12345678")))
    ),
    Operation(
        name="PPT subscription",
        upstream=Upstream.IFS,
        call=lambda ports: ports.ifs.ppt_subscription(PptRef.as_given("XAPPT0000012345")),
        method="GET",
        target="/plastic-packaging-tax/subscriptions/PPT/XAPPT0000012345/display",
        headers={"authorization": "Bearer ppt-token", "environment": "ifs-environment"},
        made_up={"correlationid": UUID},
        session_ids_everywhere=True,
        good=ppt(PPT_FIRM),
        good_outcome=PptSubscription("Plastic", date(2021, 10, 12), None),
        gives=(
            gives("not found", Reply(404), None),
            gives(
                "a person who left",
                ppt(
                    PPT_PERSON,
                    changeOfCircumstanceDetails={"deregistrationDetails": {"deregistrationDate": "2026-07-14"}},
                ),
                PptSubscription("Ann Ode", date(2021, 10, 12), date(2026, 7, 14)),
            ),
            gives("another kind", ppt({"customerType": "Robot"}), UNREADABLE),
        ),
    ),
    Operation(
        name="Pillar 2 subscription",
        upstream=Upstream.IFS,
        call=lambda ports: ports.ifs.pillar2_subscription(PlrId.as_given("XAPLR2222222222")),
        method="GET",
        target="/pillar2/subscription/XAPLR2222222222",
        headers={"authorization": "Bearer pillar2-token", "environment": "ifs-environment"},
        made_up={"correlationid": UUID},
        session_ids_everywhere=True,
        good=json_reply(
            200,
            {
                "success": {
                    "upeDetails": {"organisationName": "Big", "registrationDate": "2001-02-03"},
                    "upeCorrespAddressDetails": {"countryCode": "US"},
                    "accountStatus": {"inactive": True},
                }
            },
        ),
        good_outcome=Pillar2Subscription("Big", "2001-02-03", "US", True),
        gives=(
            gives("not found", Reply(404), None),
            gives(
                "active",
                json_reply(
                    200,
                    {
                        "success": {
                            "upeDetails": {"organisationName": "Big", "registrationDate": "2001-02-03"},
                            "upeCorrespAddressDetails": {"countryCode": "GB"},
                        }
                    },
                ),
                Pillar2Subscription("Big", "2001-02-03", "GB", False),
            ),
        ),
    ),
)

CITIZEN = {
    "name": {"current": {"firstName": "Ann", "lastName": "Ode"}, "previous": []},
    "ids": {"nino": "AB123456C", "sautr": "1234567890"},
    "dateOfBirth": "11121971",
}

CITIZENS = (
    Operation(
        name="citizen",
        upstream=Upstream.CITIZEN_DETAILS,
        call=lambda ports: ports.citizen_details.citizen(NINO),
        method="GET",
        target="/citizen-details/nino-no-suffix/AB123456",
        good=json_reply(200, CITIZEN),
        good_outcome=Citizen("Ann", "Ode", date(1971, 12, 11), Utr.as_given("1234567890")),
        failure=auto,
        gives=(
            gives("not found", Reply(404), None),
            gives("nothing known", json_reply(200, {"name": {"current": {}}}), Citizen(None, None, None, None)),
            gives("a day that is none", json_reply(200, {**CITIZEN, "dateOfBirth": "31021971"}), UNREADABLE),
        ),
    ),
    *(
        Operation(
            name=f"designatory details of {given}",
            upstream=Upstream.CITIZEN_DETAILS,
            call=lambda ports, given=given: ports.citizen_details.designatory_details(  # type: ignore[misc]
                Nino.as_given(given)
            ),
            method="GET",
            target=f"/citizen-details/{sent}/designatory-details",
            good=json_reply(200, {"address": {"line1": "x", "postcode": "AA1 1AA", "country": "GREAT BRITAIN"}}),
            good_outcome=DesignatoryDetails("AA1 1AA", "GREAT BRITAIN"),
            failure=auto,
            gives=(
                gives("not found", Reply(404), None),
                gives("no address", json_reply(200, {"person": {}}), DesignatoryDetails(None, None)),
            ),
        )
        for given, sent in (("AB123456C", "AB123456C"), ("AB123456", "AB123456A"))
    ),
)

STUB_SESSION = StubSession("Bearer stub", "stub-session", "/agents-external-stubs/session")
SIGNED_IN = {"Authorization": "Bearer stub", "X-Session-ID": "stub-session", "Location": STUB_SESSION.location}
STUB_HEADERS = {"authorization": "Bearer stub", "x-session-id": "stub-session"}
RECORD_HEADERS = {"authorization": "Bearer 123", "environment": "test", "x-session-id": "stub-session"}

STUBS = (
    Operation(
        name="stub sign in",
        upstream=Upstream.AGENTS_EXTERNAL_STUBS,
        call=lambda ports: ports.agents_external_stubs.sign_in("Alf"),
        method="POST",
        target="/agents-external-stubs/sign-in",
        body={"planetId": "hmrc", "userId": "Alf"},
        forwards_session=False,
        good=Reply(201, b"", SIGNED_IN),
        good_outcome=STUB_SESSION,
        failure=always_500,
        gives=(
            gives("there already", Reply(202, b"", SIGNED_IN), STUB_SESSION),
            gives("no session id", Reply(201, b"", {"Authorization": "x", "Location": "y"}), UNREADABLE),
        ),
    ),
    Operation(
        name="stub VAT client",
        upstream=Upstream.AGENTS_EXTERNAL_STUBS,
        call=lambda ports: ports.agents_external_stubs.create_vat_client(STUB_SESSION, VRN),
        method="POST",
        target="/agents-external-stubs/users?affinityGroup=Organisation",
        body={"userId": None, "assignedPrincipalEnrolments": ["HMRC-MTD-VAT~VRN~101747641"]},
        headers=STUB_HEADERS,
        forwards_session=False,
        good=Reply(201),
        good_outcome=None,
        failure=always(None),
        gives=(gives("there already", Reply(409), None),),
        unreadable=None,
    ),
    Operation(
        name="stub income tax client",
        upstream=Upstream.AGENTS_EXTERNAL_STUBS,
        call=lambda ports: ports.agents_external_stubs.create_income_tax_client(STUB_SESSION, NINO),
        method="POST",
        target="/agents-external-stubs/users?affinityGroup=Individual",
        body={
            "userId": None,
            "assignedPrincipalEnrolments": ["HMRC-MTD-IT~"],
            "nino": "AB123456C",
            "confidenceLevel": 250,
        },
        headers=STUB_HEADERS,
        forwards_session=False,
        good=Reply(201),
        good_outcome=None,
        failure=always(None),
        unreadable=None,
    ),
    Operation(
        name="stub VAT customer",
        upstream=Upstream.AGENTS_EXTERNAL_STUBS,
        call=lambda ports: ports.agents_external_stubs.vat_registration_date(STUB_SESSION, VRN),
        method="GET",
        target="/vat/customer/vrn/101747641/information",
        headers=RECORD_HEADERS,
        forwards_session=False,
        good=vat(effectiveRegistrationDate="2007-05-18"),
        good_outcome="2007-05-18",
        failure=always(None),
        gives=(gives("no date", vat(), None), gives("nothing", json_reply(200, {}), None)),
        unreadable=None,
    ),
    Operation(
        name="stub business details",
        upstream=Upstream.AGENTS_EXTERNAL_STUBS,
        call=lambda ports: ports.agents_external_stubs.business_postcode(STUB_SESSION, NINO),
        method="GET",
        target="/registration/business-details/nino/AB123456C",
        headers=RECORD_HEADERS,
        forwards_session=False,
        good=json_reply(200, {"businessData": [{"businessAddressDetails": {"postalCode": "AA11 1AA"}}]}),
        good_outcome="AA11 1AA",
        failure=always(None),
        gives=(
            gives("no business", json_reply(200, {"businessData": []}), None),
            gives("no postcode", json_reply(200, {"businessData": [{"businessAddressDetails": {}}]}), None),
        ),
        unreadable=None,
    ),
    Operation(
        name="stub known facts",
        upstream=Upstream.AGENTS_EXTERNAL_STUBS,
        call=lambda ports: ports.agents_external_stubs.user_of_enrolment(
            STUB_SESSION, EnrolmentKey.of("HMRC-MTD-VAT", "VRN", "101747641")
        ),
        method="GET",
        target="/agents-external-stubs/known-facts/HMRC-MTD-VAT~VRN~101747641",
        headers=STUB_HEADERS,
        forwards_session=False,
        good=json_reply(200, {"user": {"userId": "client-1"}}),
        good_outcome="client-1",
        failure=always_500,
        gives=(gives("nobody", Reply(404), None),),
    ),
    Operation(
        name="stub user by NINO",
        upstream=Upstream.AGENTS_EXTERNAL_STUBS,
        call=lambda ports: ports.agents_external_stubs.user_of_nino(STUB_SESSION, Nino.as_given("AB123456")),
        method="GET",
        target="/agents-external-stubs/users/nino/AB123456",
        headers=STUB_HEADERS,
        forwards_session=False,
        good=json_reply(200, {"userId": "client-1"}),
        good_outcome="client-1",
        failure=always_500,
        gives=(gives("nobody", Reply(404), None),),
    ),
)

CBC_CONTACT = {"email": "a@b.c", "individual": {"firstName": "Ann", "lastName": "Ode"}}
CBC_FIRM = {"email": "d@e.f", "organisation": {"organisationName": "Firm"}}


def cbc(**detail: object) -> Reply:
    return json_reply(200, {"displaySubscriptionForCBCResponse": {"responseDetail": detail}})


# Its body holds made-up values, so `test_wire.py` compares it by itself.
CBC = Operation(
    name="CBC subscription",
    upstream=Upstream.IF,
    call=lambda ports: ports.if_.cbc_subscription(CbcId.as_given("XACBC0516273849")),
    method="POST",
    target="/dac6/dct50d/v1",
    headers={
        "authorization": "Bearer if-token",
        "environment": "if-environment",
        "x-forwarded-host": "mdtp",
        "x-conversation-id": "0123",
        "date": "Wed, 15 Jul 2026 10:45:17 GMT+1",
        "accept": "application/json",
        "content-type": "application/json",
    },
    made_up={"x-correlation-id": UUID},
    good=cbc(isGBUser=True, tradingName="Trade", primaryContact=[CBC_CONTACT], secondaryContact=[CBC_FIRM]),
    good_outcome=CbcSubscription(True, "Trade", (CbcContact("a@b.c", "Ann Ode"), CbcContact("d@e.f", "Firm"))),
    gives=(
        gives("not found", Reply(404), None),
        gives(
            "abroad, nameless",
            cbc(isGBUser=False, primaryContact=[{"email": "a@b.c"}]),
            CbcSubscription(False, None, (CbcContact("a@b.c", None),)),
        ),
        gives("a contact without e-mail", cbc(isGBUser=False, primaryContact=[{}]), UNREADABLE),
        gives("no contacts", cbc(isGBUser=False), UNREADABLE),
    ),
)

LETTER = TemplatedEmail(("agency@example.com",), "client_accepted_authorisation_request", {"agencyName": "My Agency"})

OTHERS = (
    Operation(
        name="send email",
        upstream=Upstream.EMAIL,
        call=lambda ports: ports.email.send(LETTER),
        method="POST",
        target="/hmrc/email",
        body={
            "to": ["agency@example.com"],
            "templateId": "client_accepted_authorisation_request",
            "parameters": {"agencyName": "My Agency"},
            "force": True,
        },
        good=Reply(202),
        good_outcome=True,
        failure=always(False),
        unreadable=True,
    ),
    Operation(
        name="audit",
        upstream=Upstream.AUDIT,
        call=lambda ports: ports.audit.deliver(b'{"auditType":"X"}'),
        method="POST",
        target="/write/audit",
        body={"auditType": "X"},
        forwards_session=False,
        good=Reply(204),
        good_outcome=AuditAnswer.ACCEPTED,
        failure=auto,
        gives=(
            gives("not acceptable", Reply(400), AuditAnswer.REJECTED),
            gives("too big", Reply(413), AuditAnswer.REJECTED),
        ),
        unreadable=AuditAnswer.ACCEPTED,
    ),
    Operation(
        name="audit merged",
        upstream=Upstream.AUDIT,
        call=lambda ports: ports.audit.deliver_merged(b"{}"),
        method="POST",
        target="/write/audit/merged",
        body={},
        forwards_session=False,
        good=Reply(204),
        good_outcome=AuditAnswer.ACCEPTED,
        failure=auto,
        unreadable=AuditAnswer.ACCEPTED,
    ),
    Operation(
        name="internal-auth test token",
        upstream=Upstream.INTERNAL_AUTH,
        call=lambda ports: ports.internal_auth.ensure_token(),
        method="GET",
        target="/test-only/token",
        headers={"authorization": "internal-token"},
        forwards_session=False,
        good=Reply(200),
        good_outcome=None,
        # Any other status leads to the registration, which has a test of its own.
        failure=always(None),
        unreadable=None,
    ),
)

OPERATIONS = (*DES_DETAILS, *IFS, *CITIZENS, *STUBS, CBC, *OTHERS)
