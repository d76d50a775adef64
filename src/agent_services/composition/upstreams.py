"""Which upstreams there are: the embedded sandbox, or the real ones over HTTP."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

from agent_services.platform.clock import Clock
from agent_services.settings import PREFIX, Settings, environment_with_file
from agent_services.upstreams.agent_mapping import AgentMapping
from agent_services.upstreams.agent_mapping.http import AgentMappingOverHttp
from agent_services.upstreams.agent_subscription import SubscriptionJourneys
from agent_services.upstreams.agent_subscription.http import AgentSubscriptionOverHttp
from agent_services.upstreams.http_client import UpstreamHttp
from agent_services.upstreams.names import Upstream
from agent_services.upstreams.over_http import upstreams_over_http
from agent_services.upstreams.ports import Upstreams
from agent_services.upstreams.settings import (
    UpstreamSettings,
    address_variable,
    read_upstream_settings,
    upstream_variables,
)

if TYPE_CHECKING:
    from agent_services.composition.sandbox import SandboxHouse


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
    upstream_settings(settings)
    given = environment_with_file()
    rows = []
    for name in sorted(upstream_variables() - {PREFIX + "UPSTREAM_URL"}):
        source = "environment" if name in os.environ else ".env" if name in given else "default"
        value = given.get(name, "-")
        rows.append((name, str(SecretStr(value)) if "TOKEN" in name and name in given else value, source))
    return rows
