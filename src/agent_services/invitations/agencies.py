"""Agencies, asked for by the ARN of a path."""

from agent_services.identifiers import Arn
from agent_services.invitations.errors import NoSuchArn
from agent_services.upstreams.agent_services_account import AgentRecord, AgentServicesAccount
from agent_services.upstreams.errors import UpstreamFailed

_REFUSALS = range(400, 500)


class AgenciesOfPaths:
    """An `AgentServicesAccount` for ARNs that a caller wrote.

    Any text is asked about, for any may be known upstream; but the refusal of one that can be no ARN is the
    caller's own doing, and no failure. ARNs from sessions, upstreams and stores do not come here.
    Spec: invitations 1.2 (bad input is never a 5xx), 1.5.
    """

    def __init__(self, agencies: AgentServicesAccount) -> None:
        self._agencies = agencies

    async def agent_record(self, arn: Arn) -> AgentRecord:
        """Raises NoSuchArn, and UpstreamFailed."""
        try:
            return await self._agencies.agent_record(arn)
        except UpstreamFailed as failure:
            if failure.status in _REFUSALS and Arn.PATTERN.fullmatch(arn.value) is None:
                raise NoSuchArn() from None
            raise
