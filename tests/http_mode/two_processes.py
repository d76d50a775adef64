"""The services in http mode beside the sandbox: two applications with a database each, one talking to the other."""

import asyncio
import os
import socket
import tempfile
import threading
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import aiohttp
import asyncpg
import uvicorn
from starlette.types import ASGIApp

from agent_services.app import create_app
from agent_services.composition.sandbox import create_sandbox_app
from tests.http_mode.doors import Doors
from tests.platform_app import Agent, Caller, Client, Platform, Reply, settings_for_tests, wait_until_started

WITH_DOORS: Final = (
    "AUTH",
    "ENROLMENT_STORE_PROXY",
    "TAX_ENROLMENTS",
    "USERS_GROUPS_SEARCH",
    "HIP",
    "DES",
    "CITIZEN_DETAILS",
    "AGENT_PERMISSIONS",
    "AGENT_SERVICES_ACCOUNT",
    "AGENT_FI_RELATIONSHIP",
    "AGENT_USER_CLIENT_DETAILS",
    "INTERNAL_AUTH",
)
SECONDS_TO_ANSWER: Final = 2.0
"""How long the services wait for an upstream here."""
SLOWER_THAN_THAT_MS: Final = 3000


@dataclass(frozen=True, slots=True)
class Running:
    """Where both applications are."""

    services_url: str
    services_database: str
    sandbox_url: str
    sandbox_database: str
    doors: Doors


@dataclass(frozen=True, slots=True)
class Traced:
    """An answer, and the upstream calls that it cost: method and path, in order."""

    reply: Reply
    calls: list[str]


@dataclass(slots=True)
class House:
    """The services (`services`), and the sandbox whence sign-in, tokens and test users come."""

    services: Platform
    sandbox: Platform
    doors: Doors

    async def new_agent(self) -> Agent:
        made = await self.sandbox.new_agent()
        return replace(made, v1=self._moved(made.v1), v2=self._moved(made.v2), plain=self._moved(made.plain))

    async def new_vat_client(self) -> Client:
        return self._to_services(await self.sandbox.new_vat_client())

    async def new_income_tax_client(self) -> Client:
        return self._to_services(await self.sandbox.new_income_tax_client())

    async def group_and_code_of(self, agent: Agent) -> tuple[str, str]:
        """The agent's group and agent code, as the sandbox made them."""
        me = replace(agent.plain, base_url=self.sandbox.base_url)
        known = (await me.get("/sandbox/whoami")).json
        return known["groupId"], known["agentCode"]

    async def request_for_income_record(self, agent: Agent, client: Client) -> str:
        """A pending request for the client's income record; its id."""
        path = f"/agent-client-relationships/agent/{agent.arn}/authorisation-request"
        body = {
            "clientId": client.client_id,
            "suppliedClientIdType": "ni",
            "clientName": "A Client",
            "service": "PERSONAL-INCOME-RECORD",
            "clientType": "personal",
        }
        reply = await agent.plain.post(path, body)
        assert reply.status == 201, reply
        invitation_id: str = reply.json["invitationId"]
        return invitation_id

    async def comes_to_pass(self, operation: str, path: str) -> bool:
        """Whether that call is made, sooner or later; fails after a bounded wait."""
        async with asyncio.timeout(20):
            while not await self.calls_matching(operation=operation, path=path):
                await asyncio.sleep(0.1)
        return True

    async def comes_to_pass_with_status(self, operation: str, status: int) -> bool:
        """Likewise, answered so."""
        async with asyncio.timeout(20):
            while not await self.calls_matching(operation=operation, status=str(status)):
                await asyncio.sleep(0.1)
        return True

    async def sent_emails(self, *, at_least: int) -> list[dict[str, Any]]:
        """What the services say was sent; waits a bounded time for so many."""
        sent: list[dict[str, Any]] = []
        async with asyncio.timeout(20):
            while len(sent) < at_least:
                await asyncio.sleep(0.05)
                sent = (await self.services.nobody().get("/test-only/emails")).json
        return sent

    async def delivered_audit_event(self, audit_type: str, arn: str) -> dict[str, Any]:
        """The event of that type about that agent, as the audit upstream received it; waits a bounded time."""
        async with asyncio.timeout(20):
            while True:
                reply = await self.sandbox.nobody().get(f"/sandbox/audit?auditType={audit_type}&limit=1000")
                for event in reply.json["events"]:
                    if event.get("detail", {}).get("agentReferenceNumber") == arn:
                        found: dict[str, Any] = event
                        return found
                await asyncio.sleep(0.1)

    async def rows_of(self, query: str) -> list[asyncpg.Record]:
        """What the services' own database says."""
        connection = await asyncpg.connect(self.services.database_url)
        try:
            rows: list[asyncpg.Record] = await connection.fetch(query)
        finally:
            await connection.close()
        return rows

    async def asked_of_auth(
        self, caller: Caller, method: str, path: str, body: object = None
    ) -> tuple[Reply, list[dict[str, Any]]]:
        """The answer, and the bodies that auth was sent for it."""
        correlation_id = str(uuid.uuid4())
        reply = await caller.having(X_Request_ID=correlation_id).call(method, path, json=body)
        calls = await self.journal(correlation_id)
        return reply, [each["request"]["body"] for each in calls if each["upstream"] == "auth"]

    def auth_refuses(self, challenge: str, **headers: str) -> AbstractAsyncContextManager[None]:
        """auth answers 401 with this challenge."""
        shown = {"WWW-Authenticate": challenge, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.fault({"upstream": "auth"}, {"status": 401, "headers": shown})

    async def traced(self, caller: Caller, method: str, path: str, body: object = None) -> Traced:
        """The call, and which upstreams it asked in its own name."""
        correlation_id = str(uuid.uuid4())
        reply = await caller.having(X_Request_ID=correlation_id).call(method, path, json=body)
        return Traced(reply, [f"{each['method']} {each['path']}" for each in await self.journal(correlation_id)])

    async def journal(self, correlation_id: str) -> list[dict[str, Any]]:
        """The upstream calls of one request, in order, with what they said."""
        reply = await self.sandbox.nobody().get(f"/sandbox/journal?correlationId={correlation_id}")
        calls: list[dict[str, Any]] = reply.json["calls"]
        return calls

    async def calls_matching(self, **filters: str) -> list[dict[str, Any]]:
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        calls: list[dict[str, Any]] = (await self.sandbox.nobody().get(f"/sandbox/journal?{query}")).json["calls"]
        return calls

    @asynccontextmanager
    async def fault(self, match: dict[str, Any], action: dict[str, Any], **more: Any) -> AsyncIterator[None]:
        """The sandbox meets these calls so, for as long as the block lasts."""
        reply = await self.sandbox.nobody().post("/sandbox/faults", {"match": match, "action": action, **more})
        assert reply.status == 201, reply
        try:
            yield
        finally:
            await self.sandbox.nobody().delete(f"/sandbox/faults/{reply.json['id']}")

    def _moved(self, caller: Caller) -> Caller:
        return replace(caller, base_url=self.services.base_url)

    def _to_services(self, made: Client) -> Client:
        return replace(made, plain=self._moved(made.plain))


@contextmanager
def two_processes(sandbox_database: str, services_database: str) -> Iterator[Running]:
    """Both applications, from here on and until the block ends."""
    with tempfile.TemporaryDirectory(prefix="agent-services-test-") as folder:
        sandbox_settings = settings_for_tests(sandbox_database, Path(folder) / "sandbox")
        with served(create_sandbox_app(sandbox_settings)) as sandbox_url:
            doors = Doors(WITH_DOORS, sandbox_url)
            doors.start()
            try:
                with upstreams_at(sandbox_url, doors):
                    settings = settings_for_tests(
                        services_database,
                        Path(folder) / "services",
                        upstreams="http",
                        service_token="sandbox-service",
                        play_ws_timeout_request=f"{SECONDS_TO_ANSWER}s",
                        http_verbs_retries_intervals="1ms,1ms,1ms,1ms,1ms",
                        recovery_interval="1h",
                    )
                    with served(create_app(settings)) as services_url:
                        yield Running(services_url, services_database, sandbox_url, sandbox_database, doors)
            finally:
                doors.stop()


@contextmanager
def upstreams_at(sandbox_url: str, doors: Doors) -> Iterator[None]:
    """Upstream settings are read from the environment alone, once, while the services start."""
    given = {"AGENT_SERVICES_UPSTREAM_URL": sandbox_url}
    given |= {f"AGENT_SERVICES_UPSTREAM_{name}_URL": doors.url(name) for name in WITH_DOORS}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        server = uvicorn.Server(
            uvicorn.Config(app, loop="uvloop", http="httptools", ws="none", log_config=None, access_log=False)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            wait_until_started(server, thread)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)


@asynccontextmanager
async def calling(running: Running) -> AsyncIterator[House]:
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        yield House(
            Platform(session, running.services_url, running.services_database),
            Platform(session, running.sandbox_url, running.sandbox_database),
            running.doors,
        )
    await asyncio.sleep(0)
