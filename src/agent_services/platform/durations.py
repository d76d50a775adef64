"""Durations as people write them in settings: `21 days`, `500ms`, `1h`, `60` (seconds) or ISO 8601."""

import re
from datetime import timedelta

from agent_services.platform.clock.iso_duration import IsoDuration

_UNITS = {
    "ms": "milliseconds",
    "milli": "milliseconds",
    "millis": "milliseconds",
    "millisecond": "milliseconds",
    "milliseconds": "milliseconds",
    "s": "seconds",
    "second": "seconds",
    "seconds": "seconds",
    "m": "minutes",
    "minute": "minutes",
    "minutes": "minutes",
    "h": "hours",
    "hour": "hours",
    "hours": "hours",
    "d": "days",
    "day": "days",
    "days": "days",
}
_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)[ _]*([a-z]*)")


def parse_duration(text: str) -> timedelta:
    """The span that `text` means; a bare number is seconds. Raises ValueError for anything else."""
    given = text.strip()
    if given.upper().startswith("P"):
        iso = IsoDuration.parse(given.upper())
        if iso.months:
            raise ValueError(f"{text!r} has months or years, whose length varies; write days")
        return iso.span
    written = _WRITTEN.fullmatch(given.lower())
    if written is None or (written[2] and written[2] not in _UNITS):
        raise ValueError(f"{text!r} is not a duration; write for example 21 days, 500ms, 1h or PT1H")
    return timedelta(**{_UNITS.get(written[2], "seconds"): float(written[1])})
