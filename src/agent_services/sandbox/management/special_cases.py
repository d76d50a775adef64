"""The stub's special cases: canned answers, kept as faults. Spec: sandbox 1.9, 3.6."""

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.auth import SANDBOX, called_by
from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.faults.definitions import Action, FaultDefinition, Match
from agent_services.sandbox.faults.store import Fault
from agent_services.sandbox.http.routes import SandboxRoute, any_json, sandbox_of
from agent_services.sandbox.management.paths import STUBS
from agent_services.sandbox.management.signing_in import SignedIn
from agent_services.sandbox.refusals import Refusal

router = APIRouter(prefix=STUBS, route_class=SandboxRoute, include_in_schema=False)

_CAMEL_CASE = ConfigDict(extra="ignore", alias_generator=to_camel, populate_by_name=True)
_ID_PREFIX = "special-"


class RequestMatch(BaseModel):
    """`body` and `contentType` are kept by nobody: the stub never matches by them."""

    model_config = _CAMEL_CASE

    method: Literal["GET", "POST", "PUT", "DELETE"] = "GET"
    path: str = Field(min_length=1, max_length=2000)


class HeaderData(BaseModel):
    name: str = Field(pattern=r"^[A-Za-z0-9-]{1,60}$")
    value: str = Field(pattern=r"^[ -~]{0,500}$")


class CannedResponse(BaseModel):
    status: int = Field(ge=200, le=599)
    body: Any = None
    headers: list[HeaderData] = Field(default_factory=list)


class SpecialCase(BaseModel):
    """A canned answer for every call whose path and query begin with this text."""

    model_config = _CAMEL_CASE

    request_match: RequestMatch
    response: CannedResponse

    def as_fault(self) -> FaultDefinition:
        return FaultDefinition(
            match=Match(method=self.request_match.method, pathRegex="^" + re.escape(self.request_match.path)),
            action=Action(
                status=self.response.status,
                body=self.response.body,
                headers={each.name: each.value for each in self.response.headers},
            ),
        )


@router.get("/special-cases")
@called_by(SANDBOX)
async def special_cases(request: Request, session: SignedIn) -> Response:
    """200 all of them; 204 without any."""
    found = [_document(fault) for fault in await _all(request)]
    return JSONResponse(found) if found else Response(status_code=204)


@router.post("/special-cases")
@called_by(SANDBOX)
async def create_special_case(
    request: Request, wanted: Annotated[SpecialCase, Depends(any_json(SpecialCase))], session: SignedIn
) -> Response:
    """201 and the location; one with the same method and path is replaced."""
    sandbox, fault = sandbox_of(request), wanted.as_fault()
    same = next((each for each in await _all(request) if each.definition.match == fault.match), None)
    if same is not None:
        await sandbox.faults.replace(same.id, fault)
        fault_id = same.id
    else:
        fault_id = await sandbox.faults.add(fault, id_prefix=_ID_PREFIX)
    return Response(status_code=201, headers={"Location": f"{STUBS}/special-cases/{fault_id}"})


@router.get("/special-cases/{case_id}")
@called_by(SANDBOX)
async def special_case(request: Request, case_id: str, session: SignedIn) -> Response:
    """200; 404."""
    return JSONResponse(_document(await _existing(request, case_id)))


@router.put("/special-cases/{case_id}")
@called_by(SANDBOX)
async def replace_special_case(
    request: Request, case_id: str, wanted: Annotated[SpecialCase, Depends(any_json(SpecialCase))], session: SignedIn
) -> Response:
    """202; 404."""
    await _existing(request, case_id)
    await sandbox_of(request).faults.replace(case_id, wanted.as_fault())
    return Response(status_code=202, headers={"Location": f"{STUBS}/special-cases/{case_id}"})


@router.delete("/special-cases/{case_id}")
@called_by(SANDBOX)
async def delete_special_case(request: Request, case_id: str, session: SignedIn) -> Response:
    """204 always."""
    if case_id.startswith(_ID_PREFIX):
        await sandbox_of(request).faults.delete(case_id)
    return Response(status_code=204)


async def _all(request: Request) -> list[Fault]:
    return [fault for fault in await sandbox_of(request).faults.all() if fault.id.startswith(_ID_PREFIX)]


async def _existing(request: Request, case_id: str) -> Fault:
    found = next((fault for fault in await _all(request) if fault.id == case_id), None)
    if found is None:
        raise Refusal(404, "NOT_FOUND")
    return found


def _document(fault: Fault) -> Document:
    match, action = fault.definition.match, fault.definition.action
    path = re.sub(r"\\(.)", r"\1", (match.path_regex or "^")[1:])
    headers = [{"name": name, "value": value} for name, value in (action.headers or {}).items()]
    return {
        "requestMatch": {"method": match.method, "path": path},
        "response": without_absent({"status": action.status, "body": action.body, "headers": headers}),
        "planetId": "hmrc",
        "id": fault.id,
    }
