"""Every upstream's paths in one application. Spec: sandbox 0, 2; an unknown path: 6.15."""

import difflib

from starlette.responses import JSONResponse
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from agent_services.sandbox.wire import agents, authority, clients, enrolments, hip, platform, sessions

_ROUTES: list[Route] = [
    *sessions.routes,
    *authority.routes,
    *enrolments.routes,
    *hip.routes,
    *clients.routes,
    *agents.routes,
    *platform.routes,
]
_PATHS = sorted({route.path for route in _ROUTES})


async def _no_such_upstream(scope: Scope, receive: Receive, send: Send) -> None:
    nearest = difflib.get_close_matches(str(scope.get("path", "")), _PATHS, n=3, cutoff=0.3)
    response = JSONResponse({"code": "SANDBOX_NO_SUCH_UPSTREAM", "nearest": nearest}, status_code=404)
    await response(scope, receive, send)


# A router rather than an application of its own: the state stays that of the application that mounts it.
wire = Router(routes=_ROUTES, redirect_slashes=False, default=_no_such_upstream)
