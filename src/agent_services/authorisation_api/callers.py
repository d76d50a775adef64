"""Who may call the public API: a subscribed agent, for its own ARN. Spec: authorisation-api 1.2."""

from agent_services.auth import Principal, Requirement
from agent_services.authorisation_api.errors import ApiCode, Refusal
from agent_services.platform.http.errors import ServiceError
from agent_services.upstreams.auth import AuthProvider, RefusalReason, Refused, Retrieval, SignedInWith

_AGENT = "Agent"


def _refusal(refused: Refused) -> ServiceError:
    if refused.reason is RefusalReason.INSUFFICIENT_ENROLMENTS:
        return Refusal(ApiCode.NOT_AN_AGENT)
    return Refusal(ApiCode.UNAUTHORIZED)


def _is_subscribed_agent(principal: Principal) -> None:
    if principal.affinity_group is None or _AGENT not in principal.affinity_group:
        raise Refusal(ApiCode.NOT_AN_AGENT)
    if principal.arn is None:
        raise Refusal(ApiCode.AGENT_NOT_SUBSCRIBED)


SUBSCRIBED_AGENT = Requirement(
    "SUBSCRIBED_AGENT",
    lambda _: (SignedInWith((AuthProvider.GOVERNMENT_GATEWAY,)),),
    (Retrieval.AFFINITY_GROUP, Retrieval.ALL_ENROLMENTS),
    _refusal,
    _is_subscribed_agent,
)
"""Any credential role passes, and the enrolment's state is not looked at."""


def check_is_agent_of(principal: Principal, arn: str) -> None:
    """Raises Refusal `NO_PERMISSION_ON_AGENCY` unless the path's ARN is the caller's own."""
    if principal.arn != arn:
        raise Refusal(ApiCode.NO_PERMISSION_ON_AGENCY)
