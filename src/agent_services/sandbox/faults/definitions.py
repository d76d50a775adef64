"""Faults as they are written: what they match and what they do. Spec: sandbox 6.2."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from agent_services.sandbox.calls import Call


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Match(_Strict):
    """Every part that is given must hold; a match without parts holds for every call."""

    upstream: str | None = None
    operation: str | None = None
    method: str | None = None
    path_regex: Pattern | None = Field(default=None, alias="pathRegex")
    header: dict[str, Pattern] | None = None
    body_json: dict[str, Any] | None = Field(default=None, alias="bodyJson")
    user_id: str | None = Field(default=None, alias="userId")
    planet: str | None = None
    """Accepted for the sake of older packs; there is one universe."""

    def holds(self, call: Call, user_id: str | None) -> bool:
        """Whether the call is meant; `user_id` is whose session it carries."""
        if self.upstream is not None and self.upstream != call.upstream:
            return False
        if self.operation is not None and self.operation != call.operation:
            return False
        if self.method is not None and self.method.upper() != call.method:
            return False
        if self.path_regex is not None and re.search(self.path_regex, call.path) is None:
            return False
        if self.header is not None and not all(
            re.search(pattern, call.headers.get(name.lower(), "")) for name, pattern in self.header.items()
        ):
            return False
        if self.body_json is not None and not _contains(call.body, self.body_json):
            return False
        return self.user_id is None or self.user_id == user_id


class DelayRange(_Strict):
    min: int = Field(ge=0, le=120_000)
    max: int = Field(ge=0, le=120_000)


class Action(_Strict):
    """What happens. Without status and drop the call goes through, late if there is a delay."""

    status: int | None = Field(default=None, ge=100, le=599)
    body: Any = None
    headers: dict[str, str] | None = None
    delay_ms: Annotated[int, Field(ge=0, le=120_000)] | DelayRange | None = Field(default=None, alias="delayMs")
    drop: Literal["connection", "truncate", "malformed"] | None = None


class FaultDefinition(_Strict):
    """Body of `POST /sandbox/faults`."""

    match: Match = Field(default_factory=Match)
    action: Action = Field(default_factory=Action)
    apply: Literal["before", "after"] = "before"
    """Before the effect (nothing happens upstream) or after it (it happened, and nobody hears of it)."""
    times: int | None = Field(default=None, ge=1)
    after: int = Field(default=0, ge=0)
    """How many matching calls go through first."""
    probability: float = Field(default=1.0, ge=0, le=1)
    seed: str = "sandbox"
    enabled: bool = True


def _contains(found: object, wanted: object) -> bool:
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            name in found and _contains(found[name], value) for name, value in wanted.items()
        )
    return found == wanted


_ETMP_RELATIONSHIP = "/rosm/agent-relationship"


def preset(name: str) -> list[FaultDefinition] | None:
    """The faults behind a preset's name; None for an unknown one."""
    if name not in PRESETS:
        return None
    return [FaultDefinition.model_validate(each) for each in PRESETS[name]]


PRESETS: dict[str, list[dict[str, Any]]] = {
    "etmp-down": [{"match": {"upstream": "hip"}, "action": {"status": 503}}],
    "etmp-slow-then-ok": [{"match": {"upstream": "hip"}, "action": {"delayMs": 25_000}, "times": 1}],
    "eacd-409": [{"match": {"upstream": "tax-enrolments", "method": "POST"}, "action": {"status": 409}}],
    "eacd-503-once": [{"match": {"upstream": "tax-enrolments"}, "action": {"status": 503}, "times": 1}],
    "suspended": [
        {
            "match": {"upstream": "hip", "pathRegex": _ETMP_RELATIONSHIP},
            "action": {
                "status": 422,
                "body": {"errors": {"code": "059", "text": "XARN1000001 is currently suspended"}},
            },
        }
    ],
    "insolvent": [
        {
            "match": {"upstream": "hip", "method": "POST", "pathRegex": _ETMP_RELATIONSHIP},
            "action": {
                "status": 422,
                "body": {"errors": {"code": "094", "text": "Insolvent Trader - request could not be completed"}},
            },
        }
    ],
    "cesa-429-twice": [
        {
            "match": {"upstream": "des", "pathRegex": "/registration/relationship/nino/"},
            "action": {"status": 429, "headers": {"Retry-After": "1"}},
            "times": 2,
        }
    ],
}
