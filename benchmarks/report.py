"""The table, as Markdown."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.load import Outcome

_HEADINGS = (
    "",
    "relationships",
    "round trips",
    "requests/s",
    "p50 ms",
    "p99 ms",
    "CPU ms",
    "floor requests/s",
    "floor p50 ms",
    "floor p99 ms",
    "floor CPU ms",
    "ratio",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One scenario on one size of database, ours beside the floor."""

    title: str
    size: int
    round_trips: int
    ours: Outcome
    floor: Outcome

    def cells(self) -> tuple[str, ...]:
        return (
            self.title,
            f"{self.size:,}",
            str(self.round_trips),
            *_figures(self.ours),
            *_figures(self.floor),
            f"{self.ours.per_second / self.floor.per_second:.2f}",
        )


def table(rows: Sequence[Row]) -> str:
    """With the columns aligned."""
    lines = [_HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS))]
    rule = tuple("-" * width if column == 0 else "-" * (width - 1) + ":" for column, width in enumerate(widths))
    return "\n".join(_line(line, widths) for line in (lines[0], rule, *lines[1:]))


def machine(postgres_version: str) -> str:
    """What it was measured on, without names."""
    gigabytes = psutil.virtual_memory().total / 2**30
    return (
        f"{_processor()}, {os.cpu_count()} cores, {gigabytes:.0f} GiB of memory, "
        f"PostgreSQL {postgres_version.split()[0]}, Python {platform.python_version()}"
    )


def _figures(outcome: Outcome) -> tuple[str, ...]:
    return (
        f"{outcome.per_second:,.0f}",
        f"{outcome.percentile(0.5):.1f}",
        f"{outcome.percentile(0.99):.1f}",
        f"{outcome.cpu_milliseconds:.2f}",
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0].ljust(widths[0])
    rest = (cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))
    return "| " + " | ".join([first, *rest]) + " |"


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
