"""What the test support API says of itself. Spec: test-support 1."""

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.auth import OPEN, called_by
from agent_services.platform.http.api_documents import documentation_router as router_of
from agent_services.test_support.api import CONTEXT

_DEFINITION: dict[str, Any] = {
    "scopes": [],
    "api": {
        "name": "Agent Authorisation Test Support",
        "description": "The Agent Authorisation Test Support API provides test-only ability to accept or reject an "
        "authorisation request created with Agent Authorisation API POST /agents/:arn/invitations.",
        "context": "agent-authorisation-test-support",
        "categories": ["AGENTS"],
        "isTestSupport": True,
        "versions": [
            {"version": "1.0", "status": "BETA", "endpointsEnabled": True, "access": {"type": "PUBLIC"}},
        ],
    },
}


def _definition(_: Request) -> dict[str, Any]:
    return _DEFINITION


def _unknown(_: str) -> Response:
    return JSONResponse({"code": "NOT_FOUND", "message": "Resource was not found"}, status_code=404)


documentation_router = router_of(
    prefix=CONTEXT + "/api",
    tag="test-support",
    folder=Path(__file__).parent / "documents",
    definition=_definition,
    unknown=_unknown,
    state_caller=called_by(OPEN),
)
