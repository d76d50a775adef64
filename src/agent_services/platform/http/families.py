"""What the caller is told where no route decided: unknown paths, unreadable requests, unexpected failures.

The specs know two ways of saying these: the framework body of the back ends (relationships 0.1) and the
`code`/`message` envelope of the public APIs (authorisation-api 1.1, test-support 2). The path decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.platform.http.context import current_request
from agent_services.platform.http.documents import ENVELOPE_BODY, FRAMEWORK_BODY, OAUTH_BODY, Schema


class ErrorFamily(Protocol):
    """How one family of APIs words the failures that no route decided."""

    @property
    def body(self) -> Schema:
        """The shape of these answers, for the OpenAPI document."""

    @property
    def refusals(self) -> tuple[int, ...]:
        """The statuses that any operation of the family may answer."""

    def unknown_route(self, path: str) -> Response:
        """No such method and path."""

    def bad_request(self) -> Response:
        """A path parameter, query or body that could not be read at all."""

    def unexpected(self, status: int, message: str | None = None) -> Response:
        """An unexpected failure or an upstream's; `status` is 500 or what the failure surfaces as.

        `message` is a text that a spec gives word for word; families without room for it leave it out.
        """


class FrameworkFamily:
    """`{"statusCode", "message"}`. Spec: relationships 0.1; message texts: README, settled questions."""

    body = FRAMEWORK_BODY
    refusals = (400, 404, 500, 502, 504)

    def unknown_route(self, path: str) -> Response:
        return JSONResponse({"statusCode": 404, "message": "URI not found", "requested": path}, status_code=404)

    def bad_request(self) -> Response:
        return JSONResponse({"statusCode": 400, "message": "bad request, cause: REDACTED"}, status_code=400)

    def unexpected(self, status: int, message: str | None = None) -> Response:
        if message is None:
            what = "Unexpected failure" if status == 500 else "Upstream failure"
            message = f"{what}, correlation id {current_request().request_id}"
        return JSONResponse({"statusCode": status, "message": message}, status_code=status)


@dataclass(frozen=True, slots=True)
class EnvelopeFamily:
    """`{"code", "message"}` with the texts of one public API."""

    not_found_message: str
    bad_request_message: str
    server_error_message: str

    @property
    def body(self) -> Schema:
        return ENVELOPE_BODY

    @property
    def refusals(self) -> tuple[int, ...]:
        return (400, 404, 500)

    def unknown_route(self, path: str) -> Response:
        return self._envelope(404, "NOT_FOUND", self.not_found_message)

    def bad_request(self) -> Response:
        return self._envelope(400, "BAD_REQUEST", self.bad_request_message)

    def unexpected(self, status: int, message: str | None = None) -> Response:
        return self._envelope(500, "INTERNAL_SERVER_ERROR", self.server_error_message)

    @staticmethod
    def _envelope(status: int, code: str, message: str) -> Response:
        return JSONResponse({"code": code, "message": message}, status_code=status)


class OAuthFamily:
    """`{"error", "error_description"}`, as RFC 6749 5.2 has it. Spec: authorisation-api 8.3."""

    body = OAUTH_BODY
    refusals = (400, 404, 500)

    def unknown_route(self, path: str) -> Response:
        return self._body(404, "invalid_request", "no such address")

    def bad_request(self) -> Response:
        return self._body(400, "invalid_request", "the request cannot be read")

    def unexpected(self, status: int, message: str | None = None) -> Response:
        return self._body(500, "server_error", f"unexpected failure, correlation id {current_request().request_id}")

    @staticmethod
    def _body(status: int, error: str, description: str) -> Response:
        return JSONResponse({"error": error, "error_description": description}, status_code=status)


def first_segment(path: str) -> str:
    """What stands between the first slash and the second; of a path or of a route's template."""
    return path.removeprefix("/").split("/", 1)[0]


@dataclass(frozen=True, slots=True)
class Strangers:
    """The family of every path whose first segment is not one of `known`."""

    known: frozenset[str]
    family: ErrorFamily

    def own(self, path: str) -> bool:
        return first_segment(path) not in self.known


class ErrorFamilies:
    """Finds the family of a path: the longest prefix that fits, else the strangers', else the framework's."""

    def __init__(self, by_prefix: Mapping[str, ErrorFamily], strangers: Strangers | None = None) -> None:
        self._by_prefix: Sequence[tuple[str, ErrorFamily]] = sorted(
            by_prefix.items(), key=lambda item: len(item[0]), reverse=True
        )
        self._strangers = strangers
        self._default = FrameworkFamily()

    def of(self, path: str) -> ErrorFamily:
        for prefix, family in self._by_prefix:
            if path == prefix or path.startswith(prefix + "/"):
                return family
        if self._strangers is not None and self._strangers.own(path):
            return self._strangers.family
        return self._default

    async def on_http_exception(self, request: Request, error: Exception) -> Response:
        """Unknown routes, wrong methods (404 as well: the specs know no 405) and unreadable requests."""
        assert isinstance(error, HTTPException)
        family = self.of(request.url.path)
        if error.status_code in (404, 405):
            return family.unknown_route(_as_received(request))
        if error.status_code < 500:
            return family.bad_request()
        return family.unexpected(error.status_code)

    async def on_validation_error(self, request: Request, error: Exception) -> Response:
        """Never the framework's own 422."""
        assert isinstance(error, RequestValidationError)
        return self.of(request.url.path).bad_request()

    async def on_unexpected(self, request: Request, error: Exception) -> Response:
        """The single place where an unexpected exception becomes an answer; the correlation layer logs it."""
        return self.of(request.url.path).unexpected(500)


def _as_received(request: Request) -> str:
    """The path with its percent-encoding kept, as in audit events; without query."""
    raw_path = request.scope.get("raw_path")
    return raw_path.decode("latin-1") if isinstance(raw_path, bytes) else request.url.path
