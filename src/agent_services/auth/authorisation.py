"""Asks auth whether the present caller meets a requirement, and states requirements on routes."""

import hmac
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from agent_services.auth.principal import Principal, StrideRoles
from agent_services.auth.requirements import Open, Requirement
from agent_services.upstreams.auth import Auth, Authorised, Refused

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
STATED = "__called_by__"


class Authorisation:
    """The question "may this caller?", asked of auth with exactly the requirement's predicates."""

    def __init__(self, auth: Auth, roles: StrideRoles) -> None:
        self._auth = auth
        self.roles = roles

    async def require(self, requirement: Requirement) -> Principal:
        """The caller of the bound request context.

        Raises the requirement's own refusal (401 or 403), and UpstreamFailed when auth cannot tell.
        """
        answer = await self._auth.authorise(requirement.asks(self.roles), requirement.retrieves)
        match answer:
            case Refused():
                raise requirement.refusal(answer)
            case Authorised():
                principal = Principal(answer, self.roles)
                requirement.admits(principal)
                return principal


def authorisation_of(request: Request) -> Authorisation:
    """The application's."""
    authorisation: Authorisation = request.app.state.authorisation
    return authorisation


class Requires:
    """A FastAPI dependency: the caller, or the requirement's refusal. Place it where the spec's order has it."""

    def __init__(self, requirement: Requirement) -> None:
        self.requirement = requirement

    async def __call__(self, request: Request) -> Principal:
        return await authorisation_of(request).require(self.requirement)


def requires(requirement: Requirement) -> Requires:
    """`caller: Annotated[Principal, Depends(requires(AGENT))]`."""
    return Requires(requirement)


def called_by(requirement: Requirement | Open) -> Callable[[Endpoint], Endpoint]:
    """States who may call an endpoint that asks auth itself (hot, or after a look-up), or that is open.

    The test that walks all routes reads the statement; the endpoint's own tests prove it.
    """

    def state(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, STATED, requirement)
        return endpoint

    return state


def all_called_by(router: APIRouter, requirement: Requirement | Open) -> APIRouter:
    """States it for every route of a router of the platform, which knows nothing of callers."""
    for route in router.routes:
        if isinstance(route, Route):
            called_by(requirement)(route.endpoint)
    return router


def stated_on(route: BaseRoute) -> Requirement | Open | None:
    """Who may call this route, as the route or its endpoint says. None where nothing is said: a fault."""
    if not isinstance(route, Route):
        return None
    stated: Requirement | Open | None = getattr(route.endpoint, STATED, None)
    if stated is None and isinstance(route, APIRoute):
        return next(_demanded(route.dependant), None)
    return stated


def _demanded(dependant: Dependant) -> Iterator[Requirement]:
    for each in dependant.dependencies:
        if isinstance(each.call, Requires):
            yield each.call.requirement
        yield from _demanded(each)


def is_basic_caller(header: str | None, *, username: str, password: str) -> bool:
    """Whether an `Authorization` header holds these basic credentials; the last colon splits. Spec: mapping 5.11."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme != "Basic":
        return False
    try:
        given_name, colon, given_password = b64decode(encoded, validate=True).decode().rpartition(":")
    except ValueError:
        return False
    is_name = hmac.compare_digest(given_name.encode(), username.encode())
    is_password = hmac.compare_digest(given_password.encode(), password.encode())
    return bool(colon) and is_name and is_password
