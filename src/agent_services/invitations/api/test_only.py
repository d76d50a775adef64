"""Routes for tests and demonstrations, served with `AGENT_SERVICES_TEST_ONLY` alone. Spec: invitations 6.5."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from agent_services.auth import ANY, TEST_ONLY, Principal, called_by, requires
from agent_services.identifiers import Arn
from agent_services.identifiers.invitation_id import ANY_13_CHARACTERS
from agent_services.invitations.api.documents import INVITATION, operation
from agent_services.invitations.api.requests import Body, StorableText, path_invitation_id, room_of
from agent_services.invitations.creation import InvitationAsked
from agent_services.invitations.errors import NotFound
from agent_services.invitations.records import invitation_document
from agent_services.platform.http.body import json_body
from agent_services.platform.http.errors import ServiceError

test_only_router = APIRouter(prefix="/test-only")


class JourneyInvitation(Body):
    """One request to make."""

    arn: StorableText
    client_id: StorableText
    supplied_client_id_type: StorableText
    client_name: str
    service: StorableText
    client_type: StorableText | None = None


class JourneySetup(Body):
    """All requests to make."""

    invitations: list[JourneyInvitation]


@test_only_router.get(
    "/invitation/{invitationId}",
    response_class=JSONResponse,
    openapi_extra=operation("Any request", path=("invitationId",), success=200, answer=INVITATION),
)
async def get_invitation(request: Request, caller: Annotated[Principal, Depends(requires(ANY))]) -> Response:
    """Any request by its id. 400 text for an id of another form, 404 empty."""
    invitation_id = path_invitation_id(request)
    if ANY_13_CHARACTERS.fullmatch(invitation_id.value) is None:
        return PlainTextResponse("Invalid invitation ID format", status_code=400)
    found = await room_of(request).find(invitation_id)
    if found is None:
        raise NotFound()
    return JSONResponse(invitation_document(found))


@test_only_router.put(
    "/journey-setup",
    response_class=Response,
    status_code=201,
    openapi_extra=operation("Make requests", body=JourneySetup, success=201),
)
@called_by(TEST_ONLY)
async def set_journey_up(
    request: Request, setup: Annotated[JourneySetup, Depends(json_body(JourneySetup))]
) -> Response:
    """Makes each request as section 5 would. What is refused is passed over: 201 all the same."""
    room = room_of(request)
    for wanted in setup.invitations:
        asked = InvitationAsked(
            client_id=wanted.client_id,
            supplied_client_id_type=wanted.supplied_client_id_type,
            client_name=wanted.client_name,
            service=wanted.service,
            client_type=wanted.client_type,
        )
        try:
            await room.creation.create(Arn.as_given(wanted.arn), asked)
        except ServiceError:
            # "ignores individual failures' kind" (6.5): the caller reads the records to see what there is.
            continue
    return Response(status_code=201)
