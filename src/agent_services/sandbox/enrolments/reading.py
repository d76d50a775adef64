"""The enrolment store's look-ups: ES0 to ES3, ES5, ES20, ES21. Spec: sandbox 2.3."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent_services.sandbox.enrolments.catalogue import CATALOGUE
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.enrolments.store import Allocation, DelegatedClient, EnrolmentsStore, Kind
from agent_services.sandbox.known_facts.store import KnownFact, KnownFactStore
from agent_services.sandbox.refusals import Refusal, Shape
from agent_services.sandbox.users.store import PeopleStore

_MOST_DELEGATED_USERS = 1000
_DEFAULT_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """Which records of a list: the service, the first record (from 1) and how many."""

    kind: Kind
    service: str | None = None
    start: int = 1
    count: int = _DEFAULT_PAGE

    @classmethod
    def checked(
        cls,
        kind: str | None,
        service: str | None,
        start: str | None,
        count: str | None,
        *,
        default_kind: Kind | None = None,
    ) -> "Page":
        """Raises Refusal 400 with the store's code, in the store's order."""
        chosen = default_kind if kind is None else next((each for each in Kind if each == kind), None)
        if chosen is None:
            raise Refusal(400, "INVALID_ENROLMENT_TYPE")
        if service is not None and service not in CATALOGUE:
            raise Refusal(400, "INVALID_SERVICE")
        first = _whole_number(start, 1)
        if first is None or first < 1:
            raise Refusal(400, "INVALID_START_RECORD")
        size = _whole_number(count, _DEFAULT_PAGE)
        if size is None or not 10 <= size <= 1000:
            raise Refusal(400, "INVALID_MAX_RECORDS")
        return cls(chosen, service, first, size)


class EnrolmentReading:
    """Who holds which enrolment."""

    def __init__(self, store: EnrolmentsStore, known_facts: KnownFactStore, people: PeopleStore) -> None:
        self._store = store
        self._known_facts = known_facts
        self._people = people

    async def users_of(self, key: StoredKey, kind: str) -> tuple[list[str], list[str]]:
        """ES0: one principal user, and up to a thousand delegated ones. Nobody for a kind that it does not know."""
        principal = delegated = list[str]()
        if kind in ("all", "principal"):
            principal = await self._store.users_assigned(key.lookup_key, Kind.PRINCIPAL, limit=1)
        if kind in ("all", "delegated"):
            delegated = await self._store.users_assigned(key.lookup_key, Kind.DELEGATED, limit=_MOST_DELEGATED_USERS)
        return principal, delegated

    async def groups_of(self, key: StoredKey, kind: str) -> tuple[list[str], list[str]]:
        """ES1: the groups that hold the key."""
        principal = delegated = list[str]()
        if kind in ("all", "principal"):
            principal = await self._store.groups_holding(key.lookup_key, Kind.PRINCIPAL)
        if kind in ("all", "delegated"):
            delegated = await self._store.groups_holding(key.lookup_key, Kind.DELEGATED)
        return principal, delegated

    async def of_user(self, user_id: str, page: Page) -> list[Allocation]:
        """ES2. Raises Refusal 404 for an unknown user or one whose group is gone."""
        found = await self._store.held_by_user(
            user_id, page.kind, service=page.service, start=page.start, count=page.count
        )
        if not found:
            person = await self._people.person(user_id)
            if person is None:
                raise Refusal(404, "INVALID_CREDENTIAL_ID")
            if person.group_id is None or await self._people.group(person.group_id) is None:
                raise Refusal(404, "INVALID_GROUP_ID")
        return found

    async def of_group(self, group_id: str, page: Page) -> list[Allocation]:
        """ES3. Raises Refusal 404 for an unknown group."""
        found = await self._store.held_by_group(
            group_id, page.kind, service=page.service, start=page.start, count=page.count
        )
        if not found and await self._people.group(group_id) is None:
            raise Refusal(404, "INVALID_GROUP_ID")
        return found

    async def one_of_group(self, group_id: str, key: StoredKey) -> Allocation:
        """ES5, principal enrolments alone. Raises Refusal 404, empty."""
        found = await self._store.allocation(group_id, key.lookup_key, Kind.PRINCIPAL)
        if found is None:
            raise Refusal(404, shape=Shape.EMPTY)
        return found

    async def delegation(self, arn: str, key: StoredKey) -> tuple[str | None, bool]:
        """ES1 twice in one query: the group that owns the ARN, and whether it holds the client's enrolment."""
        return await self._store.delegation(arn, key)

    async def by_known_facts(self, service: str, facts: Sequence[tuple[str, str]]) -> list[KnownFact]:
        """ES20: enrolments of the service that match every given identifier or verifier.

        Raises Refusal 400 INVALID_PAYLOAD for an unknown service or an empty list.
        """
        if service not in CATALOGUE:
            raise Refusal(400, "INVALID_PAYLOAD", "INVALID_SERVICE")
        if not facts:
            raise Refusal(400, "INVALID_PAYLOAD", "INVALID_JSON")
        return await self._known_facts.search(service, facts)

    async def delegated_clients(self, group_id: str) -> list[DelegatedClient]:
        """ES21; nothing for an unknown group."""
        return await self._store.delegated_clients(group_id)


def _whole_number(text: str | None, default: int) -> int | None:
    if text is None:
        return default
    try:
        return int(text)
    except ValueError:
        return None
