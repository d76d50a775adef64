"""What a contract suite needs to know of the world that it runs in."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from agent_services.identifiers import AgentCode, Arn, Nino
from agent_services.platform.http.context import RequestContext
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.agent_fi_relationship import AgentFiRelationship
from agent_services.upstreams.agent_permissions import AgentPermissions
from agent_services.upstreams.agent_services_account import AgentServicesAccount
from agent_services.upstreams.agent_user_client_details import AgentUserClientDetails
from agent_services.upstreams.auth import Auth
from agent_services.upstreams.citizen_details import CitizenDetails
from agent_services.upstreams.des import Des
from agent_services.upstreams.email import Email
from agent_services.upstreams.enrolment_store_proxy import EnrolmentStoreProxy
from agent_services.upstreams.hip import Hip
from agent_services.upstreams.tax_enrolments import TaxEnrolments
from agent_services.upstreams.users_groups_search import UsersGroupsSearch


@dataclass(frozen=True, slots=True)
class Agent:
    """An agency with one administrator, who is signed in."""

    arn: Arn
    group_id: str
    admin_user_id: str
    agent_code: AgentCode
    caller: RequestContext


@dataclass(frozen=True, slots=True)
class Client:
    """A client who is signed in and holds the enrolment of `key`."""

    key: EnrolmentKey
    nino: Nino | None
    caller: RequestContext


class Ports(Protocol):
    """The ports that the suites ask."""

    @property
    def auth(self) -> Auth: ...
    @property
    def enrolment_store_proxy(self) -> EnrolmentStoreProxy: ...
    @property
    def tax_enrolments(self) -> TaxEnrolments: ...
    @property
    def users_groups_search(self) -> UsersGroupsSearch: ...
    @property
    def hip(self) -> Hip: ...
    @property
    def des(self) -> Des: ...
    @property
    def citizen_details(self) -> CitizenDetails: ...
    @property
    def agent_permissions(self) -> AgentPermissions: ...
    @property
    def agent_user_client_details(self) -> AgentUserClientDetails: ...
    @property
    def agent_services_account(self) -> AgentServicesAccount: ...
    @property
    def agent_fi_relationship(self) -> AgentFiRelationship: ...
    @property
    def email(self) -> Email: ...


class World(Protocol):
    """The ports, and how to put facts behind them. Nothing that it makes is shared between two tests."""

    @property
    def ports(self) -> Ports: ...

    @property
    def now(self) -> datetime:
        """The moment that the world believes it is."""
        ...

    def new_agent(self, *, suspended: bool = False) -> Awaitable[Agent]:
        """An agency without clients."""
        ...

    def new_vat_client(self) -> Awaitable[Client]:
        """An organisation with a VAT registration, which no agent acts for."""
        ...

    def new_income_tax_client(self) -> Awaitable[Client]:
        """An individual signed up for income tax (key of `HMRC-MTD-IT`), which no agent acts for."""
        ...


def today_of(world: World) -> date:
    return world.now.date()


UNKNOWN_ARN = Arn.as_given("ZARN9999999")
UNKNOWN_GROUP = "NONE-NONE-NONE-NONE"
