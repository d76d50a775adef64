"""Who is asking: what of the present request must reach upstreams, logs and audit events.

One value for each inbound request or job run, bound to the running task. Tasks started inside inherit it.
Spec: upstreams 2.2, 20.1.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from uuid import uuid4

from starlette.datastructures import Headers


@dataclass(frozen=True, slots=True)
class RequestContext:
    """The caller's headers that travel on. `None` is an absent header. Tokens never show in a `repr`."""

    request_id: str
    """The correlation id: the caller's `X-Request-ID`, or ours."""
    authorization: str | None = field(default=None, repr=False)
    """The whole header as received, scheme included; forwarded verbatim."""
    session_id: str | None = field(default=None, repr=False)
    forwarded_for: str | None = field(default=None, repr=False)
    true_client_ip: str | None = field(default=None, repr=False)
    true_client_port: str | None = field(default=None, repr=False)
    ga_token: str | None = field(default=None, repr=False)
    ga_user_cookie_id: str | None = field(default=None, repr=False)
    device_id: str | None = field(default=None, repr=False)
    akamai_reputation: str | None = field(default=None, repr=False)
    request_chain: str | None = None
    client_id: str | None = None
    """`X-Client-ID`: the calling application. Forwarded by the public API, else only where allow-listed."""
    allowlisted: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Further headers that the operator lets through (`bootstrap.http.headersAllowlist`), as received."""
    path: str = field(default="", repr=False)
    """The request's path as received, percent-encoding kept, without query. Empty for a job. For audit events."""

    @classmethod
    def of(
        cls,
        headers: Headers,
        *,
        request_id: str | None = None,
        path: str = "",
        allowlist: frozenset[str] = frozenset(),
    ) -> "RequestContext":
        """Reads the context from a request's headers, in one pass; the first of a repeated one counts.

        `request_id` stands above the caller's `X-Request-ID`; without either a new one is made. `allowlist` holds
        lower-case names.
        """
        found: dict[str, str] = {}
        allowlisted: list[tuple[str, str]] = []
        for raw_name, raw_value in headers.raw:
            attribute = _FORWARDED.get(raw_name)
            if attribute is not None:
                found.setdefault(attribute, raw_value.decode("latin-1"))
            elif allowlist and (name := raw_name.decode("latin-1")) in allowlist:
                allowlisted.append((name, raw_value.decode("latin-1")))
        given_id = found.pop("request_id", None)
        context = cls(request_id or given_id or new_request_id(), **found, allowlisted=tuple(allowlisted), path=path)
        return context.passing_client_id_on() if CLIENT_ID in allowlist else context

    @classmethod
    def for_job(cls, service_token: str | None) -> "RequestContext":
        """The context of work that nobody waits for. Spec: upstreams 2.2; design, `AGENT_SERVICES_SERVICE_TOKEN`."""
        return cls(
            request_id=new_request_id(),
            authorization=None if service_token is None else f"Bearer {service_token}",
        )

    def passing_client_id_on(self) -> "RequestContext":
        """The same request, whose `X-Client-ID` (if it has one) travels on to upstreams."""
        if self.client_id is None or any(name == CLIENT_ID for name, _ in self.allowlisted):
            return self
        return replace(self, allowlisted=(*self.allowlisted, (CLIENT_ID, self.client_id)))

    def acting_as(self, *, authorization: str, session_id: str | None) -> "RequestContext":
        """The same request with somebody else's session."""
        return replace(self, authorization=authorization, session_id=session_id)


CLIENT_ID = "x-client-id"

_FORWARDED = {
    b"x-request-id": "request_id",
    b"authorization": "authorization",
    b"x-session-id": "session_id",
    b"x-forwarded-for": "forwarded_for",
    b"true-client-ip": "true_client_ip",
    b"true-client-port": "true_client_port",
    b"ga-token": "ga_token",
    b"ga-user-cookie-id": "ga_user_cookie_id",
    b"deviceid": "device_id",
    b"akamai-reputation": "akamai_reputation",
    b"x-request-chain": "request_chain",
    b"x-client-id": "client_id",
}

_current: ContextVar[RequestContext] = ContextVar("agent_services_request_context")


def new_request_id() -> str:
    """A correlation id for work that came without one."""
    return str(uuid4())


def current_request() -> RequestContext:
    """The context of the present request or job. Raises LookupError where none is bound: a fault in the wiring."""
    return _current.get()


def current_request_or_none() -> RequestContext | None:
    """As `current_request`, for code that may run outside any request (start-up, logging)."""
    return _current.get(None)


@contextmanager
def bind(context: RequestContext) -> Iterator[RequestContext]:
    """Makes `context` the present one for the block, and whatever was bound before again after it."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)
