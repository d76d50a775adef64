"""The stub's master records. Spec: sandbox 3.4."""

import uuid
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.auth import SANDBOX, called_by
from agent_services.platform.http.body import shape_error
from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.etmp.terms import AgentRelationship
from agent_services.sandbox.http.routes import SandboxRoute, any_json, sandbox_of
from agent_services.sandbox.management.paths import STUBS
from agent_services.sandbox.management.record_shapes import RelationshipData, problem_of
from agent_services.sandbox.management.signing_in import SignedIn
from agent_services.sandbox.records.kinds import MasterRecord, RecordKind
from agent_services.sandbox.refusals import Refusal, Shape

router = APIRouter(prefix=STUBS, route_class=SandboxRoute, include_in_schema=False)

_STORED_BY_STUB = frozenset(RecordKind) - {RecordKind.AMLS, RecordKind.OVERSEAS_APPLICATION}


@router.get("/records")
@called_by(SANDBOX)
async def records(request: Request, session: SignedIn) -> Response:
    """200 every record, by class name."""
    sandbox = sandbox_of(request)
    listed: dict[str, list[Document]] = {}
    for record in await sandbox.records.all():
        listed.setdefault(record.kind.class_name, []).append({**record.document, "id": record.id})
    rows = await sandbox.relationship_store.all()
    if rows:
        listed[RecordKind.RELATIONSHIP.class_name] = [_relationship_document(row) for row in rows]
    return JSONResponse(listed)


@router.get("/records/{record_id}")
@called_by(SANDBOX)
async def record(request: Request, record_id: str, session: SignedIn) -> Response:
    """200 the record; 404 NOT_FOUND_RECORD_ID."""
    sandbox = sandbox_of(request)
    found = await sandbox.records.by_id(record_id)
    if found is not None:
        return JSONResponse({**found.document, "id": found.id})
    row = await sandbox.relationship_store.find(record_id)
    if row is None:
        raise _not_found()
    return JSONResponse(_relationship_document(row))


@router.post("/records/{kind}")
@called_by(SANDBOX)
async def create_record(
    request: Request, kind: str, document: Annotated[Document, Depends(any_json(Document))], session: SignedIn
) -> Response:
    """201 with a link; 400 for a record of the wrong form; 404 for an unknown kind."""
    sandbox = sandbox_of(request)
    if kind not in {each.value for each in _STORED_BY_STUB}:
        raise Refusal(404, "NOT_FOUND")
    wanted = RecordKind(kind)
    now = sandbox.clock.now()
    if wanted is RecordKind.RELATIONSHIP:
        row = _relationship(uuid.uuid4().hex[:24], document)
        async with sandbox.database.unit_of_work() as work:
            await sandbox.relationship_store.add(work, [row])
        return _created(row.id, None)
    problem = problem_of(wanted, document)
    if problem is not None:
        raise Refusal(400, problem, shape=Shape.TEXT)
    stored = MasterRecord(uuid.uuid4().hex[:24], wanted, document)
    async with sandbox.database.unit_of_work() as work:
        (record_id,) = await sandbox.records.put(work, [stored], now=now)
    return _created(record_id, _upstream_view(wanted, document))


@router.put("/records/{record_id}")
@called_by(SANDBOX)
async def replace_record(
    request: Request, record_id: str, document: Annotated[Document, Depends(any_json(Document))], session: SignedIn
) -> Response:
    """202: the document as it stands; 404."""
    sandbox = sandbox_of(request)
    found = await sandbox.records.by_id(record_id)
    row = None
    if found is None:
        if await sandbox.relationship_store.find(record_id) is None:
            raise _not_found()
        row = _relationship(record_id, document)
    async with sandbox.database.unit_of_work() as work:
        if found is not None:
            await sandbox.records.replace(work, record_id, found.kind, document, now=sandbox.clock.now())
        if row is not None:
            await sandbox.relationship_store.add(work, [row])
    return Response(status_code=202, headers={"Location": f"{STUBS}/records/{record_id}"})


@router.delete("/records/{record_id}")
@called_by(SANDBOX)
async def delete_record(request: Request, record_id: str, session: SignedIn) -> Response:
    """204; 404."""
    sandbox = sandbox_of(request)
    async with sandbox.database.unit_of_work() as work:
        is_deleted = await sandbox.records.delete(work, record_id) or await sandbox.relationship_store.delete(
            work, record_id
        )
    if not is_deleted:
        raise _not_found()
    return Response(status_code=204)


def _relationship(record_id: str, document: Document) -> AgentRelationship:
    try:
        given = RelationshipData.model_validate(document)
    except ValidationError as error:
        raise shape_error(error) from None
    return AgentRelationship(
        id=record_id,
        regime=given.regime,
        arn=given.arn,
        id_type=given.id_type,
        ref_number=given.ref_number,
        relationship_type=given.relationship_type,
        auth_profile=given.auth_profile,
        active=given.active,
        start_date=given.start_date or (None if given.active else date(2018, 1, 1)),
        end_date=given.end_date,
    )


def _relationship_document(row: AgentRelationship) -> Document:
    return without_absent(
        {
            "regime": row.regime,
            "arn": row.arn,
            "idType": row.id_type,
            "refNumber": row.ref_number,
            "active": row.active,
            "relationshipType": row.relationship_type,
            "authProfile": row.auth_profile,
            "startDate": row.start_date.isoformat() if row.start_date else None,
            "endDate": row.end_date.isoformat() if row.end_date else None,
            "id": row.id,
        }
    )


def _upstream_view(kind: RecordKind, document: Document) -> str | None:
    if kind is RecordKind.BUSINESS_DETAILS:
        return f"/registration/business-details/nino/{document.get('nino')}"
    if kind is RecordKind.VAT_CUSTOMER:
        return f"/vat/customer/vrn/{document.get('vrn')}/information"
    if kind is RecordKind.LEGACY_RELATIONSHIP and document.get("nino"):
        return f"/registration/relationship/nino/{document['nino']}"
    return None


def _created(record_id: str, location: str | None) -> Response:
    href = f"{STUBS}/records/{record_id}"
    return JSONResponse(
        {"_links": [{"rel": "self", "href": href}]}, status_code=201, headers={"Location": location or href}
    )


def _not_found() -> Refusal:
    return Refusal(404, "NOT_FOUND_RECORD_ID")
