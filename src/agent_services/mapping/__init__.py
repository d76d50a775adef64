"""Legacy codes: which older references and agent codes belong to which agent. Spec: mapping."""

from agent_services.mapping.api import router, test_only_router
from agent_services.mapping.details import MappingDetails, Noted
from agent_services.mapping.holding import Mapped, Mappings
from agent_services.mapping.legacy_services import LegacyIdentifier, LegacyService
from agent_services.mapping.neighbour import OwnMappings
from agent_services.mapping.room import MappingRoom, MappingSettings, build_mapping
from agent_services.mapping.task_list import DetailsTaken, JourneyMapped, TaskList
from agent_services.upstreams.agent_subscription import SubscriptionJourney, SubscriptionJourneys

__all__ = [
    "DetailsTaken",
    "JourneyMapped",
    "LegacyIdentifier",
    "LegacyService",
    "Mapped",
    "MappingDetails",
    "MappingRoom",
    "MappingSettings",
    "Mappings",
    "Noted",
    "OwnMappings",
    "SubscriptionJourney",
    "SubscriptionJourneys",
    "TaskList",
    "build_mapping",
    "router",
    "test_only_router",
]
