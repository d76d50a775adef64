"""Who the server runs as, and how it is launched: as ourselves, or, when we are root, as an ordinary user."""

import os
import pwd
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent_services.platform.embedded_postgres.errors import EmbeddedPostgresFailed

_ACCOUNTS_FOR_ROOT: Final = ("agent-services", "postgres", "nobody")
_UNPRIVILEGED = Path(__file__).with_name("unprivileged.py")


@dataclass(frozen=True, slots=True)
class Account:
    """An operating system user, by number."""

    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        return self.uid == os.geteuid()

    def give(self, path: Path) -> None:
        """Makes `path` itself (no link is followed) this account's, if it is not."""
        now = path.lstat()
        if (now.st_uid, now.st_gid) != (self.uid, self.gid) and os.geteuid() == 0:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def give_all(self, folder: Path) -> None:
        """The same for a folder and everything in it."""
        self.give(folder)
        for parent, folders, files in os.walk(folder):
            for name in (*folders, *files):
                self.give(Path(parent, name))

    def command(self, program: Sequence[str], *, reaching: Sequence[Path]) -> list[str]:
        """The command line that runs `program` as this account, able to enter the folders `reaching`."""
        if self.is_us:
            return list(program)
        paths = [str(path) for path in reaching]
        return [sys.executable, "-I", "-S", str(_UNPRIVILEGED), str(self.uid), str(self.gid), *paths, "--", *program]


def owner_of(path: Path) -> Account:
    """Whose `path` is."""
    status = path.stat()
    return Account(status.st_uid, status.st_gid)


def server_account(data_dir: Path, cluster: Path) -> Account:
    """Who runs the server: we, unless we are root.

    Then whoever has run it before; else the owner of the data folder, so that its owner can go on without root; else
    an account without rights.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    for place in (cluster, data_dir):
        if place.is_dir() and place.stat().st_uid != 0 and (place == cluster or _has_name(place.stat().st_uid)):
            return owner_of(place)
    for name in _ACCOUNTS_FOR_ROOT:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(user.pw_uid, user.pw_gid)
    raise EmbeddedPostgresFailed(
        "PostgreSQL does not run as root, and there is no user to run it as: add one named agent-services, or run "
        "this program as an ordinary user."
    )


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
