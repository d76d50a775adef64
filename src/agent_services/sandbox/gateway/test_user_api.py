"""Create Test User. Spec: authorisation-api 8.6."""

from typing import Annotated, Any, Final, NoReturn

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, StrictStr
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.auth import GATEWAY, called_by
from agent_services.identifiers import Nino, PlrId
from agent_services.platform.http.body import json_body
from agent_services.platform.http.documents import json_request
from agent_services.platform.http.errors import CodeMessageError, FrameworkError
from agent_services.sandbox.gateway.gateway import gateway_of
from agent_services.sandbox.gateway.openapi import CREATE_TEST_USER_FAILURES
from agent_services.sandbox.gateway.test_users import NewTestUser, NinoTaken, Pillar2IdTaken, UserType

router = APIRouter(prefix="/create-test-user", tags=["gateway"])

_CREATED: Final[dict[int | str, dict[str, Any]]] = {
    201: {"description": "The user, with user id and password", "content": {"application/json": {}}},
    **CREATE_TEST_USER_FAILURES,
}
_LONGEST_TEXT = 100


class NinoAlreadyUsed(CodeMessageError):
    status = 400
    code = "NINO_ALREADY_USED"
    message = "The nino specified has already been used"


class Pillar2IdAlreadyUsed(CodeMessageError):
    status = 400
    code = "PILLAR2_ID_ALREADY_USED"
    message = "The pillar2Id specified has already been used"


class NewAgentBody(BaseModel):
    """The services to enrol for; none without."""

    model_config = ConfigDict(alias_generator=to_camel)

    service_names: list[StrictStr] | None = None


class NewIndividualBody(NewAgentBody):
    eori_number: StrictStr | None = None
    nino: StrictStr | None = None


class NewOrganisationBody(NewIndividualBody):
    excise_number: StrictStr | None = None
    taxpayer_type: StrictStr | None = None
    pillar2_id: StrictStr | None = None


_BY_APPLICATIONS: Final[dict[str, Any]] = {"security": [{"application": []}]}


def _taking(body: type[BaseModel]) -> dict[str, Any]:
    return {**_BY_APPLICATIONS, **json_request(body.model_json_schema())}


@router.post(
    "/agents",
    status_code=201,
    summary="Create an agent",
    response_model=None,
    responses=_CREATED,
    openapi_extra=_taking(NewAgentBody),
)
@called_by(GATEWAY)
async def post_agent(request: Request, body: Annotated[NewAgentBody, Depends(json_body(NewAgentBody))]) -> Response:
    """A new agent; with `agent-services` one with an agent reference number."""
    return await _create(request, NewTestUser(UserType.AGENT, _services(request, body)))


@router.post(
    "/individuals",
    status_code=201,
    summary="Create an individual",
    response_model=None,
    responses=_CREATED,
    openapi_extra=_taking(NewIndividualBody),
)
@called_by(GATEWAY)
async def post_individual(
    request: Request, body: Annotated[NewIndividualBody, Depends(json_body(NewIndividualBody))]
) -> Response:
    """A new person, with identifiers and records for each of the services."""
    wanted = NewTestUser(
        UserType.INDIVIDUAL,
        _services(request, body),
        nino=_nino(body.nino),
        eori_number=_text("eoriNumber", body.eori_number),
    )
    return await _create(request, wanted)


@router.post(
    "/organisations",
    status_code=201,
    summary="Create an organisation",
    response_model=None,
    responses=_CREATED,
    openapi_extra=_taking(NewOrganisationBody),
)
@called_by(GATEWAY)
async def post_organisation(
    request: Request, body: Annotated[NewOrganisationBody, Depends(json_body(NewOrganisationBody))]
) -> Response:
    """A new organisation, with identifiers and records for each of the services."""
    wanted = NewTestUser(
        UserType.ORGANISATION,
        _services(request, body),
        nino=_nino(body.nino),
        eori_number=_text("eoriNumber", body.eori_number),
        excise_number=_text("exciseNumber", body.excise_number),
        taxpayer_type=_text("taxpayerType", body.taxpayer_type),
        pillar2_id=_pillar2_id(body.pillar2_id),
    )
    return await _create(request, wanted)


@router.get(
    "/services",
    summary="List the services",
    response_model=None,
    responses=CREATE_TEST_USER_FAILURES,
    openapi_extra=_BY_APPLICATIONS,
)
@called_by(GATEWAY)
async def get_services(request: Request) -> Response:
    """Every service that a test user can be enrolled for, and for whom."""
    services = gateway_of(request).test_users.services()
    return JSONResponse(
        [{"key": each.key, "name": each.name, "allowedUserTypes": list(each.user_types)} for each in services]
    )


async def _create(request: Request, wanted: NewTestUser) -> Response:
    try:
        created = await gateway_of(request).test_users.create(wanted)
    except NinoTaken:
        raise NinoAlreadyUsed from None
    except Pillar2IdTaken:
        raise Pillar2IdAlreadyUsed from None
    return JSONResponse(dict(created), status_code=201)


def _services(request: Request, body: NewAgentBody) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(body.service_names or ()))
    if not set(names) <= {each.key for each in gateway_of(request).test_users.services()}:
        _refuse("serviceNames")
    return names


def _nino(text: str | None) -> str | None:
    if text is not None and not Nino.is_valid(text):
        _refuse("nino")
    return text


def _pillar2_id(text: str | None) -> str | None:
    if text is not None and not PlrId.is_valid(text):
        _refuse("pillar2Id")
    return text


def _text(member: str, text: str | None) -> str | None:
    if text is not None and not (text.strip() and text.isprintable() and len(text) <= _LONGEST_TEXT):
        _refuse(member)
    return text


def _refuse(member: str) -> NoReturn:
    raise FrameworkError(f"Json validation error at /{member}: missing or not of the expected form")
