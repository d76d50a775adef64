"""A plain Starlette route that tells the layers around it which template matched, as FastAPI's routes do."""

from starlette.routing import Match, Route
from starlette.types import Scope


class HotRoute(Route):
    """For what is asked on every call: no dependencies, no validation, no response model."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child_scope = super().matches(scope)
        if match is not Match.NONE:
            child_scope["route"] = self
        return match, child_scope
