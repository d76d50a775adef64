"""Log lines read alike, whichever way they are made."""

import io
import sys
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from agent_services.platform.log_lines import PlainRenderer, line_logger

_OWN = {"timestamp", "level", "event", "logger", "logger_name", "stack", "exception", "exc_info"}
_FIELDS = st.dictionaries(
    st.from_regex(r"[a-z_]{1,12}", fullmatch=True).filter(lambda key: key not in _OWN),
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.lists(st.text())),
)


def _line(event: str, level: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {"timestamp": "2026-01-31T09:00:00.000000Z", "level": level, "event": event, "logger": "room", **fields}


@given(
    event=st.from_regex(r"[a-z_]{1,40}", fullmatch=True),
    level=st.sampled_from(["debug", "info", "warning", "error", "critical"]),
    fields=_FIELDS,
)
def test_a_plain_line_reads_as_structlog_writes_it(event: str, level: str, fields: dict[str, Any]) -> None:
    elaborate = structlog.dev.ConsoleRenderer(colors=False)

    plain = PlainRenderer(elaborate)(None, level, _line(event, level, fields))

    assert plain == elaborate(None, level, _line(event, level, fields))


def test_a_trace_follows_its_line() -> None:
    elaborate = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)

    with pytest.raises(ZeroDivisionError) as caught:
        raise ZeroDivisionError
    plain = PlainRenderer(elaborate)(None, "error", _line("broke", "error", {"exc_info": caught.value}))

    assert (
        plain.splitlines()[0].rstrip()
        == "2026-01-31T09:00:00.000000Z [error    ] broke                          [room]"
    )
    assert plain.splitlines()[-1] == "ZeroDivisionError"


def test_each_line_is_written_whole_to_standard_error_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    logger = line_logger("room")
    first, second = io.StringIO(), io.StringIO()

    monkeypatch.setattr(sys, "stderr", first)
    logger.info("first")
    logger.error("second")
    monkeypatch.setattr(sys, "stderr", second)
    logger.info("third")

    assert first.getvalue() == "first\nsecond\n"
    assert second.getvalue() == "third\n"
