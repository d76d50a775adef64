"""enrolment-store-proxy: who holds which enrolment (EACD, reading side). Spec: upstreams 3."""

from dataclasses import dataclass
from typing import Protocol

from agent_services.identifiers import Arn
from agent_services.tax_services import EnrolmentKey

_COUNTED_STATES = frozenset({"activated", "unknown"})


@dataclass(frozen=True, slots=True)
class StoredIdentifier:
    """One identifier of an enrolment as the store gives it; never validated."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class StoredEnrolment:
    """One enrolment of a group or user. `state` may be any text."""

    service_key: str
    state: str
    identifiers: tuple[StoredIdentifier, ...]

    @property
    def is_activated(self) -> bool:
        """State `Activated`, whatever the case (auto-mapping)."""
        return self.state.lower() == "activated"

    @property
    def counts_as_held(self) -> bool:
        """State `activated` or `unknown`, whatever the case (access groups, client count)."""
        return self.state.lower() in _COUNTED_STATES


@dataclass(frozen=True, slots=True)
class Delegation:
    """Whether an agency holds a client's enrolment."""

    agent_group: str | None
    """The group that owns the ARN; None when the store knows no such agent (`UNKNOWN_ARN`)."""
    is_held: bool


class EnrolmentStoreProxy(Protocol):
    """The enrolment store's look-ups. Any status that is not named raises UpstreamFailed with that status (raw)."""

    async def delegation(self, arn: Arn, key: EnrolmentKey) -> Delegation:
        """Does this agency hold this client's enrolment? ES1 principal, then ES1 delegated.

        The second is not asked when the first knows no group. Spec: relationships 1.3.
        """
        ...

    async def principal_group(self, arn: Arn) -> str | None:
        """ES1 principal: the group that owns the ARN, the first if several; None when there is none (204, empty)."""
        ...

    async def delegated_groups(self, key: EnrolmentKey) -> tuple[str, ...]:
        """ES1 delegated: the agents' groups that hold this enrolment, each once, in the store's order."""
        ...

    async def enrolments_delegated_to_user(self, user_id: str, service_key: str) -> tuple[StoredEnrolment, ...]:
        """ES2: what of this service is assigned to this agent user, in any state; nothing for 204."""
        ...

    async def page_of_enrolments_delegated_to_user(
        self, user_id: str, service_key: str, *, start_record: int, max_records: int
    ) -> tuple[StoredEnrolment, ...]:
        """ES2 by pages, counted from 1, in any state. Any failure answer surfaces as 500. Spec: upstreams 3.4 (AM)."""
        ...

    async def principal_enrolments(self, group_id: str) -> tuple[StoredEnrolment, ...]:
        """ES3: everything this group owns, in any state; nothing for 204."""
        ...

    async def agent_of_group(self, group_id: str) -> Arn | None:
        """ES3, reduced to the ARN of its first `HMRC-AS-AGENT` enrolment, as it stands and in any state."""
        ...

    async def set_friendly_name(self, group_id: str, key: EnrolmentKey, name: str) -> None:
        """ES19: names the client's enrolment within the agent's group. `name` is plain text; the adapter encodes it."""
        ...

    async def identifiers_by_known_fact(self, service_key: str, known_fact: StoredIdentifier) -> EnrolmentKey | None:
        """ES20: the first enrolment of that service with that identifier, all identifiers in the store's order."""
        ...
