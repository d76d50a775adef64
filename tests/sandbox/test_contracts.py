"""The ports' contracts, kept by the sandbox in the same process and over the upstreams' own wire."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

import pytest

from agent_services.identifiers import AgentCode, Arn, Nino
from agent_services.platform.clock import SystemClock
from agent_services.platform.database import Database
from agent_services.platform.http.context import RequestContext
from agent_services.sandbox import CastChoice, Sandbox, build_sandbox
from agent_services.sandbox.population.agents import NewAgent, agent_party_of, filled_agent
from agent_services.sandbox.population.clients import NewClient, filled, party_of
from agent_services.sandbox.users.people import AffinityGroup
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.http_client import UpstreamHttp
from agent_services.upstreams.over_http import upstreams_over_http
from agent_services.upstreams.settings import read_upstream_settings
from tests.contracts.enrolments import EnrolmentsContract, GroupsContract
from tests.contracts.relationships import HipContract, IncomeRecordsContract, RecordsContract
from tests.contracts.sessions import AuthContract
from tests.contracts.world import Agent, Client, Ports, World
from tests.sandbox.serving import served


@dataclass(slots=True)
class SandboxWorld:
    """Puts facts into the sandbox; the ports are the sandbox's own, or adapters talking to its wire."""

    sandbox: Sandbox
    ports: Ports
    made: int = 0

    @property
    def now(self) -> datetime:
        return self.sandbox.clock.now()

    async def new_agent(self, *, suspended: bool = False) -> Agent:
        regimes = ("ALL",) if suspended else ()
        made = filled_agent(NewAgent(seed=self._seed(), suspended_regimes=regimes))
        await self.sandbox.entry.enter(agent_party_of(made))
        return Agent(
            arn=Arn.parse(made.arn or ""),
            group_id=made.group_id or "",
            admin_user_id=made.user_id or "",
            agent_code=AgentCode.as_given(made.agent_code or ""),
            caller=await self._caller(made.user_id or ""),
        )

    async def new_vat_client(self) -> Client:
        return await self._client(AffinityGroup.ORGANISATION, "HMRC-MTD-VAT")

    async def new_income_tax_client(self) -> Client:
        return await self._client(AffinityGroup.INDIVIDUAL, "HMRC-MTD-IT")

    async def _client(self, affinity: AffinityGroup, service: str) -> Client:
        made = filled(NewClient(seed=self._seed(), affinity_group=affinity, services=frozenset({service})))
        await self.sandbox.entry.enter(party_of(made))
        name, value = ("VRN", made.vrn) if service == "HMRC-MTD-VAT" else ("MTDITID", made.mtd_it_id)
        return Client(
            key=EnrolmentKey.of(service, name, value or ""),
            nino=Nino.parse(made.nino) if made.nino else None,
            caller=await self._caller(made.user_id or ""),
        )

    async def _caller(self, user_id: str) -> RequestContext:
        session = await self.sandbox.sessions.sign_in(user_id)
        return RequestContext("request", authorization=f"Bearer {session.token}", session_id=session.session_id)

    def _seed(self) -> str:
        self.made += 1
        return f"contract:{self.made}"


@pytest.fixture(params=["in process", "over the wire"])
async def world(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[World]:
    sandbox = build_sandbox(database=database, clock=SystemClock(), cast=CastChoice.NONE)
    await sandbox.start()
    if request.param == "in process":
        yield SandboxWorld(sandbox, sandbox)
    else:
        async with served(sandbox) as url:
            settings = read_upstream_settings(
                {"AGENT_SERVICES_UPSTREAM_URL": url}, is_production=False, internal_host_patterns=(r"^127\.0\.0\.1$",)
            )
            http = UpstreamHttp(settings)
            ports = upstreams_over_http(http, calling_as="agent-client-relationships", clock=SystemClock())
            yield SandboxWorld(sandbox, ports)
            await http.close()
    await sandbox.stop()


class TestAuth(AuthContract):
    pass


class TestEnrolments(EnrolmentsContract):
    pass


class TestGroups(GroupsContract):
    pass


class TestHip(HipContract):
    pass


class TestIncomeRecords(IncomeRecordsContract):
    pass


class TestRecords(RecordsContract):
    pass
