"""The OpenAPI document: what FastAPI sees, the hot routes, and what holds for every operation of a family."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

from agent_services.auth import BASIC, Open, Requirement, stated_on
from agent_services.platform.http.documents import Operation, add_refusals, drop_the_frameworks_own
from agent_services.platform.http.families import ErrorFamilies

_FRAMEWORKS_OWN: Final = ("HTTPValidationError", "ValidationError")
_UNFAILING: Final = "platform"
"""The tag of the routes that operators ask: nothing can be wrong with these requests."""
_EXAMPLES: Final = {
    "arn": "XARN1000001",
    "service": "HMRC-MTD-VAT",
    "client_id_type": "VRN",
    "client_id": "101747696",
    "nino": "AA999999A",
    "utr": "1000000005",
    "vrn": "101747696",
    "mtd_it_id": "XAIT0000111111",
    "key": "sa",
    "id": "ABERULMHCKKW3",
    "version": "1.0",
}
"""What the page tries, and what shows a fuzzer past the path: a path that cannot be read is refused before a caller."""
_SECURITY_SCHEMES: Final[dict[str, Any]] = {
    "session": {
        "type": "http",
        "scheme": "bearer",
        "description": "A session of the person or the staff member who calls.",
    },
    "basic": {"type": "http", "scheme": "basic", "description": "The credentials of agent-termination."},
    "oauth": {
        "type": "oauth2",
        "flows": {
            "authorizationCode": {
                "authorizationUrl": "/oauth/authorize",
                "tokenUrl": "/oauth/token",
                "refreshUrl": "/oauth/token",
                "scopes": {
                    "read:sent-invitations": "Read invitations sent",
                    "write:sent-invitations": "Modify invitations sent",
                    "write:cancel-invitations": "Cancel invitations",
                    "read:check-relationship": "Check relationship status",
                    "write:relationships": "Modify relationships",
                },
            }
        },
    },
    "application": {
        "type": "oauth2",
        "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": {}}},
    },
}


def document_of(
    api: FastAPI, families: ErrorFamilies, hot_paths: Sequence[Mapping[str, Mapping[str, Any]]]
) -> dict[str, Any]:
    """The whole document. Every operation says who may call it and what its family may answer besides its own."""
    document = get_openapi(title=api.title, version=api.version, routes=api.routes)
    for paths in hot_paths:
        for path, item in paths.items():
            document["paths"].setdefault(path, {}).update(item)
    # Rooms' constants stand in it, which several operations share.
    document = deepcopy(document)
    for served, operation in _operations(api, document):
        drop_the_frameworks_own(operation)
        _state_caller(served, operation)
        _give_examples(operation)
        if _UNFAILING not in operation.get("tags", ()):
            family = families.of(served.path)
            add_refusals(operation, family.body, family.refusals)
    components = document.setdefault("components", {})
    for name in _FRAMEWORKS_OWN:
        components.get("schemas", {}).pop(name, None)
    components["securitySchemes"] = _SECURITY_SCHEMES
    return document


@dataclass(frozen=True, slots=True)
class Served:
    """One route as it is served, the prefixes of the routers that include it put in front."""

    path: str
    methods: frozenset[str]
    route: BaseRoute
    is_shown: bool

    @property
    def stated(self) -> Requirement | Open | None:
        return stated_on(self.route)


def routes_of(routes: Sequence[BaseRoute]) -> Iterator[Served]:
    """Every route, also those of included routers."""
    for each in iter_route_contexts(routes):
        path = each.path_format or each.path or ""
        methods = frozenset(each.methods or ())
        yield Served(path, methods, each.original_route, getattr(each, "include_in_schema", False))


def _operations(api: FastAPI, document: dict[str, Any]) -> Iterator[tuple[Served, Operation]]:
    paths = document["paths"]
    for served in routes_of(api.routes):
        for method in served.methods if served.is_shown else ():
            operation = paths.get(served.path, {}).get(method.lower())
            if operation is not None:
                yield served, operation


def _state_caller(served: Served, operation: Operation) -> None:
    stated = served.stated
    if isinstance(stated, Requirement):
        operation.setdefault("security", [{"session": []}])
    elif stated is BASIC:
        operation.setdefault("security", [{"basic": []}])


def _give_examples(operation: Operation) -> None:
    for parameter in operation.get("parameters", ()):
        has_example = "example" in parameter or "examples" in parameter or "examples" in parameter["schema"]
        if parameter["in"] == "path" and parameter["name"] in _EXAMPLES and not has_example:
            parameter["example"] = _EXAMPLES[parameter["name"]]
