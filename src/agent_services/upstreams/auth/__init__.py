"""auth: whose session is this, and does it meet what the endpoint demands? Spec: upstreams 19."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

_DETAIL = re.compile(r'MDTP detail="(.+)"')


class AffinityGroup(StrEnum):
    """Who a group is. Spec: upstreams 19.2."""

    AGENT = "Agent"
    INDIVIDUAL = "Individual"
    ORGANISATION = "Organisation"


class AuthProvider(StrEnum):
    """How somebody signed in. Spec: upstreams 19.2."""

    GOVERNMENT_GATEWAY = "GovernmentGateway"
    ONE_TIME_LOGIN = "OneTimeLogin"
    PRIVILEGED_APPLICATION = "PrivilegedApplication"
    STANDARD_APPLICATION = "StandardApplication"


@dataclass(frozen=True, slots=True)
class HoldsEnrolment:
    """The session holds this enrolment, activated; for staff: has this role."""

    enrolment: str


@dataclass(frozen=True, slots=True)
class HasAffinity:
    """The session's group is of this kind."""

    affinity_group: AffinityGroup


@dataclass(frozen=True, slots=True)
class SignedInWith:
    """The session came from one of these providers."""

    providers: tuple[AuthProvider, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these holds; when none does, the last one's refusal counts."""

    alternatives: tuple["Predicate", ...]


Predicate = HoldsEnrolment | HasAffinity | SignedInWith | AnyOf


class Retrieval(StrEnum):
    """What may be asked about the session. Spec: upstreams 19.3."""

    CREDENTIALS = "optionalCredentials"
    ALL_ENROLMENTS = "allEnrolments"
    AUTHORISED_ENROLMENTS = "authorisedEnrolments"
    AFFINITY_GROUP = "affinityGroup"
    AGENT_CODE = "agentCode"
    GROUP_IDENTIFIER = "groupIdentifier"
    NINO = "nino"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credential that signed in. Both texts as auth gives them; the provider may be any text."""

    provider_id: str
    provider_type: str


@dataclass(frozen=True, slots=True)
class SessionIdentifier:
    """One identifier of an enrolment in a session; never validated."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class SessionEnrolment:
    """One enrolment of a session, in auth's order. For staff each role is one, without identifiers."""

    key: str
    identifiers: tuple[SessionIdentifier, ...] = ()
    state: str = "Activated"

    def identifier(self, key: str) -> str | None:
        """The value of the first identifier named exactly `key`."""
        return next((each.value for each in self.identifiers if each.key == key), None)


@dataclass(frozen=True, slots=True)
class Authorised:
    """The session meets every predicate. What was not retrieved, or is absent, is None or empty."""

    credentials: Credentials | None = None
    all_enrolments: tuple[SessionEnrolment, ...] = ()
    authorised_enrolments: tuple[SessionEnrolment, ...] = ()
    affinity_group: str | None = None
    """As auth gives it; usually one of `AffinityGroup`."""
    agent_code: str | None = None
    group_identifier: str | None = None
    nino: str | None = None


class RefusalReason(StrEnum):
    """Why auth refused. Spec: upstreams 19.4."""

    MISSING_BEARER_TOKEN = "MissingBearerToken"  # noqa: S105  # a reason, no secret
    INVALID_BEARER_TOKEN = "InvalidBearerToken"  # noqa: S105  # a reason, no secret
    BEARER_TOKEN_EXPIRED = "BearerTokenExpired"  # noqa: S105  # a reason, no secret
    SESSION_RECORD_NOT_FOUND = "SessionRecordNotFound"
    INSUFFICIENT_ENROLMENTS = "InsufficientEnrolments"
    INSUFFICIENT_CONFIDENCE_LEVEL = "InsufficientConfidenceLevel"
    UNSUPPORTED_AFFINITY_GROUP = "UnsupportedAffinityGroup"
    UNSUPPORTED_CREDENTIAL_ROLE = "UnsupportedCredentialRole"
    UNSUPPORTED_AUTH_PROVIDER = "UnsupportedAuthProvider"
    INCORRECT_CREDENTIAL_STRENGTH = "IncorrectCredentialStrength"
    FAILED_RELATIONSHIP = "FailedRelationship"
    INCORRECT_NINO = "IncorrectNino"
    OTHER = "other"
    """Anything else: `message` holds auth's word, `MissingResponseHeader` or `InvalidResponseHeader`."""

    @property
    def is_no_active_session(self) -> bool:
        """True for the four that mean "sign in (again)"; the others refuse a living session."""
        return self in _NO_ACTIVE_SESSION

    @property
    def message(self) -> str:
        """The text that our 401 shows for it. Spec: relationships 0.2."""
        return _MESSAGES.get(self, self.value)


_NO_ACTIVE_SESSION = frozenset(
    {
        RefusalReason.MISSING_BEARER_TOKEN,
        RefusalReason.INVALID_BEARER_TOKEN,
        RefusalReason.BEARER_TOKEN_EXPIRED,
        RefusalReason.SESSION_RECORD_NOT_FOUND,
    }
)
_MESSAGES = {
    RefusalReason.MISSING_BEARER_TOKEN: "Bearer token not supplied",
    RefusalReason.INVALID_BEARER_TOKEN: "Invalid bearer token",
    RefusalReason.BEARER_TOKEN_EXPIRED: "Bearer token expired",
    RefusalReason.SESSION_RECORD_NOT_FOUND: "Session record not found",
    RefusalReason.INSUFFICIENT_ENROLMENTS: "Insufficient Enrolments",
    RefusalReason.INSUFFICIENT_CONFIDENCE_LEVEL: "Insufficient ConfidenceLevel",
    RefusalReason.INCORRECT_CREDENTIAL_STRENGTH: "Credential strength is different than expected",
}


@dataclass(frozen=True, slots=True)
class Refused:
    """Auth says no. `message` is what our 401 shows: the reason's text, or the `Failing-Enrolment` header."""

    reason: RefusalReason
    message: str

    @classmethod
    def because(cls, reason: RefusalReason) -> "Refused":
        """A refusal with the reason's own text."""
        return cls(reason, reason.message)

    @classmethod
    def told_by(cls, headers: Mapping[str, str]) -> "Refused":
        """The refusal that the headers of auth's 401 tell. Spec: upstreams 19.4."""
        header = headers.get("WWW-Authenticate")
        if header is None:
            return cls(RefusalReason.OTHER, "MissingResponseHeader")
        detail = _DETAIL.fullmatch(header)
        if detail is None:
            return cls(RefusalReason.OTHER, "InvalidResponseHeader")
        return cls.with_detail(detail[1], headers.get("Failing-Enrolment"))

    @classmethod
    def with_detail(cls, detail: str, failing_enrolment: str | None = None) -> "Refused":
        """A refusal as auth words it: `detail` from `WWW-Authenticate`, and the `Failing-Enrolment` header."""
        try:
            reason = RefusalReason(detail)
        except ValueError:
            return cls(RefusalReason.OTHER, detail)
        if reason is RefusalReason.INSUFFICIENT_ENROLMENTS and failing_enrolment is not None:
            return cls(reason, failing_enrolment)
        return cls.because(reason)


class Auth(Protocol):
    """The platform's sessions."""

    async def authorise(
        self, predicates: tuple[Predicate, ...], retrievals: tuple[Retrieval, ...]
    ) -> Authorised | Refused:
        """Tests the session of the present request (its bound `Authorization`), and tells about it.

        `POST /auth/authorise`. Every predicate must hold; the first that fails decides. Without an
        `Authorization` header the answer is MissingBearerToken, and nobody is asked. Raises UpstreamFailed
        when auth answers anything but 200 or 401, or leaves out enrolments that were asked for.
        """
        ...
