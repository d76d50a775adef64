"""Load over keep-alive connections on the loopback interface, from raw sockets so that the client costs little."""

import asyncio
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import cast

from benchmarks.exchange import Expected, Reply

Unit = Generator[Expected, Reply, None]
"""One thing that is measured: requests, each sent when the answer to the one before has come."""
Script = Callable[[int], Unit]
"""The unit of a number. Numbers that differ by less than `CONNECTIONS` may be under way at once."""

CONNECTIONS = 32
_MOST_UNITS = 500_000
_PATIENCE_SECONDS = 30
_ENOUGH_TO_TELL = 5


@dataclass(slots=True)
class Outcome:
    """What a period of load has shown. Seconds."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    """Processor time of the server."""
    latencies: list[float] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        self.seconds += other.seconds
        self.cpu_seconds += other.cpu_seconds
        self.latencies += other.latencies
        self.unexpected += other.unexpected

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def cpu_milliseconds(self) -> float:
        """The server's processor time for one unit."""
        return self.cpu_seconds / len(self.latencies) * 1000

    def percentile(self, share: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


async def load(
    port: int,
    script: Script,
    *,
    warm_up_seconds: float,
    seconds: float,
    cpu_seconds: Callable[[], float],
    connections: int = CONNECTIONS,
) -> Outcome:
    """Runs units on all connections for so long. `cpu_seconds` tells the server's processor time up to now."""
    outcome = Outcome()
    run = _Run(script, connections, outcome)
    loop = asyncio.get_running_loop()
    for number in range(connections):
        await loop.create_connection(lambda number=number: _Connection(run, number), "127.0.0.1", port)  # type: ignore[misc]
    run.begin()
    await asyncio.sleep(warm_up_seconds)
    outcome.latencies.clear()
    started, cpu_before = time.perf_counter(), cpu_seconds()
    await asyncio.wait((run.aborted,), timeout=seconds)
    outcome.seconds = time.perf_counter() - started
    outcome.cpu_seconds = cpu_seconds() - cpu_before
    measured = len(outcome.latencies)
    run.is_over = True
    async with asyncio.timeout(_PATIENCE_SECONDS):
        await run.ended.wait()
    # Units that ended after the period was over.
    del outcome.latencies[measured:]
    return outcome


class _Run:
    def __init__(self, script: Script, connections: int, outcome: Outcome) -> None:
        self.script = script
        self.outcome = outcome
        self.is_over = False
        self.ended = asyncio.Event()
        self.aborted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.step = connections
        self._open: list[_Connection] = []

    def opened(self, connection: "_Connection") -> None:
        self._open.append(connection)

    def begin(self) -> None:
        for connection in list(self._open):
            connection.next_unit()

    def closed(self, connection: "_Connection") -> None:
        self._open.remove(connection)
        if not self._open:
            self.ended.set()

    def wrong(self, what: str) -> None:
        self.outcome.unexpected.append(what)
        if len(self.outcome.unexpected) >= _ENOUGH_TO_TELL and not self.aborted.done():
            self.aborted.set_result(None)


class _Connection(asyncio.Protocol):
    def __init__(self, run: _Run, number: int) -> None:
        self._run = run
        self._number = number
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # TCP's, though uvloop's does not derive from it.
        self._transport = cast("asyncio.Transport", transport)
        self._run.opened(self)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._run.is_over:
            self._run.wrong(f"the server hung up: {error}")
        self._run.closed(self)

    def next_unit(self) -> None:
        run = self._run
        if run.is_over or run.aborted.done() or len(run.outcome.latencies) >= _MOST_UNITS:
            self._transport.close()
            return
        self._unit = run.script(self._number)
        self._number += run.step
        self._started = time.perf_counter()
        self._ask(next(self._unit))

    def data_received(self, data: bytes) -> None:
        data = self._received + data if self._received else data
        reply = Reply.parse(data)
        if reply is None:
            self._received = data
            return
        self._received = b""
        if reply.status != self._expected.status:
            self._run.wrong(f"{self._expected.name}: {reply.status} {reply.body[:200]!r}")
            self.next_unit()
            return
        try:
            following = self._unit.send(reply)
        except StopIteration:
            self._run.outcome.latencies.append(time.perf_counter() - self._started)
            self.next_unit()
        else:
            self._ask(following)

    def _ask(self, expected: Expected) -> None:
        self._expected = expected
        self._transport.write(expected.request)
