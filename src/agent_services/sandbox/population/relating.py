"""Relationships made by hand, whole or half. Spec: sandbox 6.7, 5.1 (4)."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

from agent_services.platform.clock import Clock
from agent_services.platform.database import Database
from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.enrolments.store import EnrolmentsStore, Kind
from agent_services.sandbox.etmp.store import RelationshipStore
from agent_services.sandbox.etmp.terms import AgentRelationship
from agent_services.sandbox.income_records.authority import IncomeRecords, client_of, local
from agent_services.sandbox.income_records.store import IncomeRecordStore
from agent_services.sandbox.known_facts.store import KnownFactStore
from agent_services.sandbox.refusals import Refusal
from agent_services.sandbox.users.store import PeopleStore
from agent_services.tax_services import TaxService, tax_service

_INCOME_RECORD = "PERSONAL-INCOME-RECORD"


class Face(StrEnum):
    """Where a relationship shows."""

    ETMP = "etmp"
    EACD = "eacd"
    AFI = "afi"


@dataclass(frozen=True, slots=True)
class WantedRelationship:
    arn: str
    service: str
    client_id: str
    is_supporting: bool
    is_active: bool
    start: date | None
    end: date | None
    faces: frozenset[Face] | None


class Relating:
    """Writes relationships as they are wanted, without the rules of the upstreams."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        people: PeopleStore,
        enrolments: EnrolmentsStore,
        known_facts: KnownFactStore,
        relationships: RelationshipStore,
        income_records: IncomeRecords,
        income_record_store: IncomeRecordStore,
    ) -> None:
        self._database = database
        self._clock = clock
        self._people = people
        self._enrolments = enrolments
        self._known_facts = known_facts
        self._relationships = relationships
        self._income_records = income_records
        self._income_record_store = income_record_store

    async def relate(self, wanted: WantedRelationship) -> Document:
        """What was made. Raises Refusal 400 for a service without supporting agents, 404 for an unknown agent."""
        row = tax_service(wanted.service)
        if row is not None and wanted.is_supporting:
            row = tax_service(row.counterpart_key) if row.counterpart_key else None
        if row is None:
            raise Refusal(400, "BAD_REQUEST", "the service has no such agents")
        if row.etmp is None:
            return await self._relate_income_record(wanted)
        group_id, _ = await self._enrolments.delegation(wanted.arn, StoredKey("HMRC-AS-AGENT", ()))
        if group_id is None:
            raise Refusal(404, "NO_SUCH_AGENT")
        return await self._relate(wanted, row, group_id)

    async def _relate(self, wanted: WantedRelationship, row: TaxService, group_id: str) -> Document:
        faces = wanted.faces or frozenset({Face.ETMP, Face.EACD})
        members = await self._people.members(group_id)
        administrator = next((member for member in members if member.is_administrator), None)
        key = await self._key(row, wanted.client_id)
        now = self._clock.now()
        relationship = _etmp_row(wanted, row, now.date())
        async with self._database.unit_of_work() as work:
            if Face.ETMP in faces:
                await self._relationships.add(work, [relationship])
            if Face.EACD in faces and wanted.is_active:
                await self._known_facts.put_empty_if_missing(work, key)
                await self._enrolments.allocate(work, group_id, [key], Kind.DELEGATED, now=now)
                if administrator is not None:
                    await self._enrolments.assign(
                        work, administrator.user_id, [key.lookup_key], Kind.DELEGATED, now=now
                    )
        return without_absent(
            {
                "arn": wanted.arn,
                "service": row.service_key,
                "clientId": wanted.client_id,
                "enrolmentKey": str(key),
                "groupId": group_id,
                "relationshipId": relationship.id if Face.ETMP in faces else None,
                "faces": sorted(face.value for face in faces),
            }
        )

    async def _relate_income_record(self, wanted: WantedRelationship) -> Document:
        now = self._clock.now()
        start = _instant(wanted.start, now)
        if wanted.is_active:
            await self._income_records.create(wanted.arn, _INCOME_RECORD, wanted.client_id, start)
        else:
            await self._income_record_store.add_ended(
                wanted.arn,
                _INCOME_RECORD,
                client_of(wanted.client_id),
                started_at=local(start),
                ended_at=local(_instant(wanted.end, now)),
            )
        return {"arn": wanted.arn, "service": _INCOME_RECORD, "clientId": wanted.client_id, "faces": [Face.AFI.value]}

    async def _key(self, row: TaxService, client_id: str) -> StoredKey:
        if len(row.enrolment_identifier_names) > 1:
            # Country-by-country has two identifiers: whoever holds the first knows the other.
            found = await self._known_facts.search(row.service_key, [(row.client_id_type.enrolment_name, client_id)])
            if not found:
                raise Refusal(404, "NO_SUCH_CLIENT")
            return found[0].key
        return StoredKey(row.service_key, ((row.client_id_type.enrolment_name, client_id),))


def _etmp_row(wanted: WantedRelationship, row: TaxService, today: date) -> AgentRelationship:
    terms = row.etmp
    assert terms is not None  # services without ETMP went another way
    return AgentRelationship(
        id=uuid.uuid4().hex[:24],
        regime=terms.regime,
        arn=wanted.arn,
        id_type=terms.id_type,
        ref_number=wanted.client_id,
        relationship_type=terms.relationship_type,
        auth_profile=terms.auth_profile,
        active=wanted.is_active,
        start_date=wanted.start or (today if wanted.is_active else min(today, wanted.end or today)),
        end_date=None if wanted.is_active else (wanted.end or today),
    )


def _instant(day: date | None, now: datetime) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC) if day is not None else now
