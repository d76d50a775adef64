"""Stands before the APIs and decides whether a request reaches them. Spec: authorisation-api 8.4."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from agent_services.platform.clock import Clock
from agent_services.platform.http.context import RequestContext, bind, current_request_or_none
from agent_services.sandbox.gateway.apis import Access, ApiTable, GatewayApi
from agent_services.sandbox.gateway.bearers import Bearers, TokenGrant, TokenKind, bearer_in
from agent_services.sandbox.gateway.errors import (
    GatewayRefusal,
    IncorrectAccessTokenType,
    InvalidCredentials,
    MatchingResourceNotFound,
    MethodNotAllowed,
    MissingCredentials,
    ResourceForbidden,
    ScopeMissing,
    ThrottledOut,
    VersionNotPublished,
)
from agent_services.sandbox.gateway.store import ApplicationStore

_METHODS: Final = frozenset({"GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"})
# What the gateway tells the API about the application; what a caller sends by these names is not believed.
_OURS: Final = frozenset({b"x-client-id", b"x-client-authorization-token", b"x-application-id"})


class GatewayDoor:
    """The checks, in the gateway's order. One query for a good request, two where requests are counted."""

    def __init__(
        self,
        table: ApiTable,
        bearers: Bearers,
        applications: ApplicationStore,
        clock: Clock,
        *,
        requests_per_second: int | None,
    ) -> None:
        self.table = table
        self._bearers = bearers
        self._applications = applications
        self._clock = clock
        self._requests_per_second = requests_per_second

    async def admit(
        self, api: GatewayApi, method: str, path: str, *, accept: str | None, authorization: str | None
    ) -> TokenGrant | None:
        """Who is let in; None through an open door. Raises GatewayRefusal for the first check that fails."""
        if method not in _METHODS:
            raise MethodNotAllowed
        version = self.table.version(api, accept)
        if version is None:
            if not api.judges_versions_itself:
                raise VersionNotPublished
            version = api.versions[0]
        resource = self.table.resource(api, method, path)
        if resource is None:
            raise MatchingResourceNotFound
        if api.access is Access.OPEN:
            return None
        grant = await self._grant(authorization, api, version)
        if api.access is Access.USER and grant.kind is TokenKind.APPLICATION:
            raise IncorrectAccessTokenType
        if not grant.is_subscribed:
            raise ResourceForbidden
        await self._count(grant)
        if resource.scope is not None and resource.scope not in grant.scopes:
            raise ScopeMissing
        return grant

    async def _grant(self, authorization: str | None, api: GatewayApi, version: str) -> TokenGrant:
        if not (authorization or "").strip():
            raise MissingCredentials
        token = bearer_in(authorization)
        grant = await self._bearers.resolve(token, context=api.context, version=version) if token else None
        if grant is None:
            raise InvalidCredentials
        return grant

    async def _count(self, grant: TokenGrant) -> None:
        if self._requests_per_second is None:
            return
        second = self._clock.now().replace(microsecond=0)
        if await self._applications.count_request(grant.client_id, second=second) > self._requests_per_second:
            raise ThrottledOut


class GatewayLayer:
    """ASGI: requests to other paths than the APIs' pass untouched.

    The Authorization header goes on as it is: the token is known to the sandbox's auth as the person's session.
    The door is asked for at each request, because layers are put together before anything is opened.
    """

    def __init__(self, app: ASGIApp, door_of: Callable[[], GatewayDoor]) -> None:
        self._app = app
        self._door_of = door_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        door = self._door_of()
        api = door.table.api_of(scope["path"])
        if api is None:
            await self._app(scope, receive, send)
            return
        accept, authorization = _headers_of(scope)
        try:
            grant = await door.admit(api, scope["method"], scope["path"], accept=accept, authorization=authorization)
        except GatewayRefusal as refusal:
            await refusal.response()(scope, receive, send)
            return
        ours = _told_to_the_api(grant, authorization)
        # In place, because the layers outside read the matched route from this very mapping.
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name not in _OURS] + ours
        context = current_request_or_none()
        if context is None:
            await self._app(scope, receive, send)
            return
        with bind(_as_told(context, ours)):
            await self._app(scope, receive, send)


def _told_to_the_api(grant: TokenGrant | None, authorization: str | None) -> list[tuple[bytes, bytes]]:
    if grant is None:
        return []
    return [
        (b"x-client-id", grant.client_id.encode("latin-1")),
        (b"x-application-id", str(grant.application_id).encode("latin-1")),
        (b"x-client-authorization-token", (bearer_in(authorization) or "").encode("latin-1")),
    ]


def _as_told(context: RequestContext, ours: list[tuple[bytes, bytes]]) -> RequestContext:
    """The request's context with the gateway's headers instead of the caller's of these names."""
    told = {name.decode("latin-1"): value.decode("latin-1") for name, value in ours}
    travelling = tuple((name, value) for name, value in context.allowlisted if name.encode("latin-1") not in _OURS)
    allowed = {name for name, _ in context.allowlisted} & told.keys()
    return replace(
        context,
        client_id=told.get("x-client-id"),
        allowlisted=travelling + tuple((name, told[name]) for name in sorted(allowed)),
    )


def _headers_of(scope: Scope) -> tuple[str | None, str | None]:
    """The first Accept and the first Authorization header."""
    accept: str | None = None
    authorization: str | None = None
    for name, value in scope["headers"]:
        if name == b"accept" and accept is None:
            accept = value.decode("latin-1")
        elif name == b"authorization" and authorization is None:
            authorization = value.decode("latin-1")
    return accept, authorization
