"""`agent-services serve` as a process of its own, on a data directory of its own, to be killed and started again."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import asyncpg
import psutil

from agent_services.platform.embedded_postgres.place import SOCKET_PORT, prepare
from tests.platform_app import Platform, calling

PROGRAM: Final = str(Path(sys.executable).with_name("agent-services"))
_START_SECONDS: Final = 150
_PREFIX: Final = "AGENT_SERVICES_"


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without any setting of ours but `given`, named without the prefix."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_PREFIX)}
    return {**kept, **{_PREFIX + name: value for name, value in given.items()}}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(slots=True)
class ServerProcess:
    """One installation. Started and killed as often as a test likes; its port and data stay."""

    data_dir: Path
    options: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.data_dir.with_suffix(f".{self.port}.log")

    @property
    def database_url(self) -> str:
        """Of the embedded database."""
        return prepare(self.data_dir).url(port=SOCKET_PORT)

    def begin(self) -> None:
        """Starts the process and does not wait."""
        given = {"DATA_DIR": str(self.data_dir), "PORT": str(self.port), "TEST_ONLY": "true", **self.settings}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [PROGRAM, "serve", *self.options],
                cwd=self.log.parent,
                env=environment(given),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def start(self) -> None:
        """Starts the process and waits until its port takes connections. No request is made."""
        self.begin()
        await self.started()

    async def started(self) -> None:
        async with asyncio.timeout(_START_SECONDS):
            while not await _listens(self.port):
                assert self.process.poll() is None, self.log.read_text()
                await asyncio.sleep(0.05)

    async def closed(self) -> None:
        """Waits until nobody takes connections any more."""
        async with asyncio.timeout(30):
            while await _listens(self.port):
                await asyncio.sleep(0.05)

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def kill(self) -> None:
        """kill -9 of the server and its workers, as they are."""
        family = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
        servers = [each for each in family if not each.name().startswith("postgres")]
        for each in servers:
            each.kill()
        self.process.wait()

    def kill_database(self) -> None:
        """kill -9 of the embedded database's first process; its others notice and end."""
        first_line = (prepare(self.data_dir).cluster / "postmaster.pid").read_text().splitlines()[0]
        os.kill(int(first_line), signal.SIGKILL)

    def ask_to_stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    async def stop(self) -> int:
        """An orderly end; the exit status."""
        if self._process is None:
            return 0
        if self.process.poll() is None:
            self.ask_to_stop()
        async with asyncio.timeout(60):
            while self.process.poll() is None:
                await asyncio.sleep(0.05)
        return self.process.returncode

    @asynccontextmanager
    async def calling(self) -> AsyncIterator[Platform]:
        async with calling(self.base_url, "") as platform:
            yield platform

    async def ask_database(self, question: str, *given: Any) -> Any:
        """One value, asked of the embedded database behind the server's back."""
        connection = await asyncpg.connect(self.database_url)
        try:
            return await connection.fetchval(question, *given)
        finally:
            await connection.close()


@asynccontextmanager
async def installation(
    folder: Path, *options: str, started: bool = True, **settings: str
) -> AsyncIterator[ServerProcess]:
    """A new installation, running; stopped at the end, whatever became of it."""
    server = ServerProcess(folder / "data", options, settings)
    try:
        if started:
            await server.start()
        yield server
    finally:
        if server._process is not None:
            await server.stop()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
