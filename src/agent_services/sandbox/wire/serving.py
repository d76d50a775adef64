"""How a call over the wire is served: key, session, body, the upstream's answer, journal and faults.

The order is the upstreams': a bad key in a path is refused before any session is looked at, a session before the
body is read. Spec: sandbox 1.2, 1.5, 2.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent_services.platform.clock import iso_instant
from agent_services.platform.http.errors import InvalidJson
from agent_services.sandbox.calls import Call
from agent_services.sandbox.documents import Document
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.http.answers import HangingUp, refusal_response, spoilt_response, with_headers
from agent_services.sandbox.http.callers import Family, Tie, tie_of
from agent_services.sandbox.http.routes import parsed, refuse_zero_bytes
from agent_services.sandbox.journal.watching import AnswerSpoilt, ConnectionDropped
from agent_services.sandbox.refusals import NotAuthorised, Refusal, Shape
from agent_services.sandbox.sessions.store import Session
from agent_services.upstreams.names import Upstream

if TYPE_CHECKING:
    from agent_services.sandbox.sandbox import Sandbox

_BIGGEST_BODY = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as an endpoint of the wire sees it."""

    sandbox: "Sandbox"
    request: Request
    body: Any
    tie: Tie

    def path(self, name: str) -> str:
        return str(self.request.path_params[name])

    def query(self, name: str) -> str | None:
        return self.request.query_params.get(name)

    @property
    def key(self) -> StoredKey:
        """The enrolment key of the path, which has been checked."""
        return StoredKey.checked(self.path("key"))

    @property
    def session(self) -> Session:
        """The caller's session, where the family demands one."""
        if self.tie.session is None:
            raise NotAuthorised("SessionRecordNotFound")
        return self.tie.session

    def document(self) -> Document:
        """The body as an object. Raises Refusal 400."""
        if not isinstance(self.body, dict):
            raise Refusal(400, "BAD_REQUEST", "Invalid payload: an object is expected")
        return self.body


Endpoint = Callable[[Asked], Awaitable[Response]]


def served(
    upstream: Upstream | str,
    operation: str,
    method: str,
    path: str,
    endpoint: Endpoint,
    *,
    family: Family = Family.PERSON,
) -> Route:
    """The route of one upstream operation."""

    async def serve(request: Request) -> Response:
        sandbox: Sandbox = request.app.state.sandbox
        body = await _body(request)
        call = Call(upstream, operation, method, _path_of(request), _readable(body), _headers_of(request))

        async def act() -> tuple[Response, str]:
            refuse_zero_bytes(request)
            if "key" in request.path_params:
                StoredKey.checked(str(request.path_params["key"]))
            tie = await tie_of(request, family, sandbox.sessions)
            return await endpoint(Asked(sandbox, request, _parsed(body, family), tie)), tie.rule

        rule = "none"
        try:
            response, rule = await sandbox.watch.over(call, act, lambda answer: answer[0].status_code)
        except Refusal as refusal:
            response = refusal_response(refusal, now=sandbox.clock.now())
        except ConnectionDropped:
            return HangingUp()
        except AnswerSpoilt as spoilt:
            return spoilt_response(spoilt.action)
        return with_headers(
            response,
            {
                "X-Planet-ID": "hmrc",
                "X-Sandbox-Rule": rule,
                "X-Sandbox-Now": iso_instant(sandbox.clock.now()),
            },
        )

    return Route(path, serve, methods=[method])


async def _body(request: Request) -> bytes:
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > _BIGGEST_BODY:
        return b""
    return await request.body()


def _parsed(body: bytes, family: Family) -> Any:
    if not body:
        return None
    try:
        return parsed(body)
    except InvalidJson:
        if family is Family.PLATFORM:
            raise Refusal(400, "BAD_REQUEST", "Invalid payload: it is not JSON") from None
        raise Refusal(400, "Invalid Json: the body could not be parsed", shape=Shape.FRAMEWORK) from None


def _readable(body: bytes) -> object:
    """For the journal, which shows what came, readable or not."""
    if not body:
        return None
    try:
        return parsed(body)
    except InvalidJson:
        return body[:1000].decode("utf-8", "replace").replace("\0", "\ufffd")


def _path_of(request: Request) -> str:
    path = unquote(request.url.path).replace("\0", "\ufffd")
    return f"{path}?{unquote(request.url.query)}".replace("\0", "\ufffd") if request.url.query else path


def _headers_of(request: Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def json_answer(document: object, status: int = 200) -> Response:
    return JSONResponse(document, status_code=status)


def empty_answer(status: int) -> Response:
    return Response(status_code=status)
