"""What an agent gets when a client has signed up for income tax. Spec: relationships 10.1."""

from agent_services.identifiers import Arn, Nino
from agent_services.relationships.errors import NothingBroughtOver
from agent_services.relationships.older_authority import Converted, OlderAuthorityCopying, OlderAuthorityOutcome
from agent_services.tax_services import ENROLMENT_SERVICES
from agent_services.upstreams.hip import Hip

_PREFIX = "itsa-post-signup create relationship failed: "
_MAIN_SERVICE_KEY = next(
    row.service_key for row in ENROLMENT_SERVICES if row.allows_partial_authorisation and row.has_one_main_agent
)
_REASONS = {
    OlderAuthorityOutcome.PARTIAL_LOCKED: (404, "no partial auth"),
    OlderAuthorityOutcome.OTHER_ROLE_ONLY: (404, "no partial-auth and no legacy SA relationship"),
    OlderAuthorityOutcome.NOTHING: (404, "no partial-auth and no legacy SA relationship"),
    OlderAuthorityOutcome.ALREADY_COPIED: (500, "AlreadyCopiedDidNotCheck"),
    OlderAuthorityOutcome.FOUND_BUT_LOCKED: (500, "FoundButLockedCouldNotCopy"),
    OlderAuthorityOutcome.FOUND_AND_FAILED: (500, "FoundAndFailedToCopy"),
}


class SigningUp:
    def __init__(self, hip: Hip, older_authority: OlderAuthorityCopying) -> None:
        self._hip = hip
        self._older_authority = older_authority

    async def create_relationship(self, arn: Arn, nino: Nino) -> str:
        """The service of the relationship that came about.

        Raises NothingBroughtOver with the reason; UpstreamFailed, UnknownAgent and NoAdminUser.
        """
        mtd_it_id = await self._hip.mtd_it_id_of(nino)
        if mtd_it_id is None:
            raise NothingBroughtOver(f"{_PREFIX}no MTDITID found for nino")
        match await self._older_authority.bring_over(arn, mtd_it_id, nino, service=None):
            case Converted(service_key):
                return service_key
            case OlderAuthorityOutcome.COPIED:
                return _MAIN_SERVICE_KEY
            case outcome:
                status, reason = _REASONS[outcome]
                raise NothingBroughtOver(_PREFIX + reason, status=status)
