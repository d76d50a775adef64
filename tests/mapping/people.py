"""Somebody to call, and an enrolment store to ask: the ports of auth and the enrolment store over plain values."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent_services.identifiers import Arn
from agent_services.platform.http.context import current_request
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.auth import (
    AffinityGroup,
    AnyOf,
    Authorised,
    AuthProvider,
    Credentials,
    HasAffinity,
    HoldsEnrolment,
    Predicate,
    RefusalReason,
    Refused,
    Retrieval,
    SessionEnrolment,
    SessionIdentifier,
    SignedInWith,
)
from agent_services.upstreams.enrolment_store_proxy import Delegation, StoredEnrolment, StoredIdentifier


def enrolled(key: str, *values: str, state: str = "Activated") -> SessionEnrolment:
    """An enrolment in a session; the names of identifiers do not matter to mapping."""
    return SessionEnrolment(key, tuple(SessionIdentifier("AnyName", value) for value in values), state)


def stored(service: str, *values: str, state: str = "Activated") -> StoredEnrolment:
    """An enrolment in the store."""
    return StoredEnrolment(service, state, tuple(StoredIdentifier("AnyName", value) for value in values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A session. By default a legacy agent with nothing to map."""

    affinity: AffinityGroup = AffinityGroup.AGENT
    provider: AuthProvider = AuthProvider.GOVERNMENT_GATEWAY
    credential_id: str | None = "cred-legacy"
    group: str | None = "group-legacy"
    agent_code: str | None = None
    enrolments: tuple[SessionEnrolment, ...] = ()


def legacy_agent(*enrolments: SessionEnrolment, agent_code: str | None = None, credential_id: str = "cred") -> Person:
    return Person(enrolments=enrolments, agent_code=agent_code, credential_id=credential_id)


def subscribed_agent(
    arn: str, *, group: str | None = "group-1", credential_id: str | None = "cred-subscribed"
) -> Person:
    enrolment = SessionEnrolment("HMRC-AS-AGENT", (SessionIdentifier("AgentReferenceNumber", arn),))
    return Person(enrolments=(enrolment,), group=group, credential_id=credential_id)


@dataclass(slots=True)
class Sessions:
    """The port `Auth`: tests the predicates in order and tells exactly what is retrieved."""

    people: dict[str, Person] = field(default_factory=dict)
    asked: int = 0

    async def authorise(
        self, predicates: tuple[Predicate, ...], retrievals: tuple[Retrieval, ...]
    ) -> Authorised | Refused:
        authorization = current_request().authorization
        if authorization is None:
            return Refused.because(RefusalReason.MISSING_BEARER_TOKEN)
        self.asked += 1
        person = self.people.get(authorization.removeprefix("Bearer "))
        if person is None:
            return Refused.because(RefusalReason.INVALID_BEARER_TOKEN)
        for predicate in predicates:
            reason = _refusal(person, predicate)
            if reason is not None:
                return Refused.because(reason)
        return _told(person, predicates, retrievals)


def _refusal(person: Person, predicate: Predicate) -> RefusalReason | None:
    match predicate:
        case HasAffinity(affinity):
            return None if person.affinity is affinity else RefusalReason.UNSUPPORTED_AFFINITY_GROUP
        case SignedInWith(providers):
            return None if person.provider in providers else RefusalReason.UNSUPPORTED_AUTH_PROVIDER
        case HoldsEnrolment(key):
            held = any(each.key == key and each.state == "Activated" for each in person.enrolments)
            return None if held else RefusalReason.INSUFFICIENT_ENROLMENTS
        case AnyOf(alternatives):
            reasons = [_refusal(person, alternative) for alternative in alternatives]
            return None if None in reasons else reasons[-1]


def _told(person: Person, predicates: Sequence[Predicate], retrievals: Sequence[Retrieval]) -> Authorised:
    demanded = {predicate.enrolment for predicate in predicates if isinstance(predicate, HoldsEnrolment)}
    credentials = None if person.credential_id is None else Credentials(person.credential_id, person.provider)
    return Authorised(
        credentials=credentials if Retrieval.CREDENTIALS in retrievals else None,
        all_enrolments=person.enrolments if Retrieval.ALL_ENROLMENTS in retrievals else (),
        authorised_enrolments=tuple(each for each in person.enrolments if each.key in demanded)
        if Retrieval.AUTHORISED_ENROLMENTS in retrievals
        else (),
        agent_code=person.agent_code if Retrieval.AGENT_CODE in retrievals else None,
        group_identifier=person.group if Retrieval.GROUP_IDENTIFIER in retrievals else None,
    )


@dataclass(slots=True)
class EnrolmentStore:
    """The port `EnrolmentStoreProxy`, as far as mapping asks it."""

    of_groups: dict[str, tuple[StoredEnrolment, ...]] = field(default_factory=dict)
    delegated_to_users: dict[str, tuple[StoredEnrolment, ...]] = field(default_factory=dict)
    failure: Exception | None = None
    pages: list[tuple[str, str, int, int]] = field(default_factory=list)
    groups_asked: list[str] = field(default_factory=list)

    async def principal_enrolments(self, group_id: str) -> tuple[StoredEnrolment, ...]:
        self.groups_asked.append(group_id)
        if self.failure is not None:
            raise self.failure
        return self.of_groups.get(group_id, ())

    async def page_of_enrolments_delegated_to_user(
        self, user_id: str, service_key: str, *, start_record: int, max_records: int
    ) -> tuple[StoredEnrolment, ...]:
        self.pages.append((user_id, service_key, start_record, max_records))
        if self.failure is not None:
            raise self.failure
        return self.delegated_to_users.get(user_id, ())[start_record - 1 : start_record - 1 + max_records]

    async def delegation(self, arn: Arn, key: EnrolmentKey) -> Delegation:
        raise AssertionError("mapping never asks this")

    async def principal_group(self, arn: Arn) -> str | None:
        raise AssertionError("mapping never asks this")

    async def delegated_groups(self, key: EnrolmentKey) -> tuple[str, ...]:
        raise AssertionError("mapping never asks this")

    async def enrolments_delegated_to_user(self, user_id: str, service_key: str) -> tuple[StoredEnrolment, ...]:
        raise AssertionError("mapping never asks this")

    async def agent_of_group(self, group_id: str) -> Arn | None:
        raise AssertionError("mapping never asks this")

    async def set_friendly_name(self, group_id: str, key: EnrolmentKey, name: str) -> None:
        raise AssertionError("mapping never asks this")

    async def identifiers_by_known_fact(self, service_key: str, known_fact: StoredIdentifier) -> EnrolmentKey | None:
        raise AssertionError("mapping never asks this")
