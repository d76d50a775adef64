"""Locks on files. The kernel frees them as soon as their process dies, however it dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent_services.platform.embedded_postgres.account import Account
from agent_services.platform.embedded_postgres.errors import EmbeddedPostgresFailed


@contextmanager
def turn(path: Path, owner: Account, *, patience_seconds: float = 60) -> Iterator[None]:
    """One process at a time; also one at a time among the users of one process."""
    lock = _open(path, owner)
    try:
        deadline = time.monotonic() + patience_seconds
        while not _try(lock, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise EmbeddedPostgresFailed(
                    f"Another process has been starting or stopping the database for {patience_seconds:.0f} s "
                    f"({path} is locked). End it and try again."
                )
            time.sleep(0.01)
        yield
    finally:
        os.close(lock)


class Usage:
    """Says to other processes that we use what the file stands for. Taken and given back under `turn`."""

    def __init__(self, path: Path, owner: Account) -> None:
        self._lock = _open(path, owner)
        fcntl.flock(self._lock, fcntl.LOCK_SH)

    def end(self) -> bool:
        """Ends our use. Were we the last?"""
        try:
            return _try(self._lock, fcntl.LOCK_EX)
        finally:
            os.close(self._lock)


def _open(path: Path, owner: Account) -> int:
    # A link would make root write where somebody else pointed.
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    if os.geteuid() == 0 and os.fstat(lock).st_uid != owner.uid:
        os.fchown(lock, owner.uid, owner.gid)
    return lock


def _try(lock: int, kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
