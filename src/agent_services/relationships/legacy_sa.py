"""The check of legacy self assessment (`IR-SA`): nothing is copied. Spec: relationships 1.5."""

from agent_services.identifiers import Arn, Nino
from agent_services.partial_authorisations import PartialAuthorisations
from agent_services.platform.audit import Audit
from agent_services.relationships.auditing import cesa_checked
from agent_services.relationships.cesa import Cesa, cesa_values
from agent_services.relationships.questions import NotRelated, NotRelatedCode, Related, Unanswerable
from agent_services.upstreams.agent_services_account import AgentServicesAccount


class LegacySelfAssessment:
    def __init__(
        self,
        agencies: AgentServicesAccount,
        cesa: Cesa,
        partial_authorisations: PartialAuthorisations,
        audit: Audit,
    ) -> None:
        self._agencies = agencies
        self._cesa = cesa
        self._partial_authorisations = partial_authorisations
        self._audit = audit

    async def check(self, arn: Arn, nino: Nino) -> Related | NotRelated | Unanswerable:
        """By CESA and the agency's mapped references, else by a partial authorisation in either role.

        Unanswerable for a suspended agency. Audited either way. Raises UpstreamFailed.
        """
        if (await self._agencies.agent_record(arn)).is_suspended:
            return Unanswerable()
        matched = await self._cesa.matched_references(arn, nino)
        values = {"agentReferenceNumber": arn.value, **cesa_values(nino, matched)}
        if matched:
            await self._audit.record_read(cesa_checked(values))
            return Related()
        is_partial = await self._partial_authorisations.active_for_agent(arn, nino) is not None
        await self._audit.record_read(cesa_checked({**values, "partialAuth": "true" if is_partial else "false"}))
        return Related() if is_partial else NotRelated(NotRelatedCode.NOT_FOUND)
