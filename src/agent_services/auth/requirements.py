"""What endpoints demand of their callers: one named requirement each. Spec: upstreams 19.6, 19.8.

A requirement says what is asked of auth, how its refusal looks, and what is checked in the answer.
"""

from collections.abc import Callable
from dataclasses import dataclass

from agent_services.auth.errors import Forbidden, NoPermission, NotAuthorised, Unauthenticated
from agent_services.auth.principal import AGENT_ENROLMENT, Principal, StrideRoles
from agent_services.platform.http.errors import ServiceError
from agent_services.upstreams.auth import (
    AffinityGroup,
    AnyOf,
    AuthProvider,
    HasAffinity,
    HoldsEnrolment,
    Predicate,
    RefusalReason,
    Refused,
    Retrieval,
    SignedInWith,
)

_INSUFFICIENT_ENROLMENTS = RefusalReason.INSUFFICIENT_ENROLMENTS.message


@dataclass(frozen=True, slots=True)
class Requirement:
    """Who may call. `asks` gives the predicates; `refusal` renders auth's no; `admits` raises its own no."""

    name: str
    asks: Callable[[StrideRoles], tuple[Predicate, ...]]
    retrieves: tuple[Retrieval, ...]
    refusal: Callable[[Refused], ServiceError]
    admits: Callable[[Principal], None]


@dataclass(frozen=True, slots=True)
class Open:
    """Anybody may call, signed in or not: stated, so that it is nobody's oversight. `why` says what protects it."""

    name: str
    why: str


def _predicates(*predicates: Predicate) -> Callable[[StrideRoles], tuple[Predicate, ...]]:
    return lambda _: predicates


def _as_401(refused: Refused) -> ServiceError:
    return NotAuthorised(refused.message)


def _as_401_of_agents(refused: Refused) -> ServiceError:
    # A Failing-Enrolment header is not shown here. Spec: relationships 0.2, AGENT.
    if refused.reason is RefusalReason.INSUFFICIENT_ENROLMENTS:
        return NotAuthorised(_INSUFFICIENT_ENROLMENTS)
    return NotAuthorised(refused.message)


def _as_empty_401(_: Refused) -> ServiceError:
    return Unauthenticated()


def _as_empty_401_or_403(refused: Refused) -> ServiceError:
    return Unauthenticated() if refused.reason.is_no_active_session else Forbidden()


def _as_empty_401_or_framework(refused: Refused) -> ServiceError:
    return Unauthenticated() if refused.reason.is_no_active_session else NotAuthorised(refused.message)


def _anybody(_: Principal) -> None:
    """No check of our own."""


def _subscribed(principal: Principal) -> None:
    if principal.arn is None:
        raise NotAuthorised(_INSUFFICIENT_ENROLMENTS)


def _with_credentials(principal: Principal) -> None:
    if principal.authorised.credentials is None:
        raise NoPermission()


def _mapping_credentials(principal: Principal) -> None:
    if principal.authorised.credentials is None:
        raise Forbidden()


def _mapping_subscribed(principal: Principal) -> None:
    if principal.arn is None:
        raise Forbidden()


def _mapping_group(principal: Principal) -> None:
    _mapping_subscribed(principal)
    _mapping_credentials(principal)
    if principal.authorised.group_identifier is None:
        raise Forbidden()


_GATEWAY = SignedInWith((AuthProvider.GOVERNMENT_GATEWAY,))
_STAFF = SignedInWith((AuthProvider.PRIVILEGED_APPLICATION,))
_AS_AGENT = HoldsEnrolment(AGENT_ENROLMENT)
_INDIVIDUAL_OR_ORGANISATION = AnyOf((HasAffinity(AffinityGroup.INDIVIDUAL), HasAffinity(AffinityGroup.ORGANISATION)))

ANY = Requirement("ANY", _predicates(), (), _as_401, _anybody)
"""Any valid session."""
AGENT = Requirement(
    "AGENT", _predicates(_AS_AGENT, _GATEWAY), (Retrieval.AUTHORISED_ENROLMENTS,), _as_401_of_agents, _subscribed
)
"""A subscribed agent; `Principal.arn` is theirs."""
CLIENT = Requirement(
    "CLIENT",
    _predicates(_GATEWAY, _INDIVIDUAL_OR_ORGANISATION),
    (Retrieval.ALL_ENROLMENTS, Retrieval.NINO),
    _as_401,
    _anybody,
)
"""An individual or organisation, with enrolments and NINO."""
CLIENT_KEYS = Requirement(
    "CLIENT_KEYS", _predicates(_GATEWAY, _INDIVIDUAL_OR_ORGANISATION), (Retrieval.ALL_ENROLMENTS,), _as_401, _anybody
)
"""An individual or organisation, with enrolments; the domain keeps those of the services asked."""
USER = Requirement(
    "USER",
    _predicates(),
    (Retrieval.ALL_ENROLMENTS, Retrieval.AFFINITY_GROUP, Retrieval.CREDENTIALS),
    _as_401,
    _anybody,
)
"""The agent of an ARN, the client, or staff: `Principal.may_act_for` decides once the client is known."""
STRIDE = Requirement(
    "STRIDE",
    lambda roles: (AnyOf((HoldsEnrolment(roles.old), HoldsEnrolment(roles.new))), _STAFF),
    (Retrieval.CREDENTIALS,),
    _as_401,
    _with_credentials,
)
STRIDE_PA = Requirement(
    "STRIDE_PA",
    lambda roles: (HoldsEnrolment(roles.partial_authorisations), _STAFF),
    (Retrieval.CREDENTIALS,),
    _as_401,
    _with_credentials,
)
_LEGACY_AGENT = _predicates(_GATEWAY, HasAffinity(AffinityGroup.AGENT))
MAPPING_ELIGIBILITY = Requirement(
    "MAPPING_ELIGIBILITY", _LEGACY_AGENT, (Retrieval.ALL_ENROLMENTS,), _as_empty_401, _anybody
)
MAPPING_CREATE = Requirement(
    "MAPPING_CREATE",
    _LEGACY_AGENT,
    (Retrieval.CREDENTIALS, Retrieval.AGENT_CODE, Retrieval.ALL_ENROLMENTS),
    _as_empty_401_or_403,
    _mapping_credentials,
)
MAPPING_PROVIDER = Requirement(
    "MAPPING_PROVIDER", _LEGACY_AGENT, (Retrieval.CREDENTIALS,), _as_empty_401_or_403, _mapping_credentials
)
MAPPING_SUBSCRIBED = Requirement(
    "MAPPING_SUBSCRIBED",
    _predicates(_AS_AGENT, _GATEWAY),
    (Retrieval.AUTHORISED_ENROLMENTS,),
    _as_empty_401_or_403,
    _mapping_subscribed,
)
MAPPING_GROUP = Requirement(
    "MAPPING_GROUP",
    _predicates(_AS_AGENT, _GATEWAY),
    (Retrieval.AUTHORISED_ENROLMENTS, Retrieval.GROUP_IDENTIFIER, Retrieval.CREDENTIALS),
    _as_empty_401_or_403,
    _mapping_group,
)
MAPPING_BASIC = Requirement("MAPPING_BASIC", _predicates(), (), _as_empty_401_or_framework, _anybody)

OPEN = Open("OPEN", "documentation, health and look-ups that hold nothing personal")
BASIC = Open("BASIC", "the handler compares the basic credentials of agent-termination")
TEST_ONLY = Open("TEST_ONLY", "served with AGENT_SERVICES_TEST_ONLY alone, never in production")
TEST_SUPPORT = Open("TEST_SUPPORT", "served with AGENT_SERVICES_TEST_SUPPORT alone, never in production")
GATEWAY = Open("GATEWAY", "the sandbox's gateway decides by application, token and scope")
SANDBOX = Open("SANDBOX", "served with the embedded sandbox alone, never in production")
"""Each says what stands between the route and the world, for the test that walks all routes."""
