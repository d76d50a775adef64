"""The embedded sandbox and its gateway, as this process runs them. Loaded only where they are wanted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

import typer
from fastapi import APIRouter, FastAPI
from starlette.datastructures import State
from starlette.types import ASGIApp

from agent_services import serving
from agent_services.composition.foundation import Foundation, foundation_of
from agent_services.composition.upstreams import (
    Surroundings,
    has_neighbours,
    neighbour_journeys,
    neighbour_mapping,
    upstream_settings,
)
from agent_services.platform.audit import AuditEnvelope, AuditSink
from agent_services.platform.clock import SystemClock
from agent_services.platform.database import Database
from agent_services.platform.http.test_only import RecordKind
from agent_services.sandbox import MAPPED_TO_A1, CastChoice, Part, Sandbox, build_sandbox
from agent_services.sandbox import gateway as gateway_room
from agent_services.sandbox.gateway import (
    CREATE_TEST_USER,
    Access,
    Gateway,
    GatewayApi,
    GatewayDoor,
    GatewayLayer,
    GatewaySettings,
    InvalidApplication,
    Resource,
    build_gateway,
)
from agent_services.settings import Settings
from agent_services.upstreams.http_client import UpstreamHttp
from agent_services.upstreams.ports import Upstreams

_AUTHORISATION_API: Final = GatewayApi(
    context="agents",
    versions=("1.0", "2.0"),
    access=Access.USER,
    resources=(
        Resource("POST", "/agents/{arn}/invitations", "write:sent-invitations"),
        Resource("GET", "/agents/{arn}/invitations", "read:sent-invitations"),
        Resource("GET", "/agents/{arn}/invitations/{invitationId}", "read:sent-invitations"),
        Resource("DELETE", "/agents/{arn}/invitations/{invitationId}", "write:cancel-invitations"),
        Resource("POST", "/agents/{arn}/relationships", "read:check-relationship"),
        Resource("PUT", "/agents/{arn}/deauthorise-client", "write:relationships"),
    ),
)
_A1: Final = "XARN1000001"


def _apis(settings: Settings) -> tuple[GatewayApi, ...]:
    judges_itself = not settings.sandbox_refuses_unpublished_versions
    authorisation_api = replace(
        _AUTHORISATION_API, versions=settings.api_supported_versions, judges_versions_itself=judges_itself
    )
    return (authorisation_api, CREATE_TEST_USER)


@dataclass(frozen=True, slots=True)
class SandboxHouse:
    """The sandbox and its gateway."""

    sandbox: Sandbox
    gateway: Gateway
    is_first_day: bool
    """This start has entered the cast."""

    async def open_first_day(self, begin: Callable[[], Awaitable[None]]) -> None:
        """Has the services' own stores begin as the cast says (`begin`), now on the first day, and at resets."""
        self.sandbox.also_reset.append(begin)
        if self.is_first_day:
            await begin()

    def put_into_snapshots(self, kinds: Mapping[str, RecordKind]) -> None:
        """Has snapshots hold the services' own records too."""
        self.sandbox.snapshots.parts.update({name: _part_of(kind) for name, kind in kinds.items()})

    def bind_to(self, state: State) -> None:
        """Puts both where their routes look for them."""
        state.sandbox = self.sandbox
        state.gateway = self.gateway

    @property
    def audit_sink(self) -> AuditSink:
        """Where audit events go, many at once."""
        return _SandboxSink(self.sandbox)


def _part_of(kind: RecordKind) -> Part:
    async def content() -> dict[str, Any]:
        return {"records": await kind.list_all()}

    async def replace_all(document: dict[str, Any]) -> None:
        await kind.clear()
        await kind.replace(document["records"])

    return Part(content, replace_all)


@dataclass(frozen=True, slots=True)
class _SandboxSink:
    sandbox: Sandbox

    async def deliver(self, events: Sequence[AuditEnvelope]) -> int:
        return await self.sandbox.audit.deliver_together([event.document for event in events])


@asynccontextmanager
async def embedded_sandbox(settings: Settings, foundation: Foundation) -> AsyncIterator[Surroundings]:
    """The sandbox in the place of every upstream."""
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(_house(settings, foundation))
        http = None
        if has_neighbours():
            http = UpstreamHttp(upstream_settings(settings))
            stack.push_async_callback(http.close)
        ports = ports_of(house.sandbox)
        yield Surroundings(
            calling_as=lambda _: ports,
            sandbox=house,
            neighbour_mapping=None if http is None else neighbour_mapping(http),
            journeys=None if http is None else neighbour_journeys(http),
        )


def first_mappings() -> list[dict[str, str]]:
    """What the mapping service knows on the first day, as records of kind `mapping`."""
    return [{"arn": _A1, "service": service, "identifier": identifier} for service, identifier in MAPPED_TO_A1]


def sandbox_routers() -> list[APIRouter]:
    """Every route of the sandbox and its gateway."""
    return [*gateway_room.routers, *Sandbox.routers]


def gateway_layer(app: ASGIApp, state: State) -> ASGIApp:
    """The gateway before `app`; it exists from the start of the application on, not yet when layers are put up."""

    def door() -> GatewayDoor:
        gateway: Gateway = state.gateway
        return gateway.door

    return GatewayLayer(app, door)


def create_sandbox_app(settings: Settings) -> ASGIApp:
    """The sandbox alone: the upstreams' own paths, its management and its gateway, without the services."""

    @asynccontextmanager
    async def lifespan(api: FastAPI) -> AsyncIterator[None]:
        async with foundation_of(settings) as foundation, _house(settings, foundation) as house:
            house.bind_to(api.state)
            api.state.database = foundation.database
            api.state.stopping = False
            # Its own jobs alone: a worker takes what it knows, so those of services on the same database stay theirs.
            foundation.jobs.start()
            yield
            api.state.stopping = True
            await foundation.jobs.stop()

    from agent_services.app import sandbox_application

    return sandbox_application(lifespan, sandbox_routers(), Sandbox.wire)


def announcement(settings: Settings) -> list[str]:
    """How software signs in at the sandbox of these settings."""
    given = _gateway_settings(settings)
    return [
        f"Application     client id {given.client_id}, client secret {given.client_secret}",
        "                any redirect address on localhost, every scope",
    ]


def register_application(settings: Settings, name: str, redirect_uris: Sequence[str], *, show: Any) -> None:
    """Registers an application with the gateway and shows its id and secret."""
    _command(
        settings,
        lambda database: gateway_room.add_application(
            database, _apis(settings), _gateway_settings(settings), name=name, redirect_uris=redirect_uris
        ),
        show,
    )


def show_applications(settings: Settings, *, show: Any) -> None:
    """Shows the registered applications."""
    _command(
        settings,
        lambda database: gateway_room.list_applications(database, _apis(settings), _gateway_settings(settings)),
        show,
    )


def _command(
    settings: Settings, command: Callable[[Database], Coroutine[Any, Any, list[str]]], show: Callable[[str], None]
) -> None:
    async def run(url: str) -> list[str]:
        database = await Database.connect(url, min_size=1, max_size=2)
        try:
            return await command(database)
        finally:
            await database.close()

    with serving.database_for(settings) as url:
        serving.prepare_database(settings, url)
        try:
            lines = asyncio.run(run(url))
        except InvalidApplication as refused:
            typer.echo(f"agent-services: {refused}", err=True)
            raise typer.Exit(1) from None
    for line in lines:
        show(line)


@asynccontextmanager
async def _house(settings: Settings, foundation: Foundation) -> AsyncIterator[SandboxHouse]:
    sandbox = build_sandbox(
        database=foundation.database, clock=foundation.clock, cast=CastChoice(settings.sandbox_seed)
    )
    gateway = build_gateway(
        database=foundation.database,
        real_clock=SystemClock(),
        sessions=sandbox.sessions,
        people=sandbox.people,
        test_users=sandbox.test_users,
        apis=_apis(settings),
        settings=_gateway_settings(settings),
    )
    _schedule_sweep(foundation, sandbox, gateway)
    is_first_day = await sandbox.start()
    sandbox.also_reset.extend([gateway.reset, foundation.real_time])
    try:
        await gateway.start()
        yield SandboxHouse(sandbox, gateway, is_first_day)
    finally:
        await sandbox.stop()


def _schedule_sweep(foundation: Foundation, sandbox: Sandbox, gateway: Gateway) -> None:
    async def sweep() -> int:
        await gateway.sweep()
        return await sandbox.sessions.sweep()

    foundation.jobs.schedule("sweep-sandbox-sessions", "7 * * * *", sweep)


def _gateway_settings(settings: Settings) -> GatewaySettings:
    given = GatewaySettings(requests_per_second=settings.sandbox_rate_limit or None)
    return GatewaySettings(
        client_id=settings.sandbox_client_id or given.client_id,
        client_secret=(
            given.client_secret
            if settings.sandbox_client_secret is None
            else settings.sandbox_client_secret.get_secret_value()
        ),
        requests_per_second=given.requests_per_second,
    )


def ports_of(sandbox: Sandbox) -> Upstreams:
    """The sandbox in the same process as every port."""
    return Upstreams(
        auth=sandbox.auth,
        enrolment_store_proxy=sandbox.enrolment_store_proxy,
        tax_enrolments=sandbox.tax_enrolments,
        users_groups_search=sandbox.users_groups_search,
        hip=sandbox.hip,
        des=sandbox.des,
        if_=sandbox.if_cbc,
        ifs=sandbox.ifs,
        citizen_details=sandbox.citizen_details,
        agent_permissions=sandbox.agent_permissions,
        agent_user_client_details=sandbox.agent_user_client_details,
        agent_services_account=sandbox.agent_services_account,
        agent_fi_relationship=sandbox.agent_fi_relationship,
        agents_external_stubs=sandbox.agents_external_stubs,
        internal_auth=sandbox.internal_auth,
        email=sandbox.email,
        audit=sandbox.audit,
    )
