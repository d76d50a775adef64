"""agent-services-account: the agency's name, e-mail address and suspension. Spec: upstreams 9."""

from dataclasses import dataclass
from typing import Protocol

from agent_services.identifiers import Arn


@dataclass(frozen=True, slots=True)
class SuspensionDetails:
    """Whether the agency is suspended. The regimes are shown, never consulted; None when upstream leaves them out."""

    is_suspended: bool
    regimes: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class AgentRecord:
    """An agency. Name and e-mail address are empty texts when upstream has none."""

    agency_name: str
    agency_email: str
    suspension: SuspensionDetails | None

    @property
    def is_suspended(self) -> bool:
        """True when suspended for any regime."""
        return self.suspension is not None and self.suspension.is_suspended


class AgentServicesAccount(Protocol):
    """Agencies."""

    async def agent_record(self, arn: Arn) -> AgentRecord:
        """The agency's record, asked with the service's own credential. Every failure answer, 404 included,
        surfaces as 500 or 502."""
        ...
