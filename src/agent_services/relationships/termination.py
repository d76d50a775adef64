"""Forgets what is stored about an agency's relationships. Spec: relationships 7."""

from dataclasses import dataclass

from agent_services.identifiers import Arn
from agent_services.platform.database import Database
from agent_services.relationships.store import CopyRecords, DeleteRecords


@dataclass(frozen=True, slots=True)
class Forgotten:
    delete_records: int
    copy_records: int


class AgentTermination:
    def __init__(self, database: Database, removals: DeleteRecords, copies: CopyRecords) -> None:
        self._database = database
        self._removals = removals
        self._copies = copies

    async def terminate(self, arn: Arn) -> Forgotten:
        """Delete records and copy records of the ARN, and nothing else. May be repeated."""
        async with self._database.unit_of_work() as work:
            return Forgotten(
                delete_records=await self._removals.remove_all_of_agent(work, arn),
                copy_records=await self._copies.remove_all_of_agent(work, arn),
            )
