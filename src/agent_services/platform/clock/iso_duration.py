"""ISO 8601 durations (`P21D`, `PT36H`, `P1M2W`) by which the clock is moved."""

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_FORM = re.compile(
    r"(?P<sign>[+-]?)P(?=.)"
    r"(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,5})M)?(?:(?P<weeks>\d{1,6})W)?(?:(?P<days>\d{1,7})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,8})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,10}(?:[.,]\d{1,6})?)S)?)?",
    re.ASCII,
)


class InvalidDuration(ValueError):
    """The text is no ISO 8601 duration."""


@dataclass(frozen=True, slots=True)
class IsoDuration:
    """Months of the calendar and a span of exact length, both possibly negative."""

    months: int
    span: timedelta

    @classmethod
    def parse(cls, text: str) -> "IsoDuration":
        """Raises InvalidDuration. A leading minus turns the whole duration round."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise InvalidDuration("not an ISO 8601 duration, such as P21D or PT36H")
        given = match.groupdict(default="0")
        sign = -1 if given["sign"] == "-" else 1
        months = int(given["years"]) * 12 + int(given["months"])
        span = timedelta(
            weeks=int(given["weeks"]),
            days=int(given["days"]),
            hours=int(given["hours"]),
            minutes=int(given["minutes"]),
            seconds=float(given["seconds"].replace(",", ".")),
        )
        return cls(months=sign * months, span=sign * span)

    @classmethod
    def of(cls, span: timedelta) -> "IsoDuration":
        return cls(months=0, span=span)

    def after(self, instant: datetime) -> datetime:
        """The instant this much later: 31 January and one month is the last of February.

        Raises InvalidDuration where no calendar reaches.
        """
        try:
            month = instant.year * 12 + instant.month - 1 + self.months
            year, month_of_year = divmod(month, 12)
            last_day = calendar.monthrange(year, month_of_year + 1)[1]
            moved = instant.replace(year=year, month=month_of_year + 1, day=min(instant.day, last_day))
            return moved + self.span
        except (ValueError, OverflowError):
            raise InvalidDuration("leads beyond the years 1 to 9999") from None
