"""Authorising, de-authorising and asking for agents in ETMP. Spec: sandbox 2.8, 4."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from agent_services.platform.clock import Clock
from agent_services.platform.database import Database
from agent_services.sandbox.documents import Document
from agent_services.sandbox.etmp.store import RelationshipStore
from agent_services.sandbox.etmp.terms import ALL_REGIMES, AgentRelationship
from agent_services.sandbox.records.kinds import RecordKind
from agent_services.sandbox.records.store import RecordStore
from agent_services.sandbox.refusals import HipRefusal, Refusal, Shape
from agent_services.tax_services import suspended_regimes

_EVERY_REGIME = "AGSV"


class Exclusivity(StrEnum):
    """Whether a new agent ends the previous one of the same client, regime and profile."""

    EXCLUSIVE = "exclusive"
    BESIDE_OTHERS = "beside others"


@dataclass(frozen=True, slots=True)
class Target:
    """Agent and client of a change. Without profile a de-authorisation is of any profile."""

    regime: str
    arn: str
    id_type: str
    ref_number: str
    relationship_type: str | None = None
    auth_profile: str | None = None


@dataclass(frozen=True, slots=True)
class ClientQuestion:
    regime: str
    id_type: str
    ref_number: str
    auth_profile: str | None = None


@dataclass(frozen=True, slots=True)
class AgentQuestion:
    regime: str
    arn: str


@dataclass(frozen=True, slots=True)
class Period:
    """With a period, active and ended rows that started in it; None asks for active rows of whatever date."""

    start: date
    end: date

    def holds(self, row: AgentRelationship) -> bool:
        return row.start_date is None or self.start <= row.start_date <= self.end


class EtmpRelationships:
    """The relationships of ETMP's stand-in."""

    def __init__(self, database: Database, clock: Clock, store: RelationshipStore, records: RecordStore) -> None:
        self._database = database
        self._clock = clock
        self._store = store
        self._records = records

    async def authorise(self, target: Target, exclusivity: Exclusivity) -> datetime:
        """Makes the agent act for the client from today; the instant of processing.

        Exclusive: every active row of client and profile ends today, the same agent's own too. Beside others:
        an identical active row is kept. Raises Refusal: 404 for an agent without record, 059, 094.
        """
        await self._demand_able_agent(target)
        if target.regime == "VATC" and await self._is_insolvent(target.ref_number):
            raise HipRefusal("094", "Insolvent Trader - request could not be completed")
        now = self._clock.now()
        row = AgentRelationship(
            id=uuid.uuid4().hex[:24],
            regime=target.regime,
            arn=target.arn,
            id_type=target.id_type,
            ref_number=target.ref_number,
            relationship_type=target.relationship_type,
            auth_profile=target.auth_profile,
            active=True,
            start_date=now.date(),
            end_date=None,
        )
        async with self._database.unit_of_work() as work:
            await self._store.lock_client(work, target.regime, target.id_type, target.ref_number)
            if exclusivity is Exclusivity.EXCLUSIVE:
                await self._store.end_of_client(
                    work,
                    target.regime,
                    target.id_type,
                    target.ref_number,
                    arn=None,
                    profile=target.auth_profile,
                    today=now.date(),
                )
            elif await self._store.has_active(work, row):
                return now
            await self._store.add(work, [row])
        return now

    async def deauthorise(self, target: Target) -> datetime:
        """Ends the agent's active rows for the client today. Raises Refusal: 404, 059, 014."""
        await self._demand_able_agent(target)
        now = self._clock.now()
        async with self._database.unit_of_work() as work:
            await self._store.lock_client(work, target.regime, target.id_type, target.ref_number)
            ended = await self._store.end_of_client(
                work,
                target.regime,
                target.id_type,
                target.ref_number,
                arn=target.arn,
                profile=target.auth_profile,
                today=now.date(),
            )
        if not ended:
            raise HipRefusal("014", "No active relationship found")
        return now

    async def of_client(self, asked: ClientQuestion, period: Period | None) -> list[AgentRelationship]:
        """Rows in the order stored. Rows of suspended agents are left out, and do not hide the others.

        Raises HipRefusal: 009 when there is none, or none whose agent has a record; 059 when only suspended
        agents' rows are left.
        """
        rows = _chosen(
            await self._store.of_client(asked.regime, asked.id_type, asked.ref_number, profile=asked.auth_profile),
            period,
        )
        agents = await self._agents({row.arn for row in rows})
        known = [row for row in rows if row.arn in agents]
        able = [row for row in known if asked.regime not in suspended_for(agents[row.arn])]
        if not known:
            raise _no_relationships()
        if not able:
            raise _suspended(known[0].arn)
        return able

    async def of_agent(self, asked: AgentQuestion, period: Period | None) -> list[AgentRelationship]:
        """Rows in the order stored; AGSV with a period means every regime. Raises HipRefusal: 009, 059."""
        is_every_regime = asked.regime == _EVERY_REGIME and period is not None
        regimes = ALL_REGIMES if is_every_regime else (asked.regime,)
        agents = await self._agents({asked.arn})
        if asked.arn not in agents:
            raise _no_relationships()
        if asked.regime in suspended_for(agents[asked.arn]):
            raise _suspended(asked.arn)
        rows = _chosen(await self._store.of_agent(regimes, asked.arn), period)
        if not rows:
            raise _no_relationships()
        return rows

    async def _demand_able_agent(self, target: Target) -> None:
        agents = await self._agents({target.arn})
        if target.arn not in agents:
            raise Refusal(404, "no business partner record found", shape=Shape.TEXT)
        if target.regime in suspended_for(agents[target.arn]):
            raise _suspended(target.arn)

    async def _agents(self, arns: set[str]) -> dict[str, Document]:
        found = await self._records.find_many(RecordKind.BUSINESS_PARTNER, "agentReferenceNumber", sorted(arns))
        agents: dict[str, Document] = {}
        for record in found:
            agents.setdefault(record["agentReferenceNumber"], record)
        return agents

    async def _is_insolvent(self, vrn: str) -> bool:
        record = await self._records.find(RecordKind.VAT_CUSTOMER, "vrn", vrn)
        if record is None:
            return False
        details = record.get("approvedInformation", {}).get("customerDetails", {})
        return bool(details.get("isInsolvent", False))


def suspended_for(record: Document) -> frozenset[str]:
    """The regimes for which the agent with this business partner record is suspended. Spec: sandbox 1.7."""
    details = record.get("suspensionDetails") or {}
    if not details.get("suspensionStatus"):
        return frozenset()
    return suspended_regimes(details.get("regimes") or ("ALL",))


def _chosen(rows: Sequence[AgentRelationship], period: Period | None) -> list[AgentRelationship]:
    if period is None:
        return [row for row in rows if row.active]
    return [row for row in rows if period.holds(row)]


def _no_relationships() -> HipRefusal:
    return HipRefusal("009", "No Relationships with activity")


def _suspended(arn: str) -> HipRefusal:
    return HipRefusal("059", f"{arn} is currently suspended")
