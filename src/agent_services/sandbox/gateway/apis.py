"""What stands behind the gateway: APIs, their published versions, resources and scopes. Spec: authorisation-api 8.1."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

_ACCEPT = re.compile(r"^(application/vnd\.hmrc)\.(.*)\+(.*)$")
DEFAULT_VERSION = "1.0"


class Access(StrEnum):
    """Whose token an API wants."""

    OPEN = "open"
    APPLICATION = "application"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Resource:
    """A method and a public path; `{name}` stands for one segment. Without scope any good token will do."""

    method: str
    path: str
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class GatewayApi:
    """One API. Its resources are the same in every version; `context` is the first segment of their paths."""

    context: str
    versions: tuple[str, ...]
    access: Access
    resources: tuple[Resource, ...]
    judges_versions_itself: bool = False
    """An unpublished version reaches the API, which refuses it in its own words after the gateway's other checks;
    else it is 404 here, before them. Spec: authorisation-api 2."""


# What a person is told on the consent page. Scopes of other APIs are shown by their name.
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "read:sent-invitations": "see the authorisation requests that your agent business has sent",
        "write:sent-invitations": "ask clients to authorise your agent business",
        "write:cancel-invitations": "cancel authorisation requests that clients have not answered",
        "read:check-relationship": "check which clients have authorised your agent business",
        "write:relationships": "end a client’s authorisation of your agent business",
    }
)


def in_words(scope: str) -> str:
    """What the scope allows, to complete "This software wants to"."""
    return _WORDS.get(scope, f"use {scope}")


def asked_version(accept: str | None) -> str | None:
    """The version that an Accept header names; None where it is missing or malformed. Spec: authorisation-api 2."""
    match = _ACCEPT.match(accept or "")
    return match[2] if match else None


@dataclass(frozen=True, slots=True)
class _Compiled:
    api: GatewayApi
    by_method: Mapping[str, Sequence[tuple[re.Pattern[str], Resource]]]


class ApiTable:
    """All APIs behind the gateway, ready to be asked on every request."""

    def __init__(self, apis: Iterable[GatewayApi]) -> None:
        self.apis = tuple(apis)
        self._by_context = {api.context: _Compiled(api, _by_method(api)) for api in self.apis}
        self.scopes = frozenset(r.scope for api in self.apis for r in api.resources if r.scope is not None)

    def api_of(self, path: str) -> GatewayApi | None:
        """The API whose context begins the path."""
        found = self._by_context.get(path.split("/", 2)[1] if path.startswith("/") else "")
        return found.api if found else None

    def resource(self, api: GatewayApi, method: str, path: str) -> Resource | None:
        for pattern, resource in self._by_context[api.context].by_method.get(method, ()):
            if pattern.fullmatch(path):
                return resource
        return None

    def version(self, api: GatewayApi, accept: str | None) -> str | None:
        """The published version that is meant; None for one that is not published.

        A missing or malformed header means 1.0 here; that it is refused is the API's own second step.
        """
        version = asked_version(accept)
        if version is None:
            return DEFAULT_VERSION if DEFAULT_VERSION in api.versions else api.versions[0]
        return version if version in api.versions else None


def _by_method(api: GatewayApi) -> dict[str, list[tuple[re.Pattern[str], Resource]]]:
    found: dict[str, list[tuple[re.Pattern[str], Resource]]] = {}
    for resource in api.resources:
        found.setdefault(resource.method, []).append((_pattern(resource.path), resource))
    return found


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\})", template)
    return re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts), re.DOTALL)
