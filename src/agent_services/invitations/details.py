"""A client's details, as an agent sees them before asking for authority. Spec: invitations 16."""

from dataclasses import dataclass

from agent_services.identifiers import Arn, Nino
from agent_services.invitations.auditing import legacy_relationship_found
from agent_services.invitations.client_details import ClientDetails, ClientRecords
from agent_services.invitations.errors import ClientDetailsFailed, MalformedNino, NotFound, UnknownService
from agent_services.invitations.store import RequestStore
from agent_services.partial_authorisations import PartialAuthorisations
from agent_services.platform.audit import Audit
from agent_services.platform.clock import Clock
from agent_services.relationships import (
    NotRelated,
    NotRelatedCode,
    Related,
    RelationshipChecking,
    RelationshipQuestion,
    Unanswerable,
)
from agent_services.tax_services import NI, TaxService, tax_service
from agent_services.upstreams.agent_mapping import AgentMapping
from agent_services.upstreams.des import Des
from agent_services.upstreams.errors import FailureKind, UpstreamFailed


@dataclass(frozen=True, slots=True)
class LegacyRelationships:
    """All self assessment references that DES has for the client, and whether the agent has mapped one of them."""

    is_mapped: bool
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClientSeenByAgent:
    """A client, and what there is already between the client and the agent. `legacy` None: not looked up."""

    details: ClientDetails
    has_pending_invitation: bool
    existing_relationship_for: str | None
    legacy: LegacyRelationships | None
    is_missing_enrolment: bool


@dataclass(frozen=True, slots=True)
class _Standing:
    is_related: bool
    is_already_copied: bool = False
    is_missing_enrolment: bool = False


class ClientDetailsForAgents:
    """Looks a client up for an agent. Its relationship check may resume, convert or copy."""

    def __init__(
        self,
        *,
        clock: Clock,
        audit: Audit,
        store: RequestStore,
        records: ClientRecords,
        checking: RelationshipChecking,
        partial_authorisations: PartialAuthorisations,
        des: Des,
        mapping: AgentMapping,
    ) -> None:
        self._clock = clock
        self._audit = audit
        self._store = store
        self._records = records
        self._checking = checking
        self._partial_authorisations = partial_authorisations
        self._des = des
        self._mapping = mapping

    async def find(self, arn: Arn, service_key: str, client_id: str) -> ClientSeenByAgent:
        """Raises UnknownService, MalformedNino, NotFound, ClientDetailsFailed and, from the checks, UpstreamFailed."""
        service = tax_service(service_key)
        if service is None:
            raise UnknownService()
        if service.supplied_id_type is NI and not NI.is_valid(client_id):
            raise MalformedNino()
        details = await self._look_up(service, client_id)
        return await self._seen_by(arn, _refined(service, details), client_id, details)

    async def _look_up(self, service: TaxService, client_id: str) -> ClientDetails:
        try:
            details = await self._records.find(service.client_details, client_id, today=self._clock.today())
        except UpstreamFailed as failure:
            if failure.kind in (FailureKind.ANSWERED, FailureKind.UNREADABLE):
                raise ClientDetailsFailed() from failure
            raise
        if details is None:
            raise NotFound()
        return details

    async def _seen_by(
        self, arn: Arn, service: TaxService, client_id: str, details: ClientDetails
    ) -> ClientSeenByAgent:
        # In the order of 16.4. Only the main role asks about its supporting counterpart too.
        supporting = service.counterpart if service.has_one_main_agent else None
        services = [service, *([] if supporting is None else [supporting])]
        pending = await self._store.pending_ids(
            arn,
            [each.service_key for each in services],
            service.supplied_id_type.value_of(client_id),
            today=self._clock.today(),
        )
        main = await self._standing(arn, service, client_id)
        existing = service.service_key if main.is_related else None
        if supporting is not None:
            other = await self._standing(arn, supporting, client_id)
            if existing is None and other.is_related:
                existing = supporting.service_key
        legacy = None
        if existing is None and not pending and not main.is_already_copied and supporting is not None:
            legacy = await self._legacy(arn, Nino.as_given(client_id))
        return ClientSeenByAgent(
            details=details,
            has_pending_invitation=bool(pending),
            existing_relationship_for=existing,
            legacy=legacy,
            is_missing_enrolment=main.is_missing_enrolment,
        )

    async def _standing(self, arn: Arn, service: TaxService, client_id: str) -> _Standing:
        question = RelationshipQuestion(
            arn=arn,
            service=service.service_key,
            client_id_type=service.supplied_id_type.enrolment_name,
            client_id=client_id,
        )
        match await self._checking.check(question):
            case Related():
                return _Standing(is_related=True)
            case NotRelated(code):
                return _Standing(
                    is_related=await self._is_partially_authorised(arn, service, client_id),
                    is_already_copied=code is NotRelatedCode.ALREADY_COPIED,
                )
            case Unanswerable():
                return _Standing(is_related=False, is_missing_enrolment=True)

    async def _is_partially_authorised(self, arn: Arn, service: TaxService, client_id: str) -> bool:
        if not service.allows_partial_authorisation:
            return False
        active = await self._partial_authorisations.active_of_client(Nino.as_given(client_id))
        return any(held.arn == arn and held.service == service.service_key for held in active)

    async def _legacy(self, arn: Arn, nino: Nino) -> LegacyRelationships:
        known = await self._des.sa_agent_references(nino)
        if not known:
            return LegacyRelationships(is_mapped=False, references=())
        mapped = set(await self._mapping.sa_agent_references(arn))
        matched = tuple(reference for reference in known if reference in mapped)
        if matched:
            await self._audit.record_read(legacy_relationship_found(arn, nino, matched))
        return LegacyRelationships(is_mapped=bool(matched), references=tuple(each.value for each in known))


def _refined(service: TaxService, details: ClientDetails) -> TaxService:
    """Clients abroad have a service of their own where their record alone tells them apart."""
    if service.overseas is not None and details.is_overseas:
        return service.overseas
    return service
