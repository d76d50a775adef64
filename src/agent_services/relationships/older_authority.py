"""Makes a relationship of a partial authorisation, or copies one from CESA. Spec: relationships 1.8."""

from dataclasses import dataclass
from enum import Enum, auto

import asyncpg
import structlog

from agent_services.identifiers import Arn, MtdItId, Nino
from agent_services.partial_authorisations import PartialAuthorisation, PartialAuthorisations
from agent_services.platform.audit import Audit
from agent_services.platform.clock import Clock
from agent_services.platform.locks import LockLost
from agent_services.relationships.auditing import cesa_checked
from agent_services.relationships.cesa import Cesa, cesa_values
from agent_services.relationships.creation import CREATION_FAILURES, RelationshipCreation
from agent_services.relationships.errors import NoAdminUser, UnknownAgent
from agent_services.relationships.questions import NotRelated, NotRelatedCode, Related
from agent_services.relationships.store import CopyRecords
from agent_services.relationships.wanted import Busy, Created, HowCreated, NewRelationship, RoleChange
from agent_services.tax_services import ENROLMENT_SERVICES, EnrolmentKey, TaxService, tax_service
from agent_services.upstreams.errors import FailureKind, UpstreamFailed
from agent_services.upstreams.hip import Hip

log = structlog.get_logger(__name__)

_AUDITED_ID_TYPE = "mtditid"
_MAIN_SERVICE = next(row for row in ENROLMENT_SERVICES if row.allows_partial_authorisation and row.has_one_main_agent)
"""CESA knows main agents alone."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A partial authorisation of this service has become a relationship."""

    service_key: str


class OlderAuthorityOutcome(Enum):
    COPIED = auto()
    ALREADY_COPIED = auto()
    """It was copied once and has ended since."""
    FOUND_BUT_LOCKED = auto()
    """CESA has it; somebody else is copying it or changing the relationship."""
    FOUND_AND_FAILED = auto()
    """CESA has it; copying it failed."""
    PARTIAL_LOCKED = auto()
    """There is a partial authorisation; somebody else is changing the relationship."""
    OTHER_ROLE_ONLY = auto()
    """There is a partial authorisation, for the other role; CESA is not asked then."""
    NOTHING = auto()


class NinoNotKnown(Exception):
    """The register failed to say which NINO belongs to the MTDITID."""


class OlderAuthorityCopying:
    def __init__(
        self,
        *,
        hip: Hip,
        cesa: Cesa,
        partial_authorisations: PartialAuthorisations,
        copies: CopyRecords,
        creation: RelationshipCreation,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._hip = hip
        self._cesa = cesa
        self._partial_authorisations = partial_authorisations
        self._copies = copies
        self._creation = creation
        self._audit = audit
        self._clock = clock

    async def convert_or_copy(self, arn: Arn, key: EnrolmentKey, user_id: str | None) -> Related | NotRelated:
        """For the check. Raises UpstreamFailed where an upstream answered with a failure; any other trouble is
        "not found" (upstreams 18)."""
        mtd_it_id = MtdItId.as_given(key.client_id)
        try:
            nino = await self._nino_of(mtd_it_id)
            outcome = await self.bring_over(arn, mtd_it_id, nino, service=key.service, user_id=user_id)
        except UpstreamFailed as failure:
            if failure.kind is FailureKind.ANSWERED:
                raise
            log.warning("older_authority_not_found_out", operation=failure.operation, failure=failure.kind.value)
            return NotRelated(NotRelatedCode.NOT_FOUND)
        except (NinoNotKnown, NoAdminUser, UnknownAgent) as failure:
            log.warning("older_authority_not_found_out", failure=type(failure).__name__)
            return NotRelated(NotRelatedCode.NOT_FOUND)
        match outcome:
            case (
                Converted()
                | OlderAuthorityOutcome.COPIED
                | OlderAuthorityOutcome.FOUND_BUT_LOCKED
                | OlderAuthorityOutcome.FOUND_AND_FAILED
            ):
                return Related()
            case OlderAuthorityOutcome.ALREADY_COPIED:
                return NotRelated(NotRelatedCode.ALREADY_COPIED)
            case _:
                return NotRelated(NotRelatedCode.NOT_FOUND)

    async def bring_over(
        self,
        arn: Arn,
        mtd_it_id: MtdItId,
        nino: Nino | None,
        *,
        service: TaxService | None,
        user_id: str | None = None,
    ) -> Converted | OlderAuthorityOutcome:
        """A partial authorisation of the agent comes first, in the role asked for or, without `service`, in
        either. Without one, CESA is asked, for a main agent.

        Raises UpstreamFailed, UnknownAgent and NoAdminUser from a conversion, UpstreamFailed from DES.
        """
        partial = None if nino is None else await self._partial_authorisations.active_for_agent(arn, nino)
        if partial is not None:
            if service is not None and service.service_key != partial.service:
                return OlderAuthorityOutcome.OTHER_ROLE_ONLY
            return await self._convert(partial, mtd_it_id)
        if service is not None and not service.has_one_main_agent:
            return OlderAuthorityOutcome.NOTHING
        return await self._copy(arn, mtd_it_id, nino, user_id)

    async def _convert(self, partial: PartialAuthorisation, mtd_it_id: MtdItId) -> Converted | OlderAuthorityOutcome:
        service = tax_service(partial.service)
        if service is None:
            return OlderAuthorityOutcome.NOTHING
        outcome = await self._creation.create(
            NewRelationship(
                arn=partial.arn,
                key=service.enrolment_key(mtd_it_id.value),
                how=HowCreated.PARTIAL_AUTHORISATION,
                client_id_type=_AUDITED_ID_TYPE,
                accepted_at=self._clock.now(),
                nino=partial.nino,
                role_change=RoleChange.AFTER,
                extra_audit={"nino": partial.nino.value},
            )
        )
        return Converted(partial.service) if isinstance(outcome, Created) else OlderAuthorityOutcome.PARTIAL_LOCKED

    async def _copy(
        self, arn: Arn, mtd_it_id: MtdItId, nino: Nino | None, user_id: str | None
    ) -> OlderAuthorityOutcome:
        key = _MAIN_SERVICE.enrolment_key(mtd_it_id.value)
        record = await self._copies.find(arn, key)
        if record is not None and record.is_finished:
            return OlderAuthorityOutcome.ALREADY_COPIED
        if nino is None:
            return OlderAuthorityOutcome.NOTHING
        matched = await self._cesa.matched_references(arn, nino)
        if not matched:
            return OlderAuthorityOutcome.NOTHING
        values = cesa_values(nino, matched)
        # The quirk of 13.1: a user asked about stands here in this form, and only here.
        asked_about = {} if user_id is None else {"credId": f"UserId({user_id})"}
        await self._audit.record_read(cesa_checked({"agentReferenceNumber": arn.value, **asked_about, **values}))
        wanted = NewRelationship(
            arn=arn,
            key=key,
            how=HowCreated.COPIED_FROM_CESA,
            client_id_type=_AUDITED_ID_TYPE,
            accepted_at=self._clock.now(),
            nino=nino,
            role_change=RoleChange.AFTER,
            references=matched,
            extra_audit=values,
        )
        try:
            outcome = await self._creation.create(wanted)
        except (*CREATION_FAILURES, asyncpg.PostgresError, LockLost) as failure:
            # "any exception → 200, found and failed to copy" (1.8 step 5): CESA's word is enough for now.
            log.warning("copy_from_cesa_failed", failure=type(failure).__name__)
            return OlderAuthorityOutcome.FOUND_AND_FAILED
        return OlderAuthorityOutcome.FOUND_BUT_LOCKED if isinstance(outcome, Busy) else OlderAuthorityOutcome.COPIED

    async def _nino_of(self, mtd_it_id: MtdItId) -> Nino | None:
        try:
            return await self._hip.nino_of(mtd_it_id)
        except UpstreamFailed as failure:
            raise NinoNotKnown from failure
