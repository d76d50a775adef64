"""Auth: does this session meet what is demanded, and what is told about it. Spec: sandbox 2.2."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from agent_services.sandbox.refusals import NotAuthorised
from agent_services.sandbox.sessions.delegated_rules import DelegatedAuthority
from agent_services.sandbox.sessions.predicates import (
    AllOf,
    AtConfidence,
    Demand,
    Enrolled,
    InRole,
    NinoGiven,
    OfAffinity,
    OfStrength,
    OneOf,
    ProvidedBy,
)
from agent_services.sandbox.sessions.sessions import PRIVILEGED_APPLICATION, Sessions
from agent_services.sandbox.sessions.store import Caller
from agent_services.sandbox.users.people import AffinityGroup, Group, Person, compact_nino

ACTIVATED = "Activated"
_LOWEST_CONFIDENCE = 50


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One enrolment of a session; a stride role is one without identifiers."""

    service: str
    identifiers: tuple[tuple[str, str], ...] = ()
    state: str = ACTIVATED
    friendly_name: str | None = None


@dataclass(frozen=True, slots=True)
class Authenticated:
    """A caller with a living session and a user behind it."""

    caller: Caller
    person: Person
    group: Group | None

    @property
    def provider_type(self) -> str:
        return self.caller.session.provider_type

    @property
    def is_staff(self) -> bool:
        return self.provider_type == PRIVILEGED_APPLICATION

    @property
    def affinity_group(self) -> AffinityGroup | None:
        return self.group.affinity_group if self.group else None

    def principal_enrolments(self) -> tuple[Enrolment, ...]:
        """What the group holds; the user's own assignments play no role."""
        return tuple(
            Enrolment(
                held.enrolment_key.split("~", 1)[0],
                _identifiers_in(held.enrolment_key),
                held.state,
                held.friendly_name,
            )
            for held in self.caller.enrolments
        )

    def all_enrolments(self) -> tuple[Enrolment, ...]:
        """With the synthetic HMRC-NI of a person or organisation that has a NINO; for staff, their roles."""
        if self.is_staff:
            return tuple(Enrolment(role) for role in self.person.stride_roles)
        held = self.principal_enrolments()
        if self.person.nino and self.affinity_group in (AffinityGroup.INDIVIDUAL, AffinityGroup.ORGANISATION):
            return (*held, Enrolment("HMRC-NI", (("NINO", compact_nino(self.person.nino)),)))
        return held

    def authorised_enrolments(self, demands: Sequence[Demand]) -> tuple[Enrolment, ...]:
        """Only services named by demands for enrolments at the top, not inside `$or`."""
        named = {demand.service for demand in demands if isinstance(demand, Enrolled)}
        return tuple(held for held in self.all_enrolments() if held.service in named)


class Authorising:
    """Answers `POST /auth/authorise` for both doors."""

    def __init__(self, sessions: Sessions, delegated: DelegatedAuthority) -> None:
        self._sessions = sessions
        self._delegated = delegated

    async def authenticate(self, token: str | None) -> Authenticated:
        """The living session of that token. Raises NotAuthorised."""
        if token is None:
            raise NotAuthorised("MissingBearerToken")
        caller = await self._sessions.caller(token)
        if caller is None:
            raise NotAuthorised("SessionRecordNotFound")
        if caller.person is None:
            raise NotAuthorised("UserRecordNotFound")
        return Authenticated(caller, caller.person, caller.group)

    async def test(self, who: Authenticated, demands: Sequence[Demand]) -> None:
        """Left to right; the first demand that fails decides. Raises NotAuthorised."""
        for demand in demands:
            refusal = await self._refusal(who, demand)
            if refusal is not None:
                raise NotAuthorised(refusal)

    async def _refusal(self, who: Authenticated, demand: Demand) -> str | None:
        match demand:
            case Enrolled():
                return await self._enrolment_refusal(who, demand)
            case ProvidedBy(providers):
                return None if who.provider_type in providers else "UnsupportedAuthProvider"
            case OfAffinity(affinity_group):
                return None if who.affinity_group == affinity_group else "UnsupportedAffinityGroup"
            case AtConfidence(level):
                held = who.person.confidence_level or _LOWEST_CONFIDENCE
                return None if held >= level else "InsufficientConfidenceLevel"
            case OfStrength(strength):
                return None if who.person.credential_strength == strength else "IncorrectCredentialStrength"
            case InRole(role):
                own = who.person.credential_role
                # The wire writes roles in lower case and answers them capitalised (upstreams 19.2).
                return None if own and own.lower() == role.lower() else "UnsupportedCredentialRole"
            case NinoGiven():
                return _nino_refusal(who.person, demand)
            case AllOf(parts):
                for part in parts:
                    refusal = await self._refusal(who, part)
                    if refusal is not None:
                        return refusal
                return None
            case OneOf(alternatives):
                refusal = None
                for alternative in alternatives:
                    refusal = await self._refusal(who, alternative)
                    if refusal is None:
                        return None
                return refusal
            case other:
                assert_never(other)

    async def _enrolment_refusal(self, who: Authenticated, demand: Enrolled) -> str | None:
        if demand.delegated_rule is not None:
            if not demand.identifiers:
                return f"Missing predicate part: delegated {demand.delegated_rule} enrolment identifiers"
            is_delegated = await self._delegated.holds(who.group, demand.delegated_rule, demand.identifiers)
            return None if is_delegated else "InsufficientEnrolments"
        if who.is_staff:
            return None if demand.service in who.person.stride_roles else "InsufficientEnrolments"
        wanted = set(demand.identifiers)
        for held in who.principal_enrolments():
            if held.service == demand.service and held.state == ACTIVATED and wanted <= set(held.identifiers):
                return None
        return "InsufficientEnrolments"


def _nino_refusal(person: Person, demand: NinoGiven) -> str | None:
    if demand.has_nino and not person.nino:
        return "Nino required but not found"
    if not demand.has_nino and person.nino:
        return "Nino found but not expected"
    if demand.nino and person.nino and compact_nino(demand.nino) != compact_nino(person.nino):
        return "Nino doesn't match"
    return None


def _identifiers_in(enrolment_key: str) -> tuple[tuple[str, str], ...]:
    parts = enrolment_key.split("~")[1:]
    return tuple(zip(parts[::2], parts[1::2], strict=True))
