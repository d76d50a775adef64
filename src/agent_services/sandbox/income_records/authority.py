"""Giving, asking and ending authority over income records (agent-fi-relationship). Spec: sandbox 2.10."""

from datetime import datetime, timedelta

from agent_services.platform.clock import Clock
from agent_services.sandbox.income_records.store import IncomeRecord, IncomeRecordStore
from agent_services.sandbox.refusals import Refusal

_SHOWN_TO_AGENTS = timedelta(days=30)


class IncomeRecords:
    """The rows of agent-fi-relationship. Client ids are compared by their first eight characters."""

    def __init__(self, store: IncomeRecordStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def active(self, arn: str, service: str, client_id: str) -> list[IncomeRecord]:
        """This agent's living authority. Raises Refusal 404 when there is none."""
        rows = await self._store.of_client(client_of(client_id), service)
        return _some([row for row in rows if row.arn == arn and row.is_active])

    async def active_of_client(self, service: str | None, client_id: str) -> list[IncomeRecord]:
        """Raises Refusal 404 when nobody has authority."""
        rows = await self._store.of_client(client_of(client_id), service)
        return _some([row for row in rows if row.is_active])

    async def inactive_of_client(self, client_id: str) -> list[IncomeRecord]:
        """What has ended, whenever. Raises Refusal 404 when nothing has."""
        return _some([row for row in await self._store.of_client(client_of(client_id), None) if not row.is_active])

    async def active_of_agent(self, arn: str) -> list[IncomeRecord]:
        """Raises Refusal 404 when the agent has none."""
        return _some([row for row in await self._store.of_agent(arn) if row.is_active])

    async def inactive_of_agent(self, arn: str) -> list[IncomeRecord]:
        """Only what *started* within the last 30 days, as upstream has it. Raises Refusal 404."""
        since = local(self._clock.now() - _SHOWN_TO_AGENTS)
        rows = await self._store.of_agent(arn)
        return _some([row for row in rows if not row.is_active and row.start_date >= since])

    async def create(self, arn: str, service: str, client_id: str, started_at: datetime) -> None:
        """Existing authority stays untouched; otherwise every other agent's ends and this one's begins."""
        await self._store.begin(
            arn,
            service,
            client_of(client_id),
            started_at=local(started_at),
            others_end_at=local(self._clock.now()),
        )

    async def end(self, arn: str, service: str, client_id: str) -> None:
        """Raises Refusal 404 when there is no living authority."""
        if not await self._store.end(arn, service, client_of(client_id), ended_at=local(self._clock.now())):
            raise _not_found()

    async def delete_of_agent(self, arn: str) -> int:
        """Termination of an agent: the rows go; how many."""
        return await self._store.delete_of_agent(arn)


def client_of(client_id: str) -> str:
    """A NINO is stored without suffix."""
    return client_id.replace(" ", "")[:8]


def local(instant: datetime) -> datetime:
    """Upstream's naive local time; ours is UTC throughout."""
    return instant.replace(tzinfo=None)


def _some(rows: list[IncomeRecord]) -> list[IncomeRecord]:
    if not rows:
        raise _not_found()
    return rows


def _not_found() -> Refusal:
    return Refusal(404, "RELATIONSHIP_NOT_FOUND")
