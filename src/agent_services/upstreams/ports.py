"""All ports of one service together, whoever stands behind them."""

from dataclasses import dataclass

from agent_services.upstreams.agent_fi_relationship import AgentFiRelationship
from agent_services.upstreams.agent_permissions import AgentPermissions
from agent_services.upstreams.agent_services_account import AgentServicesAccount
from agent_services.upstreams.agent_user_client_details import AgentUserClientDetails
from agent_services.upstreams.agents_external_stubs import AgentsExternalStubs
from agent_services.upstreams.audit import AuditSink
from agent_services.upstreams.auth import Auth
from agent_services.upstreams.citizen_details import CitizenDetails
from agent_services.upstreams.des import Des
from agent_services.upstreams.email import Email
from agent_services.upstreams.enrolment_store_proxy import EnrolmentStoreProxy
from agent_services.upstreams.hip import Hip
from agent_services.upstreams.if_cbc import If
from agent_services.upstreams.ifs import Ifs
from agent_services.upstreams.internal_auth import InternalAuth
from agent_services.upstreams.tax_enrolments import TaxEnrolments
from agent_services.upstreams.users_groups_search import UsersGroupsSearch


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstreams:
    """What the rooms are handed, port by port. Neighbours are not among them: they may be our own rooms."""

    auth: Auth
    enrolment_store_proxy: EnrolmentStoreProxy
    tax_enrolments: TaxEnrolments
    users_groups_search: UsersGroupsSearch
    hip: Hip
    des: Des
    if_: If
    ifs: Ifs
    citizen_details: CitizenDetails
    agent_permissions: AgentPermissions
    agent_user_client_details: AgentUserClientDetails
    agent_services_account: AgentServicesAccount
    agent_fi_relationship: AgentFiRelationship
    agents_external_stubs: AgentsExternalStubs
    internal_auth: InternalAuth
    email: Email
    audit: AuditSink
