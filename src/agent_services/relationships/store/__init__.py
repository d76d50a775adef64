"""All SQL of this room: open creations, copies from CESA, open removals, the recovery's turn."""

from agent_services.relationships.store.copies import CopyRecords
from agent_services.relationships.store.creations import CreationIntents
from agent_services.relationships.store.removals import DeleteRecords
from agent_services.relationships.store.schedule import RecoverySchedule, RecoveryTurn

__all__ = ["CopyRecords", "CreationIntents", "DeleteRecords", "RecoverySchedule", "RecoveryTurn"]
