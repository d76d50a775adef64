"""Spec: identifiers 3."""

import pytest

from agent_services.identifiers import Vrn

CHECKED_97 = ["101747696", "888913457", "555219930", "123456782", "000000097", "000489997"]
CHECKED_9755 = ["101747641", "888913402", "555219972", "123456727", "000000042"]
UNCHECKED = ["123456789", "234567890", "313402196", "112233442", "000489900"]
NOT_NINE_DIGITS = [
    *("a01747696", "1101747696", "01747696", " 101747696", "101747696 ", "101 747 696", "", "101747696\n"),
]


@pytest.mark.parametrize("text", CHECKED_97 + CHECKED_9755 + UNCHECKED)
def test_nine_digits_are_a_vrn(text: str) -> None:
    assert Vrn.is_valid(text)


@pytest.mark.parametrize("text", NOT_NINE_DIGITS)
def test_anything_else_is_no_vrn(text: str) -> None:
    assert not Vrn.is_valid(text)
    assert not Vrn.is_valid_with_check_digits(text)


@pytest.mark.parametrize("text", CHECKED_97 + CHECKED_9755)
def test_either_check_satisfies_the_strict_rule(text: str) -> None:
    assert Vrn.is_valid_with_check_digits(text)


@pytest.mark.parametrize("text", UNCHECKED)
def test_the_strict_rule_refuses_other_check_digits(text: str) -> None:
    assert not Vrn.is_valid_with_check_digits(text)
