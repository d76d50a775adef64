"""Everything that this room keeps in the database."""

from agent_services.invitations.store.links import AgentReference, LinkStore
from agent_services.invitations.store.lists import RequestLists, TrackingPage
from agent_services.invitations.store.requests import RequestStore

__all__ = ["AgentReference", "LinkStore", "RequestLists", "RequestStore", "TrackingPage"]
