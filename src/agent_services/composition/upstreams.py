"""Which upstreams there are: the embedded sandbox, or the real ones over HTTP."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent_services.platform.clock import Clock
from agent_services.settings import PREFIX, Settings, environment_with_file
from agent_services.upstreams.agent_mapping import AgentMapping
from agent_services.upstreams.agent_mapping.http import AgentMappingOverHttp
from agent_services.upstreams.agent_subscription import SubscriptionJourneys
from agent_services.upstreams.agent_subscription.http import AgentSubscriptionOverHttp
from agent_services.upstreams.errors import FailureKind, UpstreamFailed
from agent_services.upstreams.http_client import UpstreamHttp
from agent_services.upstreams.internal_auth import InternalAuth, InternalAuthUnavailable
from agent_services.upstreams.internal_auth.http import InternalAuthOverHttp
from agent_services.upstreams.names import Upstream
from agent_services.upstreams.over_http import upstreams_over_http
from agent_services.upstreams.ports import Upstreams
from agent_services.upstreams.settings import (
    UpstreamSettings,
    UpstreamSettingsInvalid,
    address_variable,
    described_upstreams,
    read_upstream_settings,
)

if TYPE_CHECKING:
    from agent_services.composition.sandbox import SandboxHouse

_REGISTRATION_SECONDS = 30
_FIRST_PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The ports in the name of each service, and the sandbox where it is what stands behind them."""

    calling_as: Callable[[str], Upstreams]
    sandbox: "SandboxHouse | None"
    neighbour_mapping: AgentMapping | None
    """A mapping service elsewhere (README, Neighbours); None: our own."""
    journeys: SubscriptionJourneys | None
    """A subscription service elsewhere, which keeps the journeys; None: they are kept here."""


def upstream_settings(settings: Settings) -> UpstreamSettings:
    """Raises UpstreamSettingsInvalid."""
    return read_upstream_settings(
        environment_with_file(),
        is_production=settings.environment == "production",
        internal_host_patterns=settings.internal_service_host_patterns,
        connect_timeout=settings.play_ws_timeout_connection,
        request_timeout=settings.play_ws_timeout_request,
        retry_intervals=settings.http_verbs_retries_intervals,
        relationship_records_start=settings.inactive_relationships_client_record_start_date,
    )


@asynccontextmanager
async def real_surroundings(settings: Settings, clock: Clock) -> AsyncIterator[Surroundings]:
    """The real upstreams."""
    http = UpstreamHttp(upstream_settings(settings))
    try:
        yield Surroundings(
            calling_as=lambda service: upstreams_over_http(http, clock=clock, calling_as=service),
            sandbox=None,
            neighbour_mapping=neighbour_mapping(http),
            journeys=neighbour_journeys(http),
        )
    finally:
        await http.close()


async def register_internal_auth_token(settings: Settings) -> None:
    """Has internal-auth know our token, where the settings want it. Once at a start, whatever the number of workers.

    While nobody listens there it tries again, since everything may be starting at once; 30 s in all.
    Raises InternalAuthUnavailable, UpstreamSettingsInvalid. Spec: upstreams 17.
    """
    if not settings.registers_internal_auth_token:
        return
    upstreams = upstream_settings(settings)
    http = UpstreamHttp(upstreams)
    to_internal_auth = http.to(Upstream.INTERNAL_AUTH, calling_as="agent-client-relationships")
    try:
        async with asyncio.timeout(_REGISTRATION_SECONDS):
            await _registered(InternalAuthOverHttp(to_internal_auth, token=upstreams.internal_auth_token))
    except (UpstreamFailed, TimeoutError) as failure:
        what = failure.kind.value if isinstance(failure, UpstreamFailed) else FailureKind.NOT_CONNECTED.value
        raise InternalAuthUnavailable(
            f"internal-auth at {upstreams.addresses[Upstream.INTERNAL_AUTH].base_url} was not told our token ({what}); "
            f"see {address_variable(Upstream.INTERNAL_AUTH)}, {PREFIX}INTERNAL_AUTH_TOKEN_ENABLED_ON_START"
        ) from None
    finally:
        await http.close()


async def _registered(internal_auth: InternalAuth) -> None:
    pause = _FIRST_PAUSE_SECONDS
    while True:
        try:
            await internal_auth.ensure_token()
        except UpstreamFailed as failure:
            if failure.kind is not FailureKind.NOT_CONNECTED:
                raise
        else:
            return
        await asyncio.sleep(pause)
        pause *= 1.5


def has_neighbours() -> bool:
    """Whether a neighbour is pointed elsewhere, which may be so in either mode."""
    given = environment_with_file()
    return any(given.get(address_variable(each)) for each in (Upstream.AGENT_MAPPING, Upstream.AGENT_SUBSCRIPTION))


def neighbour_mapping(http: UpstreamHttp) -> AgentMapping | None:
    """The mapping service elsewhere, where its own variable names one; the common URL does not count."""
    if not environment_with_file().get(address_variable(Upstream.AGENT_MAPPING)):
        return None
    return AgentMappingOverHttp(http.to(Upstream.AGENT_MAPPING, calling_as="agent-client-relationships"))


def neighbour_journeys(http: UpstreamHttp) -> SubscriptionJourneys | None:
    """The subscription service elsewhere, likewise."""
    if not environment_with_file().get(address_variable(Upstream.AGENT_SUBSCRIPTION)):
        return None
    return AgentSubscriptionOverHttp(http.to(Upstream.AGENT_SUBSCRIPTION, calling_as="agent-mapping"))


def check_upstreams(settings: Settings) -> list[tuple[str, str, str]]:
    """Variable, value (secrets masked) and source of each upstream's setting. Raises UpstreamSettingsInvalid."""
    if settings.upstreams == "sandbox":
        return []
    given = environment_with_file()
    return [
        (row.variable, row.shown, _source(row.given_by, row.variable))
        for row in described_upstreams(upstream_settings(settings), given)
    ]


def upstream_problems() -> list[str]:
    """What is wrong with the upstreams' variables, where the other settings cannot be read."""
    given = environment_with_file()
    if given.get(PREFIX + "UPSTREAMS") != "http":
        return []
    is_production = given.get(PREFIX + "ENVIRONMENT") == "production"
    try:
        read_upstream_settings(given, is_production=is_production, internal_host_patterns=())
    except UpstreamSettingsInvalid as invalid:
        return str(invalid).splitlines()
    return []


def _source(given_by: str | None, variable: str) -> str:
    if given_by is None:
        return "default"
    place = "environment" if given_by in os.environ else ".env"
    return place if given_by == variable else f"{given_by}, {place}"
