"""What an agency's name, address, telephone and e-mail may look like, in the UK flow and the overseas flow.

Each check answers with the problem's key in the contract, or None. Spec: identifiers 21 to 24, subscription 4.1, 6.1.
"""

import re
from enum import StrEnum

from agent_services.identifiers.base import is_blank

OVERSEAS_EMAIL_MAX_LENGTH = 132

_UK_NAME = re.compile(r"[A-Za-z0-9 \-,.&'/]{0,40}")
_UK_ADDRESS_LINE = re.compile(r"[A-Za-z0-9 \-,.&'/]{0,35}")
_UK_TELEPHONE = re.compile(r"[0-9\- +()#x]{0,24}")
_OVERSEAS_NAME = re.compile(r"[A-Za-z0-9 \-,./]{0,40}")
_OVERSEAS_ADDRESS_LINE = re.compile(r"[A-Za-z0-9 \-,.&']{0,35}")
_OVERSEAS_TELEPHONE = re.compile(r"[A-Z0-9 )/(\-*#]{0,24}")
_OVERSEAS_COUNTRY = re.compile(r"[A-Z]{2}")
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_EMAIL = re.compile(rf"[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})*")

_DES_NAME = re.compile(r"[A-Za-z0-9 \-,.&'/]{1,40}")
_DES_ADDRESS_LINE = re.compile(r"[A-Za-z0-9 \-,.&'/]{1,35}")
_DES_TELEPHONE = re.compile(r"[0-9\-+()#x ]{1,24}")


class FieldProblem(StrEnum):
    """Keys of what is wrong with a field."""

    BLANK = "error.whitespace.or.empty"
    AMPERSAND = "error.Ampersand"
    NAME = "error.name.invalid"
    ADDRESS = "error.address.invalid"
    TELEPHONE = "error.telephone.invalid"
    EMAIL = "error.email"
    OVERSEAS_EMAIL = "error.email.invalid"
    OVERSEAS_COUNTRY = "error.overseas.countryCode"


def uk_agency_name_problem(text: str) -> FieldProblem | None:
    """An ampersand has a problem of its own, found before the pattern's although the pattern would let it pass."""
    if is_blank(text):
        return FieldProblem.BLANK
    if "&" in text:
        return FieldProblem.AMPERSAND
    return _unless_matching(_UK_NAME, text, FieldProblem.NAME)


def uk_address_line_problem(text: str) -> FieldProblem | None:
    return _blank_or_unless_matching(_UK_ADDRESS_LINE, text, FieldProblem.ADDRESS)


def uk_telephone_problem(text: str) -> FieldProblem | None:
    return _blank_or_unless_matching(_UK_TELEPHONE, text, FieldProblem.TELEPHONE)


def uk_email_problem(text: str) -> FieldProblem | None:
    return _unless_matching(_EMAIL, text, FieldProblem.EMAIL)


def overseas_name_problem(text: str) -> FieldProblem | None:
    """For the trading name and the agency's name."""
    return _blank_or_unless_matching(_OVERSEAS_NAME, text, FieldProblem.NAME)


def overseas_address_line_problem(text: str) -> FieldProblem | None:
    return _blank_or_unless_matching(_OVERSEAS_ADDRESS_LINE, text, FieldProblem.ADDRESS)


def overseas_telephone_problem(text: str) -> FieldProblem | None:
    return _blank_or_unless_matching(_OVERSEAS_TELEPHONE, text, FieldProblem.TELEPHONE)


def overseas_email_problem(text: str) -> FieldProblem | None:
    if len(text) > OVERSEAS_EMAIL_MAX_LENGTH:
        return FieldProblem.OVERSEAS_EMAIL
    return _unless_matching(_EMAIL, text, FieldProblem.OVERSEAS_EMAIL)


def overseas_country_problem(text: str) -> FieldProblem | None:
    """Any two capitals but GB: whether there is such a country is not asked here."""
    if text == "GB":
        return FieldProblem.OVERSEAS_COUNTRY
    return _unless_matching(_OVERSEAS_COUNTRY, text, FieldProblem.OVERSEAS_COUNTRY)


def is_email_address(text: str) -> bool:
    """The pattern of both flows, which wants no dot in the domain."""
    return _EMAIL.fullmatch(text) is not None


def is_name_for_des(text: str) -> bool:
    """What DES takes as an agency's name when it subscribes."""
    return _DES_NAME.fullmatch(text) is not None


def is_address_line_for_des(text: str) -> bool:
    return _DES_ADDRESS_LINE.fullmatch(text) is not None


def is_telephone_for_des(text: str) -> bool:
    return _DES_TELEPHONE.fullmatch(text) is not None


def is_email_for_des(text: str) -> bool:
    """Of the length that DES takes."""
    return 1 <= len(text) <= OVERSEAS_EMAIL_MAX_LENGTH


def _blank_or_unless_matching(pattern: re.Pattern[str], text: str, problem: FieldProblem) -> FieldProblem | None:
    return FieldProblem.BLANK if is_blank(text) else _unless_matching(pattern, text, problem)


def _unless_matching(pattern: re.Pattern[str], text: str, problem: FieldProblem) -> FieldProblem | None:
    return None if pattern.fullmatch(text) else problem
