"""Signing people in, making them where they are missing, and changing them. Spec: sandbox 1.3, 1.4, 3.1, 3.2."""

from dataclasses import replace

from agent_services.platform.clock import Clock
from agent_services.platform.database import Database, UnitOfWork
from agent_services.sandbox import generators
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.enrolments.store import EnrolmentsStore, Kind
from agent_services.sandbox.known_facts.generating import completed_key, verifiers_for
from agent_services.sandbox.known_facts.store import KnownFactStore
from agent_services.sandbox.population.entry import Entry
from agent_services.sandbox.population.parties import HeldKey, Party
from agent_services.sandbox.population.records import records_of
from agent_services.sandbox.records.store import RecordStore
from agent_services.sandbox.refusals import InvalidInput, Refusal
from agent_services.sandbox.sessions.sessions import GOVERNMENT_GATEWAY, Sessions
from agent_services.sandbox.sessions.store import Session
from agent_services.sandbox.users.documents import UserData
from agent_services.sandbox.users.people import AffinityGroup, CredentialRole, Group, Person
from agent_services.sandbox.users.sanitising import sanitised, tax_reference
from agent_services.sandbox.users.store import PeopleStore
from agent_services.sandbox.users.validation import membership_problems, problems_of_user


class Registration:
    """People as management makes, changes and removes them."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        people: PeopleStore,
        enrolments: EnrolmentsStore,
        known_facts: KnownFactStore,
        records: RecordStore,
        entry: Entry,
        sessions: Sessions,
    ) -> None:
        self._database = database
        self._clock = clock
        self._people = people
        self._enrolments = enrolments
        self._known_facts = known_facts
        self._records = records
        self._entry = entry
        self._sessions = sessions

    async def sign_in(self, user_id: str, provider_type: str = GOVERNMENT_GATEWAY) -> Session:
        """A new session; somebody unknown is made, without a group. Spec: sandbox 3.1."""
        await self.ensure(user_id, UserData(), None)
        return await self._sessions.sign_in(user_id, provider_type)

    async def ensure(self, user_id: str, user: UserData, affinity: AffinityGroup | None) -> bool:
        """Makes the person unless there is one; whether it was made."""
        if await self._people.person(user_id) is not None:
            return False
        try:
            await self.create(user.model_copy(update={"user_id": user_id}), affinity)
        except Refusal as refusal:
            if refusal.status == 409 and await self._people.person(user_id) is not None:
                # Made by somebody else at the same instant.
                return False
            raise
        return True

    async def create(self, user: UserData, affinity: AffinityGroup | None) -> Person:
        """Raises InvalidInput (400) with all problems, Duplicate (409)."""
        if not user.user_id:
            user = user.model_copy(update={"user_id": await self._new_user_id(user)})
        group = await self._people.group(user.group_id) if user.group_id else None
        if group is not None:
            affinity = group.affinity_group
        person, principal, delegated = self._prepared(user, affinity)
        if affinity is None:
            await self._entry.enter(Party((person,)))
            return person
        if group is not None:
            await self._join(group, person, principal, delegated)
            return person
        made_group = _new_group(person, affinity)
        # Who makes a group administers it.
        person = replace(person, credential_role=CredentialRole.USER)
        party = Party((person,), made_group, tuple(HeldKey(key, verifiers_for(key, person)) for key in principal))
        now = self._clock.now()
        async with self._database.unit_of_work() as work:
            await self._entry.enter_within(work, party, now=now)
            await self._enrolments.allocate(work, made_group.group_id, delegated, Kind.DELEGATED, now=now)
            await self._enrolments.assign(
                work, person.user_id, [key.lookup_key for key in delegated], Kind.DELEGATED, now=now
            )
        return person

    async def replace(self, user_id: str, user: UserData) -> Person:
        """Full replacement; the body's user id is ignored. Raises Refusal 404, InvalidInput, Duplicate."""
        before = await self._people.person(user_id)
        if before is None:
            raise user_not_found(user_id)
        group_id = user.group_id or before.group_id
        group = await self._people.group(group_id) if group_id else None
        affinity = group.affinity_group if group else None
        given = user.model_copy(update={"user_id": user_id, "group_id": group_id})
        person, principal, delegated = self._prepared(given, affinity)
        person = replace(person, password_hash=before.password_hash, in_cast=before.in_cast)
        if group is not None:
            colleagues = await self._people.members(group.group_id)
            roles = [each.credential_role for each in colleagues if each.user_id != user_id]
            problems = membership_problems([*roles, person.credential_role])
            if problems:
                raise InvalidInput(problems)
        now = self._clock.now()
        held = [HeldKey(key, verifiers_for(key, person)) for key in principal]
        async with self._database.unit_of_work() as work:
            await self._people.replace_person(work, person)
            if group is not None:
                await self._replace_principal(work, group, held)
                await self._enrolments.allocate(work, group.group_id, delegated, Kind.DELEGATED, now=now)
                await self._enrolments.unassign_all(work, user_id)
                for kind, keys in ((Kind.PRINCIPAL, principal), (Kind.DELEGATED, delegated)):
                    await self._enrolments.assign(work, user_id, [key.lookup_key for key in keys], kind, now=now)
                await self._records.put(work, records_of(Party((person,), group, tuple(held))), now=now)
        return person

    async def delete(self, user_id: str) -> None:
        """The group's principal known facts go too. Raises Refusal 404, InvalidInput when nobody would administer."""
        person = await self._people.person(user_id)
        if person is None:
            raise user_not_found(user_id)
        remaining = []
        if person.group_id is not None:
            remaining = [each for each in await self._people.members(person.group_id) if each.user_id != user_id]
        problems = membership_problems([each.credential_role for each in remaining])
        if remaining and problems:
            raise InvalidInput(problems)
        held = (
            await self._enrolments.keys_of_group(person.group_id, Kind.PRINCIPAL) if person.group_id is not None else []
        )
        async with self._database.unit_of_work() as work:
            await self._people.delete_person(work, user_id)
            await self._known_facts.delete(work, [key.lookup_key for key in held])

    async def _replace_principal(self, work: UnitOfWork, group: Group, held: list[HeldKey]) -> None:
        """Enrolments of the same services are replaced, new ones added; known facts are made anew."""
        services = {each.key.service for each in held}
        before = [
            key
            for key in await self._enrolments.keys_of_group(group.group_id, Kind.PRINCIPAL, on=work)
            if key.service in services
        ]
        gone = [key.lookup_key for key in before]
        await self._enrolments.deallocate(work, group.group_id, gone, Kind.PRINCIPAL)
        await self._known_facts.delete(work, gone)
        await self._entry.give_principal(work, group.group_id, held, now=self._clock.now())

    async def _join(self, group: Group, person: Person, principal: list[StoredKey], delegated: list[StoredKey]) -> None:
        now = self._clock.now()
        members = await self._people.members(group.group_id)
        if not any(member.is_administrator for member in members):
            # The first who is no assistant administers.
            person = replace(person, credential_role=CredentialRole.USER)
        async with self._database.unit_of_work() as work:
            await self._people.add_person(work, person, now=now)
            for kind, keys in ((Kind.PRINCIPAL, principal), (Kind.DELEGATED, delegated)):
                await self._enrolments.assign(work, person.user_id, [key.lookup_key for key in keys], kind, now=now)

    def _prepared(
        self, user: UserData, affinity: AffinityGroup | None
    ) -> tuple[Person, list[StoredKey], list[StoredKey]]:
        seed = user.user_id or ""
        given = user if user.is_non_compliant else sanitised(user, affinity)
        principal = _most_complete([completed_key(text, seed) for text in given.assigned_principal_enrolments])
        delegated = [completed_key(text, seed) for text in given.assigned_delegated_enrolments]
        problems = problems_of_user(given, affinity, principal, delegated)
        if problems and not user.is_non_compliant:
            raise InvalidInput(problems)
        issues = tuple(problems) if user.is_non_compliant and problems else None
        return _person(given, affinity, principal, issues), principal, delegated

    async def _new_user_id(self, user: UserData) -> str:
        # Follows from what is asked for, so that the same request gives the same person, and else a number on.
        seed = user.model_dump_json(exclude_none=True)
        for attempt in range(1000):
            user_id = f"{generators.first_name(seed)}_{generators.digits(f'{seed}{attempt}', 'user', 6)}"
            if await self._people.person(user_id) is None:
                return user_id
        raise Refusal(409, "no free user id")


def user_not_found(user_id: str) -> Refusal:
    return Refusal(404, "USER_NOT_FOUND", f"Could not found user {user_id}")


def _person(
    user: UserData, affinity: AffinityGroup | None, principal: list[StoredKey], issues: tuple[str, ...] | None
) -> Person:
    return Person(
        user_id=user.user_id or "",
        group_id=user.group_id if affinity is not None else None,
        credential_role=user.role,
        credential_strength=user.credential_strength,
        confidence_level=user.confidence_level,
        nino=user.nino,
        utr=tax_reference(user, affinity, principal),
        name=user.name,
        email=user.email,
        date_of_birth=user.date_of_birth,
        address=user.address.as_address() if user.address else None,
        deceased=bool(user.deceased),
        vat_registration_date=user.additional_information.vat_registration_date
        if user.additional_information
        else None,
        stride_roles=tuple(user.stride_roles),
        compliance_issues=issues,
    )


def _new_group(person: Person, affinity: AffinityGroup) -> Group:
    group_id = person.group_id or generators.group_id(person.user_id)
    if affinity is not AffinityGroup.AGENT:
        return Group(group_id, affinity)
    return Group(
        group_id,
        affinity,
        generators.agent_id(group_id),
        generators.agent_code(group_id),
        f"{person.last_name} Accountants",
    )


def _most_complete(keys: list[StoredKey]) -> list[StoredKey]:
    """Of two identical services the one with most identifiers stays; different values are two enrolments."""
    kept: dict[str, StoredKey] = {}
    for key in keys:
        kept.setdefault(key.lookup_key, key)
    return list(kept.values())
