"""The floor: bare Starlette routes that send the recorded statements over asyncpg's pool and answer as recorded.

Run as a program: `python -m benchmarks.floor RECORDING PORT`, with the database in AGENT_SERVICES_DATABASE_URL.
"""

import json
import os
import secrets
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.recording import Recorded, RecordedRequest, Recording, Statement, read_recording

_BEGIN, _COMMIT = "BEGIN;", "COMMIT;"


class _Connection(asyncpg.Connection):
    """Without asyncpg's own round trip after each use, so that the floor has no more of them than we have."""

    __slots__ = ()

    def get_reset_query(self) -> str:
        return ""


async def _speak_json(connection: Any) -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(kind, schema="pg_catalog", encoder=json.dumps, decoder=json.loads)


class _Floor:
    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._constants = {name: _constants(units) for name, units in recording.items()}
        self._pool: asyncpg.Pool | None = None

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(
            os.environ["AGENT_SERVICES_DATABASE_URL"],
            min_size=2,
            max_size=16,
            connection_class=_Connection,
            init=_speak_json,
            server_settings={"timezone": "UTC", "jit": "off"},
        ) as pool:
            self._pool = pool
            yield

    async def first(self, request: Request) -> Response:
        name, number = request.path_params["scenario"], request.path_params["number"]
        unit = self._recording[name][int(number)]
        if unit.first.reply.status == 204 or request.method == "POST":
            await request.json()
        if unit.created_id is None:
            await self._send(unit.first.statements)
            return _response(unit.first)
        new_id = secrets.token_hex(6)
        await self._send(_renewed(unit.first.statements, unit.created_id, new_id, self._constants[name]))
        return _response(unit.first, location=f"/{name}/{number}/{new_id}")

    async def then(self, request: Request) -> Response:
        name, number, new_id = (request.path_params[part] for part in ("scenario", "number", "id"))
        unit = self._recording[name][int(number)]
        assert unit.then is not None  # the route of such units alone
        await self._send(_renewed(unit.then.statements, unit.created_id or "", new_id, self._constants[name]))
        return _response(unit.then)

    async def _send(self, statements: tuple[Statement, ...] | list[Statement]) -> None:
        assert self._pool is not None  # opened by the lifespan
        remaining = iter(statements)
        for statement in remaining:
            if statement.sql == _BEGIN:
                async with self._pool.acquire() as connection:
                    await _in_transaction(connection, remaining)
            else:
                await _one(self._pool, statement)


async def _in_transaction(connection: Any, remaining: Iterator[Statement]) -> None:
    await connection.execute(_BEGIN)
    for statement in remaining:
        await _one(connection, statement)
        if statement.sql == _COMMIT:
            return


async def _one(where: Any, statement: Statement) -> None:
    match statement.arguments:
        case None:
            await where.execute(statement.sql)
        case tuple() as arguments:
            await where.fetch(statement.sql, *arguments)
        case rows:
            await where.executemany(statement.sql, rows)


def _response(recorded: RecordedRequest, **headers: str) -> Response:
    media_type = "application/json" if recorded.reply.body else None
    return Response(recorded.reply.body, recorded.reply.status, headers, media_type)


def _renewed(
    statements: tuple[Statement, ...], recorded_id: str, new_id: str, constants: frozenset[UUID]
) -> list[Statement]:
    """With an invitation id and event ids of its own, because rows are written."""

    def renewed(value: Any) -> Any:
        if value == recorded_id:
            return new_id
        if isinstance(value, UUID) and value not in constants:
            return uuid4()
        return [renewed(each) for each in value] if isinstance(value, list) else value

    return [
        Statement(
            each.sql, tuple(map(renewed, each.arguments)) if isinstance(each.arguments, tuple) else each.arguments
        )
        for each in statements
    ]


def _constants(units: list[Recorded]) -> frozenset[UUID]:
    """Those that several units name: of rows that were there before."""
    counted = Counter(
        value
        for unit in units
        for request in (unit.first, unit.then)
        if request is not None
        for value in {each for statement in request.statements for each in _uuids(statement.arguments)}
    )
    return frozenset(value for value, count in counted.items() if count > 1)


def _uuids(value: Any) -> Iterator[UUID]:
    if isinstance(value, UUID):
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _uuids(each)


def main() -> None:
    floor = _Floor(read_recording(Path(sys.argv[1])))
    app = Starlette(
        routes=[
            Route("/{scenario}/{number}", floor.first, methods=["GET", "POST"]),
            Route("/{scenario}/{number}/{id}", floor.then, methods=["DELETE"]),
        ],
        lifespan=floor.lifespan,
    )
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(sys.argv[2]),
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_level="warning",
        server_header=False,
    )


if __name__ == "__main__":
    main()
