"""`/sandbox/agents/{arn}/…` and `/sandbox/clients/{id}/…`: changes of state that no API makes. Spec: sandbox 6.8."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.auth import SANDBOX, called_by
from agent_services.sandbox.http.routes import SteeringRoute, sandbox_of, strict_json
from agent_services.sandbox.management.paths import SANDBOX_PATH
from agent_services.sandbox.management.schemas import FAILURES, JSON_OBJECT, body_of

router = APIRouter(prefix=SANDBOX_PATH, route_class=SteeringRoute, tags=["sandbox"])

_CAMEL_CASE = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)


_Regime = Literal["ALL", "ITSA", "VATC", "TRS", "CGT", "PPT", "PIR", "PLR", "CBC", "AGSV"]


def _every_regime() -> list[_Regime]:
    return ["ALL"]


class Suspension(BaseModel):
    """For which regimes; every one by default."""

    model_config = _CAMEL_CASE

    regimes: list[_Regime] = Field(default_factory=_every_regime, min_length=1, max_length=10)


class SignUp(BaseModel):
    """The MTDITID to sign up with; one is made up by default."""

    model_config = _CAMEL_CASE

    mtd_it_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,15}$")] | None = None


@router.post(
    "/agents/{arn}/suspend", responses=FAILURES, status_code=204, openapi_extra=body_of(Suspension, is_required=False)
)
@called_by(SANDBOX)
async def suspend(
    request: Request, arn: str, wanted: Annotated[Suspension, Depends(strict_json(Suspension, or_empty=True))]
) -> Response:
    """The agent is suspended for these regimes."""
    await sandbox_of(request).levers.suspend(arn, wanted.regimes)
    return Response(status_code=204)


@router.post("/agents/{arn}/unsuspend", responses=FAILURES, status_code=204)
@called_by(SANDBOX)
async def unsuspend(request: Request, arn: str) -> Response:
    """The agent is suspended for nothing."""
    await sandbox_of(request).levers.suspend(arn, [])
    return Response(status_code=204)


@router.post("/clients/{client_id}/insolvent", responses=FAILURES, status_code=204)
@called_by(SANDBOX)
async def insolvent(request: Request, client_id: str) -> Response:
    """The VAT client with this VRN is insolvent."""
    await sandbox_of(request).levers.make_insolvent(client_id)
    return Response(status_code=204)


@router.post("/clients/{client_id}/deregister", responses=FAILURES, status_code=204)
@called_by(SANDBOX)
async def deregister(request: Request, client_id: str) -> Response:
    """The client with this VRN or plastic packaging reference is deregistered today."""
    await sandbox_of(request).levers.deregister(client_id)
    return Response(status_code=204)


@router.post("/clients/{client_id}/deceased", responses=FAILURES, status_code=204)
@called_by(SANDBOX)
async def deceased(request: Request, client_id: str) -> Response:
    """The person with this NINO has died."""
    await sandbox_of(request).levers.mark_deceased(client_id)
    return Response(status_code=204)


@router.post(
    "/clients/{client_id}/sign-up-itsa",
    responses=JSON_OBJECT | FAILURES,
    openapi_extra=body_of(SignUp, is_required=False),
)
@called_by(SANDBOX)
async def sign_up_income_tax(
    request: Request, client_id: str, wanted: Annotated[SignUp, Depends(strict_json(SignUp, or_empty=True))]
) -> Response:
    """200 the MTDITID with which the person with this NINO is signed up for income tax now."""
    mtd_it_id = await sandbox_of(request).levers.sign_up_income_tax(client_id, wanted.mtd_it_id)
    return JSONResponse({"mtdItId": mtd_it_id})


@router.post("/clients/{client_id}/cease-cesa", responses=FAILURES, status_code=204)
@called_by(SANDBOX)
async def cease_cesa(request: Request, client_id: str) -> Response:
    """The older self assessment agents of the person with this NINO cease today."""
    await sandbox_of(request).levers.cease_legacy_agents(client_id)
    return Response(status_code=204)
