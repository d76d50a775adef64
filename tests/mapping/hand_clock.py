"""A clock that tests set by hand."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

FIRST_DAY = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@dataclass(slots=True)
class HandClock:
    """Shows what it is set to."""

    instant: datetime = FIRST_DAY

    def now(self) -> datetime:
        return self.instant

    def today(self) -> date:
        return self.instant.date()

    def advance(self, by: timedelta) -> None:
        self.instant += by
