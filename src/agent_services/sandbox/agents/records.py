"""What agent-services-account tells of an agency. Spec: sandbox 2.10."""

from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.records.kinds import RecordKind
from agent_services.sandbox.records.store import RecordStore
from agent_services.sandbox.refusals import Refusal


class AgentRecords:
    """Agencies by ARN, from their business partner records."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records

    async def partner(self, arn: str) -> Document | None:
        """The business partner record of the ARN."""
        return await self._records.find(RecordKind.BUSINESS_PARTNER, "agentReferenceNumber", arn)

    async def record_with_checks(self, arn: str) -> Document:
        """Raises Refusal 404 for an unknown ARN."""
        partner = await self.partner(arn)
        if partner is None:
            raise Refusal(404, "NOT_FOUND", "no business partner record of that ARN")
        agency = partner.get("agencyDetails") or {}
        return without_absent(
            {
                "uniqueTaxReference": partner.get("utr"),
                "agencyDetails": without_absent(
                    {
                        name: agency.get(name)
                        for name in ("agencyName", "agencyEmail", "agencyTelephone", "agencyAddress")
                    }
                ),
                "suspensionDetails": partner.get("suspensionDetails"),
                "isAnIndividual": partner.get("isAnIndividual"),
            }
        )
