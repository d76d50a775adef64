"""Dates as texts: the public contract's, the records' and the Gateway's."""

import re
from datetime import date

from agent_services.identifiers.base import InvalidIdentifier

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LENIENT = re.compile(r"([0-9]{1,4})-([0-9]{1,2})-([0-9]{1,2})")
_GATEWAY = re.compile(r"([1-2][0-9]|0[1-9]|3[0-1])/(0[1-9]|1[0-2])/([0-9]{2})")
_IN_RECORDS = re.compile(r"[0-9]{4}-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])")


def parse_iso_date(text: str) -> date:
    """Reads `yyyy-MM-dd`, and a day that exists. Raises InvalidIdentifier. Spec: identifiers 20."""
    # The library's own reader takes 20100331 and week dates too.
    if _ISO.fullmatch(text) is None:
        raise InvalidIdentifier("date")
    return _existing_day(*text.split("-"))


def parse_lenient_date(text: str) -> date:
    """As callers of the seed's time could write it: `2019-1-5` too, but no day that does not exist.

    Raises InvalidIdentifier. Spec: identifiers 20.
    """
    found = _LENIENT.fullmatch(text)
    if found is None:
        raise InvalidIdentifier("date")
    return _existing_day(*found.groups())


def is_date_in_record(text: str) -> bool:
    """Whether a stored record may hold it: month and day in range, no calendar. Spec: identifiers 26."""
    return _IN_RECORDS.fullmatch(text) is not None


def is_gateway_date(text: str) -> bool:
    """Whether it is a known fact of the form dd/MM/yy; the calendar is not asked. Spec: identifiers 20, 25."""
    return _GATEWAY.fullmatch(text) is not None


def to_gateway_date(day: date) -> str:
    """The day as dd/MM/yy."""
    return f"{day:%d/%m/%y}"


def parse_gateway_date(text: str, *, today: date) -> date:
    """Reads dd/MM/yy as the latest such day that is not after `today`. Raises InvalidIdentifier.

    Spec: sandbox 1.8 (a two-digit year in the future is moved back a hundred years).
    """
    found = _GATEWAY.fullmatch(text)
    if found is None:
        raise InvalidIdentifier("date")
    day, month, year = found.groups()
    century = today.year // 100 * 100
    this_century = _existing_day(str(century + int(year)), month, day)
    if this_century <= today:
        return this_century
    return _existing_day(str(century - 100 + int(year)), month, day)


def _existing_day(year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise InvalidIdentifier("date") from None
