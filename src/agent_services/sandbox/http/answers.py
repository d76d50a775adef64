"""Refusals and faults as HTTP. Spec: sandbox 2.1, 6.2."""

from collections.abc import Mapping
from datetime import datetime

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.faults.definitions import Action
from agent_services.sandbox.journal.watching import FaultyAnswer
from agent_services.sandbox.refusals import NotAuthorised, Refusal, Shape


class HangingUp(Response):
    """Begins an answer, sends part of it at most, and never ends it: the server closes the connection."""

    def __init__(self, body: bytes = b"") -> None:
        super().__init__()
        self._part = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if self._part:
            await send({"type": "http.response.body", "body": self._part, "more_body": True})


def refusal_response(refusal: Refusal, *, now: datetime) -> Response:
    """The refusal in its upstream's words."""
    if isinstance(refusal, FaultyAnswer):
        return _fault_response(refusal)
    if isinstance(refusal, NotAuthorised):
        return Response(status_code=401, headers={"WWW-Authenticate": f'MDTP detail="{refusal.detail}"'})
    match refusal.shape:
        case Shape.EMPTY:
            return Response(status_code=refusal.status)
        case Shape.TEXT:
            return PlainTextResponse(refusal.code or "", status_code=refusal.status)
        case Shape.FRAMEWORK:
            return JSONResponse(
                {"statusCode": refusal.status, "message": refusal.code or ""}, status_code=refusal.status
            )
        case Shape.HIP:
            return JSONResponse({"errors": _hip_error(refusal, now)}, status_code=refusal.status)
        case Shape.CODE:
            return JSONResponse(
                without_absent({"code": refusal.code, "reason": refusal.reason}), status_code=refusal.status
            )


def spoilt_response(action: Action) -> Response:
    """A success that is cut short or is no JSON."""
    if action.drop == "truncate":
        return HangingUp(b'{"truncated":')
    return Response(b'{"malformed": <html>', media_type="application/json")


def with_headers(response: Response, headers: Mapping[str, str]) -> Response:
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    return response


def instant_text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _fault_response(fault: FaultyAnswer) -> Response:
    action = fault.action
    headers = {**(action.headers or {}), "X-Sandbox-Fault": fault.fault_id}
    if action.body is None:
        return Response(status_code=fault.status, headers=headers)
    if isinstance(action.body, str):
        return Response(action.body, status_code=fault.status, headers=headers, media_type="text/plain")
    return JSONResponse(action.body, status_code=fault.status, headers=headers)


def _hip_error(refusal: Refusal, now: datetime) -> Document:
    return {
        "processingDate": now.isoformat(timespec="microseconds").replace("+00:00", "000Z"),
        "code": refusal.code or "",
        "text": refusal.reason or "",
    }
