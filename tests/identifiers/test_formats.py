"""Identifiers that are a pattern and nothing more. Spec: identifiers 5, 6, 8 to 16, 26."""

import pytest

from agent_services.identifiers import (
    AcknowledgementReference,
    AgentCode,
    AmlsRegistrationNumber,
    CbcId,
    CesaAgentId,
    CgtRef,
    CharAgentId,
    Crn,
    Eori,
    GovAgentId,
    GtsAgentReference,
    Identifier,
    MgdAgentReference,
    MtdItId,
    NovrnAgentReference,
    PlrId,
    PptRef,
    SaAgentReference,
    SafeId,
    Storn,
    Urn,
    UrnClientId,
    VatAgentReference,
    new_acknowledgement_reference,
)

VALID: dict[type[Identifier], list[str]] = {
    MtdItId: ["XAIT00000000001", "ABCDEF123456789", "ABCD12345678901", "a", "0"],
    Urn: [
        "XXTRUST80000001",
        "XATRUST12345678",
        "XXTRUST80001000",
        "XXTRUST00000000",
        "xxTRUST80001000",
        "xxtrust00000000",
    ],
    UrnClientId: [
        "XXTRUST80000001",
        "XATRUST12345678",
        "XXTRUST80001000",
        "XXTRUST00000000",
        "A",
        "1234567890",
        "ZZZZZZZZZZZZZZZ",
        "33TRUST80001000",
        "XXTRUST8000100",
        "XXTROST80001000",
    ],
    CgtRef: ["XMCGTP123456789", "XACGTP000000000", "XZCGTP999999999", "XQCGTP001002003", "XBCGTP234567890"],
    PptRef: ["XAPPT0000000000", "XAPPT0001234567", "XZPPT0009999999", "XBPPT0000000001", "XHPPT0007654321"],
    CbcId: ["XACBC0123456789", "XBCBC0000000000", "XZCBC9999999999", "XMCBC1234567890", "XQCBC0000000001"],
    PlrId: ["XBPLR1234567890", "XAPLR0000000000", "XZPLR9999999999", "XEPLR2222222222", "XMPLR0000000012"],
    Eori: ["A0000000000000a", "GB123456789000", "XI123456789000", "GB123456789012345", "1"],
    AgentCode: ["TZRXXV", "ABCDE1", "LMNOP123456", "1", "AGENTCODE123"],
    SaAgentReference: ["A1111A", "A1111B", "F9876J", "B2121C", "SA6012"],
    VatAgentReference: ["101747696", "101747641", "ABC123456", "abcdefghi", "A1B2C3D4E"],
    NovrnAgentReference: ["ABC123", "abc123", "000000", "A1B2C3", "ZZZZZZ"],
    GtsAgentReference: ["12345678901234", "ABCDEFGHIJKLMN", "AB896462212345", "XGGTS000000001", "aaaaaaaaaaaaaa"],
    MgdAgentReference: ["ABCDE12345", "1234567890", "AB CD 1234", "abcdefghij", "ZZZZZ00000"],
    Storn: ["1234567890", "1", "000000", "9999999999", "42"],
    CharAgentId: ["FGH79/96KUJ", "", "anything at all\n"],
    CesaAgentId: ["A", "A1111A"],
    GovAgentId: ["A", "ABCDEFGHIJKL"],
    SafeId: ["XE0001234567890", "XA0000000000000", "XZ0009999999999", "XB0000000000001", "XH0001111111111"],
    Crn: ["SC123456", "12345678", "OC300000", "NI000001", "00000001"],
    AmlsRegistrationNumber: [
        "XAML00000200000",
        "XZML00000000000",
        "XBML00000999999",
        "XCML00000123456",
        "XQML00000100200",
    ],
    AcknowledgementReference: ["0123456789abcdef0123456789abcdef"],
}

INVALID: dict[type[Identifier], list[str]] = {
    MtdItId: ["", "1234567890123456", "ABC-123", "ABC 123", "00000000000000!", "a\n"],
    Urn: [
        "A",
        "1234567890",
        "ZZZZZZZZZZZZZZZ",
        "33TRUST80001000",
        "XXTRUST8000100",
        "XXTROST80001000",
        "XXTRUST800010001",
        "((TRUST80000001",
        "200000000!",
        "",
        "XXTRUſT80000001",
    ],
    UrnClientId: ["xxTRUST80001000", "xxtrust00000000", "XXTRUST800010001", "((TRUST80000001", "200000000!", ""],
    CgtRef: [
        "XmCGTP123456789",
        "ZMCGTP123456789",
        "XMcgtp123456789",
        "123456789",
        "XMCGTP1234",
        "XMCGTP1234567890",
        "",
    ],
    PptRef: ["XAPPT00000000000", "XAPPT00000000", "XAPPT1000000000", "xappt0000000000", "YAPPT0000000000", ""],
    CbcId: ["XACBC01234567890", "XACBC012345678", "xacbc0123456789", "XACBC012345678!", "XACBD0123456789", ""],
    PlrId: ["XBPLR12345", "XBPLR1234567890125637", "xbplr1234567890", "X1PLR1234567890", "Xdefinitely-not", ""],
    Eori: ["", "0" * 20, "00000000000000!", "GB 123456789", "GB-123456789000"],
    AgentCode: ["", "abc", "ABCDEFGHIJKLM", "AB C", "AB-C"],
    SaAgentReference: ["A1111", "A1111AA", "A111-A", "A 1111", ""],
    VatAgentReference: ["10174769", "1017476960", "10174769-", "ABC 12345", ""],
    NovrnAgentReference: ["ABC12", "ABC1234", "ABC-12", "AB 123", ""],
    GtsAgentReference: ["AB8964622K", "123456789012345", "1234567890123", "1234567890123-", ""],
    MgdAgentReference: ["737B.89", "ABCDE1234", "ABCDE123456", "ABCDE-1234", ""],
    Storn: ["AAA0008", "12345678901", "12 34", "12-34", ""],
    CesaAgentId: ["", "A1111AA"],
    GovAgentId: ["", "ABCDEFGHIJKLM"],
    SafeId: [
        "xe0001234567890",
        "YE0001234567890",
        "X00001234567890",
        "XE0011234567890",
        "XE000123456789",
        "XE00012345678901",
        "safeId",
    ],
    Crn: ["sc123456", "1234567", "123456789", "S1234567", "SC12345"],
    AmlsRegistrationNumber: [
        "XAML0000020000",
        "XAML000002000000",
        "xaml00000200000",
        "XAML00001200000",
        "X1ML00000200000",
        "XXX",
    ],
    AcknowledgementReference: ["0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef", ""],
}


def _cases(vectors: dict[type[Identifier], list[str]]) -> list[tuple[type[Identifier], str]]:
    return [(kind, text) for kind, texts in vectors.items() for text in texts]


@pytest.mark.parametrize(("kind", "text"), _cases(VALID))
def test_valid(kind: type[Identifier], text: str) -> None:
    assert kind.is_valid(text)
    assert kind.parse(text) == kind(text)


@pytest.mark.parametrize(("kind", "text"), _cases(INVALID))
def test_invalid(kind: type[Identifier], text: str) -> None:
    assert not kind.is_valid(text)


@pytest.mark.parametrize(
    ("text", "issued"), [("XAIT00000000001", True), ("ZZZZ99999999999", True), ("ABCDEF123456789", False)]
)
def test_the_issued_form_of_an_mtditid(text: str, issued: bool) -> None:
    assert MtdItId(text).is_of_issued_form is issued


@pytest.mark.parametrize(
    "text", ["GB123456789000", "XI123456789000", "FR000000000001", "DE999999999999", "ZZ000000000000"]
)
def test_an_eori_that_a_test_user_may_have(text: str) -> None:
    assert Eori.is_valid_for_test_user(text)


@pytest.mark.parametrize("text", ["GB12345678900", "GB1234567890001", "gb123456789000", "G1123456789000", ""])
def test_an_eori_that_no_test_user_may_have(text: str) -> None:
    assert not Eori.is_valid_for_test_user(text)


@pytest.mark.parametrize("text", ["GB1234567890", "gb1234567890", "GB123456789012345", "_^1234567890", "XI12345678901"])
def test_an_eori_that_a_record_may_hold(text: str) -> None:
    assert Eori.is_valid_in_record(text)


@pytest.mark.parametrize("text", ["GB123456789", "GB1234567890123456", "G1234567890", "12345678901234", ""])
def test_an_eori_that_no_record_holds(text: str) -> None:
    assert not Eori.is_valid_in_record(text)


@pytest.mark.parametrize(("text", "taken"), [("1", True), ("ab1", True), ("SCX12345", False), ("123456789", False)])
def test_a_crn_as_the_records_take_it(text: str, taken: bool) -> None:
    assert Crn.is_valid_loosely(text) is taken


@pytest.mark.parametrize(("text", "taken"), [("safeId", True), ("O'Neill & Co", True), ("", False), ("X" * 16, False)])
def test_a_safe_id_as_the_records_take_it(text: str, taken: bool) -> None:
    assert SafeId.is_valid_loosely(text) is taken


def test_an_acknowledgement_reference_is_fresh_and_valid() -> None:
    one, other = new_acknowledgement_reference(), new_acknowledgement_reference()

    assert AcknowledgementReference.is_valid(one.value)
    assert AcknowledgementReference.is_valid_loosely(one.value)
    assert one != other
