"""Spec: identifiers 19. The rules' letters there: S subscription, A API, R relationships, E Gateway, D records."""

import pytest

from agent_services.identifiers import InvalidIdentifier, Postcode, PostcodeRule

LETTERS = {
    "S": PostcodeRule.SUBSCRIPTION,
    "A": PostcodeRule.AUTHORISATION_API,
    "R": PostcodeRule.RELATIONSHIPS,
    "E": PostcodeRule.GATEWAY,
    "D": PostcodeRule.RECORDS,
}

CASES = [
    *[
        (text, "SARED")
        for text in ("AA1 1AA", "AA11AA", "A1 1AA", "A11 1AA", "A1M 1AA", "AA11 1AA", "AA1A 1AA", "SW1A1AA", "BN12 4SE")
    ],
    ("aa1 1aa", "RE"),
    (" A A 1 1 A A ", "SR"),
    ("AA1  1AA", "SR"),
    ("BFPO 1", "SAD"),
    ("BFPO12345", "SAD"),
    ("BFPO 123456", "D"),
    ("AA11A 1AA", "R"),
    ("", "E"),
    *[
        (text, "")
        for text in ("bfpo 1", "1A1 1AA", "AA1 1A", "AA1 1AAA", "AA1 AAA", "AAA1 1AA", "AA111A 1AA", "A1", "AA1#1AA")
    ],
]


@pytest.mark.parametrize(("text", "accepted_by"), CASES)
def test_who_accepts_a_postcode(text: str, accepted_by: str) -> None:
    assert "".join(letter for letter, rule in LETTERS.items() if rule.accepts(text)) == accepted_by


@pytest.mark.parametrize("rule", [PostcodeRule.AUTHORISATION_API, PostcodeRule.GATEWAY, PostcodeRule.RECORDS])
def test_nothing_may_follow_it(rule: PostcodeRule) -> None:
    assert not rule.accepts("AA1 1AA\n")


def test_a_postcode_is_kept_as_given() -> None:
    assert Postcode.parse("AA1 1AA").value == "AA1 1AA"


def test_the_value_is_checked_by_the_public_api_rule() -> None:
    with pytest.raises(InvalidIdentifier):
        Postcode.parse("aa1 1aa")


@pytest.mark.parametrize(
    ("held", "supplied", "same", "contained"),
    [
        ("AA1 1AA", "aa11aa", True, True),
        ("AA1 1AA", "AA1 1AB", False, False),
        ("AA1 1AA", "AA1", False, True),
        ("AA1", "AA1 1AA", False, False),
    ],
)
def test_how_two_postcodes_are_compared(held: str, supplied: str, same: bool, contained: bool) -> None:
    assert (Postcode(held).is_same_as(supplied), Postcode(held).contains(supplied)) == (same, contained)
