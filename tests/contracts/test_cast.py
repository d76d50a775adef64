"""The ports that the cast shows best, in the same process and over the upstreams' own wire."""

from collections.abc import AsyncIterator

import pytest

from agent_services.composition.sandbox import ports_of
from agent_services.platform.clock import SystemClock
from agent_services.platform.database import Database
from agent_services.sandbox import CastChoice, build_sandbox
from agent_services.upstreams.http_client import UpstreamHttp
from agent_services.upstreams.over_http import upstreams_over_http
from agent_services.upstreams.settings import read_upstream_settings
from tests.contracts.cast import ClientRecordsContract, LegacyContract, PlatformContract, Stage, StubsContract
from tests.sandbox.serving import served


@pytest.fixture(params=["in process", "over the wire"])
async def stage(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[Stage]:
    sandbox = build_sandbox(database=database, clock=SystemClock(), cast=CastChoice.CAST)
    await sandbox.start()
    if request.param == "in process":
        yield Stage(ports_of(sandbox))
    else:
        async with served(sandbox) as url:
            settings = read_upstream_settings(
                {"AGENT_SERVICES_UPSTREAM_URL": url}, is_production=False, internal_host_patterns=()
            )
            http = UpstreamHttp(settings)
            yield Stage(upstreams_over_http(http, calling_as="agent-client-relationships", clock=SystemClock()))
            await http.close()
    await sandbox.stop()


class TestClientRecords(ClientRecordsContract):
    pass


class TestLegacy(LegacyContract):
    pass


class TestPlatform(PlatformContract):
    pass


class TestStubs(StubsContract):
    pass
