"""The stub's sign-in. Spec: sandbox 3.1."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.auth import SANDBOX, called_by
from agent_services.platform.clock import iso_instant
from agent_services.sandbox.documents import Document
from agent_services.sandbox.http.callers import Tie
from agent_services.sandbox.http.routes import SandboxRoute, any_json, perhaps_signed_in, sandbox_of, signed_in
from agent_services.sandbox.management.paths import STUBS
from agent_services.sandbox.refusals import Refusal, Shape
from agent_services.sandbox.sessions.sessions import GOVERNMENT_GATEWAY
from agent_services.sandbox.sessions.store import Session
from agent_services.sandbox.users.documents import UserData
from agent_services.sandbox.users.people import AffinityGroup
from agent_services.sandbox.users.validation import affinity_of

router = APIRouter(prefix=STUBS, route_class=SandboxRoute, include_in_schema=False)


class SignIn(BaseModel):
    """Who signs in. There is no password check here; `planetId` is accepted and ignored."""

    model_config = ConfigDict(extra="ignore", alias_generator=to_camel, populate_by_name=True)

    user_id: str | None = None
    provider_type: str | None = None
    new_user_data: UserData | None = None
    new_user_affinity_group: str | None = None


@router.post("/sign-in")
@called_by(SANDBOX)
async def sign_in(
    request: Request,
    wanted: Annotated[SignIn, Depends(any_json(SignIn, or_empty=True))],
    tie: Annotated[Tie, Depends(perhaps_signed_in)],
) -> Response:
    """200 the living session of the same person, 201 with a new person, 202 with a known one; headers tell it."""
    sandbox = sandbox_of(request)
    if tie.session is not None and wanted.user_id == tie.session.user_id:
        return Response(status_code=200, headers=_headers(tie.session))
    affinity = affinity_or_refusal(wanted.new_user_affinity_group)
    user_id = wanted.user_id
    if user_id is None:
        user_id = (await sandbox.registration.create(wanted.new_user_data or UserData(), affinity)).user_id
        is_new = True
    else:
        is_new = await sandbox.registration.ensure(user_id, wanted.new_user_data or UserData(), affinity)
    session = await sandbox.sessions.sign_in(user_id, wanted.provider_type or GOVERNMENT_GATEWAY)
    return Response(status_code=201 if is_new else 202, headers=_headers(session))


@router.get("/session")
@called_by(SANDBOX)
async def session_by_token(request: Request) -> Response:
    """The session of `?authToken=`; 404 without one."""
    session = await sandbox_of(request).sessions.find(request.query_params.get("authToken", ""))
    if session is None:
        raise Refusal(404, "AUTH_SESSION_NOT_FOUND")
    return JSONResponse(_document(session), headers=_headers(session))


@router.get("/session/current")
@called_by(SANDBOX)
async def current_session(request: Request, tie: Annotated[Tie, Depends(perhaps_signed_in)]) -> Response:
    """The caller's own session; 404 without one."""
    if tie.session is None:
        raise Refusal(404, "MISSING_AUTH_SESSION")
    return JSONResponse(_document(tie.session), headers=_headers(tie.session))


@router.get("/sign-out")
@called_by(SANDBOX)
async def sign_out(request: Request, tie: Annotated[Tie, Depends(perhaps_signed_in)]) -> Response:
    """204 always. The cast's static bearers stay."""
    if tie.session is not None and tie.session.expires_at is not None:
        await sandbox_of(request).sessions.end(tie.session.token)
    return Response(status_code=204)


def affinity_or_refusal(text: str | None) -> AffinityGroup | None:
    """The affinity group of a parameter. Raises Refusal 400 for an unknown one."""
    try:
        return affinity_of(text)
    except ValueError:
        raise Refusal(
            400, "affinityGroup must be none, or one of [Individual, Organisation, Agent]", shape=Shape.TEXT
        ) from None


def _headers(session: Session) -> dict[str, str]:
    return {
        "Location": f"{STUBS}/session?authToken={session.token}",
        "Authorization": f"Bearer {session.token}",
        "X-Session-ID": session.session_id,
        "X-Planet-ID": "hmrc",
        "X-User-ID": session.user_id,
    }


def _document(session: Session) -> Document:
    return {
        "sessionId": session.session_id,
        "userId": session.user_id,
        "authToken": session.token,
        "providerType": session.provider_type,
        "planetId": "hmrc",
        "createdAt": iso_instant(session.created_at),
        "_links": [{"rel": "delete", "href": f"{STUBS}/sign-out"}],
    }


SignedIn = Annotated[Session, Depends(signed_in)]
