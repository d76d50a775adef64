"""Spec: sandbox 1.11."""

import re
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_services.identifiers import Identifier, PostcodeRule, Vrn, generation
from agent_services.identifiers.check_characters import modulus_11_digit, modulus_23_letter

Maker = Callable[[Random], Identifier]

MAKERS: list[Maker] = [
    generation.random_arn,
    generation.random_utr,
    generation.random_trust_utr,
    generation.random_vrn,
    generation.random_vrn_9755,
    generation.random_nino,
    generation.random_mtd_it_id,
    generation.random_urn,
    generation.random_cgt_ref,
    generation.random_ppt_ref,
    generation.random_cbc_id,
    generation.random_plr_id,
    generation.random_safe_id,
    generation.random_amls_registration_number,
    generation.random_eori,
    generation.random_crn,
    generation.random_agent_code,
    generation.random_sa_agent_reference,
    generation.random_vat_agent_reference,
    generation.random_novrn_agent_reference,
    generation.random_gts_agent_reference,
    generation.random_mgd_agent_reference,
    generation.random_storn,
    generation.random_postcode,
]


@pytest.mark.parametrize("make", MAKERS)
@given(seed=st.text())
def test_what_is_made_is_valid_and_repeatable(make: Maker, seed: str) -> None:
    made = make(Random(seed))

    assert type(made).is_valid(made.value)
    assert make(Random(seed)) == made


@given(seed=st.integers())
def test_vrns_satisfy_the_strict_rule(seed: int) -> None:
    assert Vrn.is_valid_with_check_digits(generation.random_vrn(Random(seed)).value)
    assert Vrn.is_valid_with_check_digits(generation.random_vrn_9755(Random(seed)).value)


@given(seed=st.integers())
def test_postcodes_satisfy_every_rule(seed: int) -> None:
    made = generation.random_postcode(Random(seed)).value

    assert [rule for rule in PostcodeRule if not rule.accepts(made)] == []


@given(seed=st.integers())
def test_a_nino_has_a_suffix(seed: int) -> None:
    assert generation.random_nino(Random(seed)).suffix in ("A", "B", "C", "D")


def test_a_group_id_alternates_digits_and_letters() -> None:
    made = generation.random_group_id(Random("any"))

    assert re.sub("[0-9]", "9", re.sub("[A-Z]", "Z", made)) == "9Z9Z-Z9Z9-9Z9Z-Z9Z9"


@pytest.mark.parametrize("reference", ["XNIT00000068707", "XAML00000100000"])
def test_the_check_letter_of_published_references(reference: str) -> None:
    assert reference[1] == modulus_23_letter(reference[2:])


@given(number=st.integers(0, 9_999_999), place=st.integers(0, 6), data=st.data())
def test_one_wrong_digit_changes_the_check_letter_of_an_arn(number: int, place: int, data: st.DataObject) -> None:
    text = f"{number:07}"
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != text[place]]))
    mistyped = text[:place] + other + text[place + 1 :]

    assert modulus_23_letter("ARN" + text) != modulus_23_letter("ARN" + mistyped)


@given(number=st.integers(0, 999_999_999))
def test_the_check_digit_of_a_utr_is_never_nought(number: int) -> None:
    assert modulus_11_digit(f"{number:09}") != "0"
