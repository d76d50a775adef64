"""The public Agent Authorisation API, 1.0 and 2.0. Spec: authorisation-api."""

from agent_services.authorisation_api.answers import AnswerSettings
from agent_services.authorisation_api.api import hot_paths, hot_routes, render_refusal, router
from agent_services.authorisation_api.calling_software import CallingSoftwareLayer
from agent_services.authorisation_api.documentation import documentation_router
from agent_services.authorisation_api.errors import Messages, MessageStyle, Refusal
from agent_services.authorisation_api.room import (
    AuthorisationApi,
    AuthorisationApiSettings,
    build_authorisation_api,
)

__all__ = [
    "AnswerSettings",
    "AuthorisationApi",
    "AuthorisationApiSettings",
    "CallingSoftwareLayer",
    "MessageStyle",
    "Messages",
    "Refusal",
    "build_authorisation_api",
    "documentation_router",
    "hot_paths",
    "hot_routes",
    "render_refusal",
    "router",
]
