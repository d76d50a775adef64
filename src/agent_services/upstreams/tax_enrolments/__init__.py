"""tax-enrolments: gives and takes enrolments (EACD, writing side). Spec: upstreams 3.7, 3.8."""

from typing import Protocol

from agent_services.identifiers import AgentCode
from agent_services.tax_services import EnrolmentKey


class TaxEnrolments(Protocol):
    """Changes to who holds what. Every answer but the one named raises UpstreamFailed with its status (raw)."""

    async def allocate_delegated(
        self, group_id: str, key: EnrolmentKey, *, user_id: str, agent_code: AgentCode
    ) -> None:
        """ES8: delegates the client's enrolment to the agent's group, through its admin user. 201 alone is success;
        409 (already delegated) is a failure."""
        ...

    async def deallocate(self, group_id: str, key: EnrolmentKey) -> None:
        """ES9: takes the enrolment from the group. 204 alone is success; 404 is a failure."""
        ...
