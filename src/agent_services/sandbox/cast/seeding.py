"""Enters the cast, once. Spec: sandbox 5.2; design (`sandbox.seed`)."""

import uuid
from dataclasses import replace
from enum import StrEnum

from agent_services.platform.clock import Clock
from agent_services.platform.database import Database, UnitOfWork
from agent_services.sandbox.access_groups.store import AccessGroup, AccessGroupStore
from agent_services.sandbox.cast.agents import A1_ARN, AGENTS, STAFF
from agent_services.sandbox.cast.clients import CLIENTS
from agent_services.sandbox.cast.relationships import (
    ACCESS_GROUP_CLIENTS,
    ACCESS_GROUP_MEMBERS,
    ACCESS_GROUP_NAME,
    DELEGATIONS,
    RELATIONSHIPS,
)
from agent_services.sandbox.cast.store import StateStore
from agent_services.sandbox.enrolments.keys import StoredKey, lookup_key_of
from agent_services.sandbox.enrolments.store import EnrolmentsStore, Kind
from agent_services.sandbox.etmp.store import RelationshipStore
from agent_services.sandbox.known_facts.store import KnownFactStore
from agent_services.sandbox.population.entry import Entry
from agent_services.sandbox.sessions.sessions import GOVERNMENT_GATEWAY, PRIVILEGED_APPLICATION
from agent_services.sandbox.sessions.store import SessionStore
from agent_services.sandbox.users import passwords
from agent_services.sandbox.users.people import Person

PASSWORD = "password"  # noqa: S105  # published: the cast is invented and its password is in the documentation


class CastChoice(StrEnum):
    """Who is there on the first day (`sandbox.seed`)."""

    CAST = "cast"
    NONE = "none"


class CastSeeding:
    """Enters the cast into an empty sandbox, and empties it again."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        entry: Entry,
        state: StateStore,
        enrolments: EnrolmentsStore,
        known_facts: KnownFactStore,
        relationships: RelationshipStore,
        access_groups: AccessGroupStore,
        sessions: SessionStore,
    ) -> None:
        self._database = database
        self._clock = clock
        self._entry = entry
        self._state = state
        self._enrolments = enrolments
        self._known_facts = known_facts
        self._relationships = relationships
        self._access_groups = access_groups
        self._sessions = sessions

    async def seed(self) -> bool:
        """Enters the cast unless that was done before on this database. Whether it did.

        Two processes that start at once enter it once.
        """
        async with self._database.unit_of_work() as work:
            if not await self._state.claim_first_day(work):
                return False
            await self._enter(work)
        return True

    async def reset(self, choice: CastChoice) -> None:
        """Everybody and everything goes, and the cast, if chosen, comes back: one transaction."""
        async with self._database.unit_of_work() as work:
            await self._state.empty(work)
            await self._state.claim_first_day(work)
            if choice is CastChoice.CAST:
                await self._enter(work)

    async def _enter(self, work: UnitOfWork) -> None:
        now = self._clock.now()
        # One hash for all: the password is the same and public, and hashing is slow on purpose.
        password_hash = passwords.hashed(PASSWORD)
        people: list[Person] = []
        for party in (*AGENTS, *CLIENTS):
            with_passwords = tuple(replace(person, password_hash=password_hash) for person in party.people)
            await self._entry.enter_within(work, replace(party, people=with_passwords), now=now)
            people.extend(with_passwords)
        await self._sessions.add_static(
            work,
            [
                (person.user_id, PRIVILEGED_APPLICATION if person.user_id in STAFF else GOVERNMENT_GATEWAY)
                for person in people
            ],
            now=now,
        )
        await self._relationships.add(work, RELATIONSHIPS)
        for delegation in DELEGATIONS:
            key = StoredKey.of(delegation.enrolment_key)
            await self._known_facts.put_empty_if_missing(work, key)
            await self._enrolments.allocate(
                work, delegation.group_id, [key], Kind.DELEGATED, now=now, friendly_names=[delegation.friendly_name]
            )
            for user_id in delegation.user_ids:
                await self._enrolments.assign(work, user_id, [key.lookup_key], Kind.DELEGATED, now=now)
        await self._access_groups.add(
            work,
            AccessGroup(
                group_id=uuid.uuid5(uuid.NAMESPACE_URL, ACCESS_GROUP_NAME),
                arn=A1_ARN,
                group_name=ACCESS_GROUP_NAME,
                tax_service=None,
                lookup_keys=tuple(lookup_key_of(key) for key in ACCESS_GROUP_CLIENTS),
                user_ids=ACCESS_GROUP_MEMBERS,
            ),
        )
