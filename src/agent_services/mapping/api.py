"""The endpoints below `/agent-mapping`. Path parameters are bound before auth is asked. Spec: mapping 4, 5."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, BaseModel, Field, StrictInt, StrictStr, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from agent_services.auth import (
    ANY,
    BASIC,
    MAPPING_BASIC,
    MAPPING_CREATE,
    MAPPING_ELIGIBILITY,
    MAPPING_GROUP,
    MAPPING_PROVIDER,
    MAPPING_SUBSCRIBED,
    TEST_ONLY,
    Principal,
    called_by,
    is_basic_caller,
    requires,
)
from agent_services.identifiers import Arn, InvalidIdentifier, Utr
from agent_services.mapping.capturing import codes_of_session, is_eligible
from agent_services.mapping.details import Noted
from agent_services.mapping.errors import InvalidDetails, WrongBasicCredentials
from agent_services.mapping.holding import Mapped
from agent_services.mapping.legacy_services import LegacyService
from agent_services.mapping.room import MappingRoom
from agent_services.mapping.task_list import DetailsTaken, JourneyMapped
from agent_services.mapping.wire import details_document, mappings_document
from agent_services.platform.http.body import read_json
from agent_services.platform.http.documents import Body, answers
from agent_services.platform.http.errors import CannotBind

router = APIRouter(prefix="/agent-mapping", tags=["mapping"])
test_only_router = APIRouter(prefix="/agent-mapping/test-only", tags=["mapping"])

_STATUS_OF_MAPPED: Final = {Mapped.SOME_NEW: 201, Mapped.ALL_KNOWN: 409, Mapped.NOTHING_OFFERED: 204}
_STATUS_OF_JOURNEY: Final = {
    JourneyMapped.SOME_NEW: 201,
    JourneyMapped.NOTHING_NEW: 409,
    JourneyMapped.NO_JOURNEY: 204,
}
_STATUS_OF_NOTED: Final = {Noted.RECORD_MADE: 201, Noted.APPENDED: 200, Noted.KNOWN_ALREADY: 409}


async def bound_arn(arn: str) -> Arn:
    """The path's ARN, check letter included. Raises CannotBind."""
    try:
        return Arn.parse(arn)
    except InvalidIdentifier:
        raise CannotBind() from None


async def bound_utr(utr: str) -> Utr:
    """The path's UTR, check digit included. Raises CannotBind."""
    try:
        return Utr.parse(utr)
    except InvalidIdentifier:
        raise CannotBind() from None


BoundArn = Annotated[Arn, Depends(bound_arn)]
BoundUtr = Annotated[Utr, Depends(bound_utr)]
EligibilityCaller = Annotated[Principal, Depends(requires(MAPPING_ELIGIBILITY))]
LegacyCaller = Annotated[Principal, Depends(requires(MAPPING_CREATE))]
ProviderCaller = Annotated[Principal, Depends(requires(MAPPING_PROVIDER))]
SubscribedCaller = Annotated[Principal, Depends(requires(MAPPING_SUBSCRIBED))]
GroupCaller = Annotated[Principal, Depends(requires(MAPPING_GROUP))]
BasicCaller = Annotated[Principal, Depends(requires(MAPPING_BASIC))]
AnyCaller = Annotated[Principal, Depends(requires(ANY))]


def _no_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("holds a character that cannot be stored")
    return text


class DetailsRequest(BaseModel):
    """Body of POST details. Spec: mapping 5.10."""

    authProviderId: Annotated[StrictStr, AfterValidator(_no_nul)]  # noqa: N815  # the wire's name
    ggTag: Annotated[StrictStr, AfterValidator(_no_nul)]  # noqa: N815  # the wire's name
    count: Annotated[StrictInt, Field(ge=-(2**31), lt=2**31)]


_DETAILS_SCHEMA: Final = DetailsRequest.model_json_schema()


def _list_of(value_member: str) -> dict[str, Any]:
    mapping = {"type": "object", "properties": {"arn": {"type": "string"}, value_member: {"type": "string"}}}
    return {
        "type": "object",
        "properties": {"mappings": {"type": "array", "items": mapping}},
        "required": ["mappings"],
    }


_REFUSED: Final = {401: (), 403: ()}
"""Of auth's noes one is empty and the other, for some callers, has the framework body."""
_OF_MAPPING: Final = answers({201: (), 204: (), 409: (), **_REFUSED})
_OF_LOOK_UP: Final = answers({401: (Body.FRAMEWORK,), 404: ()})


def mapping_of(request: Request) -> MappingRoom:
    """The application's room."""
    room: MappingRoom = request.app.state.mapping
    return room


@router.get("/mappings/eligibility", responses=answers({401: ()}))
async def eligibility(request: Request, caller: EligibilityCaller) -> Response:
    """Does the caller hold any enrolment that can be mapped? Spec: mapping 5.1."""
    return JSONResponse({"hasEligibleEnrolments": is_eligible(caller)})


@router.put("/mappings/arn/{arn}", status_code=201, response_class=Response, responses=_OF_MAPPING)
async def map_to_arn(request: Request, arn: BoundArn, caller: LegacyCaller) -> Response:
    """Maps the caller's legacy codes to an agent. 201: some were new; 409: all were known. Spec: mapping 5.2."""
    mapped = await mapping_of(request).mappings.map_to_arn(
        arn, codes_of_session(caller), auth_provider_id=_provider_id(caller)
    )
    return Response(status_code=_STATUS_OF_MAPPED[mapped])


@router.put("/mappings/pre-subscription/utr/{utr}", status_code=201, response_class=Response, responses=_OF_MAPPING)
async def map_to_utr(request: Request, utr: BoundUtr, caller: LegacyCaller) -> Response:
    """Keeps the caller's legacy codes for 24 hours for whoever subscribes with the UTR. Spec: mapping 5.3."""
    mapped = await mapping_of(request).mappings.map_to_utr(utr, codes_of_session(caller))
    return Response(status_code=_STATUS_OF_MAPPED[mapped])


@router.put("/mappings/post-subscription/utr/{utr}", response_class=Response, responses=answers(_REFUSED))
async def move_to_arn(request: Request, utr: BoundUtr, caller: SubscribedCaller) -> Response:
    """Gives the subscribed caller what waits for the UTR. 200, also when nothing does. Spec: mapping 5.4."""
    await mapping_of(request).mappings.move_to_arn(utr, _own_arn(caller))
    return Response(status_code=200)


@router.delete(
    "/mappings/pre-subscription/utr/{utr}", status_code=204, response_class=Response, responses=answers({401: ()})
)
async def forget_utr(request: Request, utr: BoundUtr, _: BasicCaller) -> Response:
    """Drops what waits for the UTR. 204 always. Spec: mapping 5.5."""
    await mapping_of(request).mappings.forget_utr(utr)
    return Response(status_code=204)


@router.get("/mappings/sa/{arn}", responses=_OF_LOOK_UP)
async def sa_mappings(request: Request, arn: BoundArn, _: AnyCaller) -> Response:
    """The agent's self assessment references; 404 without any. Spec: mapping 5.6."""
    return await _mappings_of(request, arn, LegacyService.SELF_ASSESSMENT, "saAgentReference")


@router.get("/mappings/vat/{arn}", responses=_OF_LOOK_UP)
async def vat_mappings(request: Request, arn: BoundArn, _: AnyCaller) -> Response:
    """The agent's older VAT references; 404 without any. Spec: mapping 5.6."""
    return await _mappings_of(request, arn, LegacyService.VAT, "vrn")


@router.get("/mappings/agentcode/{arn}", responses=_OF_LOOK_UP)
async def agent_code_mappings(request: Request, arn: BoundArn, _: AnyCaller) -> Response:
    """The agent's agent codes; 404 without any. Spec: mapping 5.6."""
    return await _mappings_of(request, arn, LegacyService.AGENT_CODE, "agentCode")


@router.get(
    "/mappings/key/{key}/arn/{arn}",
    responses=answers({200: (_list_of("identifier"),), 400: (Body.TEXT,), 401: (Body.FRAMEWORK,), 404: ()}),
)
async def mappings_by_key(request: Request, key: str, arn: BoundArn, _: AnyCaller) -> Response:
    """The agent's codes of the service with this short name; 400 for an unknown name. Spec: mapping 5.6."""
    found = await mapping_of(request).mappings.of_lookup_key(arn, key)
    return JSONResponse(mappings_document(found, value_member="identifier"))


@router.get("/mappings/{arn}", deprecated=True, responses=_OF_LOOK_UP)
async def sa_mappings_alias(request: Request, arn: BoundArn, _: AnyCaller) -> Response:
    """As `/mappings/sa/{arn}`. Spec: mapping 5.6."""
    return await _mappings_of(request, arn, LegacyService.SELF_ASSESSMENT, "saAgentReference")


@router.put("/mappings/auto-map/arn/{arn}", status_code=201, response_class=Response, responses=_OF_MAPPING)
async def auto_map(request: Request, arn: BoundArn, caller: GroupCaller) -> Response:
    """Maps the legacy enrolments of the agent's own group. 204 when there are none. Spec: mapping 5.7."""
    mapped = await mapping_of(request).auto_mapping.map(arn, caller)
    return Response(status_code=_STATUS_OF_MAPPED[mapped])


@router.get("/client-count", responses=answers(_REFUSED))
async def client_count(request: Request, caller: ProviderCaller) -> Response:
    """How many self assessment clients the caller's log-in serves. Spec: mapping 5.8."""
    return JSONResponse({"clientCount": await mapping_of(request).client_count.of_user(_provider_id(caller))})


@router.put("/mappings/task-list/arn/{arn}", status_code=201, response_class=Response, responses=_OF_MAPPING)
async def map_journey(request: Request, arn: BoundArn, caller: ProviderCaller) -> Response:
    """Maps the codes of the caller's subscription journey. 204 without a journey. Spec: mapping 5.9."""
    mapped = await mapping_of(request).task_list.map(arn, _provider_id(caller))
    return Response(status_code=_STATUS_OF_JOURNEY[mapped])


@router.put(
    "/mappings/task-list/details/arn/{arn}",
    status_code=201,
    response_class=Response,
    responses=answers({200: (Body.TEXT,), 404: (Body.TEXT,), **_REFUSED}),
)
async def take_journey_details(request: Request, arn: BoundArn, caller: ProviderCaller) -> Response:
    """Records the log-ins of the caller's subscription journey. Spec: mapping 5.10."""
    match await mapping_of(request).task_list.take_details(arn, _provider_id(caller)):
        case DetailsTaken.TAKEN:
            return Response(status_code=201)
        case DetailsTaken.NO_USER_MAPPINGS:
            return PlainTextResponse("No user mappings found")


@router.post(
    "/mappings/details/arn/{arn}",
    status_code=201,
    response_class=Response,
    responses=answers({200: (), 400: (Body.TEXT,), 401: (Body.FRAMEWORK,), 409: (), 415: (Body.FRAMEWORK,)}),
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _DETAILS_SCHEMA}}}},
)
async def note_details(
    request: Request, arn: BoundArn, body: Annotated[Any, Depends(read_json)], _: AnyCaller
) -> Response:
    """Records one mapped log-in. 201: the first; 200: added; 409: recorded before. Spec: mapping 5.10."""
    details = _details_request(body)
    noted = await mapping_of(request).details.note(
        arn, auth_provider_id=details.authProviderId, gg_tag=details.ggTag, count=details.count
    )
    return Response(status_code=_STATUS_OF_NOTED[noted])


@router.get("/mappings/details/arn/{arn}", responses=answers({401: (Body.FRAMEWORK,), 404: (Body.TEXT,)}))
async def get_details(request: Request, arn: BoundArn, _: AnyCaller) -> Response:
    """The agent's mapped log-ins; 404 without any. Spec: mapping 5.10."""
    return JSONResponse(details_document(await mapping_of(request).details.of(arn)))


@router.delete("/agent/{arn}/terminate", responses=answers({401: (), 500: ()}))
@called_by(BASIC)
async def terminate(request: Request, arn: BoundArn) -> Response:
    """Removes everything the agent has here. 401 without the configured basic credentials. Spec: mapping 5.11."""
    room = mapping_of(request)
    if not is_basic_caller(
        request.headers.get("authorization"),
        username=room.settings.agent_termination_username,
        password=room.settings.agent_termination_password,
    ):
        raise WrongBasicCredentials()
    count = await room.termination.terminate(arn)
    return JSONResponse({"counts": [{"service": "agent-mapping", "store": "all-regimes", "count": count}]})


@test_only_router.delete("/mappings/{arn}", status_code=204, response_class=Response)
@called_by(TEST_ONLY)
async def forget_arn(request: Request, arn: BoundArn) -> Response:
    """Drops the agent's mappings. 204 always. Spec: mapping 5.12."""
    await mapping_of(request).mappings.forget_arn(arn)
    return Response(status_code=204)


async def _mappings_of(request: Request, arn: Arn, service: LegacyService, value_member: str) -> Response:
    found = await mapping_of(request).mappings.of(arn, service)
    return JSONResponse(mappings_document(found, value_member=value_member))


def _provider_id(caller: Principal) -> str:
    provider_id = caller.provider_id
    assert provider_id is not None  # the requirement demands credentials
    return provider_id


def _own_arn(caller: Principal) -> Arn:
    arn = caller.arn
    assert arn is not None  # the requirement demands an ARN
    # The ARN of a session need not be well formed.
    return Arn.as_given(arn)


def _details_request(body: object) -> DetailsRequest:
    try:
        return DetailsRequest.model_validate(body)
    except ValidationError as error:
        path = error.errors(include_url=False, include_input=False)[0]["loc"]
        raise InvalidDetails("/" + "/".join(str(part) for part in path)) from None
