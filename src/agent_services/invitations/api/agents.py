"""What agents' software asks about their requests. Spec: invitations 5 to 7, 10, 11, 16."""

from typing import Annotated, Any, assert_never

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.auth import AGENT, ANY, OPEN, USER, NoPermission, Principal, called_by, requires
from agent_services.identifiers import Arn
from agent_services.invitations.api.documents import INVITATION, INVITATION_ID, LINK, operation, thing
from agent_services.invitations.api.requests import (
    CreationBody,
    RemovalBody,
    check_is_positive,
    creation_body,
    optional_query_text,
    path_arn,
    path_invitation_id,
    path_text,
    query_number,
    room_of,
    user_of,
)
from agent_services.invitations.creation import InvitationAsked
from agent_services.invitations.details import ClientSeenByAgent
from agent_services.invitations.errors import (
    ArnMismatch,
    BeingProcessed,
    KeyNotBuildable,
    RelationshipNotFound,
)
from agent_services.invitations.outcomes import (
    CancelCode,
    Cancelled,
    CancelRefused,
    DeauthoriseCode,
    Deauthorised,
    DeauthoriseRefused,
)
from agent_services.invitations.records import invitation_document
from agent_services.invitations.tracking import TrackedRequests, TrackingQuestion
from agent_services.platform.http.body import json_body
from agent_services.upstreams.agent_services_account import AgentRecord

router = APIRouter()
seed_router = APIRouter()

_CREATE = operation(
    "Ask a client for authority",
    path=("arn",),
    body=CreationBody,
    success=201,
    answer=INVITATION_ID,
    refusals=(403,),
    bare=(400,),
)


@seed_router.post("/agent/{arn}/authorisation-request", response_class=JSONResponse, status_code=201)
@router.post("/agent/{arn}/authorisation-request", response_class=JSONResponse, status_code=201, openapi_extra=_CREATE)
async def create_invitation(
    request: Request,
    body: Annotated[CreationBody, Depends(creation_body)],
    caller: Annotated[Principal, Depends(requires(ANY))],
) -> Response:
    """Asks a client for authority. The token's ARN is not compared with the path's.

    201 with the id. 400 without a body for no JSON; 400 and 403 with code and message. Spec: invitations 5.
    """
    asked = InvitationAsked(
        client_id=body.client_id,
        supplied_client_id_type=body.supplied_client_id_type,
        client_name=body.client_name,
        service=body.service,
        client_type=body.client_type,
    )
    invitation_id = await room_of(request).creation.create(path_arn(request), asked)
    return JSONResponse({"invitationId": invitation_id.value}, status_code=201)


@router.get(
    "/agent/{arn}/authorisation-request-info/{invitationId}",
    response_class=JSONResponse,
    openapi_extra=operation(
        "One of the agent's requests, with the agent's link",
        path=("arn", "invitationId"),
        success=200,
        answer=thing(("authorisationRequest", "agentLink"), authorisationRequest=INVITATION, agentLink=LINK),
    ),
)
async def get_invitation_for_agent(
    request: Request, caller: Annotated[Principal, Depends(requires(AGENT))]
) -> Response:
    """The whole request. The token's ARN is not compared with the path's. 404 empty. Spec: invitations 6.1."""
    found = await room_of(request).reading.for_agent(path_arn(request), path_invitation_id(request))
    return JSONResponse(
        {
            "authorisationRequest": invitation_document(found.invitation),
            "agentLink": {"uid": found.link.uid, "normalizedAgentName": found.link.normalised_agent_name},
        }
    )


@router.get(
    "/agent/{arn}/authorisation-requests",
    response_class=JSONResponse,
    openapi_extra=operation(
        "The agent's requests by pages",
        path=("arn",),
        query={"pageNumber": True, "pageSize": True, "statusFilter": False, "clientName": False},
        success=200,
        answer=thing(
            ("pageNumber", "requests", "clientNames", "availableFilters", "totalResults"),
            pageNumber="integer",
            requests={"type": "array", "items": INVITATION},
            clientNames="array",
            availableFilters="array",
            filtersApplied="object",
            totalResults="integer",
        ),
        refusals=(403,),
        bare=(403,),
    ),
)
@called_by(AGENT)
async def track_invitations(request: Request) -> Response:
    """The agent's requests, newest first. Parameters are read before the caller. Spec: invitations 6.3."""
    asked = TrackingQuestion(
        page_number=query_number(request, "pageNumber"),
        page_size=query_number(request, "pageSize"),
        status=optional_query_text(request, "statusFilter"),
        client_name=optional_query_text(request, "clientName"),
    )
    caller = await requires(AGENT)(request)
    arn = path_arn(request)
    if caller.arn != arn.value:
        raise ArnMismatch()
    check_is_positive("pageNumber", asked.page_number)
    check_is_positive("pageSize", asked.page_size)
    return JSONResponse(_page(asked, await room_of(request).tracking.page(arn, asked)))


@router.get(
    "/agent/{arn}/details",
    response_class=JSONResponse,
    openapi_extra=operation(
        "An agency, and whether it is suspended",
        path=("arn",),
        success=200,
        answer=thing(("agencyDetails",), agencyDetails="object", suspensionDetails="object"),
    ),
)
async def get_agency(request: Request, caller: Annotated[Principal, Depends(requires(AGENT))]) -> Response:
    """Any agency, for any agent. Spec: invitations 6.4."""
    return JSONResponse(_agency(await room_of(request).agencies.agent_record(path_arn(request))))


@router.put(
    "/agent/cancel-invitation/{invitationId}",
    response_class=Response,
    status_code=204,
    openapi_extra=operation(
        "Take a pending request back", path=("invitationId",), success=204, refusals=(409, 422, 423)
    ),
)
async def cancel_invitation(request: Request, caller: Annotated[Principal, Depends(requires(AGENT))]) -> Response:
    """Cancels the agent's own pending request; the status is examined before the owner. Spec: invitations 7."""
    cancelled = await room_of(request).cancelling.cancel(_arn_of(caller), path_invitation_id(request))
    match cancelled:
        case Cancelled():
            return Response(status_code=204)
        case CancelRefused(CancelCode.ALREADY_CANCELLED):
            return JSONResponse({"code": CancelCode.INVALID_INVITATION_STATUS.value}, status_code=409)
        case CancelRefused(CancelCode.ALREADY_BEING_PROCESSED as code):
            return JSONResponse({"code": code.value}, status_code=423)
        case CancelRefused(code):
            return JSONResponse({"code": code.value}, status_code=422)
        case other:
            assert_never(other)


@router.post(
    "/agent/{arn}/remove-authorisation",
    response_class=Response,
    status_code=204,
    openapi_extra=operation(
        "End an agent's authority", path=("arn",), body=RemovalBody, success=204, refusals=(403, 423)
    ),
)
@called_by(USER)
async def remove_authorisation(
    request: Request, body: Annotated[RemovalBody, Depends(json_body(RemovalBody))]
) -> Response:
    """Ends the agent's authority for the client, as either of them or as staff. Spec: invitations 10."""
    ended = await room_of(request).ending.deauthorise(
        path_arn(request), body.service, body.client_id, authorise=user_of(request)
    )
    match ended:
        case Deauthorised():
            return Response(status_code=204)
        case DeauthoriseRefused(DeauthoriseCode.INVALID_KEY, text):
            raise KeyNotBuildable(text)
        case DeauthoriseRefused(DeauthoriseCode.NO_PERMISSION):
            raise NoPermission()
        case DeauthoriseRefused(DeauthoriseCode.RELATIONSHIP_NOT_FOUND):
            raise RelationshipNotFound()
        case DeauthoriseRefused():
            raise BeingProcessed()
        case other:
            assert_never(other)


@router.get(
    "/agent/agent-link",
    response_class=JSONResponse,
    openapi_extra=operation("The agent's link", success=200, answer=LINK),
)
async def get_agent_link(request: Request, caller: Annotated[Principal, Depends(requires(AGENT))]) -> Response:
    """The parts of the link that the agent gives its clients, made on the first call. Spec: invitations 11.1."""
    link = await room_of(request).links.of_agent(_arn_of(caller))
    return JSONResponse({"uid": link.uid, "normalizedAgentName": link.normalised_agent_name})


@router.get(
    "/agent/agent-reference/uid/{uid}/{normalizedAgentName}",
    response_class=JSONResponse,
    openapi_extra=operation(
        "Whose link this is",
        path=("uid", "normalizedAgentName"),
        success=200,
        answer=thing(("arn", "name"), arn="string", name="string"),
        refusals=(403,),
        bare=(403,),
    ),
)
@called_by(OPEN)
async def get_agent_behind_link(request: Request) -> Response:
    """The agent behind a link. 404 empty; 403 empty for a suspended one. Spec: invitations 11.2."""
    agent = await room_of(request).links.agent_behind(
        path_text(request, "uid"), path_text(request, "normalizedAgentName")
    )
    return JSONResponse({"arn": agent.arn.value, "name": agent.agency_name})


_DETAILS = operation(
    "A client's details and standing with the agent",
    path=("service", "clientId"),
    success=200,
    answer=thing(
        ("name", "knownFacts", "hasPendingInvitation", "isMissingEacdKnownFacts"),
        name="string",
        status="string",
        isOverseas="boolean",
        knownFacts={"type": "array", "items": {"type": "string"}},
        knownFactType="string",
        hasPendingInvitation="boolean",
        hasExistingRelationshipFor="string",
        isMapped="boolean",
        clientsLegacyRelationships={"type": "array", "items": {"type": "string"}},
        isMissingEacdKnownFacts="boolean",
    ),
    bare=(500,),
)


@seed_router.get("/client/{service}/details/{clientId}", response_class=JSONResponse)
@router.get("/client/{service}/details/{clientId}", response_class=JSONResponse, openapi_extra=_DETAILS)
async def get_client_details(request: Request, caller: Annotated[Principal, Depends(requires(AGENT))]) -> Response:
    """A client's details. 404 and 500 have no body. Spec: invitations 16."""
    seen = await room_of(request).details.find(
        _arn_of(caller), path_text(request, "service"), path_text(request, "clientId")
    )
    return JSONResponse(_client(seen))


def _arn_of(caller: Principal) -> Arn:
    # AGENT admits nobody without one.
    return Arn.as_given(caller.arn or "")


def _agency(agency: AgentRecord) -> dict[str, Any]:
    document: dict[str, Any] = {"agencyDetails": {"agencyName": agency.agency_name, "agencyEmail": agency.agency_email}}
    if agency.suspension is not None:
        regimes = agency.suspension.regimes
        document["suspensionDetails"] = {
            "suspensionStatus": agency.suspension.is_suspended,
            **({} if regimes is None else {"regimes": list(regimes)}),
        }
    return document


def _page(asked: TrackingQuestion, page: TrackedRequests) -> dict[str, Any]:
    filters = {"statusFilter": asked.status, "clientFilter": asked.client_name}
    applied = {name: value for name, value in filters.items() if value is not None}
    return {
        "pageNumber": asked.page_number,
        "requests": [invitation_document(invitation) for invitation in page.requests],
        "clientNames": list(page.client_names),
        "availableFilters": list(page.statuses),
        **({"filtersApplied": applied} if applied else {}),
        "totalResults": page.total,
    }


def _client(seen: ClientSeenByAgent) -> dict[str, Any]:
    details, legacy = seen.details, seen.legacy
    members = {
        "name": details.name,
        "status": None if details.status is None else details.status.value,
        "isOverseas": details.is_overseas,
        "knownFacts": list(details.known_facts),
        "knownFactType": None if details.known_fact_type is None else details.known_fact_type.value,
        "hasPendingInvitation": seen.has_pending_invitation,
        "hasExistingRelationshipFor": seen.existing_relationship_for,
        "isMapped": None if legacy is None else legacy.is_mapped,
        "clientsLegacyRelationships": None if legacy is None else list(legacy.references),
        "isMissingEacdKnownFacts": seen.is_missing_enrolment,
    }
    return {name: value for name, value in members.items() if value is not None}
