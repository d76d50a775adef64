"""The public API's routes. The order of a request's checks is that of authorisation-api 1.1, from step 3 on."""

from functools import partial
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.auth import USER, authorisation_of, called_by
from agent_services.authorisation_api import openapi
from agent_services.authorisation_api.answers import invitation_json, location
from agent_services.authorisation_api.callers import SUBSCRIBED_AGENT, check_is_agent_of
from agent_services.authorisation_api.errors import ApiCode, Refusal
from agent_services.authorisation_api.payloads import (
    authorisation_from,
    deauthorisation_from,
    read_payload,
    relationship_from,
)
from agent_services.authorisation_api.room import AuthorisationApi
from agent_services.identifiers import InvitationId
from agent_services.platform.http.accept import VERSION_SCOPE_KEY
from agent_services.platform.http.hot_route import HotRoute

_PREFIXES: Final = frozenset("ABCL")
"""First letters of the ids that this API knows: income tax, income record, VAT, income tax supporting."""

router = APIRouter(tags=["authorisation-api"])


def _room_of(request: Request) -> AuthorisationApi:
    room: AuthorisationApi = request.app.state.authorisation_api
    return room


def _version(request: Request) -> str:
    # Set by the Accept layer, which lets nothing through without one.
    version: str = request.scope[VERSION_SCOPE_KEY]
    return version


def _invitation_id(request: Request) -> InvitationId:
    text = request.path_params["invitationId"]
    if text[:1] not in _PREFIXES or not InvitationId.is_valid(text):
        raise Refusal(ApiCode.BAD_REQUEST)
    return InvitationId.as_given(text)


async def _agent_of_path(request: Request) -> str:
    arn: str = request.path_params["arn"]
    check_is_agent_of(await authorisation_of(request).require(SUBSCRIBED_AGENT), arn)
    return arn


@called_by(SUBSCRIBED_AGENT)
async def create_invitation(request: Request) -> Response:
    """Asks a client for authority.

    204 with `Location`. 400 for the payload, 403 with `Location` for a duplicate, other 403s by the client's
    records. Spec: authorisation-api 4.2, seed 3.1.
    """
    room = _room_of(request)
    payload = await read_payload(request)
    arn = await _agent_of_path(request)
    asked = authorisation_from(payload, version=_version(request), checks_vrn_digits=room.checks_vrn_digits)
    invitation_id = await room.requests.create(arn, asked)
    return Response(status_code=204, headers={"Location": location(arn, str(invitation_id))})


@router.get("/agents/{arn}/invitations", openapi_extra=openapi.LIST, response_class=JSONResponse)
@called_by(SUBSCRIBED_AGENT)
async def list_invitations(request: Request) -> Response:
    """The agent's requests of the last days: 200 with a list, or 204. Spec: authorisation-api 4.3."""
    room = _room_of(request)
    arn = await _agent_of_path(request)
    invitations = await room.requests.list_recent(arn)
    if not invitations:
        return Response(status_code=204)
    version = _version(request)
    return JSONResponse([invitation_json(arn, each, version=version, settings=room.answers) for each in invitations])


@called_by(SUBSCRIBED_AGENT)
async def get_invitation(request: Request) -> Response:
    """One request: 200, or 403, 404. Spec: authorisation-api 4.4, seed 3.2."""
    room = _room_of(request)
    invitation_id = _invitation_id(request)
    arn = await _agent_of_path(request)
    invitation = await room.requests.read(arn, invitation_id)
    return JSONResponse(invitation_json(arn, invitation, version=_version(request), settings=room.answers))


@called_by(SUBSCRIBED_AGENT)
async def cancel_invitation(request: Request) -> Response:
    """Takes a pending request back: 204. A body is not looked at. Spec: authorisation-api 4.4."""
    invitation_id = _invitation_id(request)
    arn = await _agent_of_path(request)
    await _room_of(request).requests.cancel(arn, invitation_id)
    return Response(status_code=204)


@called_by(SUBSCRIBED_AGENT)
async def check_relationship(request: Request) -> Response:
    """May this agent act for this client? 204 yes, 404 no. Spec: authorisation-api 4.5, seed 3.4."""
    room = _room_of(request)
    payload = await read_payload(request)
    arn = await _agent_of_path(request)
    await room.requests.check(arn, relationship_from(payload))
    return Response(status_code=204)


@router.put(
    "/agents/{arn}/deauthorise-client", status_code=204, openapi_extra=openapi.DEAUTHORISE, response_class=Response
)
@called_by(SUBSCRIBED_AGENT)
async def deauthorise_client(request: Request) -> Response:
    """Ends the agent's authority: 204. Spec: authorisation-api 4.6."""
    payload = await read_payload(request)
    arn = await _agent_of_path(request)
    client = deauthorisation_from(payload)
    authorise = partial(authorisation_of(request).require, USER)
    await _room_of(request).requests.deauthorise(arn, client, authorise=authorise)
    return Response(status_code=204)


hot_routes: list[HotRoute] = [
    HotRoute("/agents/{arn}/relationships", check_relationship, methods=["POST"]),
    HotRoute("/agents/{arn}/invitations/{invitationId}", get_invitation, methods=["GET"]),
    HotRoute("/agents/{arn}/invitations", create_invitation, methods=["POST"]),
    HotRoute("/agents/{arn}/invitations/{invitationId}", cancel_invitation, methods=["DELETE"]),
]
"""Plain Starlette routes for what is asked most; documented in `hot_paths`."""

hot_paths: dict[str, dict[str, Any]] = {
    "/agents/{arn}/relationships": {"post": openapi.CHECK},
    "/agents/{arn}/invitations": {"post": openapi.CREATE},
    "/agents/{arn}/invitations/{invitationId}": {"get": openapi.GET, "delete": openapi.CANCEL},
}


async def render_refusal(request: Request, error: Exception) -> Response:
    """The exception handler of this room's refusals."""
    assert isinstance(error, Refusal)  # registered for this class alone
    return _room_of(request).messages.refused(error, request.scope.get(VERSION_SCOPE_KEY))
