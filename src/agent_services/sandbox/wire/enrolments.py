"""enrolment-store-proxy and tax-enrolments over the wire. Spec: sandbox 2.3."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from agent_services.platform.clock import iso_instant
from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.enrolments.reading import Page
from agent_services.sandbox.enrolments.store import Allocation, Kind
from agent_services.sandbox.refusals import Refusal, Shape
from agent_services.sandbox.wire.serving import Asked, Endpoint, empty_answer, json_answer, served
from agent_services.upstreams.names import Upstream

_STORE = "/enrolment-store-proxy/enrolment-store"
_TAX_ENROLMENTS = "/tax-enrolments"


async def es0(asked: Asked) -> Response:
    """Users by key."""
    principal, delegated = await asked.sandbox.enrolment_reading.users_of(asked.key, asked.query("type") or "all")
    return _named_lists(principalUserIds=principal, delegatedUserIds=delegated)


async def es1(asked: Asked) -> Response:
    """Groups by key."""
    principal, delegated = await asked.sandbox.enrolment_reading.groups_of(asked.key, asked.query("type") or "all")
    return _named_lists(principalGroupIds=principal, delegatedGroupIds=delegated)


async def es2(asked: Asked) -> Response:
    """A user's enrolments."""
    page = _page(asked, default_kind=None)
    return _listed(await asked.sandbox.enrolment_reading.of_user(asked.path("user"), page), page)


async def es3(asked: Asked) -> Response:
    """A group's enrolments."""
    page = _page(asked, default_kind=Kind.PRINCIPAL)
    return _listed(await asked.sandbox.enrolment_reading.of_group(asked.path("group"), page), page)


async def es5(asked: Asked) -> Response:
    """One enrolment of a group."""
    held = await asked.sandbox.enrolment_reading.one_of_group(asked.path("group"), asked.key)
    return json_answer({"service": held.key.service, "status": held.state, "enrolmentDate": _instant(held)})


async def es6(asked: Asked) -> Response:
    """Sets known facts."""
    await asked.sandbox.enrolment_changes.put_known_facts(asked.key, _pairs(_object(asked).get("verifiers")))
    return empty_answer(204)


async def es7(asked: Asked) -> Response:
    """Removes known facts."""
    await asked.sandbox.enrolment_changes.delete_known_facts(asked.key)
    return empty_answer(204)


async def es8(asked: Asked) -> Response:
    """Allocates to a group."""
    body = _object(asked)
    user_id, kind = body.get("userId"), body.get("type")
    if not isinstance(user_id, str) or not isinstance(kind, str):
        raise Refusal(400, "INVALID_JSON_BODY", shape=Shape.FRAMEWORK)
    await asked.sandbox.enrolment_changes.allocate(
        asked.path("group"), asked.key, user_id=user_id, kind=kind, agent_code=asked.query("legacy-agentCode")
    )
    return empty_answer(201)


async def es9(asked: Asked) -> Response:
    """De-allocates from a group."""
    await asked.sandbox.enrolment_changes.deallocate(
        asked.path("group"), asked.key, agent_code=asked.query("legacy-agentCode")
    )
    return empty_answer(204)


async def es11(asked: Asked) -> Response:
    """Assigns to a user."""
    await asked.sandbox.enrolment_changes.assign(asked.path("user"), asked.key)
    return empty_answer(201)


async def es12(asked: Asked) -> Response:
    """Takes from a user."""
    await asked.sandbox.enrolment_changes.unassign(asked.path("user"), asked.key)
    return empty_answer(204)


async def es19(asked: Asked) -> Response:
    """Names an enrolment within a group."""
    body = asked.body
    name = body.get("friendlyName") if isinstance(body, dict) else None
    if not isinstance(name, str):
        raise Refusal(400, "INVALID_PAYLOAD")
    await asked.sandbox.enrolment_changes.set_friendly_name(asked.path("group"), asked.key, name)
    return empty_answer(204)


async def es20(asked: Asked) -> Response:
    """Enrolments by known facts."""
    body = asked.body
    if not isinstance(body, dict) or not isinstance(body.get("service"), str):
        raise Refusal(400, "INVALID_PAYLOAD", "INVALID_JSON")
    found = await asked.sandbox.enrolment_reading.by_known_facts(body["service"], _pairs(body.get("knownFacts")))
    if not found:
        return empty_answer(204)
    return json_answer(
        {
            "service": body["service"],
            "enrolments": [
                {"identifiers": _shown(fact.key.identifiers), "verifiers": _shown(fact.verifiers)} for fact in found
            ],
        }
    )


async def es21(asked: Asked) -> Response:
    """A group's delegated clients."""
    clients = await asked.sandbox.enrolment_reading.delegated_clients(asked.path("group"))
    return json_answer(
        {
            "clients": [
                without_absent(
                    {
                        "clientEnrolmentKey": client.enrolment_key,
                        "friendlyName": client.friendly_name,
                        "assignedTo": client.user_ids[0] if len(client.user_ids) == 1 else str(len(client.user_ids)),
                    }
                )
                for client in clients
            ]
        }
    )


def _named_lists(**lists: list[str]) -> Response:
    found = {name: values for name, values in lists.items() if values}
    return json_answer(found) if found else empty_answer(204)


def _page(asked: Asked, *, default_kind: Kind | None) -> Page:
    return Page.checked(
        asked.query("type"),
        asked.query("service"),
        asked.query("start-record"),
        asked.query("max-records"),
        default_kind=default_kind,
    )


def _listed(found: list[Allocation], page: Page) -> Response:
    if not found:
        return empty_answer(204)
    return json_answer(
        {"startRecord": page.start, "totalRecords": len(found), "enrolments": [_enrolment(held) for held in found]}
    )


def _enrolment(held: Allocation) -> Document:
    return {
        "service": held.key.service,
        "state": held.state,
        "friendlyName": held.friendly_name or "",
        "enrolmentDate": _instant(held),
        "failedActivationCount": 0,
        "activationDate": _instant(held),
        "identifiers": _shown(held.key.identifiers),
    }


def _instant(held: Allocation) -> str:
    return iso_instant(held.allocated_at)


def _shown(pairs: Sequence[tuple[str, str]]) -> list[Document]:
    return [{"key": name, "value": value} for name, value in pairs]


def _object(asked: Asked) -> Document:
    if not isinstance(asked.body, dict):
        raise Refusal(400, "INVALID_JSON_BODY", shape=Shape.FRAMEWORK)
    return asked.body


def _pairs(listed: Any) -> list[tuple[str, str]]:
    if not isinstance(listed, list) or not all(
        isinstance(each, dict) and isinstance(each.get("key"), str) and isinstance(each.get("value"), str)
        for each in listed
    ):
        raise Refusal(400, "INVALID_PAYLOAD", "INVALID_JSON")
    return [(each["key"], each["value"]) for each in listed]


def _both(operation: str, method: str, path: str, endpoint: Endpoint) -> list[Route]:
    """An operation that both services answer."""
    return [
        served(Upstream.ENROLMENT_STORE_PROXY, operation, method, _STORE + path, endpoint),
        served(Upstream.TAX_ENROLMENTS, operation, method, _TAX_ENROLMENTS + path, endpoint),
    ]


def _store(operation: str, method: str, path: str, endpoint: Endpoint) -> Route:
    return served(Upstream.ENROLMENT_STORE_PROXY, operation, method, _STORE + path, endpoint)


routes: list[Route] = [
    _store("ES0", "GET", "/enrolments/{key}/users", es0),
    _store("ES1", "GET", "/enrolments/{key}/groups", es1),
    _store("ES2", "GET", "/users/{user}/enrolments", es2),
    _store("ES3", "GET", "/groups/{group}/enrolments", es3),
    _store("ES5", "GET", "/groups/{group}/enrolments/{key}", es5),
    _store("ES20", "POST", "/enrolments", es20),
    _store("ES21", "GET", "/groups/{group}/delegated", es21),
    *_both("ES6", "PUT", "/enrolments/{key}", es6),
    *_both("ES7", "DELETE", "/enrolments/{key}", es7),
    *_both("ES8", "POST", "/groups/{group}/enrolments/{key}", es8),
    *_both("ES9", "DELETE", "/groups/{group}/enrolments/{key}", es9),
    *_both("ES11", "POST", "/users/{user}/enrolments/{key}", es11),
    *_both("ES12", "DELETE", "/users/{user}/enrolments/{key}", es12),
    *_both("ES19", "PUT", "/groups/{group}/enrolments/{key}/friendly_name", es19),
]
