"""The outermost layer: correlation id, request context, access line, metrics, and the last net for failures."""

import time
import traceback
from collections.abc import Callable
from dataclasses import replace

import structlog
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent_services.platform import telemetry
from agent_services.platform.http.context import RequestContext, bind, new_request_id

log = structlog.get_logger("agent_services.http")

_REQUEST_ID = b"x-request-id"
_MAX_REQUEST_ID = 128
# A made-up method must not grow the metrics without bound.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class CorrelationLayer:
    """Gives every request its id (the caller's `X-Request-ID` or ours) and puts it on every answer.

    The id is the correlation id of logs, upstream calls and audit events, and the only detail of an
    unexpected 500.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        allowlist: frozenset[str] = frozenset(),
        extra_headers: Callable[[], list[tuple[bytes, bytes]]] | None = None,
    ) -> None:
        self._app = app
        self._allowlist = allowlist
        self._extra_headers = extra_headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        context = RequestContext.of(
            Headers(scope=scope),
            path=scope.get("raw_path", scope["path"].encode()).decode("latin-1"),
            allowlist=self._allowlist,
        )
        if not is_acceptable_id(context.request_id):
            context = replace(context, request_id=new_request_id())
        request_id = context.request_id
        started = time.perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                # Nobody within sets this header, so that the others need not be searched for it.
                headers = [*message["headers"], (_REQUEST_ID, request_id.encode())]
                if self._extra_headers is not None:
                    headers += self._extra_headers()
                message["headers"] = headers
            await send(message)

        with bind(context):
            try:
                await self._app(scope, receive, send_with_id)
            except Exception as failure:
                # Its answer, where one could be given, has been sent by the error family of the path.
                telemetry.unexpected_failures.inc()
                log_failure(failure, route=_route(scope), request_id=request_id)
                if status == 0:
                    await JSONResponse(
                        {"statusCode": 500, "message": f"Unexpected failure, correlation id {request_id}"},
                        status_code=500,
                    )(scope, receive, send_with_id)
        seconds = time.perf_counter() - started
        route, method = _route(scope), _method(scope)
        telemetry.count_request(method=method, route=route, status=status, seconds=seconds)
        log.info(
            "request_answered",
            method=method,
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            request_id=request_id,
        )


def log_failure(failure: Exception, *, route: str, request_id: str) -> None:
    """What failed and where, without the exception's own words: a database's repeat the row that it refused.

    At level DEBUG the words are logged too.
    """
    where = "".join(traceback.format_tb(failure.__traceback__))
    log.error("unexpected_failure", failure=type(failure).__name__, route=route, request_id=request_id, where=where)
    log.debug("unexpected_failure_in_words", words=str(failure), request_id=request_id)


def is_acceptable_id(text: str) -> bool:
    """Whether a caller's request id may go into headers and logs: printable ASCII, of bounded length."""
    return 0 < len(text) <= _MAX_REQUEST_ID and text.isascii() and text.isprintable()


def _route(scope: Scope) -> str:
    """The template of the route, never the path: paths carry identifiers of people."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else "unmatched"


def _method(scope: Scope) -> str:
    method: str = scope["method"]
    return method if method in _METHODS else "OTHER"
