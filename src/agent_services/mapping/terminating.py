"""Removing everything an agent has here. Spec: mapping 5.11."""

import structlog

from agent_services.identifiers import Arn
from agent_services.mapping.errors import TerminationFailed
from agent_services.mapping.store import DetailsStore, MappingStore
from agent_services.platform.database import Database
from agent_services.platform.dedicated import CONNECTION_FAILURES

log = structlog.get_logger(__name__)


class Termination:
    """All mappings of the agent, and the details record, go together."""

    def __init__(self, *, database: Database, mappings: MappingStore, details: DetailsStore) -> None:
        self._database = database
        self._mappings = mappings
        self._details = details

    async def terminate(self, arn: Arn) -> int:
        """How much was removed; 0 when repeated. Raises TerminationFailed, with nothing removed."""
        try:
            async with self._database.unit_of_work() as work:
                mappings = await self._mappings.remove_of_arn(work, arn)
                had_details = await self._details.remove(work, arn)
        except CONNECTION_FAILURES as failure:
            # No trace: it may repeat the row.
            log.error("termination_failed", failure=type(failure).__name__)  # noqa: TRY400
            raise TerminationFailed() from None
        log.info("agent_terminated", mappings=mappings, had_details=had_details)
        return mappings + had_details
