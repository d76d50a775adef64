"""`make bench`: measures, prints a table, stops by itself. Everything happens in a folder that is thrown away.

Each endpoint is measured in turns with its floor: a bare Starlette route that sends the same statements to the same
database. The load comes from this process, over 32 connections of the loopback interface.
"""

import argparse
import asyncio
import pickle
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import uvloop

from agent_services.platform.embedded_postgres import EmbeddedPostgres
from benchmarks import population
from benchmarks.exchange import Expected, Reply
from benchmarks.load import CONNECTIONS, Outcome, Script, Unit, load
from benchmarks.programs import Program, free_port, run, running
from benchmarks.recording import Recording, read_recording
from benchmarks.report import Row, machine, table
from benchmarks.scenarios import SAMPLES, Ask, Scenario, agency_check, asks_of, create, get_invitation
from benchmarks.upstreams import DELAY_SECONDS

_SIZES = (10_000, 1_000_000)
_LARGE_SIZES = (10_000, 1_000_000, 10_000_000)
_WARM_UP_SECONDS = 0.5
_TURNS = 4
_CONCURRENT_CHECKS = 64
_MOST_MEGABYTES = 200


@dataclass(frozen=True, slots=True)
class Options:
    """What is measured and for how long."""

    sizes: Sequence[int]
    scenarios: Sequence[Scenario]
    seconds: float


class Unexpected(Exception):
    """The load met answers that are not those of a right measurement."""


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="agent-services-bench-") as name:
        folder = Path(name)
        # The embedded server's account must pass through.
        folder.chmod(0o711)
        _Bench(folder, options).run()


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="make bench", description="Measures the hot endpoints beside a bare route.")
    parser.add_argument("--large", action="store_true", help="also with 10,000,000 relationships (some 20 GB of disk)")
    parser.add_argument("--sizes", type=int, nargs="+", help="these numbers of relationships instead, growing")
    parser.add_argument("--only", type=Scenario, nargs="+", choices=list(Scenario), default=list(Scenario))
    parser.add_argument("--seconds", type=float, default=1.5, help="of each turn of load")
    given = parser.parse_args()
    sizes = given.sizes or (_LARGE_SIZES if given.large else _SIZES)
    return Options(sorted(sizes), given.only, min(given.seconds, 60.0))


class _Bench:
    def __init__(self, folder: Path, options: Options) -> None:
        self._folder = folder
        self._options = options
        self._data_dir = folder / "data"
        self._port = free_port()
        self._rows: list[Row] = []

    def run(self) -> None:
        first, second = self._start_up_seconds(), self._start_up_seconds()
        with EmbeddedPostgres.start(self._data_dir) as postgres:
            with self._server() as server:
                version, memory = uvloop.run(self._measure(server, postgres.url))
            print(f"\n{machine(version)}\n\n{table(self._rows)}\n", flush=True)
            http_mode = self._http_mode(postgres.url)
        print(
            f"`http` mode: {_CONCURRENT_CHECKS} concurrent agency-level checks against upstreams that answer after "
            f"{DELAY_SECONDS * 1000:.0f} ms: {http_mode.per_second:,.0f}/s, p50 {http_mode.percentile(0.5):.0f} ms, "
            f"our own CPU {http_mode.cpu_milliseconds:.2f} ms per check"
        )
        print(f"Start until /readyz answers: first {first:.1f} s, second {second:.1f} s")
        print(f"Memory of the server process after the load: {memory:.0f} MB (limit {_MOST_MEGABYTES} MB)")

    def _start_up_seconds(self) -> float:
        started = time.monotonic()
        with self._server():
            return time.monotonic() - started

    @contextmanager
    def _server(self, **environment: str) -> Iterator[Program]:
        with running(
            ["agent_services.cli", "serve", "--port", str(self._port)],
            port=self._port,
            folder=self._folder,
            environment={"AGENT_SERVICES_DATA_DIR": str(self._data_dir), **environment},
            ready_path="/readyz",
        ) as server:
            yield server

    async def _measure(self, server: Program, database_url: str) -> tuple[str, float]:
        connection = await asyncpg.connect(database_url)
        try:
            agents = await population.make_agents(server.base_url, connection)
            self._any_check = agency_check(agents[0], population.vrn_of(0))
            await population.add_unrelated_clients(connection)
            invitations = await _invitations(server, agents)
            before = 0
            for size in self._options.sizes:
                _say(f"Making {size:,} relationships")
                await population.add_clients(connection, agents, range(before, size))
                past = range(min(before, population.MOST_INVITATIONS), min(size, population.MOST_INVITATIONS))
                await population.add_past_invitations(connection, past)
                await population.settle(connection)
                before = size
                asks = {each.value: asks_of(each, agents, invitations, size) for each in self._options.scenarios}
                await self._measure_size(server, connection, database_url, size, asks)
            version = await connection.fetchval("SELECT current_setting('server_version')")
            return str(version), server.resident_megabytes()
        finally:
            await connection.close()

    async def _measure_size(
        self,
        server: Program,
        connection: asyncpg.Connection,
        database_url: str,
        size: int,
        asks: dict[str, list[Ask]],
    ) -> None:
        recording_file = self._folder / f"recording-{size}"
        recording = await self._recorded(recording_file, database_url, asks)
        floor_port = free_port()
        with running(
            ["benchmarks.floor", str(recording_file), str(floor_port)],
            port=floor_port,
            folder=self._folder,
            environment={"AGENT_SERVICES_DATABASE_URL": database_url},
            ready_path=None,
        ) as floor:
            for scenario in self._options.scenarios:
                _say(f"Measuring {scenario} with {size:,} relationships")
                ours, bare = Outcome(), Outcome()
                for _ in range(_TURNS):
                    with server.held_still():
                        bare.add(await self._load(floor, _script_of_floor(scenario, asks[scenario])))
                        await population.forget_undelivered_audit(connection)
                    ours.add(await self._load(server, _script(asks[scenario])))
                round_trips = _round_trips(recording, scenario)
                self._rows.append(Row(scenario.heading, size, round_trips, ours, bare))

    async def _recorded(self, file: Path, database_url: str, asks: dict[str, list[Ask]]) -> Recording:
        plan = self._folder / "plan"
        plan.write_bytes(pickle.dumps(asks))
        environment = {
            "AGENT_SERVICES_DATA_DIR": str(self._data_dir),
            "AGENT_SERVICES_DATABASE_URL": database_url,
        }
        await asyncio.to_thread(run, ["benchmarks.recording", str(plan), str(file)], environment=environment)
        return read_recording(file)

    async def _load(self, program: Program, script: Script, connections: int = CONNECTIONS) -> Outcome:
        outcome = await load(
            program.port,
            script,
            warm_up_seconds=_WARM_UP_SECONDS,
            seconds=self._options.seconds,
            cpu_seconds=program.cpu_seconds,
            connections=connections,
        )
        if outcome.unexpected:
            raise Unexpected("\n".join([*outcome.unexpected, program.last_words()]))
        return outcome

    def _http_mode(self, database_url: str) -> Outcome:
        _say("Measuring http mode")
        upstream_port = free_port()
        with ExitStack() as stack:
            stack.enter_context(
                running(
                    ["benchmarks.upstreams", str(upstream_port)],
                    port=upstream_port,
                    folder=self._folder,
                    environment={},
                    ready_path=None,
                )
            )
            server = stack.enter_context(
                self._server(
                    AGENT_SERVICES_DATABASE_URL=database_url,
                    AGENT_SERVICES_UPSTREAMS="http",
                    AGENT_SERVICES_UPSTREAM_URL=f"http://127.0.0.1:{upstream_port}",
                )
            )
            return uvloop.run(self._check_in_http_mode(server, database_url))

    async def _check_in_http_mode(self, server: Program, database_url: str) -> Outcome:
        connection = await asyncpg.connect(database_url)
        # What the load has left is no part of a check.
        await population.forget_undelivered_audit(connection)
        await connection.close()
        return await self._load(server, _script([self._any_check] * _CONCURRENT_CHECKS), _CONCURRENT_CHECKS)


async def _invitations(server: Program, agents: list[population.Agent]) -> list[Ask]:
    """Pending requests, made as software makes them, and the questions for each."""
    asks = []
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    for client in range(SAMPLES):
        agent = agents[client % len(agents)]
        asked = create(agent, population.unrelated_vrn_of(client)).ready()
        writer.write(asked.request)
        received = b""
        while (reply := Reply.parse(received)) is None:
            received += await reader.read(65536)
        if reply.status != asked.status:
            raise Unexpected(f"{reply.status} {reply.body!r}")
        asks.append(get_invitation(agent, reply.header("location").rpartition("/")[2]))
    writer.close()
    return asks


def _script(asks: Sequence[Ask]) -> Script:
    ready = [(ask.first.ready(), ask.then) for ask in asks]

    def unit(number: int) -> Unit:
        first, then = ready[number % len(ready)]
        reply = yield first
        if then is not None:
            yield then.at(reply.header("location"))

    return unit


def _script_of_floor(scenario: Scenario, asks: Sequence[Ask]) -> Script:
    """The same requests to the floor's paths, which name the recorded unit."""
    ready: list[tuple[Expected, Ask]] = [
        (ask.first.at(f"/{scenario}/{number}"), ask) for number, ask in enumerate(asks)
    ]

    def unit(number: int) -> Unit:
        first, ask = ready[number % len(ready)]
        reply = yield first
        if ask.then is not None:
            yield ask.then.at(reply.header("location"))

    return unit


def _round_trips(recording: Recording, scenario: Scenario) -> int:
    """What most units take; now and then one meets a refreshing of what is kept for a moment."""
    return statistics.mode(
        len(unit.first.statements) + (0 if unit.then is None else len(unit.then.statements))
        for unit in recording[scenario]
    )


def _say(what: str) -> None:
    print(f"{what} …", flush=True)


if __name__ == "__main__":
    main()
