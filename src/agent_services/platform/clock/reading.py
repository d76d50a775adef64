"""What a clock tells, and the clock of real time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Protocol


class Clock(Protocol):
    """What time it is for the services."""

    def now(self) -> datetime:
        """Aware, UTC, in whole milliseconds."""
        ...

    def today(self) -> date:
        """The UTC date of `now()`."""
        ...


class ClockMode(StrEnum):
    REAL = "real"
    OFFSET = "offset"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class ClockReading:
    mode: ClockMode
    now: datetime


class SystemClock:
    """Real time: for production, and for what must not follow a moved clock (sessions, tokens)."""

    def now(self) -> datetime:
        return whole_milliseconds(datetime.now(UTC))

    def today(self) -> date:
        return self.now().date()


def whole_milliseconds(instant: datetime) -> datetime:
    """The instant without its fraction of a millisecond."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def iso_instant(moment: datetime) -> str:
    """ISO 8601 in UTC with three fraction digits and `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
