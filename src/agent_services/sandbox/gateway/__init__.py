"""The sandbox's gateway: applications, sign-in and consent, OAuth 2.0, test users, and the door before the APIs.

Spec: authorisation-api 8; design, Contracts. Decision: docs/decisions/0007-oauth-server.md.
"""

from fastapi import APIRouter

from agent_services.sandbox.gateway import api, journey_pages, test_user_api
from agent_services.sandbox.gateway.apis import Access, GatewayApi, Resource
from agent_services.sandbox.gateway.applications import InvalidApplication
from agent_services.sandbox.gateway.bearers import TokenGrant, TokenKind
from agent_services.sandbox.gateway.commands import add_application, add_client_secret, list_applications
from agent_services.sandbox.gateway.gateway import Gateway, build_gateway, gateway_of
from agent_services.sandbox.gateway.layer import GatewayDoor, GatewayLayer
from agent_services.sandbox.gateway.settings import GatewaySettings

CREATE_TEST_USER = GatewayApi(
    context="create-test-user",
    versions=("1.0",),
    access=Access.APPLICATION,
    resources=(
        Resource("POST", "/create-test-user/agents"),
        Resource("POST", "/create-test-user/individuals"),
        Resource("POST", "/create-test-user/organisations"),
        Resource("GET", "/create-test-user/services"),
    ),
)
"""The API that the gateway itself serves; part of `apis` wherever the gateway is mounted."""

routers: tuple[APIRouter, ...] = (api.router, journey_pages.router, test_user_api.router)
"""All routes; they want `app.state.gateway`."""

__all__ = [
    "CREATE_TEST_USER",
    "Access",
    "Gateway",
    "GatewayApi",
    "GatewayDoor",
    "GatewayLayer",
    "GatewaySettings",
    "InvalidApplication",
    "Resource",
    "TokenGrant",
    "TokenKind",
    "add_application",
    "add_client_secret",
    "build_gateway",
    "gateway_of",
    "list_applications",
    "routers",
]
