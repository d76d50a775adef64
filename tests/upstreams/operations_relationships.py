"""HIP, DES (CESA), agent-fi-relationship, agent-mapping, agent-services-account."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from tests.upstreams.operations import UNREADABLE, Fails, Operation, always, always_500, auto, gives, raw
from tests.upstreams.scripted import Reply, json_reply

from agent_services.identifiers import AgentCode, Arn, MtdItId, Nino, SaAgentReference
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.agent_fi_relationship import IncomeRecordRelationship
from agent_services.upstreams.agent_services_account import AgentRecord, SuspensionDetails
from agent_services.upstreams.hip import EtmpRelationship, Which
from agent_services.upstreams.names import Upstream

ARN = Arn.as_given("AARN1234567")
NINO = Nino.as_given("AB123456C")
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
TODAY = date(2026, 7, 15)
RELATIONSHIP = "/etmp/RESTAdapter/rosm/agent-relationship"
DETAILS = "/etmp/RESTAdapter/itsa/taxpayer/business-details"
HIP_HEADERS = {
    "authorization": "Basic hip-token",
    "x-originating-system": "MDTP",
    "x-transmitting-system": "HIP",
    "x-receipt-date": "2026-07-15T09:45:17Z",
}
KEYS = {
    "HMRC-MTD-IT": EnrolmentKey.of("HMRC-MTD-IT", "MTDITID", "XAIT0000111122"),
    "HMRC-MTD-IT-SUPP": EnrolmentKey.of("HMRC-MTD-IT-SUPP", "MTDITID", "XAIT0000111122"),
    "HMRC-MTD-VAT": EnrolmentKey.of("HMRC-MTD-VAT", "VRN", "101747641"),
    "HMRC-TERS-ORG": EnrolmentKey.of("HMRC-TERS-ORG", "SAUTR", "1234567890"),
    "HMRC-TERSNT-ORG": EnrolmentKey.of("HMRC-TERSNT-ORG", "URN", "XXTRUST12345678"),
    "HMRC-CGT-PD": EnrolmentKey.of("HMRC-CGT-PD", "CGTPDRef", "XMCGTP123456789"),
    "HMRC-PPT-ORG": EnrolmentKey.of("HMRC-PPT-ORG", "EtmpRegistrationNumber", "XAPPT0000012345"),
    "HMRC-CBC-ORG": EnrolmentKey("HMRC-CBC-ORG", (("UTR", "1234567890"), ("cbcId", "XACBC0516273849"))),
    "HMRC-CBC-NONUK-ORG": EnrolmentKey.of("HMRC-CBC-NONUK-ORG", "cbcId", "XACBC0516273849"),
    "HMRC-PILLAR2-ORG": EnrolmentKey.of("HMRC-PILLAR2-ORG", "PLRID", "XAPLR2222222222"),
}
WITH_PROFILE = {"relationshipType": "ZA01", "authProfile": "ALL00001"}
TERMS: dict[str, dict[str, object]] = {
    "HMRC-MTD-IT": {"regime": "ITSA", "idType": "MTDBSA", **WITH_PROFILE},
    "HMRC-MTD-IT-SUPP": {
        "regime": "ITSA",
        "idType": "MTDBSA",
        "relationshipType": "ZA01",
        "authProfile": "ITSAS001",
        "isExclusiveAgent": False,
    },
    "HMRC-MTD-VAT": {"regime": "VATC", "idType": "VRN", **WITH_PROFILE},
    "HMRC-TERS-ORG": {"regime": "TRS", "idType": "UTR"},
    "HMRC-TERSNT-ORG": {"regime": "TRS", "idType": "URN"},
    "HMRC-CGT-PD": {"regime": "CGT", "idType": "ZCGT", **WITH_PROFILE},
    "HMRC-PPT-ORG": {"regime": "PPT", "idType": "ZPPT", **WITH_PROFILE},
    "HMRC-CBC-ORG": {"regime": "CBC", "idType": "CBC"},
    "HMRC-CBC-NONUK-ORG": {"regime": "CBC", "idType": "CBC"},
    "HMRC-PILLAR2-ORG": {"regime": "PLR", "idType": "ZPLR", **WITH_PROFILE},
}
ZA01, ALL00001 = "&relationshipType=ZA01", "&authProfile=ALL00001"
QUERIES = {
    "HMRC-MTD-IT": ("refNumber=XAIT0000111122", "regime=ITSA", ZA01, ALL00001),
    "HMRC-MTD-IT-SUPP": ("refNumber=XAIT0000111122", "regime=ITSA", ZA01, "&authProfile=ITSAS001"),
    "HMRC-MTD-VAT": ("idType=VRN&refNumber=101747641", "regime=VATC", ZA01, ALL00001),
    "HMRC-TERS-ORG": ("idType=UTR&refNumber=1234567890", "regime=TRS", "", ""),
    "HMRC-TERSNT-ORG": ("idType=URN&refNumber=XXTRUST12345678", "regime=TRS", "", ""),
    "HMRC-CGT-PD": ("idType=ZCGT&refNumber=XMCGTP123456789", "regime=CGT", ZA01, ALL00001),
    "HMRC-PPT-ORG": ("idType=ZPPT&refNumber=XAPPT0000012345", "regime=PPT", ZA01, ALL00001),
    "HMRC-CBC-ORG": ("idType=CBC&refNumber=XACBC0516273849", "regime=CBC", "", ""),
    "HMRC-PILLAR2-ORG": ("idType=ZPLR&refNumber=XAPLR2222222222", "regime=PLR", "", ""),
}  # fmt: skip


def hip_error(code: str, words: str) -> Reply:
    return json_reply(422, {"errors": {"processingDate": "2024-07-15T09:45:17Z", "code": code, "text": words}})


def displayed(*items: object) -> Reply:
    return json_reply(200, {"relationshipDisplayResponse": list(items)})


DONE = json_reply(201, {"processingDate": "2026-07-15T09:45:17Z"})
ENTRY = {
    "refNumber": "XAIT0000111122",
    "arn": "AARN1234567",
    "organisation": {"organisationName": "x"},
    "dateFrom": "2015-09-10",
    "dateTo": "9999-12-31",
    "contractAccountCategory": "01",
    "activity": "09",
    "relationshipType": "ZA01",
    "authProfile": "ALL00001",
}
ENDS_TODAY = {**ENTRY, "arn": "BARN1234567", "dateTo": "2026-07-15"}
ENDS_TOMORROW = {**ENTRY, "arn": "CARN1234567", "dateTo": "2026-07-16"}
OPEN = {"arn": "DARN1234567"}
READ = EtmpRelationship(ARN, date(2015, 9, 10), date(9999, 12, 31), "ALL00001")


def change_body(service_key: str, action: str) -> dict[str, object]:
    return {
        "arn": "AARN1234567",
        "refNumber": KEYS[service_key].client_id,
        "action": action,
        "isExclusiveAgent": True,
        **TERMS[service_key],
    }


HIP_CREATIONS = tuple(
    Operation(
        name=f"HIP create {service_key}",
        upstream=Upstream.HIP,
        call=lambda ports, key=key: ports.hip.create_relationship(ARN, key),  # type: ignore[misc]  # bound per row
        method="POST",
        target=RELATIONSHIP,
        body=change_body(service_key, "0001"),
        headers=HIP_HEADERS,
        made_up={"correlationid": UUID},
        session_ids_everywhere=True,
        good=DONE,
        good_outcome=None,
        failure=auto,
        gives=(
            gives("the nested form", json_reply(200, {"success": {"processingDate": "x"}}), None),
            gives("no processing date", json_reply(200, {"success": {}}), UNREADABLE),
            gives("none active", hip_error("014", "No active relationship found"), Fails(500, 422)),
        ),
    )
    for service_key, key in KEYS.items()
)
HIP_REMOVALS = (
    Operation(
        name="HIP remove",
        upstream=Upstream.HIP,
        call=lambda ports: ports.hip.remove_relationship(ARN, KEYS["HMRC-MTD-IT-SUPP"]),
        method="POST",
        target=RELATIONSHIP,
        body=change_body("HMRC-MTD-IT-SUPP", "0002"),
        headers=HIP_HEADERS,
        made_up={"correlationid": UUID},
        session_ids_everywhere=True,
        good=json_reply(200, {"success": {"processingDate": "x"}}),
        good_outcome=True,
        failure=auto,
        gives=(
            gives("none active", hip_error("014", "No active relationship found"), False),
            gives("none active, as plain text", Reply(422, b"No active relationship found"), False),
            gives("suspended", hip_error("059", "AARN1234567 is currently suspended"), Fails(500, 422)),
        ),
    ),
)

HIP_ACTIVE = tuple(
    Operation(
        name=f"HIP active {service_key}",
        upstream=Upstream.HIP,
        call=lambda ports, key=KEYS[service_key]: ports.hip.active_relationship(key, TODAY),  # type: ignore[misc]
        method="GET",
        target=f"{RELATIONSHIP}?{first}&isAnAgent=false&activeOnly=true&{regime}{kind}{profile}",
        headers=HIP_HEADERS,
        made_up={"correlationid": UUID},
        session_ids_everywhere=True,
        good=displayed(ENDS_TODAY, ENTRY, OPEN),
        good_outcome=READ,
        failure=always(None),
        gives=(
            gives(
                "one that ends tomorrow",
                displayed(ENDS_TOMORROW),
                EtmpRelationship(Arn.as_given("CARN1234567"), date(2015, 9, 10), date(2026, 7, 16), "ALL00001"),
            ),
            gives("an open one", displayed(OPEN), EtmpRelationship(Arn.as_given("DARN1234567"), None, None, None)),
            gives("ended ones alone", displayed(ENDS_TODAY), None),
            gives("an entry without ARN", displayed({"dateFrom": "2015-09-10"}), UNREADABLE),
        ),
    )
    for service_key, (first, regime, kind, profile) in QUERIES.items()
)
HIP_ALL = tuple(
    Operation(
        name=f"HIP all {service_key}",
        upstream=Upstream.HIP,
        call=lambda ports, key=KEYS[service_key]: ports.hip.relationships(key, Which.ALL, TODAY),  # type: ignore[misc]
        method="GET",
        target=f"{RELATIONSHIP}?{first}&isAnAgent=false&activeOnly=false&{regime}"
        f"&dateFrom=2015-01-01&dateTo=2026-07-15{kind}",
        headers=HIP_HEADERS,
        made_up={"correlationid": UUID},
        session_ids_everywhere=True,
        good=displayed(ENTRY),
        good_outcome=(READ,),
        failure=auto,
        gives=(
            gives("not found", Reply(404), ()),
            gives("no relationship", hip_error("009", "No relationship found"), ()),
            gives("no relationship, as plain text", Reply(422, b"009"), ()),
            gives("suspended", hip_error("059", "AARN1234567 is currently suspended"), ()),
            gives("suspended, as plain text", Reply(422, b"suspended"), ()),
            gives("a reference that holds 009", hip_error("003", "Invalid reference 1009"), Fails(500, 422)),
            gives("another refusal without text", Reply(422), Fails(500, 422)),
            gives("a bad request", Reply(400), Fails(500, 400)),
        ),
    )
    for service_key, (first, regime, kind, _) in QUERIES.items()
)  # fmt: skip


def taxpayer(member: str, value: str) -> Reply:
    return json_reply(
        200,
        {"success": {"processingDate": "x", "taxPayerDisplayResponse": {member: value, "businessData": []}}},
    )


HIP_TAXPAYERS = (
    Operation(
        name="HIP business details by NINO",
        upstream=Upstream.HIP,
        call=lambda ports: ports.hip.mtd_it_id_of(NINO),
        method="GET",
        target=f"{DETAILS}?nino=AB123456",
        headers={**HIP_HEADERS, "x-message-type": "TaxpayerDisplay", "x-regime-type": "ITSA"},
        made_up={"correlationid": UUID},
        session_ids_everywhere=True,
        good=taxpayer("mtdId", "XAIT0000111122"),
        good_outcome=MtdItId.as_given("XAIT0000111122"),
        failure=always_500,
        gives=(
            gives("not found", Reply(404), None),
            gives("ID not found", hip_error("008", "ID not found"), None),
            gives("no subscription", hip_error("006", "Subscription data not found"), None),
            gives("another refusal", hip_error("003", "Request 006 could not be processed"), Fails(500, 422)),
            gives("no MTDITID", taxpayer("nino", "AB123456C"), UNREADABLE),
        ),
    ),
    Operation(
        name="HIP business details by MTDITID",
        upstream=Upstream.HIP,
        call=lambda ports: ports.hip.nino_of(MtdItId.as_given("XAIT0000111122")),
        method="GET",
        target=f"{DETAILS}?mtdReference=XAIT0000111122",
        headers={**HIP_HEADERS, "x-message-type": "TaxpayerDisplay", "x-regime-type": "ITSA"},
        made_up={"correlationid": UUID},
        session_ids_everywhere=True,
        good=taxpayer("nino", "AB123456C"),
        good_outcome=NINO,
        failure=always_500,
        gives=(gives("not found", Reply(422, b"008"), None),),
    ),
)

AFI = "/agent-fi-relationship/relationships"
PAIR = f"{AFI}/agent/AARN1234567/service/PERSONAL-INCOME-RECORD/client"
AFI_ITEM = {"arn": "AARN1234567", "startDate": "2017-12-08T15:21:51.040"}
AFI_READ = IncomeRecordRelationship(ARN, datetime(2017, 12, 8, 15, 21, 51, 40_000), None)  # noqa: DTZ001  # local


def unexpected_afi(what: str) -> Callable[[int], object]:
    return lambda status: Fails(status, status, f"Unexpected status {status} received from AFI {what}")


INCOME_RECORDS = (
    Operation(
        name="AFI get",
        upstream=Upstream.AGENT_FI_RELATIONSHIP,
        call=lambda ports: ports.agent_fi_relationship.relationship(ARN, "any thing"),
        method="GET",
        target=f"{PAIR}/any%20thing",
        good=json_reply(200, [AFI_ITEM, {"arn": "BARN1234567"}]),
        good_outcome=AFI_READ,
        failure=auto,
        gives=(
            gives("an empty list", json_reply(200, []), None),
            gives("not found", Reply(404), None),
        ),
    ),
    Operation(
        name="AFI create",
        upstream=Upstream.AGENT_FI_RELATIONSHIP,
        call=lambda ports: ports.agent_fi_relationship.create_relationship(
            ARN, NINO, datetime(2026, 7, 15, 21, 33, 16, 123_000, tzinfo=UTC)
        ),
        method="PUT",
        target=f"{PAIR}/AB123456",
        body={"startDate": "2026-07-15T22:33:16.123"},
        good=Reply(201),
        good_outcome=None,
        failure=unexpected_afi("create relationship"),
        gives=(
            gives(
                "another success",
                Reply(200),
                Fails(500, 200, "Unexpected status 200 received from AFI create relationship"),
            ),
        ),
        unreadable=None,
    ),
    Operation(
        name="AFI delete",
        upstream=Upstream.AGENT_FI_RELATIONSHIP,
        call=lambda ports: ports.agent_fi_relationship.remove_relationship(ARN, NINO),
        method="DELETE",
        target=f"{PAIR}/AB123456",
        good=Reply(200),
        good_outcome=True,
        failure=unexpected_afi("delete relationship"),
        gives=(gives("not there", Reply(404), False),),
        unreadable=True,
    ),
    Operation(
        name="AFI active",
        upstream=Upstream.AGENT_FI_RELATIONSHIP,
        call=lambda ports: ports.agent_fi_relationship.active_relationships_of(NINO),
        method="GET",
        target=f"{AFI}/service/PERSONAL-INCOME-RECORD/clientId/AB123456",
        good=json_reply(200, [AFI_ITEM]),
        good_outcome=(AFI_READ,),
        failure=unexpected_afi("get active relationship for client"),
        gives=(gives("nobody", Reply(404), ()),),
    ),
    Operation(
        name="AFI inactive",
        upstream=Upstream.AGENT_FI_RELATIONSHIP,
        call=lambda ports: ports.agent_fi_relationship.inactive_relationships_of_caller(),
        method="GET",
        target=f"{AFI}/inactive",
        good=json_reply(200, [AFI_ITEM]),
        good_outcome=(AFI_READ,),
        failure=unexpected_afi("get active relationship for client"),
        gives=(gives("nobody", Reply(404), ()),),
    ),
)

DES_HEADERS = {"authorization": "Bearer des-token", "environment": "des-environment"}
CESA_AGENTS = {
    "agents": [
        {"hasAgent": True, "agentId": "A1111A", "agentCeasedDate": None},
        {"hasAgent": False, "agentId": "alien"},
        {"hasAgent": True, "agentId": "ex", "agentCeasedDate": "2010-01-01"},
        {"hasAgent": True},
    ]
}

CESA = (
    Operation(
        name="CESA",
        upstream=Upstream.DES,
        call=lambda ports: ports.des.sa_agent_references(NINO),
        method="GET",
        target="/registration/relationship/nino/AB123456C",
        headers=DES_HEADERS,
        made_up={"correlationid": UUID},
        session_ids_everywhere=True,
        good=json_reply(200, CESA_AGENTS),
        good_outcome=(SaAgentReference.as_given("A1111A"),),
        failure=raw,
        gives=(
            gives("no list", json_reply(200, {}), ()),
            gives("another kind of 404", json_reply(404, {"code": "NOT_FOUND"}), Fails(404, 404)),
            gives("a 404 without code", json_reply(404, {}), Fails(404, 404)),
            gives("an unreadable 404", Reply(404, b"<html>"), UNREADABLE),
        ),
    ),
)

MAPPINGS = (
    Operation(
        name="mappings sa",
        upstream=Upstream.AGENT_MAPPING,
        call=lambda ports: ports.agent_mapping.sa_agent_references(ARN),
        method="GET",
        target="/agent-mapping/mappings/sa/AARN1234567",
        good=json_reply(200, {"mappings": [{"arn": "AARN1234567", "saAgentReference": "A1111A", "created": "x"}]}),
        good_outcome=(SaAgentReference.as_given("A1111A"),),
        failure=always(()),
        gives=(gives("not mapped", Reply(404), ()),),
    ),
    Operation(
        name="mappings agentcode",
        upstream=Upstream.AGENT_MAPPING,
        call=lambda ports: ports.agent_mapping.agent_codes(ARN),
        method="GET",
        target="/agent-mapping/mappings/agentcode/AARN1234567",
        good=json_reply(200, {"mappings": [{"arn": "AARN1234567", "agentCode": "ABCDE1"}]}),
        good_outcome=(AgentCode.as_given("ABCDE1"),),
        failure=always(()),
        gives=(gives("not mapped", Reply(404), ()),),
    ),
)

AGENCY = {"agencyName": "My Agency", "agencyEmail": "a@b.c"}

AGENT_RECORDS = (
    Operation(
        name="agent record",
        upstream=Upstream.AGENT_SERVICES_ACCOUNT,
        call=lambda ports: ports.agent_services_account.agent_record(ARN),
        method="GET",
        target="/agent-services-account/agent-record-with-checks/arn/AARN1234567",
        headers={"authorization": "internal-token"},
        good=json_reply(
            200,
            {"agencyDetails": AGENCY, "suspensionDetails": {"suspensionStatus": True, "regimes": ["ITSA"]}},
        ),
        good_outcome=AgentRecord("My Agency", "a@b.c", SuspensionDetails(True, ("ITSA",))),
        failure=auto,
        gives=(
            gives("not found", Reply(404), Fails(500, 404)),
            gives("no suspension", json_reply(200, {"agencyDetails": AGENCY}), AgentRecord("My Agency", "a@b.c", None)),
            gives(
                "no regimes",
                json_reply(200, {"agencyDetails": AGENCY, "suspensionDetails": {"suspensionStatus": False}}),
                AgentRecord("My Agency", "a@b.c", SuspensionDetails(False, None)),
            ),
            gives(
                "nameless",
                json_reply(200, {"agencyDetails": {"agencyName": None, "agencyEmail": 7}}),
                AgentRecord("", "", None),
            ),
            gives("no agency", json_reply(200, {}), UNREADABLE),
            gives("no status", json_reply(200, {"agencyDetails": AGENCY, "suspensionDetails": {}}), UNREADABLE),
        ),
    ),
)

OPERATIONS = (
    *HIP_CREATIONS,
    *HIP_REMOVALS,
    *HIP_ACTIVE,
    *HIP_ALL,
    *HIP_TAXPAYERS,
    *INCOME_RECORDS,
    *CESA,
    *MAPPINGS,
    *AGENT_RECORDS,
)
