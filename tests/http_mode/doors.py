"""Doors to upstreams: addresses of our own that lead to the sandbox, and that can be shut."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final
from urllib.parse import urlsplit

_START_SECONDS: Final = 10


class Door:
    """A TCP address that leads elsewhere while it is open. Shut, it refuses connections and has cut the old ones."""

    def __init__(self, host: str, port: int) -> None:
        self._there = (host, port)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._through, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(*self._there)
        self._writers |= {writer, there_writer}
        await asyncio.gather(_carry(reader, there_writer), _carry(there_reader, writer))
        self._writers -= {writer, there_writer}

    @property
    def connections(self) -> int:
        """How many lead through it now."""
        return len(self._writers) // 2


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    # A door that is shut breaks the connection under way: that is what it is for.
    with suppress(ConnectionError):
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
    writer.close()


class Doors:
    """One door for each upstream, in a thread of its own."""

    def __init__(self, names: tuple[str, ...], url: str) -> None:
        parts = urlsplit(url)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="doors")
        self._doors = {name: Door(parts.hostname or "", parts.port or 0) for name in names}

    def start(self) -> None:
        self._thread.start()
        for name in self._doors:
            self.open(name)

    def stop(self) -> None:
        for name in self._doors:
            self.shut(name)
        self._run(asyncio.sleep(0.05))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_START_SECONDS)
        self._loop.close()

    def open(self, name: str) -> None:
        self._run(self._doors[name].open())

    def shut(self, name: str) -> None:
        self._run(self._doors[name].shut())

    def connections(self, name: str) -> int:
        return self._doors[name].connections

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self._doors[name].port}"

    @contextmanager
    def down(self, name: str) -> Iterator[None]:
        """That upstream refuses connections for as long as the block lasts."""
        self.shut(name)
        try:
            yield
        finally:
            self.open(name)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_START_SECONDS)
