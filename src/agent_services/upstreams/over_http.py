"""All ports over HTTP, for one of our services. Imported by `app.py` and `cli.py` alone."""

from datetime import tzinfo

from agent_services.platform.clock import Clock
from agent_services.upstreams.agent_fi_relationship.http import AgentFiRelationshipOverHttp
from agent_services.upstreams.agent_permissions.http import AgentPermissionsOverHttp
from agent_services.upstreams.agent_services_account.http import AgentServicesAccountOverHttp
from agent_services.upstreams.agent_user_client_details.http import AgentUserClientDetailsOverHttp
from agent_services.upstreams.agents_external_stubs.http import AgentsExternalStubsOverHttp
from agent_services.upstreams.audit.http import AuditSinkOverHttp
from agent_services.upstreams.auth.http import AuthOverHttp
from agent_services.upstreams.citizen_details.http import CitizenDetailsOverHttp
from agent_services.upstreams.des.http import DesOverHttp
from agent_services.upstreams.email.http import EmailOverHttp
from agent_services.upstreams.enrolment_store_proxy.http import EnrolmentStoreProxyOverHttp
from agent_services.upstreams.hip.http import HipOverHttp
from agent_services.upstreams.http_client import UpstreamCaller, UpstreamHttp
from agent_services.upstreams.if_cbc.http import IfOverHttp
from agent_services.upstreams.ifs.http import IfsOverHttp
from agent_services.upstreams.internal_auth.http import InternalAuthOverHttp
from agent_services.upstreams.names import Upstream
from agent_services.upstreams.ports import Upstreams
from agent_services.upstreams.tax_enrolments.http import TaxEnrolmentsOverHttp
from agent_services.upstreams.users_groups_search.http import UsersGroupsSearchOverHttp


def upstreams_over_http(
    http: UpstreamHttp, *, calling_as: str, clock: Clock, server_zone: tzinfo | None = None
) -> Upstreams:
    """Every port over HTTP. `calling_as` is the service that asks (`agent-client-relationships`, `agent-mapping` …).

    All services share the connections of `http`. `server_zone` shows in two texts on the wire (AFI start dates, CBC
    requests); None is the machine's own, as with the reference services. Spec: upstreams 6, 10.
    """
    settings = http.settings

    def to(upstream: Upstream) -> UpstreamCaller:
        return http.to(upstream, calling_as=calling_as)

    return Upstreams(
        auth=AuthOverHttp(to(Upstream.AUTH)),
        enrolment_store_proxy=EnrolmentStoreProxyOverHttp(to(Upstream.ENROLMENT_STORE_PROXY)),
        tax_enrolments=TaxEnrolmentsOverHttp(to(Upstream.TAX_ENROLMENTS)),
        users_groups_search=UsersGroupsSearchOverHttp(to(Upstream.USERS_GROUPS_SEARCH)),
        hip=HipOverHttp(
            to(Upstream.HIP),
            token=settings.hip.token,
            records_start=settings.relationship_records_start,
            clock=clock,
        ),
        des=DesOverHttp(to(Upstream.DES), settings.des, retry_intervals=settings.retry_intervals),
        if_=IfOverHttp(to(Upstream.IF), settings.if_, clock=clock, server_zone=server_zone),
        ifs=IfsOverHttp(to(Upstream.IFS), settings.ifs, environment=settings.ifs_environment),
        citizen_details=CitizenDetailsOverHttp(to(Upstream.CITIZEN_DETAILS)),
        agent_permissions=AgentPermissionsOverHttp(to(Upstream.AGENT_PERMISSIONS)),
        agent_user_client_details=AgentUserClientDetailsOverHttp(to(Upstream.AGENT_USER_CLIENT_DETAILS)),
        agent_services_account=AgentServicesAccountOverHttp(
            to(Upstream.AGENT_SERVICES_ACCOUNT), internal_auth_token=settings.internal_auth_token
        ),
        agent_fi_relationship=AgentFiRelationshipOverHttp(to(Upstream.AGENT_FI_RELATIONSHIP), server_zone=server_zone),
        agents_external_stubs=AgentsExternalStubsOverHttp(to(Upstream.AGENTS_EXTERNAL_STUBS)),
        internal_auth=InternalAuthOverHttp(to(Upstream.INTERNAL_AUTH), token=settings.internal_auth_token),
        email=EmailOverHttp(to(Upstream.EMAIL)),
        audit=AuditSinkOverHttp(to(Upstream.AUDIT)),
    )
