"""What the upstreams are called, in settings, logs and metrics. Spec: upstreams 1."""

from enum import StrEnum


class Upstream(StrEnum):
    """Each upstream by its configuration key."""

    AUTH = "auth"
    ENROLMENT_STORE_PROXY = "enrolment-store-proxy"
    TAX_ENROLMENTS = "tax-enrolments"
    USERS_GROUPS_SEARCH = "users-groups-search"
    HIP = "hip"
    DES = "des"
    IF = "if"
    IFS = "ifs"
    CITIZEN_DETAILS = "citizen-details"
    AGENT_PERMISSIONS = "agent-permissions"
    AGENT_USER_CLIENT_DETAILS = "agent-user-client-details"
    AGENT_SERVICES_ACCOUNT = "agent-services-account"
    AGENT_FI_RELATIONSHIP = "agent-fi-relationship"
    AGENT_MAPPING = "agent-mapping"
    AGENT_SUBSCRIPTION = "agent-subscription"
    AGENTS_EXTERNAL_STUBS = "agents-external-stubs"
    INTERNAL_AUTH = "internal-auth"
    EMAIL = "email"
    AUDIT = "audit"

    @property
    def setting_name(self) -> str:
        """The name inside `AGENT_SERVICES_UPSTREAM_<NAME>_URL`."""
        return self.value.replace("-", "_").upper()
