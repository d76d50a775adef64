"""Routes for what is asked on every call: plain endpoints, answered before the framework's own layers.

Those layers (errors, body limits, exit stacks, the search through all routes) cost a relationship check a seventh of
its processor time and do nothing for it.
"""

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ExceptionHandler, Receive, Scope, Send


class HotRoute(Route):
    """Tells the layers around it which template matched, as FastAPI's routes do.

    No dependencies, no validation, no response model. The endpoint answers with a complete response.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child_scope = super().matches(scope)
        if match is not Match.NONE:
            child_scope["route"] = self
        return match, child_scope


class HotRoutesLayer:
    """Answers the hot routes as the application that also has them would, and leaves everything else to it.

    A hot route's path begins with a constant segment. Failures are rendered by the application's own exception
    handlers, found as Starlette finds them.
    """

    def __init__(self, api: FastAPI, routes: Sequence[HotRoute]) -> None:
        self._api = api
        self._by_first_segment: dict[str, list[HotRoute]] = {}
        for route in routes:
            self._by_first_segment.setdefault(_first_segment(route.path), []).append(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            for route in self._by_first_segment.get(_first_segment(scope["path"]), ()):
                match, found = route.matches(scope)
                if match is Match.FULL:
                    scope.update(found)
                    scope["app"] = self._api
                    await self._answer(route, scope, receive, send)
                    return
        await self._api(scope, receive, send)

    async def _answer(self, route: HotRoute, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        try:
            response: Response = await route.endpoint(request)
        except Exception as failure:
            handler, is_expected = self._handler_of(failure)
            rendered: Response = await handler(request, failure)  # type: ignore[arg-type, misc]  # ours are async
            await rendered(scope, receive, send)
            if not is_expected:
                # Whoever logs failures must see it, though its answer is given.
                raise
            return
        await response(scope, receive, send)

    def _handler_of(self, failure: Exception) -> tuple[ExceptionHandler, bool]:
        handlers = self._api.exception_handlers
        kind = next(kind for kind in type(failure).__mro__ if kind in handlers)
        return handlers[kind], kind is not Exception


def _first_segment(path: str) -> str:
    return path[1:].partition("/")[0]
