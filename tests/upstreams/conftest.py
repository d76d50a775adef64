"""The adapters, pointed at a scripted upstream."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.upstreams.all_ports import AllPorts
from tests.upstreams.scripted import ScriptedUpstream

from agent_services.platform.http.context import RequestContext, bind
from agent_services.upstreams.agent_mapping.http import AgentMappingOverHttp
from agent_services.upstreams.http_client import UpstreamHttp
from agent_services.upstreams.names import Upstream
from agent_services.upstreams.over_http import upstreams_over_http
from agent_services.upstreams.settings import UpstreamAddress, UpstreamSettings, read_upstream_settings

NOW = datetime(2026, 7, 15, 9, 45, 17, 250_000, tzinfo=UTC)
CALLER = RequestContext(
    request_id="request-1",
    authorization="Bearer caller-token",
    session_id="session-0123",
)
VARIABLES = {
    "AGENT_SERVICES_UPSTREAM_HIP_AUTHORIZATION_TOKEN": "hip-token",
    "AGENT_SERVICES_UPSTREAM_DES_AUTHORIZATION_TOKEN": "des-token",
    "AGENT_SERVICES_UPSTREAM_DES_ENVIRONMENT": "des-environment",
    "AGENT_SERVICES_UPSTREAM_IF_AUTHORIZATION_TOKEN": "if-token",
    "AGENT_SERVICES_UPSTREAM_IF_ENVIRONMENT": "if-environment",
    "AGENT_SERVICES_UPSTREAM_IFS_AUTHORIZATION_API1495_TOKEN": "trusts-token",
    "AGENT_SERVICES_UPSTREAM_IFS_AUTHORIZATION_API1712_TOKEN": "ppt-token",
    "AGENT_SERVICES_UPSTREAM_IFS_AUTHORIZATION_API2143_TOKEN": "pillar2-token",
    "AGENT_SERVICES_UPSTREAM_IFS_ENVIRONMENT": "ifs-environment",
    "AGENT_SERVICES_INTERNAL_AUTH_TOKEN": "internal-token",
}


@dataclass(frozen=True, slots=True)
class StandingClock:
    """Always the same moment."""

    def now(self) -> datetime:
        return NOW

    def today(self) -> date:
        return NOW.date()


@dataclass(slots=True)
class Outside:
    """The scripted upstream, and every adapter pointed at it."""

    server: ScriptedUpstream
    http: UpstreamHttp
    ports: AllPorts

    @property
    def connections_in_use(self) -> int:
        connector = self.http._session.connector
        assert connector is not None
        return len(connector._acquired)


def settings_for(base_url: str) -> UpstreamSettings:
    return replace(
        read_upstream_settings(
            {**VARIABLES, "AGENT_SERVICES_UPSTREAM_URL": base_url},
            is_production=False,
            internal_host_patterns=(r"^localhost$",),
        ),
        retry_intervals=(timedelta(milliseconds=1), timedelta(milliseconds=2)),
    )


def as_external(settings: UpstreamSettings) -> UpstreamSettings:
    """The same addresses, taken for hosts outside the platform."""
    addresses = {each: UpstreamAddress(address.base_url, False) for each, address in settings.addresses.items()}
    return replace(settings, addresses=addresses)


def ports_of(http: UpstreamHttp) -> AllPorts:
    service = "agent-client-relationships"
    upstreams = upstreams_over_http(
        http, calling_as=service, clock=StandingClock(), server_zone=ZoneInfo("Europe/London")
    )
    return AllPorts(
        **{each.name: getattr(upstreams, each.name) for each in fields(upstreams)},
        agent_mapping=AgentMappingOverHttp(http.to(Upstream.AGENT_MAPPING, calling_as=service)),
    )


@pytest.fixture
async def server() -> AsyncIterator[ScriptedUpstream]:
    scripted = ScriptedUpstream()
    await scripted.start()
    yield scripted
    await scripted.stop()


@pytest.fixture
def settings(server: ScriptedUpstream) -> UpstreamSettings:
    return settings_for(server.base_url)


@pytest.fixture
async def outside(server: ScriptedUpstream, settings: UpstreamSettings) -> AsyncIterator[Outside]:
    http = UpstreamHttp(settings)
    yield Outside(server, http, ports_of(http))
    await http.close()


@pytest.fixture(autouse=True)
def caller() -> Iterator[RequestContext]:
    """Somebody is asking."""
    with bind(CALLER) as context:
        yield context
