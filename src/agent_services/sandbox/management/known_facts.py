"""The stub's known facts. Spec: sandbox 3.5."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from agent_services.auth import SANDBOX, called_by
from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.enrolments.store import Kind
from agent_services.sandbox.http.routes import SandboxRoute, any_json, sandbox_of
from agent_services.sandbox.known_facts.store import KnownFact
from agent_services.sandbox.management.paths import STUBS
from agent_services.sandbox.management.signing_in import SignedIn
from agent_services.sandbox.refusals import Refusal
from agent_services.sandbox.users.documents import IdentifierData, person_document

router = APIRouter(prefix=STUBS, route_class=SandboxRoute, include_in_schema=False)

_MOST_AGENTS = 100


class KnownFactsData(BaseModel):
    """The body of known facts; the identifiers follow from the key."""

    model_config = ConfigDict(extra="ignore", alias_generator=to_camel, populate_by_name=True)

    enrolment_key: str | None = None
    verifiers: list[IdentifierData] = Field(default_factory=list)


@router.get("/known-facts/{key}")
@called_by(SANDBOX)
async def known_facts(request: Request, key: str, session: SignedIn) -> Response:
    """200 the facts, who holds the enrolment as principal, and whom it is delegated to; 404 NOT_FOUND."""
    sandbox = sandbox_of(request)
    stored = StoredKey.checked(key)
    fact = await sandbox.known_facts.find(stored.lookup_key)
    if fact is None:
        raise Refusal(404, "NOT_FOUND")
    holders = await sandbox.enrolments.users_assigned(stored.lookup_key, Kind.PRINCIPAL, limit=1)
    agents = await sandbox.enrolments.users_assigned(stored.lookup_key, Kind.DELEGATED, limit=_MOST_AGENTS)
    return JSONResponse(
        without_absent(
            {
                "enrolmentKey": str(fact.key),
                "verifiers": [{"key": name, "value": value} for name, value in fact.verifiers],
                "user": await _user(request, holders[0]) if holders else None,
                "agents": [await _user(request, user_id) for user_id in agents],
            }
        )
    )


@router.post("/known-facts")
@called_by(SANDBOX)
async def create_known_facts(
    request: Request, wanted: Annotated[KnownFactsData, Depends(any_json(KnownFactsData))], session: SignedIn
) -> Response:
    """201 a text and the location: added or replaced."""
    key = StoredKey.checked(wanted.enrolment_key or "")
    await _put(request, key, wanted)
    location = {"Location": f"{STUBS}/known-facts/{key}"}
    return PlainTextResponse(f"Known facts {key} have been created.", status_code=201, headers=location)


@router.put("/known-facts/{key}")
@called_by(SANDBOX)
async def replace_known_facts(
    request: Request, key: str, wanted: Annotated[KnownFactsData, Depends(any_json(KnownFactsData))], session: SignedIn
) -> Response:
    """201 when new, 202 when replaced."""
    stored = StoredKey.checked(key)
    is_new = await sandbox_of(request).known_facts.find(stored.lookup_key) is None
    await _put(request, stored, wanted)
    return Response(status_code=201 if is_new else 202, headers={"Location": f"{STUBS}/known-facts/{stored}"})


@router.put("/known-facts/{key}/verifier")
@called_by(SANDBOX)
async def replace_verifier(
    request: Request, key: str, wanted: Annotated[IdentifierData, Depends(any_json(IdentifierData))], session: SignedIn
) -> Response:
    """202: one verifier is added or replaced; 404 KNOWN_FACTS_NOT_FOUND."""
    sandbox = sandbox_of(request)
    stored = StoredKey.checked(key)
    fact = await sandbox.known_facts.find(stored.lookup_key)
    if fact is None:
        raise Refusal(404, "KNOWN_FACTS_NOT_FOUND")
    others = tuple(pair for pair in fact.verifiers if pair[0] != wanted.key)
    async with sandbox.database.unit_of_work() as work:
        await sandbox.known_facts.put(work, [KnownFact(fact.key, (*others, (wanted.key, wanted.value)))])
    return Response(status_code=202)


@router.delete("/known-facts/{key}")
@called_by(SANDBOX)
async def delete_known_facts(request: Request, key: str, session: SignedIn) -> Response:
    """204; 404 when there are none."""
    sandbox = sandbox_of(request)
    async with sandbox.database.unit_of_work() as work:
        deleted = await sandbox.known_facts.delete(work, [StoredKey.checked(key).lookup_key])
    if not deleted:
        raise Refusal(404, "KNOWN_FACTS_NOT_FOUND")
    return Response(status_code=204)


async def _put(request: Request, key: StoredKey, wanted: KnownFactsData) -> None:
    sandbox = sandbox_of(request)
    row = key.row
    # Only what the service knows, as the stub's own sanitiser has it.
    verifiers = tuple(
        (each.key, each.value)
        for each in wanted.verifiers
        if row is not None and (term := row.verifier(each.key)) is not None and term.accepts(each.value)
    )
    async with sandbox.database.unit_of_work() as work:
        await sandbox.known_facts.put(work, [KnownFact(key, verifiers)])


async def _user(request: Request, user_id: str) -> Document | None:
    sandbox = sandbox_of(request)
    person = await sandbox.people.find(user_id)
    if person is None:
        return None
    return person_document(
        person,
        await sandbox.enrolments.assigned_keys(user_id, Kind.PRINCIPAL),
        await sandbox.enrolments.assigned_keys(user_id, Kind.DELEGATED),
    )
