"""The sandbox's own application on a port, and somebody who calls it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import uvicorn
from fastapi import FastAPI

from agent_services.platform.http.errors import ServiceError, render_service_error
from agent_services.sandbox import Sandbox

HIP_HEADERS = {
    "X-Transmitting-System": "HIP",
    "X-Originating-System": "MDTP",
    "correlationid": "12345678-1234-1234-8234-123456789012",
    "X-Receipt-Date": "2026-01-02T03:04:05Z",
}


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with certain headers."""

    session: aiohttp.ClientSession
    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def having(self, headers: Mapping[str, str]) -> "Caller":
        return Caller(self.session, self.base_url, {**self.headers, **headers})

    def as_user(self, user_id: str) -> "Caller":
        """With the static bearer of the cast."""
        return self.having({"Authorization": f"Bearer sandbox-{user_id}"})

    async def get(self, path: str) -> Reply:
        return await self.call("GET", path)

    async def post(self, path: str, body: object = None) -> Reply:
        return await self.call("POST", path, body)

    async def put(self, path: str, body: object = None) -> Reply:
        return await self.call("PUT", path, body)

    async def patch(self, path: str, body: object = None) -> Reply:
        return await self.call("PATCH", path, body)

    async def delete(self, path: str) -> Reply:
        return await self.call("DELETE", path)

    async def call(self, method: str, path: str, body: object = None) -> Reply:
        more: dict[str, Any] = {} if body is None else {"json": body}
        async with self.session.request(method, self.base_url + path, headers=self.headers, **more) as response:
            return Reply(response.status, response.headers, await response.text())


@asynccontextmanager
async def served(sandbox: Sandbox) -> AsyncIterator[str]:
    """The base URL under which the sandbox answers: its own routes and the upstreams' paths."""
    api = FastAPI(redirect_slashes=False)
    api.state.sandbox = sandbox
    api.add_exception_handler(ServiceError, render_service_error)
    for router in Sandbox.routers:
        api.include_router(router)
    api.mount("/", Sandbox.wire)
    server = uvicorn.Server(uvicorn.Config(api, port=0, log_level="critical", lifespan="off", ws="none"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
