"""Which software calls: passed on with every upstream call of the public API. Spec: authorisation-api 1."""

from starlette.types import ASGIApp, Receive, Scope, Send

from agent_services.platform.http.context import bind, current_request_or_none


class CallingSoftwareLayer:
    """ASGI: lets the `X-Client-ID` of requests to the public API travel on to upstreams.

    Stands inside the gateway, whose own word on the caller counts, not the caller's.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        context = current_request_or_none()
        if context is None or context.client_id is None or not scope.get("path", "").startswith("/agents/"):
            await self._app(scope, receive, send)
            return
        with bind(context.passing_client_id_on()):
            await self._app(scope, receive, send)
