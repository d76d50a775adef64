"""The versioned `Accept` header that the public APIs demand. Spec: authorisation-api 2, test-support 2."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

_VERSIONED = re.compile(r"(application/vnd\.hmrc)\.(.*)\+(.*)")
VERSION_SCOPE_KEY = "agent_services.api_version"


class AcceptProblem(Enum):
    """What is wrong with the header, in the order of the checks."""

    MISSING = "missing"
    INVALID = "invalid"
    UNSUPPORTED_VERSION = "unsupported version"
    UNSUPPORTED_CONTENT_TYPE = "unsupported content type"


@dataclass(frozen=True, slots=True)
class AcceptRule:
    """Which paths demand the header, which versions they know, and how a refusal reads."""

    prefix: str
    exempt: str | None
    """Paths that begin with this are free of the demand."""
    versions: frozenset[str]
    refusal: Callable[[AcceptProblem], Response]


def judge_accept(header: str | None, versions: frozenset[str]) -> str | AcceptProblem:
    """The version that the header asks for, or what is wrong with it."""
    if header is None:
        return AcceptProblem.MISSING
    match = _VERSIONED.fullmatch(header)
    if match is None:
        return AcceptProblem.INVALID
    if match[2] not in versions:
        return AcceptProblem.UNSUPPORTED_VERSION
    if match[3].lower() != "json":
        return AcceptProblem.UNSUPPORTED_CONTENT_TYPE
    return match[2]


class AcceptLayer:
    """Refuses requests to the public APIs whose `Accept` does not fit, before any routing.

    The version asked for travels on in the scope, under `VERSION_SCOPE_KEY`.
    """

    def __init__(self, app: ASGIApp, rules: Sequence[AcceptRule]) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            rule = self._rule_of(scope["path"])
            if rule is not None:
                judged = judge_accept(Headers(scope=scope).get("accept"), rule.versions)
                if isinstance(judged, AcceptProblem):
                    await rule.refusal(judged)(scope, receive, send)
                    return
                scope[VERSION_SCOPE_KEY] = judged
        await self._app(scope, receive, send)

    def _rule_of(self, path: str) -> AcceptRule | None:
        for rule in self._rules:
            if path.startswith(rule.prefix) and not (rule.exempt is not None and path.startswith(rule.exempt)):
                return rule
        return None
