"""All SQL of the gateway. Its tables are `sandbox.gateway_…`; times are real times."""

from agent_services.sandbox.gateway.store.applications import ApplicationStore
from agent_services.sandbox.gateway.store.journeys import JourneyStore
from agent_services.sandbox.gateway.store.tokens import TokenStore

__all__ = ["ApplicationStore", "JourneyStore", "TokenStore"]
