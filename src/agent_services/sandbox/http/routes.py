"""Routes of the sandbox's own: refusals are rendered, and every answer says what the sandbox thinks it is."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json
from starlette.requests import Request
from starlette.responses import Response

from agent_services.platform.clock import iso_instant
from agent_services.platform.http.body import shape_error
from agent_services.platform.http.errors import InvalidJson
from agent_services.sandbox.http.answers import refusal_response, with_headers
from agent_services.sandbox.http.callers import Family, Tie, tie_of
from agent_services.sandbox.refusals import Refusal
from agent_services.sandbox.refusals import Shape as BodyShape
from agent_services.sandbox.sessions.store import Session

if TYPE_CHECKING:
    from agent_services.sandbox.sandbox import Sandbox

Shape = TypeVar("Shape")

_ESCAPED_ZERO = b"\\u0000"


class SandboxRoute(APIRoute):
    """A route whose endpoint may raise Refusal. Answers carry `X-Planet-ID` and `X-Sandbox-Now`."""

    def worded(self, refusal: Refusal) -> Refusal:
        """The refusal as this route words it."""
        return refusal

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def serve(request: Request) -> Response:
            sandbox = sandbox_of(request)
            try:
                refuse_zero_bytes(request)
                response = await handle(request)
            except Refusal as refusal:
                response = refusal_response(self.worded(refusal), now=sandbox.clock.now())
            now = iso_instant(sandbox.clock.now())
            return with_headers(response, {"X-Planet-ID": "hmrc", "X-Sandbox-Now": now})

        return serve


class SteeringRoute(SandboxRoute):
    """A route below `/sandbox`: its refusals are JSON with a code, whatever the stub's own routes would say."""

    def worded(self, refusal: Refusal) -> Refusal:
        match refusal.shape:
            case BodyShape.TEXT:
                code = "DUPLICATE" if refusal.status == 409 else "BAD_REQUEST"
                return Refusal(refusal.status, code, refusal.code)
            case BodyShape.FRAMEWORK:
                return Refusal(refusal.status, refusal.code)
            case _:
                return refusal


def sandbox_of(request: Request) -> "Sandbox":
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


def refuse_zero_bytes(request: Request) -> None:
    """PostgreSQL knows no text with one, so nothing is called by such a name. Raises Refusal 404."""
    if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        raise Refusal(404, "NOT_FOUND")


def strict_json(shape: type[Shape], *, or_empty: bool = False) -> Callable[[Request], Awaitable[Shape]]:
    """As `any_json`, but a number is no text, a truth value no number and an instant a text."""
    return _reading(shape, or_empty=or_empty, strict=True)


def any_json(shape: type[Shape], *, or_empty: bool = False) -> Callable[[Request], Awaitable[Shape]]:
    """A dependency that reads the body as `shape`, whatever content type it names.

    `or_empty` takes no body for an empty object. Raises the framework's 400 errors.
    """
    return _reading(shape, or_empty=or_empty, strict=False)


def _reading(shape: type[Shape], *, or_empty: bool, strict: bool) -> Callable[[Request], Awaitable[Shape]]:
    adapter: TypeAdapter[Shape] = TypeAdapter(shape)

    async def read(request: Request) -> Shape:
        body = await request.body()
        if or_empty and not body.strip():
            body = b"{}"
        parsed(body)
        try:
            return adapter.validate_json(body, strict=strict)
        except ValidationError as error:
            raise shape_error(error) from None

    return read


def parsed(body: bytes) -> Any:
    """The JSON value of a body. Raises InvalidJson, also for what PostgreSQL has no text for: a zero byte."""
    try:
        given = from_json(body, allow_inf_nan=False)
    except ValueError:
        raise InvalidJson from None
    if _ESCAPED_ZERO in body:
        raise InvalidJson
    return given


async def signed_in(request: Request) -> Session:
    """A dependency: the caller's session by rule A. Raises NotAuthorised."""
    tie = await tie_of(request, Family.PERSON, sandbox_of(request).sessions)
    assert tie.session is not None  # rule A raises otherwise
    return tie.session


async def perhaps_signed_in(request: Request) -> Tie:
    """A dependency: the caller's session by rule A, or none."""
    try:
        return await tie_of(request, Family.PERSON, sandbox_of(request).sessions)
    except Refusal:
        return Tie(None, "none")
