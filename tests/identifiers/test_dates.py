"""Spec: identifiers 20 and 26."""

from datetime import date

import pytest

from agent_services.identifiers import InvalidIdentifier, parse_iso_date, parse_lenient_date
from agent_services.identifiers.dates import is_date_in_record, is_gateway_date, parse_gateway_date, to_gateway_date

ISO = ["2010-03-31", "2020-02-29", "1999-12-31", "2000-01-01", "2024-06-30"]
NEVER = ["2019-02-29", "2019-13-01", "31-03-2010", "2010/03/31", "20100331", "", "2010-03-31\n", "0000-01-01"]


@pytest.mark.parametrize("text", ISO)
def test_an_iso_date(text: str) -> None:
    assert parse_iso_date(text).isoformat() == text
    assert parse_lenient_date(text).isoformat() == text


@pytest.mark.parametrize("text", [*NEVER, "2010-3-31", "2010-W13-3", "2010-03-31T00:00"])
def test_no_iso_date(text: str) -> None:
    with pytest.raises(InvalidIdentifier):
        parse_iso_date(text)


@pytest.mark.parametrize(("text", "day"), [("2019-1-5", date(2019, 1, 5)), ("2007-5-8", date(2007, 5, 8))])
def test_the_seed_era_takes_fewer_digits(text: str, day: date) -> None:
    assert parse_lenient_date(text) == day


@pytest.mark.parametrize("text", NEVER)
def test_the_seed_era_takes_no_impossible_day(text: str) -> None:
    with pytest.raises(InvalidIdentifier):
        parse_lenient_date(text)


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("18/05/07", True),
        ("31/02/20", True),
        ("00/01/20", False),
        ("1/1/20", False),
        ("18/13/07", False),
        ("", False),
        ("18/05/2007", False),
        ("32/01/20", False),
    ],
)
def test_the_gateway_form(text: str, accepted: bool) -> None:
    assert is_gateway_date(text) is accepted


def test_a_day_goes_to_the_gateway_and_back() -> None:
    day = date(2007, 5, 18)

    assert to_gateway_date(day) == "18/05/07"
    assert parse_gateway_date("18/05/07", today=date(2026, 1, 31)) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [("31/01/26", date(2026, 1, 31)), ("01/02/26", date(1926, 2, 1)), ("01/11/98", date(1998, 11, 1))],
)
def test_a_year_of_two_digits_is_never_in_the_future(text: str, day: date) -> None:
    assert parse_gateway_date(text, today=date(2026, 1, 31)) == day


@pytest.mark.parametrize("text", ["31/02/20", "2007-05-18"])
def test_a_gateway_date_that_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(InvalidIdentifier):
        parse_gateway_date(text, today=date(2026, 1, 31))


@pytest.mark.parametrize(
    ("text", "accepted"), [("2019-02-31", True), ("2019-13-01", False), ("2019-1-01", False), ("19-01-01", False)]
)
def test_records_ask_no_calendar(text: str, accepted: bool) -> None:
    assert is_date_in_record(text) is accepted
