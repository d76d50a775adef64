"""The enrolment store's changes: ES6 to ES9, ES11, ES12, ES19. Each is one transaction. Spec: sandbox 2.3."""

import re
from collections.abc import Sequence
from datetime import datetime

from agent_services.platform.clock import Clock
from agent_services.platform.database import Database, UnitOfWork
from agent_services.sandbox.enrolments.catalogue import CATALOGUE
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.enrolments.store import EnrolmentsStore, Kind
from agent_services.sandbox.known_facts.store import KnownFact, KnownFactStore
from agent_services.sandbox.refusals import Refusal, Shape
from agent_services.sandbox.users.people import AffinityGroup, Group, Person
from agent_services.sandbox.users.store import PeopleStore

_FRIENDLY_NAME = re.compile(r"[!%*^()_+\-={}:;@~#,.?\[\]/A-Za-z0-9 ]{0,80}")
_WITH_SUPPORTING_SIDE = frozenset(row.primary for row in CATALOGUE.values() if row.primary is not None)


class EnrolmentChanges:
    """Gives and takes enrolments."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        store: EnrolmentsStore,
        known_facts: KnownFactStore,
        people: PeopleStore,
    ) -> None:
        self._database = database
        self._clock = clock
        self._store = store
        self._known_facts = known_facts
        self._people = people

    async def put_known_facts(self, key: StoredKey, verifiers: Sequence[tuple[str, str]]) -> None:
        """ES6: adds or replaces. Raises Refusal 500 for verifiers that the service does not know, as upstream does."""
        problem = verifier_problem(key.service, verifiers)
        if problem is not None:
            raise Refusal(500, problem, shape=Shape.FRAMEWORK)
        async with self._database.unit_of_work() as work:
            await self._known_facts.put(work, [KnownFact(key, tuple(verifiers))])

    async def delete_known_facts(self, key: StoredKey) -> None:
        """ES7: also when there are none."""
        async with self._database.unit_of_work() as work:
            await self._known_facts.delete(work, [key.lookup_key])

    async def allocate(self, group_id: str, key: StoredKey, *, user_id: str, kind: str, agent_code: str | None) -> None:
        """ES8: gives the enrolment to the group and assigns it to the acting user. Raises Refusal in the
        store's order: kind, acting user, group, then the rules of the kind."""
        chosen = next((each for each in Kind if each == kind), None)
        if chosen is None:
            raise _framework(400, "INVALID_JSON_BODY")
        user = await self._people.person(user_id)
        if user is None or not user.is_administrator:
            raise Refusal(403, shape=Shape.EMPTY, reason="the acting user is unknown or no administrator")
        group = await self._group_for(group_id, agent_code)
        # Read before the transaction: inside it nothing may ask the pool for a second connection.
        has_admin = any(member.is_administrator for member in await self._people.members(group.group_id))
        now = self._clock.now()
        async with self._database.unit_of_work() as work:
            if chosen is Kind.PRINCIPAL:
                await self._allocate_principal(work, group, key, now, has_admin=has_admin)
            else:
                await self._allocate_delegated(work, group, key, now, has_admin=has_admin)
            await self._assign(work, user, key, chosen, now)

    async def _group_for(self, group_id: str, agent_code: str | None) -> Group:
        if agent_code is not None:
            group = await self._people.group_by_agent_code(agent_code)
            if group is None:
                raise _framework(400, "INVALID_AGENT_FORMAT")
            return group
        group = await self._people.group(group_id)
        if group is None:
            raise _framework(400, "INVALID_GROUP_ID")
        return group

    async def _allocate_principal(
        self, work: UnitOfWork, group: Group, key: StoredKey, now: datetime, *, has_admin: bool
    ) -> None:
        if key.row is not None and key.row.primary is not None:
            raise _framework(400, "INVALID_QUERY_PARAMETERS")
        if await self._store.holds(work, group.group_id, [key.lookup_key], Kind.PRINCIPAL):
            raise _conflict()
        if not has_admin:
            raise _framework(400, "NO_ADMIN_USER")
        if not await self._known_facts.exists(work, key.lookup_key):
            raise _framework(404, "ALLOCATION_DOES_NOT_EXIST")
        if not await self._store.allocate(work, group.group_id, [key], Kind.PRINCIPAL, now=now):
            raise _conflict()

    async def _allocate_delegated(
        self, work: UnitOfWork, group: Group, key: StoredKey, now: datetime, *, has_admin: bool
    ) -> None:
        if group.affinity_group is not AffinityGroup.AGENT:
            raise _framework(400, "INVALID_QUERY_PARAMETERS")
        holder = await self._store.principal_holder(work, key.lookup_key)
        if holder is not None and holder[1] == AffinityGroup.AGENT:
            raise _framework(400, "OWNER_IS_AN_AGENT")
        await self._lock_both_sides(work, group, key)
        conflicting = [key.lookup_key]
        if key.row is not None and key.row.primary is not None:
            conflicting.append(key.as_service(key.row.primary).lookup_key)
        if await self._store.holds(work, group.group_id, conflicting, Kind.DELEGATED):
            raise _conflict()
        if not has_admin:
            raise _framework(400, "NO_ADMIN_USER")
        await self._known_facts.put_empty_if_missing(work, key)
        if not await self._store.allocate(work, group.group_id, [key], Kind.DELEGATED, now=now):
            raise _conflict()

    async def _lock_both_sides(self, work: UnitOfWork, group: Group, key: StoredKey) -> None:
        # Main and supporting are two keys, so no index decides between two that come at once.
        primary = key.row.primary if key.row is not None and key.row.primary else key.service
        if primary in _WITH_SUPPORTING_SIDE:
            await self._store.lock(work, group.group_id, key.as_service(primary).lookup_key)

    async def deallocate(self, group_id: str, key: StoredKey, *, agent_code: str | None) -> None:
        """ES9: takes the enrolment from the group; nothing happens when it has none.

        From an agent group only delegated enrolments are taken. The users who lose it are those of the path's
        group, even when the agent code names another.
        """
        group = await self._group_for(group_id, agent_code)
        is_agent = group.affinity_group is AffinityGroup.AGENT
        async with self._database.unit_of_work() as work:
            await self._store.unassign_in_group(work, group_id, key.lookup_key)
            await self._store.deallocate(
                work, group.group_id, [key.lookup_key], Kind.DELEGATED if is_agent else Kind.PRINCIPAL
            )

    async def assign(self, user_id: str, key: StoredKey) -> None:
        """ES11: assigns to the user what the group holds. Raises Refusal in the store's order."""
        user = await self._people.person(user_id)
        group = await self._people.group(user.group_id) if user is not None and user.group_id else None
        is_agent = group is not None and group.affinity_group is AffinityGroup.AGENT
        kind = Kind.DELEGATED if is_agent and not _is_agents_own(key) else Kind.PRINCIPAL
        async with self._database.unit_of_work() as work:
            await self._assign(work, user, key, kind, self._clock.now())

    async def _assign(self, work: UnitOfWork, user: Person | None, key: StoredKey, kind: Kind, now: datetime) -> None:
        primary = key.row.primary if key.row is not None else None
        is_supporting = primary is not None
        if not is_supporting and not await self._known_facts.exists(work, key.lookup_key):
            raise Refusal(404, "ALLOCATION_DOES_NOT_EXIST")
        if user is None:
            raise Refusal(404, "USER_ID_DOES_NOT_EXIST")
        lookup_keys = [key.lookup_key]
        if primary is not None:
            lookup_keys.append(key.as_service(primary).lookup_key)
        is_new = await self._store.assign(work, user.user_id, [key.lookup_key], kind, now=now)
        if not is_new or user.group_id is None:
            raise Refusal(400, "INVALID_CREDENTIAL_ID")
        if not await self._store.holds(work, user.group_id, lookup_keys, kind):
            raise Refusal(403, "INVALID_CREDENTIAL_ID")

    async def unassign(self, user_id: str, key: StoredKey) -> None:
        """ES12: also when it was not assigned. Raises Refusal 404 without known facts or user."""
        user = await self._people.person(user_id)
        async with self._database.unit_of_work() as work:
            if not await self._known_facts.exists(work, key.lookup_key):
                raise Refusal(404, "ALLOCATION_DOES_NOT_EXIST")
            if user is None:
                raise Refusal(404, "USER_ID_DOES_NOT_EXIST")
            await self._store.unassign(work, user_id, key.lookup_key)

    async def set_friendly_name(self, group_id: str, key: StoredKey, name: str) -> None:
        """ES19, for delegated enrolments. Raises Refusal 400 for forbidden letters, 404 without the enrolment."""
        if _FRIENDLY_NAME.fullmatch(name) is None:
            raise Refusal(400, "INVALID_PAYLOAD")
        if not await self._store.set_friendly_name(group_id, key.lookup_key, name):
            raise Refusal(404, shape=Shape.EMPTY)


def verifier_problem(service: str, verifiers: Sequence[tuple[str, str]]) -> str | None:
    """What is wrong with known facts of this service; None when they are right."""
    names = [name for name, _ in verifiers]
    if len(set(names)) != len(names):
        return f"Known facts verifiers must represent distinct keys, {', '.join(names)}"
    row = CATALOGUE.get(service)
    if row is None:
        return f"Service {service} is not known"
    for name, value in verifiers:
        verifier = row.verifier(name)
        if verifier is None:
            return f"Service {service} does not know about {name} verifier"
        if not verifier.accepts(value):
            return f"Verifier {name} of service {service} has a value of the wrong form"
    return None


def _is_agents_own(key: StoredKey) -> bool:
    return key.row is not None and key.row.is_for_agents


def _framework(status: int, code: str) -> Refusal:
    return Refusal(status, code, shape=Shape.FRAMEWORK)


def _conflict() -> Refusal:
    return Refusal(409, shape=Shape.EMPTY)
