"""The folders of an embedded server, and how it is reached. Everything lies below the data folder.

<data_dir>/postgres/            the steward's: ours, or the data folder's owner's
    turn, usage                 locks (file_locks.py)
    password                    only for where no Unix socket is possible
    server.log, server.log.1
    socket/                     the server account's, closed to everybody else
    cluster/                    PostgreSQL's data
"""

import os
import secrets
import shutil
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from agent_services.platform.embedded_postgres.account import Account, owner_of, server_account
from agent_services.platform.embedded_postgres.errors import EmbeddedPostgresFailed

SOCKET_PORT: Final = 5432
SUPERUSER: Final = "postgres"
USER: Final = "agent_services"
DATABASE: Final = "agent_services"

# What fits into a sockaddr_un.
_LONGEST_SOCKET_PATH: Final = 107 if sys.platform == "linux" else 103


@dataclass(frozen=True, slots=True)
class Place:
    home: Path
    account: Account
    """Runs the server and owns its files."""
    steward: Account
    """Owns everything else."""

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def socket_folder(self) -> Path:
        return self.home / "socket"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def has_socket(self) -> bool:
        """Is the path short enough, and free of what separates hosts in a connection URL?"""
        path = os.fsencode(self.socket_folder / f".s.PGSQL.{SOCKET_PORT}")
        return len(path) <= _LONGEST_SOCKET_PATH and b"," not in path

    def password(self) -> str:
        """Made at the first call, kept for later starts."""
        file = self.home / "password"
        if not file.exists():
            write_privately(file, secrets.token_urlsafe(32), self.steward)
        return file.read_text("ascii")

    def url(self, *, port: int, user: str = USER, database: str = DATABASE) -> str:
        """For asyncpg. Without a password when a socket is used: its folder lets in nobody else."""
        if self.has_socket:
            return f"postgresql://{user}@/{quote(database)}?" + urlencode(
                {"host": str(self.socket_folder), "port": str(port)}
            )
        return f"postgresql://{user}:{self.password()}@127.0.0.1:{port}/{quote(database)}?sslmode=disable"


def prepare(data_dir: Path) -> Place:
    """Makes the folders that are missing, below `data_dir` alone, and settles who owns what.

    Raises EmbeddedPostgresFailed when they are another user's.
    """
    try:
        return _prepare(data_dir)
    except OSError as refusal:
        raise EmbeddedPostgresFailed(
            f"The embedded database cannot use {refusal.filename or data_dir}: {refusal.strerror}. Set "
            "AGENT_SERVICES_DATA_DIR to a folder that this user may write to."
        ) from refusal


def _prepare(data_dir: Path) -> Place:
    we = Account(os.geteuid(), os.getegid())
    # Other users may pass through what root makes, not look into it: the server's account is one of them.
    data_dir.mkdir(mode=0o711 if we.uid == 0 else 0o700, parents=True, exist_ok=True)
    data_dir = data_dir.resolve()
    home = data_dir / "postgres"
    steward = owner_of(data_dir) if we.uid == 0 else we
    account = server_account(data_dir, home / "cluster")
    home.mkdir(mode=0o700, exist_ok=True)
    if we.uid not in (0, home.lstat().st_uid):
        raise EmbeddedPostgresFailed(
            f"{home} belongs to another user, who has run this before. Remove it as that user, or set "
            "AGENT_SERVICES_DATA_DIR to a folder of your own."
        )
    place = Place(home, account, steward)
    steward.give(home)
    home.chmod(0o700 if account.uid == steward.uid else 0o711)
    place.socket_folder.mkdir(mode=0o700, exist_ok=True)
    place.socket_folder.chmod(0o700)
    account.give(place.socket_folder)
    return place


def remove_unfinished(place: Place) -> None:
    """Removes what a killed initialisation left."""
    for folder in place.home.glob("initialising-*"):
        shutil.rmtree(folder, ignore_errors=True)


def write_privately(file: Path, text: str, owner: Account) -> None:
    """Writes the whole file or nothing, readable by `owner` alone."""
    draft = file.with_name(f".{file.name}-{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(text)
    owner.give(draft)
    draft.replace(file)


def free_port() -> int:
    """A TCP port of the loopback interface that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
