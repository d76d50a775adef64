"""Makes a cluster, PostgreSQL's folder of databases, and tidies up one that was left in disorder."""

import os
import secrets
import subprocess
from pathlib import Path
from typing import Final

from agent_services.platform.embedded_postgres.account import Account
from agent_services.platform.embedded_postgres.binaries import MAJOR_VERSION
from agent_services.platform.embedded_postgres.errors import EmbeddedPostgresFailed
from agent_services.platform.embedded_postgres.place import (
    SOCKET_PORT,
    SUPERUSER,
    Place,
    remove_unfinished,
    write_privately,
)

# The socket's folder admits only the server's account and root; the network, where it is used, a password.
_ACCESS: Final = """\
local all all trust
host all all 127.0.0.1/32 scram-sha-256
"""


def ensure_cluster(place: Place, installation: Path) -> None:
    """Makes the cluster if there is none. Killed half-way it leaves nothing that counts.

    Raises EmbeddedPostgresFailed when it cannot, or when there is one of another PostgreSQL.
    """
    if place.cluster.is_dir():
        _check_version(place)
        # A copy or a restore may have made everything root's.
        place.account.give_all(place.cluster)
        place.cluster.chmod(0o700)
        return
    remove_unfinished(place)
    draft = place.home / f"initialising-{secrets.token_hex(4)}"
    draft.mkdir(mode=0o700)
    place.account.give(draft)
    password_file = place.socket_folder / "password"
    write_privately(password_file, place.password(), place.account)
    initdb = [
        str(installation / "bin" / "initdb"),
        f"--pgdata={draft}",
        f"--username={SUPERUSER}",
        f"--pwfile={password_file}",
        "--auth-local=trust",
        "--auth-host=scram-sha-256",
        # One collation everywhere, whatever the machine's locales: by code point.
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--locale=C",
        "--builtin-locale=C.UTF-8",
        # A crash of the machine within the next half minute costs a new initialisation, nothing else; the wait
        # would be a third of the first start.
        "--no-sync",
        "--no-instructions",
    ]
    try:
        run = subprocess.run(
            place.account.command(initdb, reaching=[installation / "bin", draft]),
            cwd="/",
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        password_file.unlink()
    if run.returncode != 0:
        remove_unfinished(place)
        raise EmbeddedPostgresFailed(f"PostgreSQL's initdb failed in {place.home}: {_reason(run, place.account)}")
    access = draft / "pg_hba.conf"
    access.write_text(_ACCESS, "ascii")
    draft.rename(place.cluster)


def clear_stale_files(place: Place) -> None:
    """Removes the pid and socket files of a server that is gone.

    PostgreSQL judges them by the pid alone: one that was given to another process of the account, or a file cut
    short, would keep it from starting. Call only when no server runs.
    """
    (place.cluster / "postmaster.pid").unlink(missing_ok=True)
    for name in (f".s.PGSQL.{SOCKET_PORT}.lock", f".s.PGSQL.{SOCKET_PORT}"):
        (place.socket_folder / name).unlink(missing_ok=True)


def recorded_in_pid_file(place: Place) -> tuple[int, int] | None:
    """Process and port by `postmaster.pid`; None when there is none or it makes no sense."""
    try:
        lines = (place.cluster / "postmaster.pid").read_text("utf-8", errors="replace").splitlines()
        return int(lines[0]), int(lines[3])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def environment() -> dict[str, str]:
    """What PostgreSQL's programs need of ours: neither language nor `PG…` variables may change what they do."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "LC_ALL": "C"}


def _check_version(place: Place) -> None:
    file = place.cluster / "PG_VERSION"
    version = file.read_text("ascii").strip() if file.is_file() else "no version"
    if version != MAJOR_VERSION:
        raise EmbeddedPostgresFailed(
            f"{place.cluster} is of PostgreSQL {version}, this program carries {MAJOR_VERSION}. Move that folder away "
            "to begin with an empty database, or serve it with its own PostgreSQL and set "
            "AGENT_SERVICES_DATABASE_URL."
        )


def _reason(run: "subprocess.CompletedProcess[str]", account: Account) -> str:
    said = "; ".join(line for line in run.stderr.splitlines() if line.strip()) or f"it ended with {run.returncode}"
    if "could not look up effective user ID" in said:
        return f"user id {account.uid} has no name on this machine, and initdb insists on one: add it to /etc/passwd."
    return said
