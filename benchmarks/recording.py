"""Notes which statements the application sends for a request, and what it answers, for the floor to do the same.

Run as a program: `python -m benchmarks.recording PLAN RECORDING`, in the environment of the server.
"""

import asyncio
import pickle
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import uvicorn

from agent_services.app import create_app
from agent_services.platform.http.context import current_request_or_none
from agent_services.platform.logging import configure_logging
from agent_services.settings import load_settings
from benchmarks.exchange import Expected, Reply, Request
from benchmarks.scenarios import Ask

_RECORDED_ID = "recorded"
# Long enough for what is written in batches behind the requests of the warm-up.
_QUIET_SECONDS = 1.0
_WARM_UP = 3


@dataclass(frozen=True, slots=True)
class Statement:
    """One round trip. `arguments` None: without parameters, as BEGIN and COMMIT; a list: many rows at once."""

    sql: str
    arguments: tuple[Any, ...] | list[Any] | None


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """What one request costs in statements, and what is answered."""

    statements: tuple[Statement, ...]
    reply: Reply


@dataclass(frozen=True, slots=True)
class Recorded:
    """One unit. `created_id` is what `Location` told, which the statements of both requests hold."""

    first: RecordedRequest
    then: RecordedRequest | None = None
    created_id: str | None = None


Plan = dict[str, Sequence[Ask]]
Recording = dict[str, list[Recorded]]


def read_recording(file: Path) -> Recording:
    """What this program has written."""
    recording: Recording = pickle.loads(file.read_bytes())
    return recording


async def _record(plan: Plan) -> Recording:
    statements: list[Statement] = []
    _listen(statements.append)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            create_app(load_settings(), runs_jobs=False),
            http="httptools",
            ws="none",
            access_log=False,
            log_config=None,
            server_header=False,
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:  # noqa: ASYNC110  # uvicorn has nothing to wait for
            await asyncio.sleep(0.01)
        try:
            return await _walk(plan, listener.getsockname()[1], statements)
        finally:
            server.should_exit = True
            await serving


def _listen(note: Callable[[Statement], None]) -> None:
    # The driver is the one place that sees every statement, whatever connection it goes over.
    def noted(query: "asyncpg.connection.LoggedQuery") -> None:
        request = current_request_or_none()
        if request is not None and request.request_id == _RECORDED_ID:
            note(Statement(query.query, query.args or None))

    make = asyncpg.Connection.__init__

    def make_listening(connection: asyncpg.Connection, *given: Any, **named: Any) -> None:
        make(connection, *given, **named)
        connection.add_query_logger(noted)

    asyncpg.Connection.__init__ = make_listening  # type: ignore[method-assign, assignment]  # wider than the original


async def _walk(plan: Plan, port: int, statements: list[Statement]) -> Recording:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def ask(expected: Expected) -> RecordedRequest:
        statements.clear()
        writer.write(expected.request)
        received = b""
        while (reply := Reply.parse(received)) is None:
            received += await reader.read(65536)
        # Query loggers are called in the loop's next round.
        await asyncio.sleep(0)
        if reply.status != expected.status:
            raise SystemExit(f"{expected.name}: {reply.status} {reply.body[:200]!r}, {expected.status} was expected")
        return RecordedRequest(tuple(statements), reply)

    recording: Recording = {}
    for name, asks in plan.items():
        for one in asks[:_WARM_UP]:
            await _unit(one, ask)
        await asyncio.sleep(_QUIET_SECONDS)
        recording[name] = [await _unit(one, ask) for one in asks]
    writer.close()
    return recording


async def _unit(one: Ask, ask: Any) -> Recorded:
    first = await ask(_marked(one.first))
    if one.then is None:
        return Recorded(first)
    location = first.reply.header("location")
    then = await ask(_marked(one.then, location))
    return Recorded(first, then, location.rpartition("/")[2])


def _marked(request: Request, path: str | None = None) -> Expected:
    marked = {**request.headers, "X-Request-ID": _RECORDED_ID}
    return Request(
        request.name, request.method, path or request.path, marked, request.expected_status, request.body
    ).ready()


def main() -> None:
    plan_file, recording_file = map(Path, sys.argv[1:])
    configure_logging(form="console", level="WARNING")
    plan: Plan = pickle.loads(plan_file.read_bytes())
    recording = asyncio.run(_record(plan))
    recording_file.write_bytes(pickle.dumps(recording))


if __name__ == "__main__":
    # By its own name, or what it writes would belong to `__main__`.
    from benchmarks import recording as own_module

    own_module.main()
