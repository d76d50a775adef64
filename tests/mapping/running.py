"""The mapping room behind its own small application, over real HTTP semantics, with people to call it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import uvicorn
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp
from tests.mapping.hand_clock import HandClock
from tests.mapping.offering import CIPHER, SETTINGS
from tests.mapping.people import EnrolmentStore, Person, Sessions

from agent_services import mapping
from agent_services.auth import Authorisation, StrideRoles
from agent_services.mapping import MappingRoom, MappingSettings, SubscriptionJourneys, build_mapping
from agent_services.platform.audit import Audit, Retention
from agent_services.platform.database import Database
from agent_services.platform.http.correlation import CorrelationLayer
from agent_services.platform.http.errors import ServiceError, render_service_error
from agent_services.platform.http.families import ErrorFamilies
from agent_services.upstreams.errors import UpstreamFailed


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    text: str
    content_type: str | None
    json: Any


@dataclass(slots=True)
class Caller:
    """Somebody with or without a bearer."""

    client: aiohttp.ClientSession
    headers: dict[str, str]

    async def get(self, path: str) -> Reply:
        return await self.call("GET", path)

    async def put(self, path: str) -> Reply:
        return await self.call("PUT", path)

    async def delete(self, path: str) -> Reply:
        return await self.call("DELETE", path)

    async def post(self, path: str, body: object) -> Reply:
        return await self.call("POST", path, json=body)

    async def call(self, method: str, path: str, **more: Any) -> Reply:
        async with self.client.request(method, "/agent-mapping" + path, headers=self.headers, **more) as answer:
            content_type = answer.headers.get("content-type")
            is_json = content_type == "application/json"
            return Reply(answer.status, await answer.text(), content_type, await answer.json() if is_json else None)


@dataclass(slots=True)
class Running:
    """The room, its neighbours, and people who call."""

    room: MappingRoom
    database: Database
    client: aiohttp.ClientSession
    sessions: Sessions
    enrolments: EnrolmentStore
    clock: HandClock
    audit: Audit
    _count: int = field(default=0)

    def signed_in(self, person: Person) -> Caller:
        self._count += 1
        token = f"token-{self._count}"
        self.sessions.people[token] = person
        return Caller(self.client, {"Authorization": f"Bearer {token}"})

    def nobody(self) -> Caller:
        return Caller(self.client, {})

    def with_header(self, authorization: str) -> Caller:
        return Caller(self.client, {"Authorization": authorization})

    async def audited(self) -> list[dict[str, Any]]:
        """What was audited since the last look."""
        events = await self.audit.events()
        await self.audit.forget()
        return events

    async def empty(self) -> None:
        """Nothing is stored, nothing was audited."""
        for kind in self.room.record_kinds.values():
            await kind.clear()
        await self.audit.forget()

    async def records(self, kind: str) -> list[dict[str, Any]]:
        return await self.room.record_kinds[kind].list_all()

    async def put_records(self, kind: str, records: list[dict[str, Any]]) -> None:
        await self.room.record_kinds[kind].replace(records)


@asynccontextmanager
async def running(
    database: Database, *, journeys: SubscriptionJourneys | None = None, settings: MappingSettings = SETTINGS
) -> AsyncIterator[Running]:
    """The room on this database."""
    clock, sessions, enrolments = HandClock(), Sessions(), EnrolmentStore()
    audit = Audit(database.pool, CIPHER, clock, retention=Retention.KEEP)
    room = build_mapping(
        database=database,
        clock=clock,
        audit=audit,
        cipher=CIPHER,
        enrolment_store_proxy=enrolments,
        settings=settings,
        journeys=journeys,
    )
    app = FastAPI(redirect_slashes=False)
    app.include_router(mapping.router)
    app.include_router(mapping.test_only_router)
    app.state.mapping = room
    app.state.authorisation = Authorisation(sessions, StrideRoles())
    families = ErrorFamilies({})

    async def on_upstream_failure(request: Request, error: Exception) -> Response:
        assert isinstance(error, UpstreamFailed)
        return families.of(request.url.path).unexpected(error.surfaces_as, error.public_message)

    app.add_exception_handler(ServiceError, render_service_error)
    app.add_exception_handler(UpstreamFailed, on_upstream_failure)
    app.add_exception_handler(HTTPException, families.on_http_exception)
    app.add_exception_handler(RequestValidationError, families.on_validation_error)
    async with served(CorrelationLayer(app)) as url, aiohttp.ClientSession(url) as client:
        yield Running(room, database, client, sessions, enrolments, clock, audit)


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """The application on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]  # pytest has its own
        serving = asyncio.create_task(server.serve([listening]))
        try:
            while not server.started:  # the server offers no event
                await asyncio.sleep(0.005)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving
