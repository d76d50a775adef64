"""The `/test-only` routes that serve the project's own tests, vendors' CI and demonstrations.

Mounted only with `AGENT_SERVICES_TEST_ONLY=true`, never in production. Spec: design, Test-only routes.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from asyncpg import UniqueViolationError
from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, StrictBool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.platform.clock import InvalidDuration, IsoDuration, MovableClock, iso_instant
from agent_services.platform.http.body import json_body
from agent_services.platform.http.documents import Body, answers, json_request
from agent_services.platform.http.errors import FrameworkError

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RecordKind:
    """One kind of stored document: how tests list, replace and clear it.

    Field names are those of the spec's stored-document tables; values are clear text, instants ISO 8601.
    """

    list_all: Callable[[], Awaitable[list[Record]]]
    replace: Callable[[list[Record]], Awaitable[None]]
    clear: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class TestOnly:
    """What the routes act on; filled by `app.py`."""

    __test__ = False  # not a test class, whatever its name suggests to a test runner

    kinds: Mapping[str, RecordKind]
    run_job: Callable[[str], Awaitable[int]]
    job_names: Callable[[], frozenset[str]]
    clock: MovableClock
    audit_events: Callable[[], Awaitable[list[Record]]]
    emails: Callable[[], Awaitable[list[Record]]]
    forget: Callable[[], Awaitable[None]]


def _text(given: object) -> object:
    if not isinstance(given, str):
        raise ValueError("an instant is a text")  # noqa: TRY004  # Pydantic's way to refuse
    return given


class ClockSetting(BaseModel):
    """Body of `PUT /test-only/clock`: exactly one of `now` and `advance`, or `frozen` alone."""

    model_config = ConfigDict(extra="forbid")
    now: Annotated[AwareDatetime, BeforeValidator(_text)] | None = None
    advance: str | None = None
    frozen: StrictBool = False


class UnknownName(FrameworkError):
    """No such kind of record or job."""

    status = 404


router = APIRouter(prefix="/test-only", tags=["test-only"])
_NOT_JSON = answers({415: (Body.FRAMEWORK,)})


def _test_only_of(request: Request) -> TestOnly:
    test_only: TestOnly = request.app.state.test_only
    return test_only


def _kind(request: Request, name: str) -> RecordKind:
    kinds = _test_only_of(request).kinds
    if name not in kinds:
        raise UnknownName(f"No such kind of record; known kinds: {', '.join(sorted(kinds))}")
    return kinds[name]


@router.get("/records/{kind}")
async def list_records(request: Request, kind: str) -> Response:
    """Every stored record of that kind, decrypted."""
    return JSONResponse(await _kind(request, kind).list_all())


@router.put(
    "/records/{kind}",
    status_code=204,
    response_class=Response,
    responses=_NOT_JSON,
    openapi_extra=json_request({"type": "array", "items": {"type": "object"}}),
)
async def put_records(
    request: Request, kind: str, records: Annotated[list[Record], Depends(json_body(list[Record]))]
) -> Response:
    """Inserts or replaces exactly these records, timestamps included. 204."""
    try:
        await _kind(request, kind).replace(records)
    except (KeyError, ValueError, TypeError) as error:
        raise FrameworkError(f"A record of kind {kind} lacks a field or has one of the wrong form: {error}") from None
    except UniqueViolationError:
        raise FrameworkError(f"Records of kind {kind} would share what only one of them may have") from None
    return Response(status_code=204)


@router.delete("/records", status_code=204, response_class=Response)
async def delete_records(request: Request) -> Response:
    """Empties the services' stores (not the sandbox's) and forgets audit events and e-mails. 204."""
    test_only = _test_only_of(request)
    for kind in test_only.kinds.values():
        await kind.clear()
    await test_only.forget()
    return Response(status_code=204)


@router.post("/jobs/{name}")
async def run_job(request: Request, name: str) -> Response:
    """Runs a scheduled job once, to completion. 200 `{"processed": n}`."""
    test_only = _test_only_of(request)
    if name not in test_only.job_names():
        raise UnknownName(f"No such job; known jobs: {', '.join(sorted(test_only.job_names()))}")
    return JSONResponse({"processed": await test_only.run_job(name)})


@router.put("/clock", responses=_NOT_JSON, openapi_extra=json_request(ClockSetting.model_json_schema()))
async def set_clock(request: Request, setting: Annotated[ClockSetting, Depends(json_body(ClockSetting))]) -> Response:
    """Moves the clock of all processes on the database; it runs on from there or stands still. 200 `{"now"}`."""
    clock = _test_only_of(request).clock
    if (setting.now is not None) + (setting.advance is not None) > 1:
        raise FrameworkError("Give now or advance, not both")
    try:
        if setting.now is not None:
            reading = await clock.set_now(setting.now, frozen=setting.frozen)
        elif setting.advance is not None:
            reading = await clock.advance(IsoDuration.parse(setting.advance), frozen=setting.frozen)
        elif setting.frozen:
            reading = await clock.freeze()
        else:
            raise FrameworkError("Give now, advance or frozen")
    except InvalidDuration as invalid:
        raise FrameworkError(f"advance: {invalid}") from None
    return JSONResponse({"now": iso_instant(reading.now)})


@router.delete("/clock", status_code=204, response_class=Response)
async def reset_clock(request: Request) -> Response:
    """Back to real time. 204."""
    await _test_only_of(request).clock.reset()
    return Response(status_code=204)


@router.get("/audit")
async def list_audit(request: Request) -> Response:
    """What was audited since the last `DELETE /test-only/records`, oldest first."""
    return JSONResponse(await _test_only_of(request).audit_events())


@router.get("/emails")
async def list_emails(request: Request) -> Response:
    """What was sent by e-mail since the last `DELETE /test-only/records`, oldest first."""
    return JSONResponse(await _test_only_of(request).emails())
