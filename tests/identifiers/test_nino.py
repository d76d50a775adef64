"""Spec: identifiers 4."""

import pytest

from agent_services.identifiers import InvalidIdentifier, Nino

WITH_SUFFIX = [
    *("AB123456A", "AB 12 34 56 A", "AB 123456 A", "AB123456 A", "AA000003D", "CS700100A", "AE123456C"),
    *("XX121212B", "TW189213B", "OA123456A"),
]
WITHOUT_SUFFIX = ["AB123456", "AB 12 34 56", "AB123456 "]
NEITHER = [
    *("AB123456E", "ab123456a", "BG123456A", "GB123456", "ZZ999999A", "AO123456A", "DA123456A", "QQ123456C"),
    *("AB123456AA", "AB12345A", "AB1 23456A", "A123456C", "ABC123456C", " AB123456C", "", "AB123456A\n"),
    *("NK123456A", "KN123456A", "TN123456A", "NT123456A", "AB\t123456A", "AB  123456A"),
]


@pytest.mark.parametrize("text", WITH_SUFFIX)
def test_a_full_nino_is_valid_by_both_rules(text: str) -> None:
    assert (Nino.is_valid_with_suffix(text), Nino.is_valid(text)) == (True, True)


@pytest.mark.parametrize("text", WITHOUT_SUFFIX)
def test_without_suffix_only_the_wider_rule_holds(text: str) -> None:
    assert (Nino.is_valid_with_suffix(text), Nino.is_valid(text)) == (False, True)


@pytest.mark.parametrize("text", NEITHER)
def test_anything_else_is_no_nino(text: str) -> None:
    assert (Nino.is_valid_with_suffix(text), Nino.is_valid(text)) == (False, False)


@pytest.mark.parametrize("text", NEITHER)
def test_both_ways_to_parse_refuse_it(text: str) -> None:
    with pytest.raises(InvalidIdentifier):
        Nino.parse(text)
    with pytest.raises(InvalidIdentifier):
        Nino.parse_with_suffix(text)


@pytest.mark.parametrize("text", ["AB123456A", "AB 12 34 56 C", "AB123456", "AB123456 "])
def test_its_value_is_eight_characters_whatever_the_suffix(text: str) -> None:
    assert Nino.parse(text) == Nino("AB123456")
    assert hash(Nino.parse(text)) == hash(Nino("AB123456"))
    assert str(Nino.parse(text)) == "AB123456"


@pytest.mark.parametrize(
    ("text", "given", "any_suffix"),
    [("AB 12 34 56 C", "AB123456C", "AB123456C"), ("AB123456", "AB123456", "AB123456A")],
)
def test_the_full_form_keeps_a_given_suffix(text: str, given: str, any_suffix: str) -> None:
    nino = Nino.parse(text)

    assert (nino.with_given_suffix, nino.with_any_suffix) == (given, any_suffix)


def test_it_is_looked_up_under_every_suffix_and_none() -> None:
    assert Nino.parse("AB123456C").suffix_variants() == (
        *("AB123456A", "AB123456B", "AB123456C", "AB123456D"),
        "AB123456",
    )


@pytest.mark.parametrize(
    ("text", "pretty"), [("CS100700A", "CS 10 07 00 A"), ("CS100700", "CS 10 07 00"), ("nonsense", "nonsense")]
)
def test_only_a_nino_is_printed_in_pairs(text: str, pretty: str) -> None:
    assert Nino.as_given(text).pretty() == pretty


def test_a_stored_text_is_taken_whatever_it_is() -> None:
    assert Nino.as_given("not a nino at all").with_given_suffix == "notaninoatall"


@pytest.mark.parametrize(
    "document", ["AB123456C", {"nino": "AB123456C"}, {"nino-without-suffix": "AB123456"}, {"value": "AB123456"}]
)
def test_reading_json_takes_each_member_it_was_ever_written_under(document: object) -> None:
    assert Nino.from_json(document) == Nino("AB123456")


@pytest.mark.parametrize("document", ["ab123456c", {"nino": "BG123456A"}, {"vrn": "AB123456C"}, 7, None])
def test_reading_json_refuses_what_is_no_nino(document: object) -> None:
    with pytest.raises(InvalidIdentifier):
        Nino.from_json(document)
