"""A gateway on a database of its own, served over HTTP, with an API behind it that tells what reached it."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import requests
import uvicorn
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent_services.platform.clock import SystemClock
from agent_services.platform.database import Database
from agent_services.platform.http.errors import ServiceError, render_service_error
from agent_services.platform.http.families import EnvelopeFamily, ErrorFamilies, OAuthFamily
from agent_services.sandbox.gateway import (
    CREATE_TEST_USER,
    Access,
    Gateway,
    GatewayApi,
    GatewayLayer,
    GatewaySettings,
    Resource,
    build_gateway,
    routers,
)
from agent_services.sandbox.gateway.test_users import NewTestUser, NinoTaken, Pillar2IdTaken, ServiceOnOffer, UserType
from agent_services.sandbox.sessions.sessions import Sessions
from agent_services.sandbox.sessions.store import SessionStore
from agent_services.sandbox.users import passwords
from agent_services.sandbox.users.directory import People
from agent_services.sandbox.users.people import Person
from agent_services.sandbox.users.store import PeopleStore
from agent_services.web import static_route

SCOPES = "read:sent-invitations write:sent-invitations"
CALLBACK = "http://localhost:9/callback"
AGENTS = GatewayApi(
    context="agents",
    versions=("1.0", "2.0"),
    access=Access.USER,
    resources=(
        Resource("POST", "/agents/{arn}/invitations", "write:sent-invitations"),
        Resource("GET", "/agents/{arn}/invitations", "read:sent-invitations"),
        Resource("GET", "/agents/{arn}/invitations/{invitationId}", "read:sent-invitations"),
        Resource("DELETE", "/agents/{arn}/invitations/{invitationId}", "write:cancel-invitations"),
        Resource("POST", "/agents/{arn}/relationships", "read:check-relationship"),
        Resource("PUT", "/agents/{arn}/deauthorise-client", "write:relationships"),
    ),
)
OPEN_API = GatewayApi(
    context="hello", versions=("1.0",), access=Access.OPEN, resources=(Resource("GET", "/hello/world"),)
)


class SteppedClock:
    """Real time, moved ahead by what a test says, or standing still."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._stands_at: datetime | None = None

    def now(self) -> datetime:
        return self._stands_at or SystemClock().now() + self._ahead

    def stand_at_a_new_second(self) -> None:
        """One second on from where it is, and from then on still."""
        self._stands_at = self.now() + timedelta(seconds=1)

    def today(self) -> date:
        return self.now().date()

    def advance(self, span: timedelta) -> None:
        self._ahead += span


class OfferedUsers:
    """Stands for the sandbox's test users: remembers what was asked, and knows taken identifiers."""

    def __init__(self) -> None:
        self.asked: list[NewTestUser] = []

    def services(self) -> Sequence[ServiceOnOffer]:
        return (
            ServiceOnOffer("agent-services", "Agent Services", (UserType.AGENT,)),
            ServiceOnOffer("mtd-vat", "MTD VAT", (UserType.INDIVIDUAL, UserType.ORGANISATION)),
        )

    async def create(self, wanted: NewTestUser) -> Mapping[str, Any]:
        if wanted.nino == "AA999999A":
            raise NinoTaken
        if wanted.pillar2_id == "XMPLR0000000001":
            raise Pillar2IdTaken
        if wanted.nino == "AA000003D":
            raise RuntimeError("out of numbers")
        self.asked.append(wanted)
        return {"userId": "945350439195", "password": "bLohysg8utsa"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `json` fails for anything else."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    text: str

    @property
    def json(self) -> Any:
        assert self.headers["content-type"].startswith("application/json")
        return json.loads(self.text)

    @property
    def location(self) -> str:
        return self.headers["location"]

    @property
    def parameters(self) -> dict[str, str]:
        """The query of the address that the browser is sent to."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.location).query).items()}


class Running:
    """The server as a client sees it."""

    def __init__(self, url: str, gateway: Gateway, clock: SteppedClock, loop: asyncio.AbstractEventLoop) -> None:
        self.url = url
        self.gateway = gateway
        self.clock = clock
        self._loop = loop

    def call(self, method: str, path: str, **kwargs: Any) -> Answer:
        kwargs.setdefault("allow_redirects", False)
        return answer_of(requests.request(method, self.url + path, timeout=20, **kwargs))

    def do(self, work: Any) -> Any:
        """Runs a coroutine on the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def token(self, **form: str) -> Answer:
        """POST /oauth/token as the box's own application unless told otherwise. Empty fields are left out."""
        box = self.gateway.applications.box
        good = {"client_id": box.client_id, "client_secret": box.client_secret}
        return self.token_by_basic(None, **{**good, **form})

    def token_by_basic(self, auth: tuple[str, str] | None, **form: str) -> Answer:
        """The same with the client named in the header alone."""
        return self.call("POST", "/oauth/token", data={name: value for name, value in form.items() if value}, auth=auth)

    def tokens_of(self, user_id: str = "amelia", scope: str = SCOPES) -> dict[str, Any]:
        body: dict[str, Any] = self.call("POST", "/sandbox/tokens", json={"userId": user_id, "scope": scope}).json
        return body

    def code(self, **authorize: str) -> str:
        """A code, by the real pages."""
        return Browser(self).authorised(**authorize).parameters["code"]

    def agents_get(self, token: str, *, accept: str = "application/vnd.hmrc.1.0+json") -> Answer:
        headers = {"Authorization": f"Bearer {token}", "Accept": accept}
        return self.call("GET", "/agents/XARN1000001/invitations", headers=headers)


class Browser:
    """Keeps cookies and fills forms."""

    def __init__(self, running: Running) -> None:
        self.session = requests.Session()
        self._running = running

    def get(self, path: str) -> Answer:
        return answer_of(self.session.get(self._running.url + path, allow_redirects=False, timeout=20))

    def post(self, path: str, form: Mapping[str, str]) -> Answer:
        url = self._running.url + path
        return answer_of(self.session.post(url, data=form, allow_redirects=False, timeout=20))

    def authorize(self, **changes: str | None) -> Answer:
        """GET /oauth/authorize with a good request; a parameter of None is left out."""
        good: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self._running.gateway.applications.box.client_id,
            "scope": SCOPES,
            "redirect_uri": CALLBACK,
        }
        query = {name: value for name, value in {**good, **changes}.items() if value is not None}
        url = self._running.url + "/oauth/authorize"
        return answer_of(self.session.get(url, params=query, allow_redirects=False, timeout=20))

    def begin(self, **authorize: str) -> str:
        """The id of a new journey."""
        return self.authorize(**authorize).parameters["auth_id"]

    def sign_in(self, journey: str, user_id: str = "amelia", password: str = "password") -> Answer:
        path = f"/oauth/sign-in?auth_id={journey}"
        form = {"csrf_token": csrf_token(self.get(path)), "user_id": user_id, "password": password}
        return self.post(path, form)

    def decide(self, journey: str, decision: str) -> Answer:
        path = f"/oauth/grant?auth_id={journey}"
        return self.post(path, {"csrf_token": csrf_token(self.get(path)), "decision": decision})

    def authorised(self, **authorize: str) -> Answer:
        """The whole way to the grant."""
        journey = self.begin(**authorize)
        self.sign_in(journey)
        return self.decide(journey, "grant")


def csrf_token(page: Answer) -> str:
    return page.text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def answer_of(response: requests.Response) -> Answer:
    return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, response.text)


@contextmanager
def running_gateway(database_url: str, *, settings: GatewaySettings | None = None) -> Iterator[Running]:
    """Serves the gateway from a thread with a loop of its own, so that tests may be plain and block."""
    port = free_port()
    ready: list[Running] = []
    started = threading.Event()
    failures: list[BaseException] = []
    servers: list[uvicorn.Server] = []

    async def serve() -> None:
        async with _composed(database_url, settings or GatewaySettings()) as (gateway, clock):
            app = _application(gateway)
            server = AnnouncingServer(uvicorn.Config(app, port=port, log_level="error", lifespan="off"), started)
            servers.append(server)
            ready.append(Running(f"http://localhost:{port}", gateway, clock, asyncio.get_running_loop()))
            await server.serve()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as failure:
            failures.append(failure)
            started.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    started.wait(20)
    try:
        if failures:
            raise failures[0]
        yield ready[0]
    finally:
        for server in servers:
            server.should_exit = True
        thread.join(20)


class AnnouncingServer(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config, started: threading.Event) -> None:
        super().__init__(config)
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._started.set()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def _composed(url: str, settings: GatewaySettings) -> AsyncIterator[tuple[Gateway, SteppedClock]]:
    database = await Database.connect(url, min_size=1, max_size=8)
    clock = SteppedClock()
    people, sessions = PeopleStore(database.pool), SessionStore(database.pool)
    try:
        async with database.unit_of_work() as work:
            for person in _cast():
                await people.add_person(work, person, now=clock.now())
            signed_in = [("amelia", "GovernmentGateway"), ("stride-sam", "PrivilegedApplication")]
            await sessions.add_static(work, signed_in, now=clock.now())
        gateway = build_gateway(
            database=database,
            real_clock=clock,
            sessions=Sessions(sessions, clock),
            people=People(people),
            test_users=OfferedUsers(),
            apis=(AGENTS, OPEN_API, CREATE_TEST_USER),
            settings=settings,
        )
        await gateway.start()
        yield gateway, clock
    finally:
        await database.close()


def _cast() -> list[Person]:
    secret = passwords.hashed("password")
    return [
        Person("amelia", name="Amelia Brightwater", in_cast=True, password_hash=secret),
        Person("iris", name="Iris Penhaligon", in_cast=True, password_hash=secret),
        Person("stride-sam", stride_roles=("caat",), in_cast=True, password_hash=secret),
    ]


def _application(gateway: Gateway) -> GatewayLayer:
    api = FastAPI(
        routes=[Route("/agents/{rest:path}", _told, methods=["GET", "POST", "PUT", "DELETE"]), static_route()]
    )
    for router in routers:
        api.include_router(router)
    api.router.routes.append(Route("/hello/world", _told))
    api.state.gateway = gateway
    families = ErrorFamilies(
        {
            "/oauth": OAuthFamily(),
            "/create-test-user": EnvelopeFamily("no", "Bad Request", "An unexpected error occurred"),
        }
    )
    api.add_exception_handler(ServiceError, render_service_error)
    api.add_exception_handler(HTTPException, families.on_http_exception)
    api.add_exception_handler(RequestValidationError, families.on_validation_error)
    api.add_exception_handler(Exception, families.on_unexpected)
    return GatewayLayer(api, lambda: gateway.door)


async def _told(request: Request) -> Response:
    """The headers that reached the API."""
    return JSONResponse({name: request.headers.getlist(name) for name in request.headers})


def new_name() -> str:
    return f"Software {uuid4().hex[:8]}"
