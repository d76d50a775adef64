"""Running the application as processes: the database that goes with it, workers, and an orderly end."""

import asyncio
import http.client
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from uvicorn.supervisors import Multiprocess

from agent_services.platform.database import Database
from agent_services.platform.embedded_postgres import EmbeddedPostgres
from agent_services.platform.migration import migrate
from agent_services.settings import PREFIX, Settings

DATABASE_URL_VARIABLE: Final = PREFIX + "DATABASE_URL"
_PATIENCE_SECONDS: Final = 30
_LOOPBACK: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # compared, not bound


@contextmanager
def database_for(settings: Settings) -> Iterator[str]:
    """The URL of the database to use: the given one, or the embedded one, which runs as long as the block.

    Raises EmbeddedPostgresFailed.
    """
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    with _leaving_on_sigterm(), EmbeddedPostgres.start(settings.data_dir) as server:
        yield server.url


@contextmanager
def _leaving_on_sigterm() -> Iterator[None]:
    """SIGTERM unwinds the block instead of ending the process on the spot, so that the database is stopped too.

    uvicorn raises the signal again once the last request is answered, for whoever handled it before.
    """

    def leave(_signal: int, _frame: object) -> None:
        sys.exit(0)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def prepare_database(settings: Settings, url: str) -> None:
    """Applies missing migrations; in production it only says that some are missing.

    There an operator decides when tables change. Raises DatabaseUnusable.
    """

    async def prepare() -> None:
        if settings.environment != "production":
            await migrate(url)
        database = await Database.connect(url, min_size=1, max_size=1)
        await database.close()

    asyncio.run(prepare())


def hand_down(settings: Settings, url: str) -> None:
    """Puts what this process decided into the environment, where its workers read their settings."""
    os.environ[DATABASE_URL_VARIABLE] = url
    for field in settings.model_fields_set - {"database_url"}:
        value = getattr(settings, field)
        if isinstance(value, bool | int | str):
            os.environ[PREFIX + field.upper()] = str(value)
    os.environ[PREFIX + "DATA_DIR"] = str(settings.data_dir.absolute())


class _AnnouncingServer(uvicorn.Server):
    """Says when the doors are open."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]  # sockets as uvicorn passes them
        await super().startup(sockets)  # type: ignore[arg-type]  # likewise
        if self.started:
            self._announce()


def serve(factory: str, settings: Settings, *, workers: int, announce: Callable[[], None]) -> None:
    """Serves `factory` (`module:function`, called without arguments in each process) until told to stop.

    Requests under way are finished, at most 30 s. Exits with uvicorn's status when it cannot start.
    """
    config = uvicorn.Config(
        factory,
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=workers,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=_PATIENCE_SECONDS,
    )
    if workers == 1:
        server = _AnnouncingServer(config, announce)
        server.run()
        if not server.started:
            sys.exit(3)
        return
    threading.Thread(target=_announce_once_answering, args=(settings, announce), daemon=True).start()
    Multiprocess(config, [config.bind_socket()]).run()


def _announce_once_answering(settings: Settings, announce: Callable[[], None]) -> None:
    """Workers do not tell when they are ready: the first of them to answer is asked."""
    host = _LOOPBACK.get(settings.host, settings.host)
    while True:
        connection = http.client.HTTPConnection(host, settings.port, timeout=_PATIENCE_SECONDS)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
        else:
            announce()
            return
        finally:
            connection.close()
