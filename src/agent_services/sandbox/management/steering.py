"""`/sandbox/clock`, `/sandbox/reset`, `/sandbox/whoami` and snapshots. Spec: sandbox 6.1, 6.3, 6.4, 6.9."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.auth import SANDBOX, called_by
from agent_services.platform.clock import ClockReading, InvalidDuration, MovableClock, iso_instant
from agent_services.sandbox.cast.seeding import CastChoice
from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.http.callers import Tie
from agent_services.sandbox.http.routes import SteeringRoute, perhaps_signed_in, sandbox_of, strict_json
from agent_services.sandbox.management.paths import SANDBOX_PATH
from agent_services.sandbox.management.schemas import FAILURES, JSON_OBJECT, body_of
from agent_services.sandbox.refusals import Refusal

router = APIRouter(prefix=SANDBOX_PATH, route_class=SteeringRoute, tags=["sandbox"])

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]


class ClockSetting(BaseModel):
    """`real`: back to real time. `offset`: it is `now`, and runs on. `frozen`: it stands, at `now` or where it is."""

    model_config = ConfigDict(extra="forbid")

    mode: Literal["real", "offset", "frozen"] = "offset"
    now: AwareDatetime | None = None


class Advance(BaseModel):
    """By how much the clock is moved on."""

    model_config = ConfigDict(extra="forbid")

    days: int = Field(default=0, ge=0, le=36_500)
    hours: int = Field(default=0, ge=0, le=876_000)
    minutes: int = Field(default=0, ge=0, le=52_560_000)
    seconds: int = Field(default=0, ge=0, le=3_153_600_000)


class Reset(BaseModel):
    """What to go back to: the cast of the first day, nothing at all, or `snapshot:NAME`."""

    model_config = ConfigDict(extra="forbid")

    to: Annotated[str, StringConstraints(pattern=r"^(cast|empty|snapshot:[A-Za-z0-9_.-]{1,64})$")] | None = None


class SnapshotName(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name


@router.get("/clock", responses=JSON_OBJECT)
@called_by(SANDBOX)
async def clock(request: Request) -> Response:
    """What time it is for the sandbox and the services."""
    return _clock(_movable(request).reading())


@router.put("/clock", responses=JSON_OBJECT | FAILURES, openapi_extra=body_of(ClockSetting))
@called_by(SANDBOX)
async def set_clock(request: Request, wanted: Annotated[ClockSetting, Depends(strict_json(ClockSetting))]) -> Response:
    """Sets the one clock of the installation; sign-in sessions and tokens go on by real time."""
    movable = _movable(request)
    match wanted.mode:
        case "real":
            return _clock(await movable.reset())
        case "frozen":
            if wanted.now is None:
                return _clock(await movable.freeze())
            return _clock(await _set(movable, wanted.now, frozen=True))
        case "offset":
            if wanted.now is None:
                raise Refusal(400, "BAD_REQUEST", "now is needed for an offset")
            return _clock(await _set(movable, wanted.now, frozen=False))


@router.delete("/clock", responses=JSON_OBJECT)
@called_by(SANDBOX)
async def reset_clock(request: Request) -> Response:
    """Back to real time."""
    return _clock(await _movable(request).reset())


@router.post("/clock/advance", responses=JSON_OBJECT | FAILURES, openapi_extra=body_of(Advance))
@called_by(SANDBOX)
async def advance_clock(request: Request, by: Annotated[Advance, Depends(strict_json(Advance))]) -> Response:
    """Moves the clock on; it runs or stands as before."""
    step = timedelta(days=by.days, hours=by.hours, minutes=by.minutes, seconds=by.seconds)
    movable = _movable(request)
    try:
        return _clock(await movable.advance(step, frozen=movable.reading().mode == "frozen"))
    except (InvalidDuration, OverflowError, ValueError):
        raise Refusal(400, "BAD_REQUEST", "no calendar reaches so far") from None


@router.post("/reset", responses=FAILURES, status_code=204, openapi_extra=body_of(Reset, is_required=False))
@called_by(SANDBOX)
async def reset(request: Request, wanted: Annotated[Reset, Depends(strict_json(Reset, or_empty=True))]) -> Response:
    """Brings back the first day, or an empty sandbox, or a snapshot. The services' own stores begin anew as well."""
    sandbox = sandbox_of(request)
    match wanted.to:
        case None:
            await sandbox.reset()
        case "cast":
            await sandbox.reset(CastChoice.CAST)
        case "empty":
            await sandbox.reset(CastChoice.NONE)
        case snapshot:
            await sandbox.snapshots.restore(snapshot.removeprefix("snapshot:"))
    return Response(status_code=204)


@router.get("/whoami", responses=JSON_OBJECT)
@called_by(SANDBOX)
async def whoami(request: Request, tie: Annotated[Tie, Depends(perhaps_signed_in)]) -> Response:
    """Whom the request's token or session id stands for, and by which rule that was found."""
    if tie.session is None:
        return JSONResponse({"planetId": "hmrc", "rule": tie.rule})
    sandbox = sandbox_of(request)
    person = await sandbox.people.find(tie.session.user_id)
    group = await sandbox.people.group_of(person) if person is not None else None
    shown: Document = without_absent(
        {
            "planetId": "hmrc",
            "rule": tie.rule,
            "userId": tie.session.user_id,
            "providerType": tie.session.provider_type,
            "name": person.name if person else None,
            "groupId": person.group_id if person else None,
            "affinityGroup": group.affinity_group.value if group else None,
            "agentCode": group.agent_code if group else None,
            "expiresAt": tie.session.expires_at.isoformat() if tie.session.expires_at else None,
        }
    )
    return JSONResponse(shown)


@router.get("/snapshots", responses=JSON_OBJECT)
@called_by(SANDBOX)
async def snapshots(request: Request) -> Response:
    """The snapshots there are."""
    return JSONResponse({"snapshots": await sandbox_of(request).snapshots.all()})


@router.post("/snapshots", responses=FAILURES, status_code=201, openapi_extra=body_of(SnapshotName))
@called_by(SANDBOX)
async def take_snapshot(
    request: Request, wanted: Annotated[SnapshotName, Depends(strict_json(SnapshotName))]
) -> Response:
    """Keeps everything as it is now under a name; the name again replaces it."""
    await sandbox_of(request).snapshots.take(wanted.name)
    return JSONResponse({"name": wanted.name}, status_code=201)


@router.post("/snapshots/{name}/restore", responses=FAILURES, status_code=204)
@called_by(SANDBOX)
async def restore_snapshot(request: Request, name: str) -> Response:
    """Everything is as it was when the snapshot was taken."""
    await sandbox_of(request).snapshots.restore(name)
    return Response(status_code=204)


@router.delete("/snapshots/{name}", responses=FAILURES, status_code=204)
@called_by(SANDBOX)
async def delete_snapshot(request: Request, name: str) -> Response:
    """Forgets a snapshot."""
    await sandbox_of(request).snapshots.delete(name)
    return Response(status_code=204)


@router.get("/export", responses=JSON_OBJECT)
@called_by(SANDBOX)
async def export(request: Request) -> Response:
    """Everything as one document, which `POST /sandbox/import` takes."""
    return JSONResponse(await sandbox_of(request).snapshots.content())


@router.post("/import", responses=FAILURES, status_code=204, openapi_extra=body_of(dict[str, Any]))
@called_by(SANDBOX)
async def import_(request: Request, content: Annotated[Document, Depends(strict_json(Document))]) -> Response:
    """Replaces everything by what an export holds."""
    await sandbox_of(request).snapshots.replace(content)
    return Response(status_code=204)


def _movable(request: Request) -> MovableClock:
    movable = sandbox_of(request).movable_clock
    if movable is None:
        raise Refusal(409, "CLOCK_NOT_MOVABLE", "this installation runs by real time")
    return movable


async def _set(movable: MovableClock, now: AwareDatetime, *, frozen: bool) -> ClockReading:
    try:
        return await movable.set_now(now, frozen=frozen)
    except (OverflowError, ValueError):
        raise Refusal(400, "BAD_REQUEST", "no calendar reaches so far") from None


def _clock(reading: ClockReading) -> Response:
    now = iso_instant(reading.now)
    return JSONResponse({"mode": reading.mode.value, "now": now})
