"""Spec: identifiers 18, relationships 12, invitations 2, upstreams 3.1, 4.2, 4.3, journey 4.3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_services.tax_services import (
    API_SERVICES,
    CLIENT_ID_TYPES,
    ENROLMENT_SERVICES,
    TAX_SERVICES,
    AgentRole,
    EnrolmentKey,
    InvalidEnrolmentKey,
    TaxService,
    UnknownTaxService,
    api_service,
    client_id_type,
    client_id_type_in_enrolment,
    services_by_path_segment,
    suspended_regimes,
    tax_service,
)


def row(service_key: str) -> TaxService:
    found = tax_service(service_key)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("service_key", "prefix", "supplied", "kept", "enrolment", "regime"),
    [
        ("HMRC-MTD-IT", "A", ("ni", "NINO"), ("MTDITID", "MTDITID"), "HMRC-MTD-IT", "ITSA"),
        ("HMRC-MTD-IT-SUPP", "L", ("ni", "NINO"), ("MTDITID", "MTDITID"), "HMRC-MTD-IT-SUPP", "ITSA"),
        ("PERSONAL-INCOME-RECORD", "B", ("ni", "NINO"), ("ni", "NINO"), "HMRC-NI", "PIR"),
        ("HMRC-MTD-VAT", "C", ("vrn", "VRN"), ("vrn", "VRN"), "HMRC-MTD-VAT", "VATC"),
        ("HMRC-TERS-ORG", "D", ("utr", "SAUTR"), ("utr", "SAUTR"), "HMRC-TERS-ORG", "TRS"),
        ("HMRC-TERSNT-ORG", "F", ("urn", "URN"), ("urn", "URN"), "HMRC-TERSNT-ORG", "TRS"),
        ("HMRC-CGT-PD", "E", ("CGTPDRef", "CGTPDRef"), ("CGTPDRef", "CGTPDRef"), "HMRC-CGT-PD", "CGT"),
        (
            "HMRC-PPT-ORG",
            "G",
            ("EtmpRegistrationNumber", "EtmpRegistrationNumber"),
            ("EtmpRegistrationNumber", "EtmpRegistrationNumber"),
            "HMRC-PPT-ORG",
            "PPT",
        ),
        ("HMRC-CBC-ORG", "H", ("cbcId", "cbcId"), ("cbcId", "cbcId"), "HMRC-CBC-ORG", "CBC"),
        ("HMRC-CBC-NONUK-ORG", "J", ("cbcId", "cbcId"), ("cbcId", "cbcId"), "HMRC-CBC-NONUK-ORG", "CBC"),
        ("HMRC-PILLAR2-ORG", "K", ("PLRID", "PLRID"), ("PLRID", "PLRID"), "HMRC-PILLAR2-ORG", "PLR"),
    ],
)
def test_how_each_service_names_its_clients(
    service_key: str, prefix: str, supplied: tuple[str, str], kept: tuple[str, str], enrolment: str, regime: str
) -> None:
    service = row(service_key)

    assert service.invitation_prefix == prefix
    assert (service.supplied_id_type.name, service.supplied_id_type.enrolment_name) == supplied
    assert (service.client_id_type.name, service.client_id_type.enrolment_name) == kept
    assert (service.enrolment_service_key, service.suspension_regime) == (enrolment, regime)


@pytest.mark.parametrize(
    ("service_key", "told", "asked"),
    [
        ("HMRC-MTD-IT", ("ITSA", "MTDBSA", "ZA01", "ALL00001", True), (None, "ZA01", "ALL00001")),
        ("HMRC-MTD-IT-SUPP", ("ITSA", "MTDBSA", "ZA01", "ITSAS001", False), (None, "ZA01", "ITSAS001")),
        ("HMRC-MTD-VAT", ("VATC", "VRN", "ZA01", "ALL00001", True), ("VRN", "ZA01", "ALL00001")),
        ("HMRC-CGT-PD", ("CGT", "ZCGT", "ZA01", "ALL00001", True), ("ZCGT", "ZA01", "ALL00001")),
        ("HMRC-PPT-ORG", ("PPT", "ZPPT", "ZA01", "ALL00001", True), ("ZPPT", "ZA01", "ALL00001")),
        ("HMRC-PILLAR2-ORG", ("PLR", "ZPLR", "ZA01", "ALL00001", True), ("ZPLR", None, None)),
        ("HMRC-TERS-ORG", ("TRS", "UTR", None, None, True), ("UTR", None, None)),
        ("HMRC-TERSNT-ORG", ("TRS", "URN", None, None, True), ("URN", None, None)),
        ("HMRC-CBC-ORG", ("CBC", "CBC", None, None, True), ("CBC", None, None)),
        ("HMRC-CBC-NONUK-ORG", ("CBC", "CBC", None, None, True), ("CBC", None, None)),
    ],
)
def test_what_etmp_is_told_and_asked(
    service_key: str,
    told: tuple[str, str, str | None, str | None, bool],
    asked: tuple[str | None, str | None, str | None],
) -> None:
    etmp = row(service_key).etmp

    assert etmp is not None
    assert (etmp.regime, etmp.id_type, etmp.relationship_type, etmp.auth_profile, etmp.is_exclusive) == told
    assert (etmp.query_id_type, etmp.query_relationship_type, etmp.query_auth_profile) == asked


def test_the_income_record_alone_is_kept_elsewhere() -> None:
    assert [str(service) for service in TAX_SERVICES if service.is_kept_by_agent_fi] == ["PERSONAL-INCOME-RECORD"]
    assert len(TAX_SERVICES) == 11
    assert len(ENROLMENT_SERVICES) == 10
    assert row("PERSONAL-INCOME-RECORD") not in ENROLMENT_SERVICES


def test_no_two_services_share_a_prefix() -> None:
    assert {service.invitation_prefix for service in TAX_SERVICES} == set("ABCDEFGHJKL")


def test_only_income_tax_has_supporting_agents() -> None:
    main, supporting = row("HMRC-MTD-IT"), row("HMRC-MTD-IT-SUPP")

    assert (main.counterpart, supporting.counterpart) == (supporting, main)
    assert [service for service in TAX_SERVICES if not service.has_one_main_agent] == [supporting]
    assert [service for service in TAX_SERVICES if service.has_agent_roles] == [main, supporting]
    assert [service for service in TAX_SERVICES if service.allows_partial_authorisation] == [main, supporting]


def test_services_that_turn_into_another() -> None:
    assert row("HMRC-CBC-ORG").overseas == row("HMRC-CBC-NONUK-ORG")
    assert row("HMRC-TERSNT-ORG").taxable == row("HMRC-TERS-ORG")
    assert [str(service) for service in TAX_SERVICES if service.overseas or service.taxable] == [
        "HMRC-TERSNT-ORG",
        "HMRC-CBC-ORG",
    ]


@pytest.mark.parametrize(
    ("api_name", "role", "service_key"),
    [
        ("MTD-IT", AgentRole.MAIN, "HMRC-MTD-IT"),
        ("MTD-IT", AgentRole.SUPPORTING, "HMRC-MTD-IT-SUPP"),
        ("MTD-VAT", AgentRole.MAIN, "HMRC-MTD-VAT"),
    ],
)
def test_the_public_api_names_a_service_and_a_role(api_name: str, role: AgentRole, service_key: str) -> None:
    assert api_service(api_name, role) == row(service_key)


@pytest.mark.parametrize(
    ("api_name", "role"),
    [("MTD-VAT", AgentRole.SUPPORTING), ("HMRC-MTD-VAT", AgentRole.MAIN), ("mtd-it", AgentRole.MAIN)],
)
def test_the_public_api_knows_no_others(api_name: str, role: AgentRole) -> None:
    assert api_service(api_name, role) is None
    assert len(API_SERVICES) == 3


@pytest.mark.parametrize(
    ("path_segment", "service_keys", "client_types"),
    [
        ("income-tax", ["HMRC-MTD-IT", "HMRC-MTD-IT-SUPP"], {"personal"}),
        ("income-record-viewer", ["PERSONAL-INCOME-RECORD"], {"personal"}),
        ("vat", ["HMRC-MTD-VAT"], {"personal", "business"}),
        ("trusts-and-estates", ["HMRC-TERS-ORG", "HMRC-TERSNT-ORG"], {"trust"}),
        ("capital-gains-tax-uk-property", ["HMRC-CGT-PD"], {"personal", "trust"}),
        ("plastic-packaging-tax", ["HMRC-PPT-ORG"], {"personal", "business", "trust"}),
        ("country-by-country-reporting", ["HMRC-CBC-ORG", "HMRC-CBC-NONUK-ORG"], {"business", "trust"}),
        ("pillar-2", ["HMRC-PILLAR2-ORG"], {"business", "trust"}),
        ("unknown", [], set()),
    ],
)
def test_what_stands_behind_an_address(path_segment: str, service_keys: list[str], client_types: set[str]) -> None:
    found = services_by_path_segment(path_segment)

    assert [service.service_key for service in found] == service_keys
    assert {str(kind) for service in found for kind in service.client_types} == client_types


@pytest.mark.parametrize("service_key", ["hmrc-mtd-it", "HMRC-AS-AGENT", "IR-SA", "HMRC-NI", "HMCE-VATDEC-ORG", ""])
def test_other_keys_are_no_tax_service(service_key: str) -> None:
    assert tax_service(service_key) is None


@pytest.mark.parametrize(
    ("name", "given", "valid", "value"),
    [
        ("ni", "AB 12 34 56 C", True, "AB123456"),
        ("ni", "ab123456c", False, "ab123456"),
        ("vrn", "101 747 696", False, "101747696"),
        ("vrn", "123456789", True, "123456789"),
        ("utr", "0123456789", True, "0123456789"),
        ("urn", "A", True, "A"),
        ("urn", "xxtrust00000000", False, "xxtrust00000000"),
        ("MTDITID", "AB123456C", True, "AB123456C"),
        ("CGTPDRef", "XMCGTP123456789", True, "XMCGTP123456789"),
        ("EtmpRegistrationNumber", "XAPPT0000000000", True, "XAPPT0000000000"),
        ("cbcId", "XACBC0123456789", True, "XACBC0123456789"),
        ("PLRID", "XAPLR0000000000", True, "XAPLR0000000000"),
    ],
)
def test_the_raw_id_is_checked_and_the_compact_one_kept(name: str, given: str, valid: bool, value: str) -> None:
    kind = client_id_type(name)

    assert kind is not None
    assert (kind.is_valid(given), kind.value_of(given)) == (valid, value)


def test_names_of_id_types_keep_their_case() -> None:
    assert [client_id_type(name) for name in ("NI", "NINO", "VRN", "cbcid", "SAUTR")] == [None] * 5
    assert [client_id_type_in_enrolment(name) for name in ("ni", "vrn", "CBCID", "utr")] == [None] * 4
    assert [client_id_type_in_enrolment(kind.enrolment_name) for kind in CLIENT_ID_TYPES] == list(CLIENT_ID_TYPES)


@pytest.mark.parametrize(
    ("text", "client_id", "kind"),
    [
        ("HMRC-MTD-VAT~VRN~123456789", "123456789", "VRN"),
        ("HMRC-MTD-IT~MTDITID~XAIT00000000001", "XAIT00000000001", "MTDITID"),
        ("HMRC-MTD-IT~NINO~AB123456", "AB123456", "NINO"),
        ("HMRC-CBC-ORG~UTR~1234567890~cbcId~XACBC0123456789", "XACBC0123456789", "cbcId"),
        ("HMRC-CBC-ORG~cbcId~XACBC0123456789~UTR~1234567890", "XACBC0123456789", "cbcId"),
        ("HMRC-AS-AGENT~AgentReferenceNumber~TARN0000001", "TARN0000001", "AgentReferenceNumber"),
        ("IR-PAYE~TaxOfficeNumber~123~TaxOfficeReference~AB1", "123", "TaxOfficeNumber"),
    ],
)
def test_a_key_is_read_and_written_alike(text: str, client_id: str, kind: str) -> None:
    key = EnrolmentKey.parse(text)

    assert str(key) == text
    assert (key.client_id, key.client_id_type) == (client_id, kind)
    assert key.has_nino is (kind == "NINO")


@pytest.mark.parametrize(
    "text",
    ["", "HMRC-FAKE-SVC", "HMRC-FAKE-SVC~NINO", "HMRC-FAKE-SVC~NINO~AB123456Z~anotherId", "~VRN~1", "A~~1", "A~VRN~"],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidEnrolmentKey):
        EnrolmentKey.parse(text)


def test_a_refusal_does_not_repeat_the_text() -> None:
    with pytest.raises(InvalidEnrolmentKey, match=r"^not a valid enrolment key$"):
        EnrolmentKey.parse("AB123456C")


PART = st.text(alphabet=st.characters(exclude_characters="~"), min_size=1)


@given(service_key=PART, identifiers=st.lists(st.tuples(PART, PART), min_size=1))
def test_any_key_survives_writing_and_reading(service_key: str, identifiers: list[tuple[str, str]]) -> None:
    key = EnrolmentKey(service_key, tuple(identifiers))

    assert EnrolmentKey.parse(str(key)) == key


def test_a_service_makes_the_keys_of_its_clients() -> None:
    income_tax = row("HMRC-MTD-IT")

    assert str(income_tax.enrolment_key(" XAIT00000000001")) == "HMRC-MTD-IT~MTDITID~XAIT00000000001"
    assert str(income_tax.supplied_key("AB 12 34 56 C")) == "HMRC-MTD-IT~NINO~AB123456"
    assert str(row("PERSONAL-INCOME-RECORD").enrolment_key("AB123456C")) == "PERSONAL-INCOME-RECORD~NINO~AB123456"
    assert str(EnrolmentKey.for_agent("TARN0000001")) == "HMRC-AS-AGENT~AgentReferenceNumber~TARN0000001"


def test_a_key_leads_to_its_service() -> None:
    assert EnrolmentKey.of("HMRC-MTD-VAT", "VRN", "123456789").service == row("HMRC-MTD-VAT")
    with pytest.raises(UnknownTaxService):
        _ = EnrolmentKey.for_agent("TARN0000001").service


def test_an_identifier_is_found_by_name_in_any_case() -> None:
    key = EnrolmentKey.parse("HMRC-CBC-ORG~UTR~1234567890~cbcId~XACBC0123456789")

    assert (key.identifier("utr"), key.identifier("CBCID"), key.identifier("VRN")) == (
        "1234567890",
        "XACBC0123456789",
        None,
    )


@pytest.mark.parametrize(
    ("given_regimes", "covered"),
    [
        ([], set()),
        (["VATC"], {"VATC"}),
        (["ALL"], {"ALL", "ITSA", "VATC", "TRS", "CGT", "PIR", "PPT", "PLR"}),
        (["AGSV", "CBC"], {"AGSV", "CBC", "ITSA", "VATC", "TRS", "CGT", "PIR", "PPT", "PLR"}),
    ],
)
def test_all_regimes_are_all_but_country_by_country(given_regimes: list[str], covered: set[str]) -> None:
    assert suspended_regimes(given_regimes) == covered
