"""What the public API's own back end was: `/api/{arn}/…`. Spec: invitations 15."""

from typing import Annotated, Any, assert_never

from fastapi import APIRouter, Depends
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.auth import ANY, Principal, requires
from agent_services.invitations.api.documents import INVITATION_ID, operation, thing
from agent_services.invitations.api.requests import (
    ApiCheckBody,
    ApiCreationBody,
    path_arn,
    path_invitation_id,
    room_of,
)
from agent_services.invitations.outcomes import (
    ApiCode,
    ApiInvitation,
    ApiInvitationList,
    ApiInvitationRequest,
    ApiRefused,
    ApiRelated,
    ApiRelationshipQuestion,
    DuplicateInvitation,
    InvitationCreated,
)
from agent_services.invitations.records import instant_text
from agent_services.platform.http.body import json_body, read_json

router = APIRouter(prefix="/api/{arn}")

_ONE = {
    "created": "string",
    "service": "string",
    "status": "string",
    "expiresOn": "string",
    "invitationId": "string",
    "lastUpdated": "string",
}


@router.post(
    "/invitation",
    response_class=JSONResponse,
    status_code=201,
    openapi_extra=operation(
        "Ask a client for authority, knowing a fact about them",
        path=("arn",),
        body=ApiCreationBody,
        success=201,
        answer=INVITATION_ID,
        refusals=(422,),
    ),
)
async def create_invitation(
    request: Request,
    given: Annotated[Any, Depends(read_json)],
    caller: Annotated[Principal, Depends(requires(ANY))],
) -> Response:
    """A new request. JSON is demanded before the session, its shape after it. Spec: invitations 15.1."""
    try:
        body = ApiCreationBody.model_validate(given)
    except ValidationError:
        return _refused(ApiRefused(ApiCode.INVALID_PAYLOAD))
    asked = ApiInvitationRequest(
        arn=path_arn(request),
        service=body.service,
        supplied_client_id=body.supplied_client_id,
        known_fact=body.known_fact,
        client_type=body.client_type,
    )
    created = await room_of(request).create_for_api(asked)
    match created:
        case InvitationCreated(invitation_id):
            return JSONResponse({"invitationId": invitation_id.value}, status_code=201)
        case DuplicateInvitation(invitation_id):
            code = ApiCode.DUPLICATE_AUTHORISATION_REQUEST.value
            return JSONResponse({"code": code, "invitationId": invitation_id.value}, status_code=422)
        case ApiRefused():
            return _refused(created)
        case other:
            assert_never(other)


@router.get(
    "/invitation/{invitationId}",
    response_class=JSONResponse,
    openapi_extra=operation(
        "One of the agent's requests",
        path=("arn", "invitationId"),
        success=200,
        answer=thing(tuple(_ONE), uid="string", normalizedAgentName="string", **_ONE),
        refusals=(422,),
    ),
)
async def get_invitation(request: Request, caller: Annotated[Principal, Depends(requires(ANY))]) -> Response:
    """One request. Refusals in the order suspended, unknown, another's, another service. Spec: invitations 15.2."""
    read = await room_of(request).read_for_api(path_arn(request), path_invitation_id(request))
    match read:
        case ApiInvitation():
            link = {"uid": read.uid, "normalizedAgentName": read.normalised_agent_name}
            return JSONResponse({**link, **_invitation(read)})
        case ApiRefused():
            return _refused(read)
        case other:
            assert_never(other)


@router.get(
    "/invitations",
    response_class=JSONResponse,
    openapi_extra=operation(
        "The agent's requests",
        path=("arn",),
        success=200,
        answer=thing(
            ("uid", "normalizedAgentName", "invitations"),
            uid="string",
            normalizedAgentName="string",
            invitations={"type": "array", "items": thing(tuple(_ONE), **_ONE)},
        ),
        refusals=(422,),
    ),
)
async def list_invitations(request: Request, caller: Annotated[Principal, Depends(requires(ANY))]) -> Response:
    """All the agent's requests for the API's services, in store order; 200 when none. Spec: invitations 15.3."""
    listed = await room_of(request).list_for_api(path_arn(request))
    match listed:
        case ApiInvitationList():
            return JSONResponse(
                {
                    "uid": listed.uid,
                    "normalizedAgentName": listed.normalised_agent_name,
                    "invitations": [_invitation(each) for each in listed.invitations],
                }
            )
        case ApiRefused():
            return _refused(listed)
        case other:
            assert_never(other)


@router.post(
    "/relationship",
    response_class=Response,
    status_code=204,
    openapi_extra=operation(
        "May the agent act for the client?", path=("arn",), body=ApiCheckBody, success=204, refusals=(422,)
    ),
)
async def check_relationship(
    request: Request,
    body: Annotated[ApiCheckBody, Depends(json_body(ApiCheckBody))],
    caller: Annotated[Principal, Depends(requires(ANY))],
) -> Response:
    """204: yes. Spec: invitations 15.4, relationships 10.4."""
    asked = ApiRelationshipQuestion(
        arn=path_arn(request),
        service=body.service,
        supplied_client_id=body.supplied_client_id,
        known_fact=body.known_fact,
    )
    checked = await room_of(request).check_for_api(asked)
    match checked:
        case ApiRelated():
            return Response(status_code=204)
        case ApiRefused():
            return _refused(checked)
        case other:
            assert_never(other)


def _refused(refused: ApiRefused) -> Response:
    status = 500 if refused.code is ApiCode.INTERNAL_SERVER_ERROR else 422
    return JSONResponse({"code": refused.code.value}, status_code=status)


def _invitation(invitation: ApiInvitation) -> dict[str, str]:
    return {
        "created": instant_text(invitation.created),
        "service": invitation.service,
        "status": invitation.status.value,
        "expiresOn": invitation.expires_on.isoformat(),
        "invitationId": invitation.invitation_id.value,
        "lastUpdated": instant_text(invitation.last_updated),
    }
