"""What an agent has mapped, log-in by log-in, for the agent to look at. Spec: mapping 5.10."""

from collections.abc import Sequence
from enum import Enum, auto

from agent_services.identifiers import Arn
from agent_services.mapping.errors import NoDetails
from agent_services.mapping.store import DetailsRecord, DetailsStore, ProviderDetails
from agent_services.platform.clock import Clock
from agent_services.platform.database import Database


class Noted(Enum):
    """What became of the details of one log-in."""

    RECORD_MADE = auto()
    APPENDED = auto()
    KNOWN_ALREADY = auto()


class MappingDetails:
    """Keeps one record for each agent. Not audited, and never expires."""

    def __init__(self, *, database: Database, store: DetailsStore, clock: Clock) -> None:
        self._database = database
        self._store = store
        self._clock = clock

    async def note(self, arn: Arn, *, auth_provider_id: str, gg_tag: str, count: int) -> Noted:
        """Adds one log-in to the agent's record, making the record if it is the first."""
        details = ProviderDetails(auth_provider_id, gg_tag, count, self._clock.now())
        async with self._database.unit_of_work() as work:
            is_first = await self._store.open(work, arn)
            added = await self._store.append(work, arn, [details])
        if is_first:
            return Noted.RECORD_MADE
        return Noted.APPENDED if added else Noted.KNOWN_ALREADY

    async def make_record(self, arn: Arn, details: Sequence[ProviderDetails]) -> bool:
        """Makes the agent's record of these. False: there was one, and it stays as it is."""
        async with self._database.unit_of_work() as work:
            is_first = await self._store.open(work, arn)
            if is_first:
                await self._store.append(work, arn, details)
        return is_first

    async def of(self, arn: Arn) -> DetailsRecord:
        """Raises NoDetails."""
        record = await self._store.find(arn)
        if record is None:
            raise NoDetails(arn.value)
        return record
