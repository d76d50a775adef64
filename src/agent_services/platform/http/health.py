"""The routes that operators and their tools ask: ping, liveness, readiness, metrics. All open."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.platform import telemetry
from agent_services.platform.database import Database

router = APIRouter(tags=["platform"])


def _database_of(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


@router.get("/ping/ping", summary="Is the process up?", response_class=Response)
async def ping() -> Response:
    """200 empty. Spec: relationships 0, authorisation-api 5."""
    return Response(status_code=200)


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> Response:
    """200 as long as the event loop answers."""
    return JSONResponse({"status": "alive"})


@router.get("/readyz", summary="Can the process do its work?")
async def readyz(request: Request) -> Response:
    """200 while the database answers, 503 otherwise and while shutting down."""
    if request.app.state.stopping or not await _database_of(request).is_reachable():
        return JSONResponse({"status": "not ready"}, status_code=503)
    return JSONResponse({"status": "ready"})


@router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
async def metrics() -> Response:
    """The metrics of the process that answers (with several workers: of one of them)."""
    return Response(telemetry.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")
