"""Which processes really serve a cluster, whatever a pid file says.

A pid file can be stale, cut short, or name a stranger that was given the same number; the list of processes cannot.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")


def postmasters(cluster: Path) -> list[int]:
    """The main processes of servers on `cluster` (a real path). We start them with `-D` and exactly this path."""
    return [pid for pid, arguments in _processes() if _serves(arguments, cluster)]


def is_postmaster(pid: int, cluster: Path) -> bool:
    """Is `pid` alive, and the main process of a server on `cluster`?"""
    if _is_linux():
        return _serves(_arguments(pid), cluster)
    return pid in postmasters(cluster)


def end_orphans(cluster: Path, *, patience_seconds: float = 5) -> None:
    """Ends what is left of a server whose main process was killed. Call only when that is gone.

    They end by themselves within moments, but one in a long query holds the shared memory, and no server starts
    beside it. Elsewhere than on Linux they are left to end by themselves.
    """
    deadline = time.monotonic() + patience_seconds
    while orphans := _orphans(cluster):
        with_force = time.monotonic() > deadline
        for pid in orphans:
            send(pid, signal.SIGKILL if with_force else signal.SIGQUIT)
        time.sleep(0.02)


def send(pid: int, what: signal.Signals) -> None:
    """Sends a signal; a process that has ended meanwhile is no error."""
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return


def _orphans(cluster: Path) -> list[int]:
    if not _is_linux():
        return []
    return [pid for pid in _pids() if _works_in(pid, cluster)]


def _works_in(pid: int, cluster: Path) -> bool:
    """A server process of any kind: they all work in the cluster's folder."""
    try:
        folder = (_PROC / str(pid) / "cwd").readlink()
        program = (_PROC / str(pid) / "exe").readlink()
    except OSError:  # ended meanwhile, or another user's
        return False
    return folder == cluster and program.name.removesuffix(" (deleted)") == "postgres"


def _serves(arguments: list[str], cluster: Path) -> bool:
    if len(arguments) < 3 or Path(arguments[0]).name != "postgres":
        return False
    return arguments[1:3] == ["-D", str(cluster)]


def _processes() -> list[tuple[int, list[str]]]:
    if _is_linux():
        return [(pid, _arguments(pid)) for pid in _pids()]
    listing = subprocess.run(["ps", "-axww", "-o", "pid=,command="], check=True, capture_output=True, text=True)  # noqa: S607
    lines = [line.split(maxsplit=1) for line in listing.stdout.splitlines()]
    return [(int(line[0]), line[1].split(" ")) for line in lines if len(line) == 2]


def _pids() -> list[int]:
    return [int(entry.name) for entry in os.scandir(_PROC) if entry.name.isdigit()]


def _arguments(pid: int) -> list[str]:
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().decode(errors="surrogateescape").split("\0")
    except OSError:  # ended meanwhile
        return []


def _is_linux() -> bool:
    return sys.platform == "linux"
