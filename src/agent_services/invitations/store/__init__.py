"""Everything that this room keeps in the database."""

from agent_services.invitations.store.links import AgentReference, LinkStore
from agent_services.invitations.store.requests import RequestStore, TrackingPage

__all__ = ["AgentReference", "LinkStore", "RequestStore", "TrackingPage"]
