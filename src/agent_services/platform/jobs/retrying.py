"""When a failed job is tried again, and when it is given up."""

import random
from dataclasses import dataclass
from datetime import timedelta


class RetryLater(Exception):
    """Raised by a handler that wants another try after a pause of its own choice. Counts as an attempt."""

    def __init__(self, after: timedelta) -> None:
        super().__init__(f"to be tried again in {after}")
        self.after = after


class JobGivenUp(Exception):
    """The last attempt failed; the job stays listed for an operator. The text names the kind of failure alone."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Pauses between attempts: `first_pause`, then twice as long each time, up to `longest_pause`."""

    first_pause: timedelta = timedelta(seconds=10)
    longest_pause: timedelta = timedelta(minutes=10)
    max_attempts: int | None = 25
    """`None`: never given up."""

    def pause_after(self, attempt: int) -> timedelta:
        """After the failure of that attempt (the first is 1). Never shorter than asked, up to a fifth longer,
        so that jobs that failed together do not come back together."""
        # No larger exponent than any cap needs.
        pause: timedelta = min(self.first_pause * 2 ** min(attempt - 1, 30), self.longest_pause)
        return pause * random.uniform(1, 1.2)  # noqa: S311 (spreads work, guards nothing)

    def is_last(self, attempt: int) -> bool:
        return self.max_attempts is not None and attempt >= self.max_attempts
