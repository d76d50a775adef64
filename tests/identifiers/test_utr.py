"""Spec: identifiers 2 and 7."""

import pytest

from agent_services.identifiers import TrustUtr, Utr

TEN_DIGITS_UNCHECKED = ["0123456789", "1234567890", "6000000006", "3000000005", "5550000621", "3141592653"]
CHECKED = [
    *("2000000000", "9000000001", "7000000002", "5000000003", "8000000007", "4000000009"),
    *("2234567890", "1097172564", "2108834503"),
]
NOT_TEN_DIGITS = ["20000000000", "200000", "200000000B", "200000000!", "", "2000000000\n", "K2000000000", "2000000000K"]


@pytest.mark.parametrize("text", CHECKED)
def test_a_utr_with_the_right_check_digit_is_valid(text: str) -> None:
    assert Utr.is_valid(text)


@pytest.mark.parametrize("text", TEN_DIGITS_UNCHECKED + NOT_TEN_DIGITS)
def test_any_other_text_is_no_utr(text: str) -> None:
    assert not Utr.is_valid(text)


@pytest.mark.parametrize("text", [*CHECKED, *TEN_DIGITS_UNCHECKED, "9999999999", "0000000000"])
def test_a_trust_is_known_by_any_ten_digits(text: str) -> None:
    assert TrustUtr.is_valid(text)


@pytest.mark.parametrize("text", [*NOT_TEN_DIGITS, "123456789", "12345678901", "123456789A", "1234 567890"])
def test_a_trust_is_known_by_nothing_but_ten_digits(text: str) -> None:
    assert not TrustUtr.is_valid(text)


@pytest.mark.parametrize(("text", "pretty"), [("2000000000", "20000 00000"), ("1234567890", "1234567890")])
def test_only_a_valid_utr_is_printed_in_groups(text: str, pretty: str) -> None:
    assert Utr.as_given(text).pretty() == pretty
