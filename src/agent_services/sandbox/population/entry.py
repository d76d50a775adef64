"""Enters parties, each in one transaction. Spec: sandbox 1.4, 1.6, 1.8."""

from collections.abc import Sequence
from datetime import datetime

from agent_services.platform.clock import Clock
from agent_services.platform.database import Database, UnitOfWork
from agent_services.sandbox.enrolments.store import EnrolmentsStore, Kind
from agent_services.sandbox.known_facts.store import KnownFact, KnownFactStore
from agent_services.sandbox.population.parties import HeldKey, Party
from agent_services.sandbox.population.records import records_of
from agent_services.sandbox.records.store import RecordStore
from agent_services.sandbox.refusals import Duplicate
from agent_services.sandbox.users.store import PeopleStore


class Entry:
    """Puts whole parties into the stores."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        people: PeopleStore,
        enrolments: EnrolmentsStore,
        known_facts: KnownFactStore,
        records: RecordStore,
    ) -> None:
        self._database = database
        self._clock = clock
        self._people = people
        self._enrolments = enrolments
        self._known_facts = known_facts
        self._records = records

    async def enter(self, party: Party) -> None:
        """All or nothing. Raises Duplicate when an id, NINO, agent code or principal enrolment is taken."""
        async with self._database.unit_of_work() as work:
            await self.enter_within(work, party, now=self._clock.now())

    async def enter_within(self, work: UnitOfWork, party: Party, *, now: datetime) -> None:
        """As `enter`, in the caller's transaction."""
        if party.group is not None:
            await self._people.add_group(work, party.group, now=now)
        for person in party.people:
            await self._people.add_person(work, person, now=now)
        if party.group is not None and party.enrolments:
            await self.give_principal(work, party.group.group_id, party.enrolments, now=now)
            if party.administrator is not None:
                await self._enrolments.assign(
                    work,
                    party.administrator.user_id,
                    [held.key.lookup_key for held in party.enrolments],
                    Kind.PRINCIPAL,
                    now=now,
                )
        await self._records.put(work, [*records_of(party), *party.records], now=now)

    async def give_principal(
        self, work: UnitOfWork, group_id: str, enrolments: Sequence[HeldKey], *, now: datetime
    ) -> None:
        """Principal enrolments with their known facts. Raises Duplicate when another group holds one."""
        keys = [held.key for held in enrolments]
        if await self._enrolments.allocate(work, group_id, keys, Kind.PRINCIPAL, now=now) < len(keys):
            raise Duplicate("Existing group already has similar principal enrolment on hmrc")
        facts = [KnownFact(held.key, held.verifiers) for held in enrolments if held.verifiers is not None]
        if facts:
            await self._known_facts.put(work, facts)
