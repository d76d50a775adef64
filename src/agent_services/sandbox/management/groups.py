"""The stub's groups. Spec: sandbox 3.3."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from agent_services.auth import SANDBOX, called_by
from agent_services.sandbox import generators
from agent_services.sandbox.documents import Document
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.enrolments.store import Kind
from agent_services.sandbox.http.routes import SandboxRoute, any_json, sandbox_of
from agent_services.sandbox.known_facts.generating import verifiers_for
from agent_services.sandbox.management.paths import STUBS
from agent_services.sandbox.management.signing_in import SignedIn, affinity_or_refusal
from agent_services.sandbox.management.users import limit_of
from agent_services.sandbox.population.parties import HeldKey
from agent_services.sandbox.refusals import InvalidInput, Refusal
from agent_services.sandbox.users.documents import GroupData, group_document
from agent_services.sandbox.users.people import AffinityGroup, Group, Person
from agent_services.sandbox.users.validation import enrolment_problems, problems_of_regimes

router = APIRouter(prefix=STUBS, route_class=SandboxRoute, include_in_schema=False)

_MOST = 100_000


@router.get("/groups")
@called_by(SANDBOX)
async def groups(request: Request, session: SignedIn) -> Response:
    """200 `{"groups": […]}`."""
    query = request.query_params
    store = sandbox_of(request).people_store
    if query.get("agentCode"):
        group = await store.group_by_agent_code(query["agentCode"])
        found = [group] if group is not None else []
    else:
        affinity = affinity_or_refusal(query.get("affinityGroup"))
        found = await store.groups(affinity_group=affinity, limit=limit_of(query.get("limit")))
    return JSONResponse({"groups": [await _shown(request, group) for group in found]})


@router.get("/groups/{group_id}")
@called_by(SANDBOX)
async def group(request: Request, group_id: str, session: SignedIn) -> Response:
    """200 the group; 404 GROUP_NOT_FOUND."""
    return JSONResponse(await _shown(request, await _existing(request, group_id)))


@router.post("/groups")
@called_by(SANDBOX)
async def create_group(
    request: Request, wanted: Annotated[GroupData, Depends(any_json(GroupData))], session: SignedIn
) -> Response:
    """201 a text and the location; 400, 409."""
    sandbox = sandbox_of(request)
    made = _group(wanted.group_id or generators.group_id(wanted.model_dump_json()), wanted)
    principal, delegated = _keys(wanted, made.affinity_group)
    now = sandbox.clock.now()
    nobody = Person(made.group_id)
    async with sandbox.database.unit_of_work() as work:
        await sandbox.people_store.add_group(work, made, now=now)
        held = [HeldKey(key, verifiers_for(key, nobody)) for key in principal]
        await sandbox.entry.give_principal(work, made.group_id, held, now=now)
        await sandbox.enrolments.allocate(work, made.group_id, delegated, Kind.DELEGATED, now=now)
    location = {"Location": f"{STUBS}/groups/{made.group_id}"}
    return PlainTextResponse(f"Group {made.group_id} has been created.", status_code=201, headers=location)


@router.put("/groups")
@called_by(SANDBOX)
async def replace_current_group(
    request: Request, wanted: Annotated[GroupData, Depends(any_json(GroupData))], session: SignedIn
) -> Response:
    """As `PUT /groups/{id}`, of the caller."""
    person = await sandbox_of(request).people.find(session.user_id)
    if person is None or person.group_id is None:
        raise _not_found()
    return await _replaced(request, person.group_id, wanted)


@router.put("/groups/{group_id}")
@called_by(SANDBOX)
async def replace_group(
    request: Request, group_id: str, wanted: Annotated[GroupData, Depends(any_json(GroupData))], session: SignedIn
) -> Response:
    """202: full replacement, enrolments included; 400, 404, 409."""
    return await _replaced(request, group_id, wanted)


@router.delete("/groups/{group_id}")
@called_by(SANDBOX)
async def delete_group(request: Request, group_id: str, session: SignedIn) -> Response:
    """204: the group, what it holds and its principal known facts go; its users stay behind. 404."""
    sandbox = sandbox_of(request)
    await _existing(request, group_id)
    held = await sandbox.enrolments.keys_of_group(group_id, Kind.PRINCIPAL)
    async with sandbox.database.unit_of_work() as work:
        await sandbox.known_facts.delete(work, [key.lookup_key for key in held])
        await sandbox.enrolments.remove_all_of_group(work, group_id)
        await sandbox.people_store.delete_group(work, group_id)
    return Response(status_code=204)


async def _replaced(request: Request, group_id: str, wanted: GroupData) -> Response:
    sandbox = sandbox_of(request)
    await _existing(request, group_id)
    changed = _group(group_id, wanted)
    principal, delegated = _keys(wanted, changed.affinity_group)
    members = await sandbox.people_store.members(group_id)
    first = next((member for member in members if member.is_administrator), Person(group_id))
    now = sandbox.clock.now()
    async with sandbox.database.unit_of_work() as work:
        await sandbox.people_store.replace_group(work, changed)
        before = await sandbox.enrolments.keys_of_group(group_id, Kind.PRINCIPAL, on=work)
        kept = {key.lookup_key for key in principal}
        gone = [key.lookup_key for key in before if key.lookup_key not in kept]
        await sandbox.enrolments.deallocate(work, group_id, gone, Kind.PRINCIPAL)
        await sandbox.known_facts.delete(work, gone)
        there = {key.lookup_key for key in before}
        new = [HeldKey(key, verifiers_for(key, first)) for key in principal if key.lookup_key not in there]
        await sandbox.entry.give_principal(work, group_id, new, now=now)
        delegated_before = await sandbox.enrolments.keys_of_group(group_id, Kind.DELEGATED, on=work)
        wanted_keys = {key.lookup_key for key in delegated}
        lost = [key.lookup_key for key in delegated_before if key.lookup_key not in wanted_keys]
        await sandbox.enrolments.deallocate(work, group_id, lost, Kind.DELEGATED)
        await sandbox.enrolments.allocate(work, group_id, delegated, Kind.DELEGATED, now=now)
    location = {"Location": f"{STUBS}/groups/{group_id}"}
    return PlainTextResponse(f"Group {group_id} has been updated.", status_code=202, headers=location)


def _group(group_id: str, wanted: GroupData) -> Group:
    affinity = affinity_or_refusal(wanted.affinity_group)
    if affinity is None:
        raise InvalidInput(["affinityGroup must be one of [Individual, Organisation, Agent]"])
    problems = problems_of_regimes(wanted.suspended_regimes)
    if problems:
        raise InvalidInput(problems)
    if affinity is not AffinityGroup.AGENT:
        return Group(group_id, affinity)
    return Group(
        group_id,
        affinity,
        wanted.agent_id or generators.agent_id(group_id),
        wanted.agent_code or generators.agent_code(group_id),
        wanted.agent_friendly_name or f"{generators.last_name(group_id)} Accountants",
        tuple(wanted.suspended_regimes),
    )


def _keys(wanted: GroupData, affinity: AffinityGroup) -> tuple[list[StoredKey], list[StoredKey]]:
    principal = [StoredKey.checked(each.key_text) for each in wanted.principal_enrolments]
    delegated = [StoredKey.checked(each.key_text) for each in wanted.delegated_enrolments]
    problems = list(enrolment_problems(affinity, principal, delegated))
    if problems:
        raise InvalidInput(problems)
    return principal, delegated


async def _existing(request: Request, group_id: str) -> Group:
    found = await sandbox_of(request).people_store.group(group_id)
    if found is None:
        raise _not_found()
    return found


async def _shown(request: Request, group: Group) -> Document:
    enrolments = sandbox_of(request).enrolments
    principal, delegated = [
        await enrolments.held_by_group(group.group_id, kind, service=None, start=1, count=_MOST) for kind in Kind
    ]
    return group_document(group, principal, delegated)


def _not_found() -> Refusal:
    return Refusal(404, "GROUP_NOT_FOUND")
