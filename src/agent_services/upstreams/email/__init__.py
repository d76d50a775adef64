"""email: letters from templates. Spec: upstreams 16."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TemplatedEmail:
    """One e-mail. `is_forced` sends it whatever the recipient's preferences."""

    to: tuple[str, ...] = field(repr=False)
    template_id: str
    parameters: Mapping[str, str] = field(repr=False)
    is_forced: bool = True


class Email(Protocol):
    """The e-mail service."""

    async def send(self, email: TemplatedEmail) -> bool:
        """True when taken over (2xx), False when the service refused. Raises UpstreamFailed when it is out of reach."""
        ...
