"""agent-permissions: access groups inside an agency. Spec: upstreams 8."""

from typing import Protocol

from agent_services.identifiers import Arn
from agent_services.tax_services import EnrolmentKey


class AgentPermissions(Protocol):
    """Access groups."""

    async def is_in_an_access_group(self, arn: Arn, key: EnrolmentKey) -> bool:
        """Whether the client is in any access group of the agency: 200 yes, 404 no. Other answers pass on (raw)."""
        ...
