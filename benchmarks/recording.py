"""Notes which statements the application sends for a request, and what it answers, for the floor to do the same.

Run as a program: `python -m benchmarks.recording PLAN RECORDING`, in the environment of the server.
"""

import asyncio
import itertools
import pickle
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg
import uvicorn

from agent_services.app import create_app
from agent_services.platform.http.context import current_request_or_none
from agent_services.platform.logging import configure_logging
from agent_services.settings import load_settings
from benchmarks.exchange import Reply, Request
from benchmarks.scenarios import Ask

_MARK = "recorded-"


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
    notes = _Notes()
    _listen(notes.note)
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
            return await _walk(plan, listener.getsockname()[1], notes)
        finally:
            server.should_exit = True
            await serving


class _Notes:
    """The statements of one request at a time, known by its id.

    What is written in batches behind requests bears the id of a former one, and so does not count.
    """

    def __init__(self) -> None:
        self._ids = itertools.count()
        self._present = ""
        self._statements: list[Statement] = []

    def begin(self) -> str:
        """The id of the next request."""
        self._present = f"{_MARK}{next(self._ids)}"
        self._statements = []
        return self._present

    def note(self, statement: Statement) -> None:
        request = current_request_or_none()
        if request is not None and request.request_id == self._present:
            self._statements.append(statement)

    def taken(self) -> tuple[Statement, ...]:
        self._present = ""
        return tuple(self._statements)


def _listen(note: Callable[[Statement], None]) -> None:
    # The driver is the one place that sees every statement, whatever connection it goes over.
    def noted(query: "asyncpg.connection.LoggedQuery") -> None:
        note(Statement(query.query, query.args or None))

    make = asyncpg.Connection.__init__

    def make_listening(connection: asyncpg.Connection, *given: Any, **named: Any) -> None:
        make(connection, *given, **named)
        connection.add_query_logger(noted)

    asyncpg.Connection.__init__ = make_listening  # type: ignore[method-assign, assignment]  # wider than the original


async def _walk(plan: Plan, port: int, notes: _Notes) -> Recording:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def ask(request: Request, path: str | None = None) -> RecordedRequest:
        marked = replace(request, headers={**request.headers, "X-Request-ID": notes.begin()})
        writer.write(marked.at(path or request.path).request)
        received = b""
        while (reply := Reply.parse(received)) is None:
            received += await reader.read(65536)
        # Query loggers are called in the loop's next round.
        await asyncio.sleep(0)
        if reply.status != request.expected_status:
            raise SystemExit(f"{request.name}: {reply.status} {reply.body[:200]!r}")
        return RecordedRequest(notes.taken(), reply)

    recording: Recording = {}
    for name, asks in plan.items():
        for one in asks:
            # What happens only once, such as making an agent's link, is no part of the floor.
            await _unit(one, ask)
        recording[name] = [await _unit(one, ask) for one in asks]
    writer.close()
    return recording


async def _unit(one: Ask, ask: Callable[..., Awaitable[RecordedRequest]]) -> Recorded:
    first = await ask(one.first)
    if one.then is None:
        return Recorded(first)
    location = first.reply.header("location")
    then = await ask(one.then, location)
    return Recorded(first, then, location.rpartition("/")[2])


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
