"""Five-field cron in the time zone of the services."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from croniter import croniter  # type: ignore[import-untyped]
from pgqueuer.core.executors import ScheduleExecutor

from agent_services.platform.clock import SystemClock

# Spec: invitations 18. Where clocks go back, a fixed time in the repeated hour is run once.
ZONE = ZoneInfo("Europe/London")


class InvalidCron(ValueError):
    """The text is no five-field cron expression."""


def checked_cron(text: str) -> str:
    """The expression itself. Raises InvalidCron: seconds and names such as @daily are not taken."""
    if len(text.split()) != 5 or not croniter.is_valid(text):
        raise InvalidCron(f"{text!r} is no cron expression of five fields (minute hour day month weekday)")
    return text


def next_run(expression: str, after: datetime) -> datetime:
    """The first tick after that instant, in UTC."""
    tick: datetime = croniter(expression, after.astimezone(ZONE)).get_next(datetime)
    return tick.astimezone(UTC)


@dataclass
class LondonSchedule(ScheduleExecutor):
    """PgQueuer's own counts in UTC."""

    def get_next(self) -> datetime:
        # Ticks are real time, whatever our movable clock shows.
        return next_run(self.parameters.expression, SystemClock().now())
