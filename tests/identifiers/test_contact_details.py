"""Spec: identifiers 21 to 24."""

from collections.abc import Callable

import pytest

from agent_services.identifiers import contact_details as details
from agent_services.identifiers.contact_details import FieldProblem
from agent_services.identifiers.countries import FOREIGN_COUNTRY_CODES, USER_COUNTRY_CODES

Check = Callable[[str], FieldProblem | None]

EMAILS = ["test@example.com", "a@b.to", "a@b", "a+b@c.d", "a#b@c.d", "o'x@c.d", "123@c.d"]
NO_EMAILS = ["@b.com", "a@.com", "local@", "local", "a@-b.com", "a@b-.com", "a b@c.d", "a@b..c", "", "a@b.c\n"]

ACCEPTED: list[tuple[Check, list[str]]] = [
    (
        details.uk_telephone_problem,
        [
            "12345678911",
            "+441234567890",
            "#441234567890",
            "(44)1234567890",
            "441234567xxx",
            "0123 456 7890",
            "123456      ",
        ],
    ),
    (
        details.overseas_telephone_problem,
        ["4", "4" * 24, "ABCDEFGHIJKLM", "123(456", "123/456", "123*456", "BUSINESS PHONE 123456789"],
    ),
    (details.uk_email_problem, [*EMAILS, "a" * 200 + "@b.c"]),
    (details.overseas_email_problem, [*EMAILS, "a" * 128 + "@b.c"]),
    (
        details.uk_agency_name_problem,
        ["Agency", "Agency/firm", "Agency-Co", "O'Neill, Sons", "a" * 40],
    ),
    (
        details.uk_address_line_problem,
        ["Building and Street", "32 Agency Lane", "Agency's Building/Castle", "A & B", "1"],
    ),
    (
        details.overseas_name_problem,
        ["Number 1 Foo/Acme Test-Agency, Ltd.", "-", "/", ".", "a" * 40],
    ),
    (details.overseas_address_line_problem, ["Building and Street", " A B C ", "-", "&", "'"]),
    (details.overseas_country_problem, ["IE", "DE", "CC", "ZZ", "FR"]),
]

REFUSED: list[tuple[Check, FieldProblem, list[str]]] = [
    (
        details.uk_telephone_problem,
        FieldProblem.TELEPHONE,
        ["01234567890 EXT 123", "1" * 25, "0123/456", "0123.456", "0123456X"],
    ),
    (details.uk_telephone_problem, FieldProblem.BLANK, ["", "   "]),
    (
        details.overseas_telephone_problem,
        FieldProblem.TELEPHONE,
        ["abc", "+441234567890", "1" * 25, "123.456"],
    ),
    (details.overseas_telephone_problem, FieldProblem.BLANK, [""]),
    (details.uk_email_problem, FieldProblem.EMAIL, NO_EMAILS),
    (details.overseas_email_problem, FieldProblem.OVERSEAS_EMAIL, [*NO_EMAILS, "a" * 129 + "@b.c"]),
    (
        details.uk_agency_name_problem,
        FieldProblem.NAME,
        ["Agency;Co", "#1 Agency Worldwide", "|Agency|", "a" * 41],
    ),
    (details.uk_agency_name_problem, FieldProblem.AMPERSAND, ["Agency & Co", "#&"]),
    (details.uk_agency_name_problem, FieldProblem.BLANK, ["", " \t"]),
    (
        details.uk_address_line_problem,
        FieldProblem.ADDRESS,
        ["Agency;#Co", "a" * 36, "Invalid road %@", "café", "a_b"],
    ),
    (details.uk_address_line_problem, FieldProblem.BLANK, [""]),
    (details.overseas_name_problem, FieldProblem.NAME, ["&", "'", "\\", "#1", "a" * 41]),
    (details.overseas_name_problem, FieldProblem.BLANK, [" "]),
    (
        details.overseas_address_line_problem,
        FieldProblem.ADDRESS,
        ["A/B", "Acme\\Agency", "a_b", "a;b", "a" * 36],
    ),
    (details.overseas_address_line_problem, FieldProblem.BLANK, [""]),
    (details.overseas_country_problem, FieldProblem.OVERSEAS_COUNTRY, ["GB", "I", "IRL", "ie", "I1", ""]),
]


@pytest.mark.parametrize(("check", "text"), [(check, text) for check, texts in ACCEPTED for text in texts])
def test_accepted(check: Check, text: str) -> None:
    assert check(text) is None


@pytest.mark.parametrize(
    ("check", "problem", "text"), [(check, problem, text) for check, problem, texts in REFUSED for text in texts]
)
def test_refused(check: Check, problem: FieldProblem, text: str) -> None:
    assert check(text) is problem


@pytest.mark.parametrize(
    ("check", "accepted", "refused"),
    [
        (details.is_name_for_des, "A & B", ""),
        (details.is_name_for_des, "a" * 40, "a" * 41),
        (details.is_address_line_for_des, "a" * 35, "a" * 36),
        (details.is_telephone_for_des, "+44 (0)1234 x1", ""),
        (details.is_email_for_des, "a" * 132, "a" * 133),
        (details.is_email_address, "a@b", "a@"),
    ],
)
def test_what_des_takes(check: Callable[[str], bool], accepted: str, refused: str) -> None:
    assert (check(accepted), check(refused)) == (True, False)


def test_the_country_codes_of_the_records() -> None:
    assert (len(USER_COUNTRY_CODES), len(FOREIGN_COUNTRY_CODES)) == (255, 253)
    assert {"AN", "CS", "EU", "TP", "UN"} <= FOREIGN_COUNTRY_CODES
    assert {"GB", "OR"} == USER_COUNTRY_CODES - FOREIGN_COUNTRY_CODES
