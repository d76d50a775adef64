"""Pulls the levers. Each is one transaction, and all faces agree afterwards. Spec: sandbox 6.8."""

from collections.abc import Sequence
from dataclasses import replace

from agent_services.platform.clock import Clock
from agent_services.platform.database import Database
from agent_services.sandbox import generators
from agent_services.sandbox.cast.sign_up import MTD_IT_IDS_ON_SIGN_UP
from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.enrolments.store import EnrolmentsStore, Kind
from agent_services.sandbox.population.entry import Entry
from agent_services.sandbox.population.parties import HeldKey
from agent_services.sandbox.population.records import business_details
from agent_services.sandbox.records.kinds import MasterRecord, RecordKind
from agent_services.sandbox.records.store import RecordStore
from agent_services.sandbox.refusals import Refusal
from agent_services.sandbox.users.people import Person, compact_nino
from agent_services.sandbox.users.store import PeopleStore

_EVER_SUSPENDABLE_IN_GROUP = frozenset({"ALL", "ITSA", "VATC", "TRS", "CGT", "PPT", "PIR", "AGSV"})


class Levers:
    """The states of agents and clients."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        people: PeopleStore,
        enrolments: EnrolmentsStore,
        records: RecordStore,
        entry: Entry,
    ) -> None:
        self._database = database
        self._clock = clock
        self._people = people
        self._enrolments = enrolments
        self._records = records
        self._entry = entry

    async def suspend(self, arn: str, regimes: Sequence[str]) -> None:
        """For these regimes; for none with an empty list. Raises Refusal 404."""
        record = await self._found(RecordKind.BUSINESS_PARTNER, "agentReferenceNumber", arn)
        holders = await self._enrolments.groups_holding(
            f"hmrc-as-agent~agentreferencenumber~{arn.lower()}", Kind.PRINCIPAL
        )
        details = without_absent({"suspensionStatus": bool(regimes), "regimes": list(regimes) or None})
        async with self._database.unit_of_work() as work:
            await self._records.put(
                work, [_changed(RecordKind.BUSINESS_PARTNER, record, suspensionDetails=details)], now=self._clock.now()
            )
            for group_id in holders:
                in_group = [regime for regime in regimes if regime in _EVER_SUSPENDABLE_IN_GROUP]
                await self._people.set_suspended_regimes(work, group_id, in_group)

    async def make_insolvent(self, vrn: str) -> None:
        """Raises Refusal 404."""
        record = await self._found(RecordKind.VAT_CUSTOMER, "vrn", vrn)
        approved = record["approvedInformation"]
        customer = {**approved["customerDetails"], "isInsolvent": True}
        await self._put(
            _changed(RecordKind.VAT_CUSTOMER, record, approvedInformation={**approved, "customerDetails": customer})
        )

    async def deregister(self, reference: str) -> None:
        """By VRN or plastic packaging reference. Raises Refusal 404."""
        today = self._clock.today().isoformat()
        packaging = await self._records.find(RecordKind.PPT_SUBSCRIPTION, "pptReference", _clean(reference))
        if packaging is not None:
            ended = {"deregistrationDetails": {"deregistrationDate": today}}
            await self._put(_changed(RecordKind.PPT_SUBSCRIPTION, packaging, changeOfCircumstanceDetails=ended))
            return
        record = await self._found(RecordKind.VAT_CUSTOMER, "vrn", reference)
        approved = {**record["approvedInformation"], "deregistration": {"effectDateOfCancellation": today}}
        await self._put(_changed(RecordKind.VAT_CUSTOMER, record, approvedInformation=approved))

    async def mark_deceased(self, nino: str) -> None:
        """Raises Refusal 404."""
        person = await self._person(nino)
        async with self._database.unit_of_work() as work:
            await self._people.replace_person(work, replace(person, deceased=True))

    async def sign_up_income_tax(self, nino: str, mtd_it_id: str | None) -> str:
        """The MTDITID, which is the present one for somebody who has signed up. Raises Refusal 404, Duplicate 409."""
        person = await self._person(nino)
        if person.group_id is None:
            raise _not_found()
        present = await self._records.find(RecordKind.BUSINESS_DETAILS, "nino", person.nino_without_suffix or nino)
        if present is not None and isinstance(present.get("mtdId"), str):
            return str(present["mtdId"])
        own = MTD_IT_IDS_ON_SIGN_UP.get(person.user_id)
        wanted = mtd_it_id or own or generators.mtd_it_id(f"nino:{person.nino_without_suffix}")
        signed_up = person if person.utr else replace(person, utr=generators.utr(person.user_id))
        postcode = person.address.postcode if person.address else None
        held = HeldKey.of(
            f"HMRC-MTD-IT~MTDITID~{wanted}", NINO=compact_nino(person.nino or nino), businesspostcode=postcode
        )
        now = self._clock.now()
        async with self._database.unit_of_work() as work:
            await self._people.replace_person(work, signed_up)
            await self._entry.give_principal(work, person.group_id, [held], now=now)
            await self._enrolments.assign(work, person.user_id, [held.key.lookup_key], Kind.PRINCIPAL, now=now)
            await self._records.put(work, [business_details(signed_up, mtd_it_id=wanted)], now=now)
        return wanted

    async def cease_legacy_agents(self, nino: str) -> None:
        """Raises Refusal 404 for somebody without older agents."""
        rows = await self._records.find_all(RecordKind.LEGACY_RELATIONSHIP, "nino", _clean(nino))
        agents = await self._records.find_many(RecordKind.LEGACY_AGENT, "agentId", [row["agentId"] for row in rows])
        if not agents:
            raise _not_found()
        today = self._clock.today().isoformat()
        ceased = [_changed(RecordKind.LEGACY_AGENT, agent, agentCeasedDate=today) for agent in agents]
        async with self._database.unit_of_work() as work:
            await self._records.put(work, ceased, now=self._clock.now())

    async def _put(self, record: MasterRecord) -> None:
        async with self._database.unit_of_work() as work:
            await self._records.put(work, [record], now=self._clock.now())

    async def _found(self, kind: RecordKind, name: str, value: str) -> Document:
        record = await self._records.find(kind, name, _clean(value))
        if record is None:
            raise _not_found()
        return record

    async def _person(self, nino: str) -> Person:
        person = await self._people.person_by_nino(compact_nino(_clean(nino))[:8])
        if person is None:
            raise _not_found()
        return person


def _changed(kind: RecordKind, document: Document, **members: object) -> MasterRecord:
    """The same record (found by its unique key when it is stored) with other members."""
    return MasterRecord(generators.record_id(f"{kind.value}:changed"), kind, {**document, **members})


def _clean(text: str) -> str:
    # PostgreSQL knows no text with a zero byte, so nothing has one.
    return text.replace("\0", "\ufffd")


def _not_found() -> Refusal:
    return Refusal(404, "NOT_FOUND")
