"""agent-fi-relationship: authority over a person's income record. Spec: upstreams 10."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agent_services.identifiers import Arn, Nino


@dataclass(frozen=True, slots=True)
class IncomeRecordRelationship:
    """One agent's authority. The times are local and naive, as upstream has them; the ARN is not validated."""

    arn: Arn
    start_date: datetime | None
    end_date: datetime | None


class AgentFiRelationship(Protocol):
    """Authority for `PERSONAL-INCOME-RECORD`. Client ids are NINOs, sent with 8 characters."""

    async def relationship(self, arn: Arn, client_id: str) -> IncomeRecordRelationship | None:
        """The agent's authority, the first if several; None for an empty list or 404. Failures: 500, 502.

        `client_id` is any text: the check validates none (relationships 1.1 row 4).
        """
        ...

    async def create_relationship(self, arn: Arn, nino: Nino, started_at: datetime) -> None:
        """Gives authority; ends the previous agent's by itself. 201 alone is success, other answers pass on (raw).

        `started_at` is aware; it travels as local date-time without offset.
        """
        ...

    async def remove_relationship(self, arn: Arn, nino: Nino) -> bool:
        """Ends authority: 200 True, 404 False. Other answers pass on (raw)."""
        ...

    async def active_relationships_of(self, nino: Nino) -> tuple[IncomeRecordRelationship, ...]:
        """The client's agents; nothing for 404. Other answers raise UpstreamFailed with their `status` and a text."""
        ...

    async def inactive_relationships_of_caller(self) -> tuple[IncomeRecordRelationship, ...]:
        """The former agents of the client who is asking (by the present request's session); as the above."""
        ...
