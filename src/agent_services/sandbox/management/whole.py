"""The stub's configuration and planets. Spec: sandbox 3.7, 3.8."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.auth import SANDBOX, called_by
from agent_services.sandbox.enrolments.catalogue import CATALOGUE, Term
from agent_services.sandbox.http.routes import SandboxRoute, sandbox_of
from agent_services.sandbox.management.paths import STUBS

router = APIRouter(prefix=STUBS, route_class=SandboxRoute, include_in_schema=False)


@router.get("/config/services")
@called_by(SANDBOX)
async def services() -> Response:
    """200 the catalogue."""
    return JSONResponse(
        {
            "services": [
                {
                    "name": row.service,
                    "description": row.service,
                    "affinityGroups": [group.value for group in row.affinity_groups],
                    "identifiers": [_term(term) for term in row.identifiers],
                    "knownFacts": [_term(term) for term in row.verifiers],
                    "flags": {"multipleEnrolment": row.has_multiple_enrolments},
                }
                for row in CATALOGUE.values()
            ]
        }
    )


@router.delete("/planets/{planet_id}")
@called_by(SANDBOX)
async def destroy(request: Request, planet_id: str) -> Response:
    """204 once it is the first day again: one instance is one universe, whatever it is called, cast included."""
    await sandbox_of(request).reset()
    return Response(status_code=204)


def _term(term: Term) -> dict[str, str]:
    return {"name": term.name, "description": term.name, "regex": f"^({term.pattern.pattern})$"}
