"""Gets a server of a cluster running, from whatever state it was left in, and stops it. All under the turn's lock."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from typing import Final

import structlog

from agent_services.platform.embedded_postgres import processes
from agent_services.platform.embedded_postgres.binaries import installation
from agent_services.platform.embedded_postgres.cluster import (
    clear_stale_files,
    ensure_cluster,
    environment,
    recorded_in_pid_file,
)
from agent_services.platform.embedded_postgres.errors import EmbeddedPostgresFailed
from agent_services.platform.embedded_postgres.place import SOCKET_PORT, Place, free_port
from agent_services.platform.embedded_postgres.questions import Readiness, ensure_database, readiness

READY_SECONDS: Final = 60
STOP_SECONDS: Final = 30
_ATTEMPTS: Final = 20
_LARGEST_LOG: Final = 10_000_000

_log = structlog.get_logger()


def running(place: Place, settings: Mapping[str, str], *, port: int | None = None) -> int:
    """The port of a server that answers: the one that runs, else a new one, at `port` if that is given.

    Raises EmbeddedPostgresFailed when none can be had.
    """
    programs = installation()
    ensure_cluster(place, programs)
    found = _take_over(place)
    if found is not None:
        return found
    for _ in range(_ATTEMPTS):
        processes.end_orphans(place.cluster)
        clear_stale_files(place)
        new = _port(place, port)
        if _launched(place, settings, new):
            ensure_database(place, new)
            return new
        # Another starter that was killed may have had a server under way, the kernel may still be freeing what a
        # killed one held, and somebody may have taken the TCP port.
        time.sleep(0.1)
        found = _take_over(place)
        if found is not None:
            return found
    raise EmbeddedPostgresFailed(f"The embedded database does not start. The end of {place.log}:\n{_last_words(place)}")


def stop(place: Place) -> None:
    """Stops whatever serves the cluster: connections are cut, nothing committed is lost."""
    for pid in processes.postmasters(place.cluster):
        for how, patience_seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            processes.send(pid, how)
            if _ended(pid, place, patience_seconds):
                break


def _take_over(place: Place) -> int | None:
    """The port of a healthy server that runs already. One that is ending is waited for, a sick one is stopped."""
    deadline = time.monotonic() + READY_SECONDS
    while pids := processes.postmasters(place.cluster):
        recorded = recorded_in_pid_file(place)
        # A server whose pid file was damaged notices within a minute and kills itself: it must not be relied on.
        if recorded is not None and recorded[0] in pids:
            port = _port(place, recorded[1])
            if readiness(place, port) is Readiness.READY:
                ensure_database(place, port)
                return port
        elif time.monotonic() > deadline - READY_SECONDS + 2:
            stop(place)
        if time.monotonic() > deadline:
            stop(place)
        time.sleep(0.02)
    # A server in another container, whose processes we do not see.
    if place.has_socket and readiness(place, SOCKET_PORT) is Readiness.READY:
        return SOCKET_PORT
    return None


def _launched(place: Place, settings: Mapping[str, str], port: int) -> bool:
    """Starts a server and waits until it answers. False when it ended instead."""
    folder = str(place.socket_folder).replace('"', '""')
    network = (
        {"listen_addresses": "", "unix_socket_directories": f'"{folder}"', "unix_socket_permissions": "0700"}
        if place.has_socket
        else {"listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
    )
    programs = installation() / "bin"
    command = [str(programs / "postgres"), "-D", str(place.cluster), "-p", str(port)]
    for name, value in {**settings, **network}.items():
        command += ["-c", f"{name}={value}"]
    log = _open_log(place)
    try:
        server = subprocess.Popen(
            place.account.command(command, reaching=[programs, place.cluster, place.socket_folder]),
            cwd="/",
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C at the terminal is ours to handle: the server goes last.
            start_new_session=True,
        )
    finally:
        os.close(log)
    deadline = time.monotonic() + READY_SECONDS
    while server.poll() is None:
        if readiness(place, port) is Readiness.READY:
            # Whenever it ends, its remains are collected.
            threading.Thread(target=server.wait, name="embedded-postgres-process", daemon=True).start()
            _log.info("embedded_database_started")
            return True
        if time.monotonic() > deadline:
            server.kill()
        time.sleep(0.01)
    return False


def _ended(pid: int, place: Place, patience_seconds: float) -> bool:
    deadline = time.monotonic() + patience_seconds
    while processes.is_postmaster(pid, place.cluster):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _port(place: Place, wanted: int | None) -> int:
    if place.has_socket:
        return SOCKET_PORT
    return wanted or free_port()


def _open_log(place: Place) -> int:
    try:
        if place.log.stat().st_size > _LARGEST_LOG:
            place.log.replace(place.log.with_name("server.log.1"))
    except FileNotFoundError:
        pass
    log = os.open(place.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    place.steward.give(place.log)
    return log


def _last_words(place: Place) -> str:
    return "\n".join(place.log.read_text("utf-8", errors="replace").splitlines()[-8:])
