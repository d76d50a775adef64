"""The stub's users. Spec: sandbox 3.2."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from agent_services.auth import SANDBOX, called_by
from agent_services.identifiers import Nino
from agent_services.sandbox.documents import Document
from agent_services.sandbox.enrolments.store import Kind
from agent_services.sandbox.http.callers import Tie
from agent_services.sandbox.http.routes import SandboxRoute, any_json, perhaps_signed_in, sandbox_of
from agent_services.sandbox.management.api_platform import ApiPlatformUser, user_of_api_platform
from agent_services.sandbox.management.paths import STUBS
from agent_services.sandbox.management.signing_in import SignedIn, affinity_or_refusal
from agent_services.sandbox.refusals import NotAuthorised, Refusal, Shape
from agent_services.sandbox.users.documents import UserData, person_document
from agent_services.sandbox.users.people import Person
from agent_services.sandbox.users.registration import user_not_found

router = APIRouter(prefix=STUBS, route_class=SandboxRoute, include_in_schema=False)

_DEFAULT_LIMIT, _MOST = 100, 1000


@router.get("/users")
@called_by(SANDBOX)
async def users(request: Request, session: SignedIn) -> Response:
    """200 `{"users": […]}`, filtered by group, agent code, affinity, enrolment service or part of the user id."""
    query = request.query_params
    limit = limit_of(query.get("limit"))
    group_id, agent_code, service = query.get("groupId"), query.get("agentCode"), query.get("principalEnrolmentService")
    if group_id and agent_code:
        raise Refusal(400, "groupId and agentCode cannot be given together", shape=Shape.TEXT)
    store = sandbox_of(request).people_store
    if agent_code:
        group = await store.group_by_agent_code(agent_code)
        group_id = group.group_id if group is not None else agent_code
    if group_id:
        found = await store.members(group_id, limit=_MOST)
    elif (affinity := affinity_or_refusal(query.get("affinityGroup"))) is not None:
        found = await store.people_of_affinity(affinity, limit=_MOST)
    else:
        found = await store.people(user_id_contains=query.get("userId"), limit=_MOST)
    shown = [await _shown(request, person) for person in found[: _MOST if service else limit]]
    if service:
        shown = [
            each for each in shown if any(key.startswith(service + "~") for key in each["assignedPrincipalEnrolments"])
        ]
    return JSONResponse({"users": shown[:limit]})


@router.get("/users/nino/{nino}")
@called_by(SANDBOX)
async def user_by_nino(request: Request, nino: str, session: SignedIn) -> Response:
    """200 the user; 400 INVALID_NINO; 404 USER_NOT_FOUND."""
    if not Nino.is_valid(nino):
        raise Refusal(400, "INVALID_NINO", f"Provided NINO {nino} is not valid")
    person = await sandbox_of(request).people.find_by_nino(nino)
    if person is None:
        raise Refusal(404, "USER_NOT_FOUND", f"Could not found user for nino {nino}")
    return JSONResponse(await _shown(request, person))


@router.get("/users/{user_id}")
@called_by(SANDBOX)
async def user(request: Request, user_id: str, session: SignedIn) -> Response:
    """200 the user; 404 USER_NOT_FOUND."""
    person = await sandbox_of(request).people.find(user_id)
    if person is None:
        raise user_not_found(user_id)
    links = [{"rel": rel, "href": f"{STUBS}/users/{user_id}"} for rel in ("self", "update", "delete")]
    return JSONResponse({**await _shown(request, person), "_links": links})


@router.post("/users/api-platform")
@called_by(SANDBOX)
async def create_from_api_platform(
    request: Request, given: Annotated[ApiPlatformUser, Depends(any_json(ApiPlatformUser))]
) -> Response:
    """201 a test user made elsewhere; 409 when taken."""
    wanted, affinity = user_of_api_platform(given)
    return _created(await sandbox_of(request).registration.create(wanted, affinity))


@router.post("/users")
@called_by(SANDBOX)
async def create_user(
    request: Request,
    wanted: Annotated[UserData, Depends(any_json(UserData))],
    tie: Annotated[Tie, Depends(perhaps_signed_in)],
) -> Response:
    """201 a text and the location; 400 all problems; 409 when taken. With `planetId` no session is needed."""
    if tie.session is None and request.query_params.get("planetId") is None:
        raise NotAuthorised("SessionRecordNotFound")
    affinity = affinity_or_refusal(request.query_params.get("affinityGroup"))
    return _created(await sandbox_of(request).registration.create(wanted, affinity))


@router.put("/users")
@called_by(SANDBOX)
async def replace_current_user(
    request: Request, wanted: Annotated[UserData, Depends(any_json(UserData))], session: SignedIn
) -> Response:
    """As `PUT /users/{id}`, of the caller."""
    return await _replaced(request, session.user_id, wanted)


@router.put("/users/{user_id}")
@called_by(SANDBOX)
async def replace_user(
    request: Request, user_id: str, wanted: Annotated[UserData, Depends(any_json(UserData))], session: SignedIn
) -> Response:
    """202: full replacement; 400, 404, 409."""
    return await _replaced(request, user_id, wanted)


@router.delete("/users/{user_id}")
@called_by(SANDBOX)
async def delete_user(request: Request, user_id: str, session: SignedIn) -> Response:
    """204; 404; 400 when nobody would administer the group."""
    await sandbox_of(request).registration.delete(user_id)
    return Response(status_code=204)


async def _replaced(request: Request, user_id: str, wanted: UserData) -> Response:
    await sandbox_of(request).registration.replace(user_id, wanted)
    location = {"Location": f"{STUBS}/users/{user_id}"}
    return PlainTextResponse(f"User {user_id} has been updated.", status_code=202, headers=location)


def _created(person: Person) -> Response:
    location = {"Location": f"{STUBS}/users/{person.user_id}"}
    return PlainTextResponse(f"User {person.user_id} has been created.", status_code=201, headers=location)


async def _shown(request: Request, person: Person) -> Document:
    enrolments = sandbox_of(request).enrolments
    return person_document(
        person,
        await enrolments.assigned_keys(person.user_id, Kind.PRINCIPAL),
        await enrolments.assigned_keys(person.user_id, Kind.DELEGATED),
    )


def limit_of(text: str | None) -> int:
    """The parameter `limit`, from 1 to 1000; 100 by default. Raises Refusal 400."""
    if text is None:
        return _DEFAULT_LIMIT
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= _MOST:
        raise Refusal(400, f"limit must be a number from 1 to {_MOST}", shape=Shape.TEXT)
    return int(text)
