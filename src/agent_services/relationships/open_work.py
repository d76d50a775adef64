"""What is begun and not finished, for an operator to look at. Spec: relationships 5.6."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from agent_services.platform.database import Database
from agent_services.platform.encryption import FieldCipher
from agent_services.relationships.intents import CreationState
from agent_services.relationships.store import CreationIntents, DeleteRecords


class ChangeKind(StrEnum):
    CREATING = "creating"
    UNDOING = "undoing"
    REMOVING = "removing"


_KINDS = {CreationState.OPEN: ChangeKind.CREATING, CreationState.UNDOING: ChangeKind.UNDOING}


@dataclass(frozen=True, slots=True)
class OpenChange:
    """One creation or removal, without anything personal."""

    id: UUID
    kind: ChangeKind
    service_key: str
    begun_at: datetime
    failed_tries: int
    last_failure: str | None


async def open_changes(database: Database, cipher: FieldCipher) -> list[OpenChange]:
    """All that are open, the oldest first."""
    changes = [
        OpenChange(
            each.id, _KINDS[each.state], each.wanted.key.service_key, each.started_at, each.attempts, each.last_failure
        )
        for each in await CreationIntents(database.pool, cipher).unfinished()
    ]
    changes += [
        OpenChange(each.id, ChangeKind.REMOVING, each.key.service_key, each.date_time, each.tries, each.last_failure)
        for each in await DeleteRecords(database.pool, cipher).every()
    ]
    return sorted(changes, key=lambda change: change.begun_at)
