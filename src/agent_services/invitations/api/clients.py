"""What clients, or staff for them, do with requests. Spec: invitations 6.2, 8, 9, 12, 13."""

from typing import Annotated, Any, assert_never

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from agent_services.auth import CLIENT_KEYS, OPEN, USER, NoPermission, Principal, called_by, requires
from agent_services.invitations.api.documents import operation, thing
from agent_services.invitations.api.requests import (
    TrustBody,
    ValidationBody,
    path_invitation_id,
    path_text,
    room_of,
    user_of,
)
from agent_services.invitations.errors import NotFound
from agent_services.invitations.lifecycle import INTERNAL_STATUS_NAMES
from agent_services.invitations.outcomes import (
    AcceptBusy,
    Accepted,
    AcceptImpossible,
    AlreadyAccepted,
    AlreadyRejected,
    InvitationUnknown,
    NotPermitted,
    RejectBusy,
    Rejected,
    RejectImpossible,
)
from agent_services.invitations.records import instant_text
from agent_services.invitations.validating import RequestFound
from agent_services.platform.http.body import json_body

router = APIRouter()
seed_router = APIRouter()


@router.get(
    "/client/authorisation-request-info/{invitationId}",
    response_class=JSONResponse,
    openapi_extra=operation(
        "A request as its client sees it",
        path=("invitationId",),
        success=200,
        answer=thing(("agentName", "service", "status"), agentName="string", service="string", status="string"),
        refusals=(403,),
    ),
)
@called_by(USER)
async def get_invitation_for_client(request: Request) -> Response:
    """Who asks for what. 404 empty, before the caller is asked for. Spec: invitations 6.2."""
    found = await room_of(request).reading.for_client(path_invitation_id(request), authorise=user_of(request))
    return JSONResponse(
        {
            "agentName": found.agency_name,
            "service": found.invitation.service,
            "status": found.invitation.status.value,
        }
    )


@router.put(
    "/client/authorisation-response/reject/{invitationId}",
    response_class=Response,
    status_code=204,
    openapi_extra=operation("Decline a request", path=("invitationId",), success=204, refusals=(403, 423), bare=(423,)),
)
@called_by(USER)
async def reject_invitation(request: Request) -> Response:
    """Declines as the client, or as staff; again if it was declined before. Spec: invitations 8."""
    invitation_id = path_invitation_id(request)
    rejected = await room_of(request).rejecting.reject(invitation_id, authorise=user_of(request))
    match rejected:
        case Rejected() | AlreadyRejected():
            return Response(status_code=204)
        case RejectBusy():
            return Response(status_code=423)
        case RejectImpossible(status):
            name = INTERNAL_STATUS_NAMES[status]
            return PlainTextResponse(f"Invitation failed to reject. Invitation status is '{name}'", status_code=500)
        case InvitationUnknown():
            return PlainTextResponse(
                f"Pending Invitation not found for invitationId '{invitation_id}'", status_code=404
            )
        case NotPermitted():
            raise NoPermission()
        case other:
            assert_never(other)


@router.put(
    "/authorisation-response/accept/{invitationId}",
    response_class=Response,
    status_code=204,
    openapi_extra=operation("Accept a request", path=("invitationId",), success=204, refusals=(403, 423), bare=(423,)),
)
@called_by(USER)
async def accept_invitation(request: Request) -> Response:
    """Accepts as the client, or as staff; the authority exists when this answers 204. Spec: invitations 9."""
    invitation_id = path_invitation_id(request)
    accepted = await room_of(request).accepting.accept(invitation_id, authorise=user_of(request))
    match accepted:
        case Accepted() | AlreadyAccepted():
            return Response(status_code=204)
        case AcceptBusy():
            return Response(status_code=423)
        case AcceptImpossible(status):
            name = INTERNAL_STATUS_NAMES[status]
            text = f"Invitation could not be accepted. Invitation status is '{name}'"
            return PlainTextResponse(text, status_code=500)
        case InvitationUnknown():
            return PlainTextResponse(f"Invitation not found for invitationId '{invitation_id}'", status_code=404)
        case NotPermitted():
            raise NoPermission()
        case other:
            assert_never(other)


_VALIDATE = operation(
    "The request that a client who followed a link is to answer",
    body=ValidationBody,
    success=200,
    answer=thing(
        ("invitationId", "serviceKey", "agentName", "status", "lastModifiedDate"),
        invitationId="string",
        serviceKey="string",
        agentName="string",
        status="string",
        lastModifiedDate="string",
        existingMainAgent=thing(("agencyName", "sameAgent"), agencyName="string", sameAgent="boolean"),
        clientType="string",
    ),
    refusals=(403,),
    bare=(403,),
)


@seed_router.post("/client/validate-invitation", response_class=JSONResponse)
@router.post("/client/validate-invitation", response_class=JSONResponse, openapi_extra=_VALIDATE)
async def validate_invitation(
    request: Request,
    body: Annotated[ValidationBody, Depends(json_body(ValidationBody))],
    caller: Annotated[Principal, Depends(requires(CLIENT_KEYS))],
) -> Response:
    """Matches the client's enrolments with the requests behind a link. Spec: invitations 12."""
    return JSONResponse(_found(await room_of(request).validating.find(caller, body.uid, body.service_keys)))


@router.post(
    "/invitations/trusts-enrolment-orchestrator/{urn}/update",
    response_class=Response,
    status_code=204,
    openapi_extra=operation("A trust has become taxable", path=("urn",), body=TrustBody, success=204),
)
@called_by(OPEN)
async def update_trust(request: Request, body: Annotated[TrustBody, Depends(json_body(TrustBody))]) -> Response:
    """Moves one request of the trust from its URN to its UTR. 404 empty. Spec: invitations 13."""
    if not await room_of(request).trust_became_taxable(path_text(request, "urn"), body.utr):
        raise NotFound()
    return Response(status_code=204)


def _found(found: RequestFound) -> dict[str, Any]:
    invitation, main = found.invitation, found.existing_main_agent
    document: dict[str, Any] = {
        "invitationId": invitation.invitation_id.value,
        "serviceKey": invitation.service,
        "agentName": found.agency_name,
        "status": invitation.status.value,
        "lastModifiedDate": instant_text(invitation.last_updated),
    }
    if main is not None:
        document["existingMainAgent"] = {"agencyName": main.agency_name, "sameAgent": main.is_same_agent}
    if invitation.client_type is not None:
        document["clientType"] = invitation.client_type
    return document
