"""The routes of authorisation requests, by who asks. Each parses, calls one function and renders."""

from fastapi import APIRouter

from agent_services.invitations.api import agents, clients, software
from agent_services.invitations.api.test_only import test_only_router

PREFIX = "/agent-client-relationships"

router = APIRouter()
router.include_router(agents.router, prefix=PREFIX)
router.include_router(clients.router, prefix=PREFIX)
router.include_router(software.router, prefix=PREFIX)
# The seed's paths answer without the prefix too (design, What it is).
router.include_router(agents.seed_router, include_in_schema=False)
router.include_router(clients.seed_router, include_in_schema=False)

__all__ = ["PREFIX", "router", "test_only_router"]
