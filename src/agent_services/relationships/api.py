"""The routes of this room. Spec: relationships 1, 2, 7, 10.1, 14.

Under the service's prefix, and for the seed's callers without it, hidden from the OpenAPI page.
"""

from typing import Annotated, assert_never

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from agent_services.auth import (
    AGENT,
    ANY,
    BASIC,
    TEST_ONLY,
    USER,
    Principal,
    authorisation_of,
    called_by,
    is_basic_caller,
    requires,
)
from agent_services.identifiers import Arn, Nino
from agent_services.platform.http.documents import Body, answer, answers
from agent_services.platform.http.errors import CannotBind
from agent_services.platform.http.hot_route import HotRoute
from agent_services.relationships.errors import BasicCredentialsRefused, InvalidKey, NothingRemoved, RelationshipBusy
from agent_services.relationships.keys import KeyInvalid
from agent_services.relationships.questions import NotRelated, Related, RelationshipQuestion, Unanswerable
from agent_services.relationships.room import Relationships
from agent_services.relationships.wanted import Busy, HowCreated, NewRelationship, RoleChange
from agent_services.tax_services import EnrolmentKey

PREFIX = "/agent-client-relationships"
_RELATIONSHIP = "/agent/{arn}/service/{service}/client/{client_id_type}/{client_id}"
_LONGEST = 500

router = APIRouter(tags=["relationships"])
test_only_router = APIRouter(tags=["test-only"])


def relationships_of(request: Request) -> Relationships:
    room: Relationships = request.app.state.relationships
    return room


def bindable(*texts: str) -> None:
    """Raises CannotBind for a text with a NUL, or one so long that no index takes it."""
    for text in texts:
        if "\x00" in text or len(text) > _LONGEST:
            raise CannotBind


def asked_by_path(
    arn: str, service: str, client_id_type: str, client_id: str, user_id: str | None = None
) -> RelationshipQuestion:
    """The path as it stands. Raises CannotBind for what no store can hold."""
    bindable(arn, service, client_id_type, client_id, user_id or "")
    return RelationshipQuestion(Arn.as_given(arn), service, client_id_type, client_id, user_id)


@called_by(ANY)
async def get_relationship(request: Request) -> Response:
    """May this agent act for this client?

    200 empty: yes. 404 {"code": …}: no, and why. 400 empty: no such service, type or identifier. 401 without a
    session; an upstream's failure as in 0.1. Spec: relationships 1, answers 1.7.
    """
    asked = asked_by_path(**request.path_params, user_id=request.query_params.get("userId"))
    await authorisation_of(request).require(ANY)
    match await relationships_of(request).checking.check(asked):
        case Related():
            return Response(status_code=200)
        case NotRelated(code):
            return JSONResponse({"code": code}, status_code=404)
        case Unanswerable():
            return Response(status_code=400)
        case other:
            assert_never(other)


hot_routes = [
    HotRoute(PREFIX + _RELATIONSHIP, get_relationship, methods=["GET"]),
    HotRoute(_RELATIONSHIP, get_relationship, methods=["GET"]),
]


def asked_in_path(arn: str, service: str, client_id_type: str, client_id: str) -> RelationshipQuestion:
    """The path, for a route without a query."""
    return asked_by_path(arn, service, client_id_type, client_id)


AskedByPath = Annotated[RelationshipQuestion, Depends(asked_in_path)]


@called_by(USER)
async def put_relationship(request: Request, asked: AskedByPath) -> Response:
    """Creates the relationship. 201 empty; 400 text; 404 {"code"}; 423 empty. Spec: relationships 2.1."""
    changes = relationships_of(request).changes
    key = await changes.key_of(asked)
    caller = await authorisation_of(request).require(USER)
    await changes.create(asked, key, caller)
    return Response(status_code=201)


@called_by(USER)
async def delete_relationship(request: Request, asked: AskedByPath) -> Response:
    """Ends the relationship. 204 empty; 400 text; 404 {"code"}; 423 empty. Spec: relationships 2.2."""
    changes = relationships_of(request).changes
    key = await changes.key_of(asked)
    caller = await authorisation_of(request).require(USER)
    await changes.remove(asked, key, caller)
    return Response(status_code=204)


@called_by(BASIC)
async def terminate_agent(request: Request, arn: str) -> Response:
    """Forgets the agency's open copies and removals. 200 with counts; 401 empty. Spec: relationships 7."""
    bindable(arn)
    room = relationships_of(request)
    if not is_basic_caller(
        request.headers.get("authorization"),
        username=room.settings.termination_username,
        password=room.settings.termination_password,
    ):
        raise BasicCredentialsRefused
    forgotten = await room.termination.terminate(Arn.as_given(arn))
    service = "agent-client-relationships"
    return JSONResponse(
        {
            "counts": [
                {"service": service, "store": "delete-record", "count": forgotten.delete_records},
                {"service": service, "store": "relationship-copy-record", "count": forgotten.copy_records},
            ]
        }
    )


def nino_in_path(nino: str) -> Nino:
    """Bound before anybody is asked who calls. Raises CannotBind."""
    if not Nino.is_valid(nino):
        raise CannotBind
    return Nino.as_given(nino)


async def create_after_sign_up(
    request: Request,
    nino: Annotated[Nino, Depends(nino_in_path)],
    caller: Annotated[Principal, Depends(requires(AGENT))],
) -> Response:
    """Brings the agent's older authority over to a client who has signed up. Spec: relationships 10.1."""
    arn = Arn.as_given(caller.arn or "")
    service = await relationships_of(request).signing_up.create_relationship(arn, nino)
    return JSONResponse({"service": service}, status_code=201)


_CHANGE_REFUSALS = {400: (Body.TEXT,), 401: (Body.FRAMEWORK,), 403: (Body.ENVELOPE,), 404: (Body.CODE,), 423: ()}
for prefix, shown in ((PREFIX, True), ("", False)):
    router.put(
        prefix + _RELATIONSHIP,
        status_code=201,
        include_in_schema=shown,
        response_class=Response,
        responses=answers(_CHANGE_REFUSALS),
    )(put_relationship)
    router.delete(
        prefix + _RELATIONSHIP,
        status_code=204,
        include_in_schema=shown,
        response_class=Response,
        responses=answers(_CHANGE_REFUSALS),
    )(delete_relationship)
    router.delete(
        prefix + "/agent/{arn}/terminate",
        include_in_schema=shown,
        response_class=JSONResponse,
        responses=answers({401: ()}),
    )(terminate_agent)
    router.post(
        prefix + "/itsa-post-signup/create-relationship/{nino}",
        status_code=201,
        include_in_schema=shown,
        response_class=JSONResponse,
        responses=answers({401: (Body.FRAMEWORK,), 404: (Body.TEXT,)}),
    )(create_after_sign_up)


@test_only_router.delete(
    "/test-only/db/agent/{arn}/service/HMRC-MTD-IT/client/MTDITID/{mtd_it_id}",
    status_code=204,
    response_class=Response,
    responses=answers({404: (Body.TEXT,)}),
)
@called_by(TEST_ONLY)
async def forget_copy(request: Request, arn: str, mtd_it_id: str) -> Response:
    """Forgets that a relationship was copied from CESA. 204, or 404 text. Spec: relationships 14."""
    bindable(arn, mtd_it_id)
    key = EnrolmentKey.of("HMRC-MTD-IT", "MTDITID", mtd_it_id)
    if not await relationships_of(request).copies.remove(Arn.as_given(arn), key):
        raise NothingRemoved
    return Response(status_code=204)


@test_only_router.put(
    "/test-only" + _RELATIONSHIP,
    status_code=201,
    response_class=PlainTextResponse,
    responses=answers({400: (Body.TEXT,), 423: ()}),
)
@called_by(TEST_ONLY)
async def put_relationship_for_tests(request: Request, asked: AskedByPath) -> Response:
    """Creates a relationship without asking who calls. 201, 400 text, 423. Spec: relationships 14."""
    room = relationships_of(request)
    key = await room.keys.key_for(asked.service, asked.client_id, asked.client_id_type)
    if isinstance(key, KeyInvalid):
        raise InvalidKey(key.text)
    wanted = NewRelationship(
        arn=asked.arn,
        key=key,
        how=HowCreated.CLIENT_ACCEPTED,
        client_id_type=asked.client_id_type,
        accepted_at=room.clock.now(),
        nino=Nino.as_given(key.client_id) if key.has_nino else None,
        role_change=RoleChange.NEVER,
    )
    if isinstance(await room.creation.create(wanted), Busy):
        raise RelationshipBusy
    return PlainTextResponse(status_code=201)


_HOT_PARAMETERS = [
    {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    for name in ("arn", "service", "client_id_type", "client_id")
]
hot_paths = {
    PREFIX + _RELATIONSHIP: {
        "get": {
            "tags": ["relationships"],
            "summary": "May this agent act for this client?",
            "operationId": "get_relationship",
            "parameters": [
                *_HOT_PARAMETERS,
                {
                    "name": "userId",
                    "in": "query",
                    "required": False,
                    "schema": {"type": "string"},
                    "description": "Asks about one user of the agency instead of the agency.",
                },
            ],
            "responses": {
                "200": {"description": "Yes."},
                "400": {"description": "No such service, identifier type or identifier; or a suspended agent."},
                "401": answer("No session.", Body.FRAMEWORK),
                "404": answer("No, and why.", Body.CODE),
            },
        }
    }
}
