"""The one clock of an installation, which tests and demonstrations may move.

All processes of a database share it: a row says how far it is from real time, or where it stands. Each
process holds that in memory, so that reading the clock costs no query.
Spec: design, Test-only routes; README, Settled questions ("The clock").
"""

from agent_services.platform.clock.iso_duration import InvalidDuration, IsoDuration
from agent_services.platform.clock.movable import MovableClock
from agent_services.platform.clock.reading import (
    Clock,
    ClockMode,
    ClockReading,
    SystemClock,
    iso_instant,
    whole_milliseconds,
)

__all__ = [
    "Clock",
    "ClockMode",
    "ClockReading",
    "InvalidDuration",
    "IsoDuration",
    "MovableClock",
    "SystemClock",
    "iso_instant",
    "whole_milliseconds",
]
