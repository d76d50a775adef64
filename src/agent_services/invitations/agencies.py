"""Agencies, asked for by an ARN that a caller wrote."""

from agent_services.identifiers import Arn
from agent_services.invitations.errors import NoSuchArn
from agent_services.upstreams.agent_services_account import AgentRecord, AgentServicesAccount


class CredibleAgencies:
    """An `AgentServicesAccount` that is not asked about what can be no ARN.

    The upstream's refusal of one would be a 500 for the caller's own input. The check letter is not looked at:
    any text of the form may be known upstream. Spec: invitations 1 (bad input is never a 5xx), 1.5.
    """

    def __init__(self, agencies: AgentServicesAccount) -> None:
        self._agencies = agencies

    async def agent_record(self, arn: Arn) -> AgentRecord:
        """Raises NoSuchArn, and UpstreamFailed."""
        if Arn.PATTERN.fullmatch(arn.value) is None:
            raise NoSuchArn
        return await self._agencies.agent_record(arn)
