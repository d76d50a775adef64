"""Starts, shares, watches and stops the embedded server."""

import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final

import structlog

from agent_services.platform.embedded_postgres import processes
from agent_services.platform.embedded_postgres.cluster import recorded_in_pid_file
from agent_services.platform.embedded_postgres.errors import EmbeddedPostgresFailed
from agent_services.platform.embedded_postgres.file_locks import Usage, turn
from agent_services.platform.embedded_postgres.lifecycle import running, stop
from agent_services.platform.embedded_postgres.place import DATABASE, Place, prepare

SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "shared_buffers": "128MB",
        "max_connections": "200",
        "jit": "off",
        "fsync": "on",
        "io_method": "sync",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "512MB",
        "huge_pages": "off",
        # Nothing outside the data folder, /dev/shm included.
        "dynamic_shared_memory_type": "mmap",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # Values and statements may hold personal data.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_checkpoints": "off",
    }
)

_log = structlog.get_logger()


class EmbeddedPostgres:
    """A server on `<data_dir>/postgres`, shared by all processes that use that folder; the last one stops it.

    A server that its last user left running (kill −9) is taken over; one that dies meanwhile is started again.
    Blocks; starting takes about 0.2 s, the very first start 0.8 s.
    """

    def __init__(self, place: Place, port: int, usage: Usage, settings: Mapping[str, str]) -> None:
        self._place = place
        self._port = port
        self._usage = usage
        self._settings = settings
        self._closing = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="embedded-postgres", daemon=True)
        self._watcher.start()

    @classmethod
    def start(cls, data_dir: Path, *, settings: Mapping[str, str] = MappingProxyType({})) -> "EmbeddedPostgres":
        """Makes the cluster if there is none, starts the server unless it runs, and waits until it answers.

        `settings` are PostgreSQL's, on top of SETTINGS; a server that runs already keeps its own.
        Raises EmbeddedPostgresFailed.
        """
        place = prepare(data_dir)
        wanted = {**SETTINGS, **settings}
        try:
            with _turn(place):
                port = running(place, wanted)
                usage = Usage(place.home / "usage", place.steward)
        except OSError as refusal:
            raise EmbeddedPostgresFailed(
                f"The embedded database cannot use {refusal.filename or place.home}: {refusal.strerror}."
            ) from refusal
        return cls(place, port, usage, wanted)

    @property
    def url(self) -> str:
        """Of the database, for asyncpg and for other processes of this user."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """Of another database of the server."""
        return self._place.url(port=self._port, database=database)

    def close(self) -> None:
        """Ends our use; stops the server if nobody else uses it. May be called again."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._watcher.join()
        with _turn(self._place):
            if self._usage.end():
                stop(self._place)

    def __enter__(self) -> "EmbeddedPostgres":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _watch(self) -> None:
        pause = 0.5
        while not self._closing.wait(pause):
            pause = 0.5
            recorded = recorded_in_pid_file(self._place)
            if recorded is not None and processes.is_postmaster(recorded[0], self._place.cluster):
                continue
            try:
                with _turn(self._place):
                    # The URL is in many hands: the port stays.
                    running(self._place, self._settings, port=self._port)
            except EmbeddedPostgresFailed as failure:
                pause = 10
                _log.error("embedded_database_restart_failed", reason=str(failure))


def _turn(place: Place) -> AbstractContextManager[None]:
    return turn(place.home / "turn", place.steward)
