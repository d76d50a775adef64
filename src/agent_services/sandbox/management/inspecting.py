"""`GET /sandbox/consistency` and access groups. Spec: sandbox 6.6, 2.10."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.auth import SANDBOX, called_by
from agent_services.sandbox.access_groups.store import AccessGroup
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.http.routes import SteeringRoute, sandbox_of, strict_json
from agent_services.sandbox.management.paths import SANDBOX_PATH
from agent_services.sandbox.management.schemas import FAILURES, JSON_OBJECT, body_of
from agent_services.sandbox.refusals import Refusal

router = APIRouter(prefix=SANDBOX_PATH, route_class=SteeringRoute, tags=["sandbox"])


class WantedAccessGroup(BaseModel):
    """A custom group has clients (enrolment keys) and members; a tax group has a service and all its clients."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)

    arn: Annotated[str, StringConstraints(pattern=r"^[A-Z]ARN[0-9]{7}$")]
    group_name: Annotated[str, StringConstraints(pattern=r"^[^\x00]{1,50}$")]
    tax_service: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{1,40}$")] | None = None
    clients: list[str] = Field(default_factory=list, max_length=1000)
    members: list[str] = Field(default_factory=list, max_length=1000)


@router.get("/consistency", responses=JSON_OBJECT)
@called_by(SANDBOX)
async def consistency(request: Request) -> Response:
    """Where enrolments, relationships, known facts and records disagree, by the number of the invariant."""
    return JSONResponse({"violations": await sandbox_of(request).consistency.violations()})


@router.get("/access-groups", responses=JSON_OBJECT)
@called_by(SANDBOX)
async def access_groups(request: Request) -> Response:
    """The access groups of the agency `?arn=`."""
    arn = request.query_params.get("arn", "").replace("\0", "")
    found = await sandbox_of(request).access_groups.of_agency(arn)
    return JSONResponse({"groups": [group.summary() for group in found]})


@router.post("/access-groups", responses=FAILURES, status_code=201, openapi_extra=body_of(WantedAccessGroup))
@called_by(SANDBOX)
async def create_access_group(
    request: Request, wanted: Annotated[WantedAccessGroup, Depends(strict_json(WantedAccessGroup))]
) -> Response:
    """201 with the new group's id."""
    sandbox = sandbox_of(request)
    group = AccessGroup(
        uuid4(),
        wanted.arn,
        wanted.group_name,
        wanted.tax_service,
        tuple(sorted({StoredKey.checked(key).lookup_key for key in wanted.clients})),
        tuple(sorted(set(wanted.members))),
    )
    async with sandbox.database.unit_of_work() as work:
        await sandbox.access_groups.add(work, group)
    return JSONResponse(group.summary(), status_code=201)


@router.delete("/access-groups/{group_id}", responses=FAILURES, status_code=204)
@called_by(SANDBOX)
async def delete_access_group(request: Request, group_id: str) -> Response:
    """Takes the group away."""
    try:
        wanted = UUID(group_id)
    except ValueError:
        raise Refusal(404, "NO_SUCH_GROUP") from None
    if not await sandbox_of(request).access_groups.delete(wanted):
        raise Refusal(404, "NO_SUCH_GROUP")
    return Response(status_code=204)
