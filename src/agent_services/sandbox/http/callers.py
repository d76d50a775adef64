"""Whose session a request carries. Spec: sandbox 1.2."""

from dataclasses import dataclass
from enum import StrEnum

from starlette.requests import Request

from agent_services.sandbox.refusals import NotAuthorised, Refusal
from agent_services.sandbox.sessions.sessions import Sessions, bearer_token
from agent_services.sandbox.sessions.store import Session


class Family(StrEnum):
    """How an upstream ties a request to a session."""

    PERSON = "person"
    """Bearer token, else `X-Session-ID`; without a living session 401 (rule A)."""
    PLATFORM = "platform"
    """Its `Authorization` is a platform secret: `X-Session-ID` if present, and then living; else anybody (rule B)."""
    OPEN = "open"
    """No session is asked for."""


@dataclass(frozen=True, slots=True)
class Tie:
    """The session of a request, and which rule found it (`X-Sandbox-Rule`)."""

    session: Session | None
    rule: str


async def tie_of(request: Request, family: Family, sessions: Sessions) -> Tie:
    """Raises NotAuthorised (rule A) or Refusal 401 (rule B)."""
    match family:
        case Family.OPEN:
            return Tie(None, "open")
        case Family.PERSON:
            return await _person(request, sessions)
        case Family.PLATFORM:
            return await _platform(request, sessions)


async def _person(request: Request, sessions: Sessions) -> Tie:
    token = bearer_token(request.headers.get("authorization"))
    session = await sessions.find(token) if token is not None else None
    if session is not None:
        return Tie(session, "bearer")
    session_id = request.headers.get("x-session-id")
    session = await sessions.find_by_session_id(session_id) if session_id else None
    if session is None:
        raise NotAuthorised("SessionRecordNotFound")
    return Tie(session, "session")


async def _platform(request: Request, sessions: Sessions) -> Tie:
    session_id = request.headers.get("x-session-id")
    if not session_id:
        return Tie(None, "fallback")
    session = await sessions.find_by_session_id(session_id)
    if session is None:
        raise Refusal(401, "UNAUTHORIZED", "SessionRecordNotFound")
    return Tie(session, "session")
