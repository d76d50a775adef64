"""The whole platform, running over HTTP on a database of its own, and people who call it."""

import asyncio
import json
import socket
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
import uvicorn
from pydantic import SecretStr

from agent_services.app import create_app
from agent_services.settings import Settings, load_settings

V1: Final = "application/vnd.hmrc.1.0+json"
V2: Final = "application/vnd.hmrc.2.0+json"
ALL_SCOPES: Final = (
    "read:sent-invitations write:sent-invitations write:cancel-invitations read:check-relationship write:relationships"
)
_START_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def body(self) -> Any:
        """The JSON, or the text where it is none; an empty text for no body."""
        is_json = "json" in self.headers.get("Content-Type", "")
        return self.json if is_json and self.text else self.text


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with certain headers."""

    session: aiohttp.ClientSession
    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def having(self, **headers: str) -> "Caller":
        """The same caller with further headers; `_` stands for `-`."""
        added = {name.replace("_", "-"): value for name, value in headers.items()}
        return Caller(self.session, self.base_url, {**self.headers, **added})

    async def get(self, path: str) -> Reply:
        return await self.call("GET", path)

    async def post(self, path: str, body: object = None) -> Reply:
        return await self.call("POST", path, json=body)

    async def put(self, path: str, body: object = None) -> Reply:
        return await self.call("PUT", path, json=body)

    async def delete(self, path: str) -> Reply:
        return await self.call("DELETE", path)

    async def call(self, method: str, path: str, **more: Any) -> Reply:
        if more.get("json", ...) is None:
            del more["json"]
        headers = {**self.headers, **more.pop("headers", {})}
        async with self.session.request(
            method, self.base_url + path, headers=headers, allow_redirects=False, **more
        ) as response:
            return Reply(response.status, response.headers, await response.text())


@dataclass(frozen=True, slots=True)
class Agent:
    """A subscribed agent and their software's way in."""

    arn: str
    user_id: str
    v1: Caller
    v2: Caller
    plain: Caller
    """Without an Accept header: for the back-end services."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client, and a body with which authority for them is asked."""

    user_id: str
    client_id: str
    request: dict[str, Any]
    details: dict[str, Any]
    plain: Caller

    @property
    def check(self) -> dict[str, Any]:
        return {name: value for name, value in self.request.items() if name != "clientType"}

    @property
    def deauthorise(self) -> dict[str, Any]:
        return {name: value for name, value in self.request.items() if name != "knownFact"}


@dataclass(slots=True)
class Platform:
    """What tests ask of the running platform."""

    session: aiohttp.ClientSession
    base_url: str
    database_url: str
    _application_token: str | None = None

    def nobody(self) -> Caller:
        return Caller(self.session, self.base_url)

    def bearer(self, token: str) -> Caller:
        return self.nobody().having(Authorization=f"Bearer {token}")

    def person(self, user_id: str) -> Caller:
        """One of the cast, by their static bearer."""
        return self.bearer(f"sandbox-{user_id}")

    def software(self, user_id: str, *, accept: str = V1) -> Caller:
        """One of the cast through third-party software with every scope."""
        return self.person(user_id).having(Accept=accept)

    async def token_of(self, user_id: str, scope: str = ALL_SCOPES) -> str:
        reply = await self.nobody().post("/sandbox/tokens", {"userId": user_id, "scope": scope})
        assert reply.status == 200, reply
        token: str = reply.json["access_token"]
        return token

    async def application(self) -> Caller:
        """The application that comes with the box, with a token of its own."""
        if self._application_token is None:
            reply = await self.nobody().call(
                "POST",
                "/oauth/token",
                data={
                    "grant_type": "client_credentials",
                    "client_id": "sandbox-application",
                    "client_secret": "sandbox-client-secret",
                },
            )
            assert reply.status == 200, reply
            self._application_token = reply.json["access_token"]
        return self.bearer(self._application_token or "").having(Accept=V1)

    async def new_agent(self) -> Agent:
        user = await self._new_user("agents", "agent-services")
        plain = self.bearer(await self.token_of(user["userId"]))
        return Agent(
            arn=user["agentServicesAccountNumber"],
            user_id=user["userId"],
            v1=plain.having(Accept=V1),
            v2=plain.having(Accept=V2),
            plain=plain,
        )

    async def new_vat_client(self) -> Client:
        user = await self._new_user("organisations", "mtd-vat")
        request = {
            "service": ["MTD-VAT"],
            "clientType": "business",
            "clientIdType": "vrn",
            "clientId": user["vrn"],
            "knownFact": user["vatRegistrationDate"],
        }
        plain = self.bearer(await self.token_of(user["userId"]))
        return Client(user["userId"], user["vrn"], request, user, plain)

    async def new_income_tax_client(self) -> Client:
        user = await self._new_user("individuals", "mtd-income-tax")
        request = {
            "service": ["MTD-IT"],
            "clientType": "personal",
            "clientIdType": "ni",
            "clientId": user["nino"],
            "knownFact": user["individualDetails"]["address"]["postcode"],
        }
        plain = self.bearer(await self.token_of(user["userId"]))
        return Client(user["userId"], user["nino"], request, user, plain)

    async def _new_user(self, kind: str, service: str) -> dict[str, Any]:
        reply = await (await self.application()).post(f"/create-test-user/{kind}", {"serviceNames": [service]})
        assert reply.status == 201, reply
        user: dict[str, Any] = reply.json
        return user

    async def request(self, agent: Agent, client: Client) -> str:
        """A pending request; its id."""
        reply = await agent.v1.post(f"/agents/{agent.arn}/invitations", client.request)
        assert reply.status == 204, reply
        return reply.headers["Location"].rpartition("/")[2]

    async def accept(self, invitation_id: str) -> Reply:
        """The request accepted as its client, through the test support API."""
        path = f"/agent-authorisation-test-support/invitations/{invitation_id}"
        return await self.nobody().having(Accept=V1).put(path)

    async def reject(self, invitation_id: str) -> Reply:
        path = f"/agent-authorisation-test-support/invitations/{invitation_id}"
        return await self.nobody().having(Accept=V1).delete(path)

    async def authorised(self, agent: Agent, client: Client) -> str:
        """An accepted request; its id."""
        invitation_id = await self.request(agent, client)
        reply = await self.accept(invitation_id)
        assert reply.status == 204, reply
        return invitation_id

    async def records(self, kind: str) -> list[dict[str, Any]]:
        reply = await self.nobody().get(f"/test-only/records/{kind}")
        assert reply.status == 200, reply
        records: list[dict[str, Any]] = reply.json
        return records

    async def audited(self, audit_type: str) -> list[dict[str, Any]]:
        """The events of one type, oldest first."""
        reply = await self.nobody().get("/test-only/audit")
        return [event for event in reply.json if event["auditType"] == audit_type]


def settings_for_tests(database_url: str, data_dir: Path, **more: Any) -> Settings:
    given: dict[str, Any] = {
        "database_url": SecretStr(database_url),
        "data_dir": data_dir,
        "test_only": True,
        "log_level": "WARNING",
        "database_pool_size": 10,
    }
    return load_settings(**{**given, **more})


@contextmanager
def running_platform(database_url: str, **settings: Any) -> Iterator[str]:
    """The platform in a thread of its own; its base URL."""
    with tempfile.TemporaryDirectory(prefix="agent-services-test-") as folder, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        port = listener.getsockname()[1]
        app = create_app(settings_for_tests(database_url, Path(folder), port=port, **settings))
        server = uvicorn.Server(
            uvicorn.Config(app, loop="uvloop", http="httptools", ws="none", log_config=None, access_log=False)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="platform")
        thread.start()
        try:
            wait_until_started(server, thread)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(_START_SECONDS)


@asynccontextmanager
async def calling(base_url: str, database_url: str) -> AsyncIterator[Platform]:
    """Everything a test needs to talk to a running platform."""
    connector = aiohttp.TCPConnector(limit=200)
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        yield Platform(session, base_url, database_url)
    # The transports are closed by the loop's next rounds; an unclosed one would be a warning, and so a failure.
    await asyncio.sleep(0)


def wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the platform did not start; its log says why")
        time.sleep(0.01)
