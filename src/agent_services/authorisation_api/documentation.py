"""What the API says of itself. Spec: authorisation-api 5."""

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.auth import OPEN, called_by
from agent_services.authorisation_api.room import AuthorisationApi
from agent_services.platform.http.api_documents import documentation_router as router_of

_SCOPES = [
    {
        "key": "read:sent-invitations",
        "name": "Read invitations sent",
        "description": "Reads authorisation requests sent by you",
    },
    {
        "key": "write:sent-invitations",
        "name": "Modify invitations sent",
        "description": "Request authorisation for a service",
    },
    {
        "key": "write:cancel-invitations",
        "name": "Cancel Invitations",
        "description": "Cancel a pending invitation",
    },
    {
        "key": "read:check-relationship",
        "name": "Check Relationship Status",
        "description": "Returns current status of relationship",
    },
    {
        "key": "write:relationships",
        "name": "Modify relationships",
        "description": "Ends the authorisation of an agent for a service",
    },
]


def _definition(request: Request) -> dict[str, Any]:
    room: AuthorisationApi = request.app.state.authorisation_api
    settings = room.settings
    access = {
        "type": settings.access_type,
        "whitelistedApplicationIds": list(settings.allowed_application_ids),
    }
    return {
        "scopes": _SCOPES,
        "api": {
            "name": "Agent Authorisation",
            "description": "An API allowing MTD-enabled Agents to request authorisation to a service for a client, "
            "instead of filling the 64-8 paper form.",
            "context": "agents",
            "categories": ["AGENTS"],
            "versions": [
                {"version": version, "status": "BETA", "endpointsEnabled": True, "access": access}
                for version in settings.supported_versions
            ],
        },
    }


def _unknown(_: str) -> Response:
    return JSONResponse({"code": "NOT_FOUND", "message": "Resource was not found."}, status_code=404)


documentation_router = router_of(
    prefix="/api",
    tag="authorisation-api",
    folder=Path(__file__).parent / "documents",
    definition=_definition,
    unknown=_unknown,
    state_caller=called_by(OPEN),
)
