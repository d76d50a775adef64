"""`/sandbox/journal`, `/sandbox/faults`, `/sandbox/outbox` and `/sandbox/audit`. Spec: sandbox 6.2, 6.5."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.auth import SANDBOX, called_by
from agent_services.platform.http.body import shape_error
from agent_services.sandbox.documents import Document
from agent_services.sandbox.faults.definitions import PRESETS, FaultDefinition, preset
from agent_services.sandbox.faults.store import Fault
from agent_services.sandbox.http.routes import SteeringRoute, sandbox_of, strict_json
from agent_services.sandbox.journal.journal import KEPT
from agent_services.sandbox.journal.store import Filter
from agent_services.sandbox.management.paths import SANDBOX_PATH
from agent_services.sandbox.management.schemas import FAILURES, JSON_OBJECT, body_of
from agent_services.sandbox.refusals import Refusal

router = APIRouter(prefix=SANDBOX_PATH, route_class=SteeringRoute, tags=["sandbox"])


class JournalMatch(BaseModel):
    """Which calls: every part that is given must hold; `path` is a part of the path."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)

    upstream: str | None = None
    operation: str | None = None
    method: str | None = None
    path: str | None = None
    status: int | None = Field(default=None, ge=0, le=999)
    since: datetime | None = None
    correlation_id: str | None = None
    planet: str | None = None
    limit: int = Field(default=200, ge=1, le=KEPT)

    def as_filter(self) -> Filter:
        since = self.since.astimezone() if self.since is not None else None
        return Filter(
            upstream=_clean(self.upstream),
            operation=_clean(self.operation),
            method=self.method.upper() if self.method else None,
            path=_clean(self.path),
            status=self.status,
            since=since,
            correlation_id=_clean(self.correlation_id),
            limit=self.limit,
        )


class Times(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)

    exactly: int | None = Field(default=None, ge=0)
    at_least: int | None = Field(default=None, ge=0)
    at_most: int | None = Field(default=None, ge=0)

    def hold(self, count: int) -> bool:
        return (
            (self.exactly is None or count == self.exactly)
            and (self.at_least is None or count >= self.at_least)
            and (self.at_most is None or count <= self.at_most)
        )


class Verification(BaseModel):
    """How often calls like these must have been made."""

    model_config = ConfigDict(extra="forbid")

    match: JournalMatch = Field(default_factory=JournalMatch)
    times: Times = Field(default_factory=lambda: Times(at_least=1))


@router.get("/journal", responses=JSON_OBJECT | FAILURES)
@called_by(SANDBOX)
async def journal(request: Request) -> Response:
    """The upstream calls of all processes, oldest first: what was asked, what was answered, and why it was refused.

    Filters: upstream, operation, method, path, status, since, correlationId, limit (200).
    """
    chosen = _from_query(request).as_filter()
    return JSONResponse({"calls": await sandbox_of(request).journal.read(chosen)})


@router.delete("/journal", status_code=204)
@called_by(SANDBOX)
async def clear_journal(request: Request) -> Response:
    """Forgets the calls."""
    await sandbox_of(request).journal.clear()
    return Response(status_code=204)


@router.post("/journal/verify", responses=JSON_OBJECT | FAILURES, openapi_extra=body_of(Verification))
@called_by(SANDBOX)
async def verify_journal(
    request: Request, wanted: Annotated[Verification, Depends(strict_json(Verification))]
) -> Response:
    """200 when calls like these were made so often, else 409; both say how often."""
    chosen = wanted.match.model_copy(update={"limit": KEPT}).as_filter()
    count = len(await sandbox_of(request).journal.read(chosen))
    is_verified = wanted.times.hold(count)
    return JSONResponse({"verified": is_verified, "count": count}, status_code=200 if is_verified else 409)


@router.get("/faults", responses=JSON_OBJECT)
@called_by(SANDBOX)
async def faults(request: Request) -> Response:
    """The faults that lie in wait, and the names of the presets."""
    found = await sandbox_of(request).faults.all()
    return JSONResponse({"faults": [_fault(fault) for fault in found], "presets": sorted(PRESETS)})


@router.post("/faults", responses=FAILURES, status_code=201, openapi_extra=body_of(FaultDefinition))
@called_by(SANDBOX)
async def create_fault(
    request: Request, wanted: Annotated[FaultDefinition, Depends(strict_json(FaultDefinition))]
) -> Response:
    """201 with its id: calls that match meet it from now on, in every process within a quarter of a second."""
    fault_id = await sandbox_of(request).faults.add(wanted)
    return JSONResponse({"id": fault_id}, status_code=201)


@router.post("/faults/presets/{name}", responses=FAILURES, status_code=201)
@called_by(SANDBOX)
async def create_preset(request: Request, name: str) -> Response:
    """201 with the ids of the faults behind a well-known name, such as `etmp-down`."""
    wanted = preset(name)
    if wanted is None:
        raise Refusal(404, "NO_SUCH_PRESET", f"known presets: {', '.join(sorted(PRESETS))}")
    sandbox = sandbox_of(request)
    return JSONResponse({"ids": [await sandbox.faults.add(each) for each in wanted]}, status_code=201)


@router.patch("/faults/{fault_id}", responses=JSON_OBJECT | FAILURES, openapi_extra=body_of(dict[str, Any]))
@called_by(SANDBOX)
async def change_fault(
    request: Request, fault_id: str, changes: Annotated[Document, Depends(strict_json(Document))]
) -> Response:
    """200 the fault with the given members replaced, for instance `{"enabled": false}`."""
    sandbox = sandbox_of(request)
    before = next((fault for fault in await sandbox.faults.all() if fault.id == fault_id), None)
    if before is None:
        raise _no_such_fault()
    merged = before.definition.model_dump(mode="json", by_alias=True) | {"enabled": before.is_enabled} | changes
    try:
        wanted = FaultDefinition.model_validate(merged)
    except ValidationError as error:
        raise shape_error(error) from None
    await sandbox.faults.replace(fault_id, wanted)
    return JSONResponse(_fault(Fault(fault_id, wanted, wanted.enabled, before.seen, before.applied)))


@router.delete("/faults/{fault_id}", responses=FAILURES, status_code=204)
@called_by(SANDBOX)
async def delete_fault(request: Request, fault_id: str) -> Response:
    """Takes one fault away."""
    if not await sandbox_of(request).faults.delete(_clean(fault_id) or ""):
        raise _no_such_fault()
    return Response(status_code=204)


@router.delete("/faults", status_code=204)
@called_by(SANDBOX)
async def delete_faults(request: Request) -> Response:
    """Takes all faults away."""
    await sandbox_of(request).faults.delete()
    return Response(status_code=204)


@router.get("/outbox", responses=JSON_OBJECT)
@called_by(SANDBOX)
async def outbox(request: Request) -> Response:
    """The e-mails that were sent, oldest first; `?to=` shows one recipient's."""
    return JSONResponse({"emails": await sandbox_of(request).mailbox.emails(to=_query(request, "to"))})


@router.delete("/outbox", status_code=204)
@called_by(SANDBOX)
async def clear_outbox(request: Request) -> Response:
    """Forgets the e-mails."""
    await sandbox_of(request).mailbox.forget_emails()
    return Response(status_code=204)


@router.get("/audit", responses=JSON_OBJECT)
@called_by(SANDBOX)
async def audit(request: Request) -> Response:
    """The audit events that arrived, oldest first; `?auditType=` shows those of one type."""
    events = await sandbox_of(request).mailbox.audit_events(audit_type=_query(request, "auditType"))
    return JSONResponse({"events": events})


@router.delete("/audit", status_code=204)
@called_by(SANDBOX)
async def clear_audit(request: Request) -> Response:
    """Forgets the audit events."""
    await sandbox_of(request).mailbox.forget_audit_events()
    return Response(status_code=204)


def _from_query(request: Request) -> JournalMatch:
    try:
        return JournalMatch.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise shape_error(error) from None


def _fault(fault: Fault) -> Document:
    definition = fault.definition.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {
        "id": fault.id,
        **definition,
        "enabled": fault.is_enabled,
        "seen": fault.seen,
        "applied": fault.applied,
    }


def _query(request: Request, name: str) -> str | None:
    return _clean(request.query_params.get(name))


def _clean(text: str | None) -> str | None:
    # PostgreSQL knows no text with a zero byte, so nothing can match one.
    return text.replace("\0", "\ufffd") if text is not None else None


def _no_such_fault() -> Refusal:
    return Refusal(404, "NO_SUCH_FAULT")
