"""A call to an upstream, told the same way whether it came over the wire or from the same process."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent_services.upstreams.names import Upstream


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked of whom. `operation` is a name such as `ES8`; `path` is the upstream's, with its query."""

    upstream: Upstream | str
    operation: str
    method: str
    path: str
    body: object = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Names in lower case; empty for a call from the same process."""
