"""The one way out: connections with limits, time-outs, the headers of every call, and failures told apart.

No retry and no redirect happens here: an operation makes exactly one request. Spec: upstreams 2.
"""

import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TypeVar
from urllib.parse import quote

import aiohttp
import structlog
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from agent_services.platform import telemetry
from agent_services.platform.http.context import RequestContext, current_request
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.names import Upstream
from agent_services.upstreams.reading import Malformed
from agent_services.upstreams.settings import UpstreamSettings

log = structlog.get_logger("agent_services.upstreams")

Read = TypeVar("Read")

_CLIENT_VERSION = "15.8.0"  # Spec: upstreams 2.2
# Shorter than the five seconds after which common servers close an idle connection, so that we close it first:
# a request on a connection that is being closed would fail, and nothing repeats it.
_KEEP_IDLE_SECONDS = 4.0
_CONNECTIONS_IN_ALL = 512


class Forwarding(Enum):
    """What of the present request travels on. Spec: upstreams 2.2."""

    CALLER = "caller"
    """The caller's session and tracing headers, to an internal host alone."""
    CALLER_AND_SESSION_IDS = "caller and session ids"
    """The same, and `X-Session-ID` and `X-Request-ID` to any host (HIP, DES, IFS)."""
    NOTHING = "nothing"
    """No header of anybody (audit, internal-auth, the stub)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `body` is None when it was bigger than allowed."""

    upstream: Upstream
    operation: str
    status: int
    headers: CIMultiDictProxy[str]
    body: bytes | None

    @property
    def is_success(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300

    @property
    def is_failure(self) -> bool:
        """4xx or 5xx."""
        return self.status >= 400

    @property
    def body_text(self) -> str:
        """The body as text, whatever it is; empty when it was too big."""
        return (self.body or b"").decode("utf-8", errors="replace")

    def read(self, reader: Callable[[object], Read]) -> Read:
        """What `reader` makes of the JSON body. Raises UpstreamFailed (500) when it is none or lacks something."""
        if self.body is None:
            raise UpstreamFailed.unreadable(self.upstream, self.operation)
        try:
            return reader(json.loads(self.body))
        except (ValueError, RecursionError, Malformed):
            raise UpstreamFailed.unreadable(self.upstream, self.operation) from None

    def failed(self, public_message: str | None = None) -> UpstreamFailed:
        """This answer as a failure that surfaces as 500 or 502."""
        return UpstreamFailed.answered(self.upstream, self.operation, self.status, public_message)

    def failed_raw(self, public_message: str | None = None) -> UpstreamFailed:
        """This answer as a failure whose status passes on unchanged."""
        return UpstreamFailed.answered_raw(self.upstream, self.operation, self.status, public_message)


class UpstreamHttp:
    """The pool of connections to all upstreams. Made inside the running loop; close it at the end."""

    def __init__(self, settings: UpstreamSettings) -> None:
        self.settings = settings
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=_CONNECTIONS_IN_ALL,
                limit_per_host=settings.connections_per_upstream,
                keepalive_timeout=_KEEP_IDLE_SECONDS,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        # The library repeats an idempotent request whose connection broke. The upstream may have acted, and the
        # specs count the calls: one operation is one request.
        self._session._retry_connection = False

    async def close(self) -> None:
        """Ends all connections."""
        await self._session.close()

    def to(self, upstream: Upstream, *, calling_as: str) -> "UpstreamCaller":
        """The way to one upstream, for one of our services (its name is the `User-Agent`)."""
        return UpstreamCaller(self._session, self.settings, upstream, calling_as)


class UpstreamCaller:
    """Makes requests to one upstream."""

    def __init__(
        self, session: aiohttp.ClientSession, settings: UpstreamSettings, upstream: Upstream, calling_as: str
    ) -> None:
        self.upstream = upstream
        self.app_name = calling_as
        self._session = session
        self._address = settings.addresses[upstream]
        self._timeout = timeout_of(settings.connect_timeout, settings.request_timeout)
        self._largest_answer_bytes = settings.largest_answer_bytes
        self._fixed_headers = {"User-Agent": calling_as, "Http-ClientV2-Version": _CLIENT_VERSION}

    async def call(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        forwarding: Forwarding = Forwarding.CALLER,
        timeout: aiohttp.ClientTimeout | None = None,
    ) -> Answer:
        """Makes one request and reads the whole answer, whatever its status.

        `path` is already encoded, query included. `headers` replace forwarded ones of the same name. `operation`
        is what logs and metrics call it. Raises UpstreamFailed when there is no whole answer.
        """
        sent = self._headers(body, headers, forwarding)
        started = time.perf_counter()
        outcome = "cancelled"
        try:
            answer = await self._answer(operation, method, path, body, sent, timeout or self._timeout)
            outcome = str(answer.status)
        except UpstreamFailed as failure:
            outcome = failure.kind.value
            log.warning("upstream_failed", upstream=self.upstream.value, operation=operation, kind=outcome)
            raise
        finally:
            telemetry.upstream_calls.labels(self.upstream.value, operation, outcome).inc()
            telemetry.upstream_seconds.labels(self.upstream.value, operation).observe(time.perf_counter() - started)
        return answer

    async def _answer(
        self,
        operation: str,
        method: str,
        path: str,
        body: bytes | None,
        headers: CIMultiDict[str],
        timeout: aiohttp.ClientTimeout,
    ) -> Answer:
        url = URL(self._address.base_url + path, encoded=True)
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=headers,
                allow_redirects=False,
                timeout=timeout,
            ) as response:
                return Answer(self.upstream, operation, response.status, response.headers, await self._body(response))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise UpstreamFailed.not_connected(self.upstream, operation) from None
        except TimeoutError:
            raise UpstreamFailed.timed_out(self.upstream, operation) from None
        except aiohttp.ClientError:
            raise UpstreamFailed.lost(self.upstream, operation) from None

    async def _body(self, response: aiohttp.ClientResponse) -> bytes | None:
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.content.iter_any():
            size += len(chunk)
            if size > self._largest_answer_bytes:
                response.close()
                return None
            chunks.append(chunk)
        return b"".join(chunks)

    def _headers(
        self, body: bytes | None, explicit: Mapping[str, str] | None, forwarding: Forwarding
    ) -> CIMultiDict[str]:
        headers: CIMultiDict[str] = CIMultiDict(self._fixed_headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        if forwarding is not Forwarding.NOTHING:
            context = current_request()
            headers["X-Request-Chain"] = _request_chain(context.request_chain)
            if self._address.is_internal:
                _forward(context, headers)
            elif forwarding is Forwarding.CALLER_AND_SESSION_IDS:
                headers["X-Request-ID"] = context.request_id
                if context.session_id is not None:
                    headers["X-Session-ID"] = context.session_id
        if explicit is not None:
            for name, value in explicit.items():
                headers[name] = value
        return headers


def path_of(*segments: str) -> str:
    """A path of these segments, each percent-encoded once; `~` stays as it is. Spec: upstreams 2.3."""
    return "".join("/" + quote(segment, safe="") for segment in segments)


def query_of(*parameters: tuple[str, str]) -> str:
    """A query of these parameters in this order, question mark included, values percent-encoded once."""
    return "?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters)


def json_body(document: object) -> bytes:
    """A JSON document as bytes, without blanks."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def timeout_of(connect: timedelta, whole: timedelta) -> aiohttp.ClientTimeout:
    """How long to wait for a connection, and for the whole call (waiting for a free connection included)."""
    return aiohttp.ClientTimeout(total=whole.total_seconds(), sock_connect=connect.total_seconds())


def _request_chain(inbound: str | None) -> str:
    ours = f"{random.randrange(0x10000):x}"  # noqa: S311  # a trace mark, no secret
    return ours if inbound is None else f"{inbound}-{ours}"


def _forward(context: RequestContext, headers: CIMultiDict[str]) -> None:
    headers["X-Request-ID"] = context.request_id
    for name, value in (
        ("Authorization", context.authorization),
        ("X-Session-ID", context.session_id),
        ("x-forwarded-for", _forwarded_for(context)),
        ("True-Client-IP", context.true_client_ip),
        ("True-Client-Port", context.true_client_port),
        ("ga-token", context.ga_token),
        ("ga-user-cookie-id", context.ga_user_cookie_id),
        ("deviceID", context.device_id),
        ("Akamai-Reputation", context.akamai_reputation),
    ):
        if value is not None:
            headers[name] = value
    for name, value in context.allowlisted:
        headers[name] = value


def _forwarded_for(context: RequestContext) -> str | None:
    client, chain = context.true_client_ip, context.forwarded_for
    if chain is None or client is None:
        return chain if client is None else client
    return chain if chain.startswith(client) else f"{client}, {chain}"
