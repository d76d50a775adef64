"""How our own log lines reach standard error: at once, without the standard library's logging in between.

A line is written for every request. By way of a log record, its formatter and structlog's console renderer it
costs as much as two questions to the database; so, a fifth of that.
"""

import logging
import re
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

_NEEDS_QUOTES = re.compile("[ \t=\r\n\"']")
_RENDERED_ELSEWHERE = frozenset({"stack", "exception", "exc_info"})


class LineLogger:
    """Writes finished lines. `name` is what the line says after its event."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def msg(self, line: str) -> None:
        # Standard error as it is now: who runs a command inside a process may put another in its place for a while.
        # One call, so that lines of several threads do not mix.
        sys.stderr.write(line + "\n")

    debug = info = warning = error = critical = exception = fatal = msg


def line_logger(*names: str) -> LineLogger:
    """A logger factory for structlog."""
    return LineLogger(names[0] if names else "root")


class StandardErrorHandler(logging.StreamHandler[TextIO]):
    """Third parties' lines, to standard error as it is when they are written."""

    def emit(self, record: logging.LogRecord) -> None:
        # Not by setStream: it flushes the stream before, which may be closed by now.
        self.stream = sys.stderr
        super().emit(record)


class PlainRenderer:
    """The lines of structlog's console renderer without colours, letter for letter."""

    def __init__(self, elaborate: structlog.dev.ConsoleRenderer) -> None:
        """`elaborate` renders lines with a stack or an exception."""
        self._elaborate = elaborate

    def __call__(self, logger: WrappedLogger, name: str, event_dict: EventDict) -> str:
        if not _RENDERED_ELSEWHERE.isdisjoint(event_dict):
            return self._elaborate(logger, name, event_dict)
        take = event_dict.pop
        head = f"{take('timestamp')} [{take('level'):<9}] {take('event'):<30} [{take('logger')}]"
        return " ".join([head, *(f"{key}={_shown(event_dict[key])}" for key in sorted(event_dict))])


def _shown(value: object) -> str:
    return value if isinstance(value, str) and _NEEDS_QUOTES.search(value) is None else repr(value)
