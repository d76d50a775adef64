"""Spec: identifiers 1."""

import pytest

from agent_services.identifiers import Arn, InvalidIdentifier

VALID = [
    *("TARN0000001", "AARN0000002", "EARN0000003", "XARN0000004", "MARN0000005", "PARN0000000", "ZARN0000010"),
    *("JARN1234567", "BARN7654321", "EARN9999999", "KARN3869382", "LARN7404004", "DARN0002185", "GARN0000247"),
    *("ZARN0001391", "PARN0876123"),
]
INVALID = [
    *("AARN0000001", "TARN0000002", "TARN0000003", "ZARN1234567", "XARN1234567", "TABC0000001", "Tarn0000001"),
    *("tARN0000001", "TARN00001", "TARN0000000001", "ARN0000001", "", "LARN7404005", "A_BAD_ARN"),
    *("TARN0000001\n", " TARN0000001", "TARN000000\u0661"),
]


@pytest.mark.parametrize("text", VALID)
def test_an_arn_with_the_right_check_letter_is_valid(text: str) -> None:
    assert Arn.is_valid(text)
    assert str(Arn.parse(text)) == text


@pytest.mark.parametrize("text", INVALID)
def test_anything_else_is_refused(text: str) -> None:
    assert not Arn.is_valid(text)
    with pytest.raises(InvalidIdentifier):
        Arn.parse(text)


def test_a_path_takes_any_text_for_an_arn() -> None:
    assert Arn.as_given("A_BAD_ARN").value == "A_BAD_ARN"


@pytest.mark.parametrize(("text", "pretty"), [("TARN0000001", "TARN-000-0001"), ("AARN0000001", "AARN0000001")])
def test_only_a_valid_arn_is_printed_with_dashes(text: str, pretty: str) -> None:
    assert Arn.as_given(text).pretty() == pretty
