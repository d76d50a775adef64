"""Spec: identifiers 17, invitations 3.3."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_services.identifiers import InvitationId, new_invitation_id
from agent_services.identifiers.invitation_id import ALPHABET, check_symbols, crc_10

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

SAME_REQUEST = """
ABERULMHCKKW3 BBERULMHCKKTN CBERULMHCKK8S DBERULMHCKKG1 EBERULMHCKKKM FBERULMHCKKM8
GBERULMHCKKEC HBERULMHCKK5T JBERULMHCKKZ2 KBERULMHCKK3E LBERULMHCKKBD
"""

VECTORS = [
    *[("myAgency", "clientId", "service", 978307200000, made[0], made) for made in SAME_REQUEST.split()],
    ("TARN0000001", "AB123456A", "HMRC-MTD-IT", 1546300800000, "A", "ALG7KDDJ87KPX"),
    ("TARN0000001", "101747696", "HMRC-MTD-VAT", 1546300800000, "C", "CDCDGGFHAHSS5"),
    ("AARN0000002", "AB123456A", "PERSONAL-INCOME-RECORD", 1577836800000, "B", "B85ZZM3AW4TCH"),
    ("AARN0000002", "XXTRUST80000001", "HMRC-TERSNT-ORG", 1577836800000, "F", "FEX828481CTYG"),
    ("TARN0000001", "XMCGTP123456789", "HMRC-CGT-PD", 1577836800000, "E", "E45YLB9XSL3JK"),
    ("TARN0000001", "AB123456A", "HMRC-MTD-IT-SUPP", 1577836800000, "L", "LJ1B6M7B6TK37"),
    ("TARN0000001", "AB123456", "HMRC-MTD-IT", 1734621531123, "A", "AXZPA696ML24X"),
    ("TARN0000001", "AB123456", "PERSONAL-INCOME-RECORD", 1734621531123, "B", "B7CR7K67GJ7AB"),
    ("TARN0000001", "101747696", "HMRC-MTD-VAT", 1734621531123, "C", "CMLRH6E8R9EX3"),
    ("TARN0000001", "1234567890", "HMRC-TERS-ORG", 1734621531123, "D", "DF3BJL35CZBDG"),
    ("TARN0000001", "XMCGTP123456789", "HMRC-CGT-PD", 1734621531123, "E", "EPDEEG3S4PB8L"),
    ("TARN0000001", "XXTRUST12345678", "HMRC-TERSNT-ORG", 1734621531123, "F", "F9ZY5G3GH5X58"),
    ("TARN0000001", "XAPPT0004567890", "HMRC-PPT-ORG", 1734621531123, "G", "GASWSO4AKUNZ7"),
    ("TARN0000001", "XACBC1234567890", "HMRC-CBC-ORG", 1734621531123, "H", "HLOATAWFGGO5A"),
    ("TARN0000001", "XACBC1234567890", "HMRC-CBC-NONUK-ORG", 1734621531123, "J", "J9KHDFX2HDHK7"),
    ("TARN0000001", "XAPLR2222222222", "HMRC-PILLAR2-ORG", 1734621531123, "K", "KCO2S8C33A2ZE"),
    ("TARN0000001", "AB123456", "HMRC-MTD-IT-SUPP", 1734621531123, "L", "LJOSWFE7OTPEU"),
]


@pytest.mark.parametrize(("arn", "client_id", "service_key", "milliseconds", "prefix", "made"), VECTORS)
def test_an_id_is_computed_from_what_is_asked(
    arn: str, client_id: str, service_key: str, milliseconds: int, prefix: str, made: str
) -> None:
    now = EPOCH + timedelta(milliseconds=milliseconds)

    computed = new_invitation_id(arn=arn, client_id=client_id, service_key=service_key, prefix=prefix, now=now)

    assert computed == InvitationId(made)
    assert InvitationId.is_valid(made)


@pytest.mark.parametrize("text", ["CZTW1KY6RTAAT", "FKTSJ6B9HZJBS"])
def test_other_valid_ids(text: str) -> None:
    assert InvitationId.parse(text).prefix == text[0]


@pytest.mark.parametrize(
    "text",
    [
        "ABERULMHCKKW4",
        "BBERULMHCKKW3",
        "ABERULMHCKKW3A",
        "ABERUL!HCKKW3",
        "ABERULMHCKKI3",
        "AVERULMHCKKW3",
        "aberulmhckkw3",
        "",
        "ABERULMHCKW4",
        "ABERULMHCKKW3\n",
    ],
)
def test_invalid_ids(text: str) -> None:
    assert not InvitationId.is_valid(text)


@pytest.mark.parametrize(("data", "crc"), [(b"123456789", 0x199), (b"\x01\x02", 325), (b"ABC", 956)])
def test_the_check_value(data: bytes, crc: int) -> None:
    assert crc_10(data) == crc


def test_what_is_below_a_millisecond_does_not_count() -> None:
    now = EPOCH + timedelta(milliseconds=978307200000, microseconds=999)

    computed = new_invitation_id(arn="myAgency", client_id="clientId", service_key="service", prefix="A", now=now)

    assert computed.value == "ABERULMHCKKW3"


@given(
    arn=st.text(),
    client_id=st.text(),
    prefix=st.sampled_from("ABCDEFGHJKL"),
    milliseconds=st.integers(0, 4_000_000_000_000),
)
def test_every_computed_id_is_valid(arn: str, client_id: str, prefix: str, milliseconds: int) -> None:
    now = EPOCH + timedelta(milliseconds=milliseconds)

    computed = new_invitation_id(arn=arn, client_id=client_id, service_key="HMRC-MTD-VAT", prefix=prefix, now=now)

    assert InvitationId.is_valid(computed.value)
    assert computed.prefix == prefix


@given(start=st.text(alphabet=ALPHABET, min_size=11, max_size=11), place=st.integers(0, 10), data=st.data())
def test_one_wrong_symbol_never_passes(start: str, place: int, data: st.DataObject) -> None:
    other = data.draw(st.sampled_from([symbol for symbol in ALPHABET if symbol != start[place]]))
    mistyped = start[:place] + other + start[place + 1 :]

    assert not InvitationId.is_valid(mistyped + check_symbols(start))
