"""All SQL of this room."""

from agent_services.mapping.store.details import DetailsRecord, DetailsStore, ProviderDetails
from agent_services.mapping.store.journeys import JourneyStore, StoredJourney
from agent_services.mapping.store.mappings import ByArn, ByUtr, HowMapped, MappingStore, StoredMapping

__all__ = [
    "ByArn",
    "ByUtr",
    "DetailsRecord",
    "DetailsStore",
    "HowMapped",
    "JourneyStore",
    "MappingStore",
    "ProviderDetails",
    "StoredJourney",
    "StoredMapping",
]
