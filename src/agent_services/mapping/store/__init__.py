"""All SQL of this room."""

from agent_services.mapping.store.details import DetailsRecord, DetailsStore, ProviderDetails
from agent_services.mapping.store.journeys import JourneyStore, StoredJourney
from agent_services.mapping.store.mappings import MappingStore

__all__ = [
    "DetailsRecord",
    "DetailsStore",
    "JourneyStore",
    "MappingStore",
    "ProviderDetails",
    "StoredJourney",
]
