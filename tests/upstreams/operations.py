"""Every operation of every port: the exact request, and what each of its answers means.

The tables follow the specification's; `test_wire.py` and `test_broken_answers.py` walk them.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from tests.upstreams.all_ports import AllPorts
from tests.upstreams.scripted import Reply, Script

from agent_services.upstreams.names import Upstream

SESSION = {"authorization": "Bearer caller-token", "x-session-id": "session-0123", "x-request-id": "request-1"}


@dataclass(frozen=True, slots=True)
class Fails:
    """UpstreamFailed: what the upstream answered, what our caller sees, and a text if the spec gives one."""

    surfaces_as: int
    status: int | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Gives:
    """These answers, one for each request, lead to this value or failure."""

    name: str
    answers: tuple[Script, ...]
    outcome: object


def raw(status: int) -> object:
    """A failure status passes on unchanged."""
    return Fails(status, status)


def auto(status: int) -> object:
    """4xx surfaces as 500, 5xx as 502."""
    return Fails(502 if status >= 500 else 500, status)


def always(outcome: object) -> Callable[[int], object]:
    """Every failure status means this."""
    return lambda status: outcome


def always_500(status: int) -> object:
    """Every failure status surfaces as 500."""
    return Fails(500, status)


UNREADABLE = Fails(500)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a port: `call` makes one request to `upstream`, exactly this one."""

    name: str
    upstream: Upstream
    call: Callable[[AllPorts], Awaitable[object]]
    method: str
    target: str
    good: Reply
    """The answer that means `good_outcome`."""
    good_outcome: object
    gives: tuple[Gives, ...] = ()
    failure: Callable[[int], object] = raw
    """What a status means that the operation does not know."""
    unreadable: object = UNREADABLE
    """What the good status with something else than JSON means."""
    body: object = None
    """The JSON sent; None for a request without body."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers with their exact value, lower-case names, besides `SESSION`."""
    made_up: Mapping[str, str] = field(default_factory=dict)
    """Headers that differ from call to call, with the pattern they match."""
    forwards_session: bool = True
    """Whether the caller's own bearer and session id travel on to an internal host."""
    session_ids_everywhere: bool = False
    """Whether session and request id travel to any host (HIP, DES, IFS)."""


def gives(name: str, answer: Script, outcome: object) -> Gives:
    return Gives(name, (answer,), outcome)
