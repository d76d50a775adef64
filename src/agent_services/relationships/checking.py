"""Says whether an agent may act for a client. Spec: relationships 1.1 to 1.4."""

from typing import Protocol

from agent_services.identifiers import Arn, Nino, Vrn
from agent_services.relationships.access_groups import AccessGroups
from agent_services.relationships.keys import EnrolmentKeys, KeyInvalid
from agent_services.relationships.legacy_sa import LegacySelfAssessment
from agent_services.relationships.legacy_vat import LegacyVat
from agent_services.relationships.questions import (
    NotRelated,
    NotRelatedCode,
    Related,
    RelationshipQuestion,
    Unanswerable,
)
from agent_services.tax_services import (
    LEGACY_SA_SERVICE_KEY,
    LEGACY_VAT_SERVICE_KEY,
    MTDITID,
    NINO_TYPE_NAMES,
    VRN,
    EnrolmentKey,
    tax_service,
)
from agent_services.upstreams.agent_fi_relationship import AgentFiRelationship
from agent_services.upstreams.enrolment_store_proxy import EnrolmentStoreProxy
from agent_services.upstreams.hip import Hip


class PendingRemovals(Protocol):
    """Removals that have begun."""

    async def settled(self, arn: Arn, key: EnrolmentKey) -> bool:
        """Whether none is pending, once what could be finished now has been. Spec: relationships 5.5."""
        ...


class OlderAuthority(Protocol):
    """Authority from before the enrolment store knew of it."""

    async def convert_or_copy(self, arn: Arn, key: EnrolmentKey, user_id: str | None) -> Related | NotRelated:
        """Makes a relationship of a partial authorisation, or of what CESA knows. Spec: relationships 1.8."""
        ...


class RelationshipChecking:
    """The one question that every tax service asks."""

    def __init__(
        self,
        *,
        keys: EnrolmentKeys,
        removals: PendingRemovals,
        enrolments: EnrolmentStoreProxy,
        access_groups: AccessGroups,
        older_authority: OlderAuthority | None,
        legacy_sa: LegacySelfAssessment,
        legacy_vat: LegacyVat,
        income_records: AgentFiRelationship,
        hip: Hip,
    ) -> None:
        """`older_authority` None: conversion and copying are switched off (features.copy-relationship.mtd-it)."""
        self._keys = keys
        self._removals = removals
        self._enrolments = enrolments
        self._access_groups = access_groups
        self._older_authority = older_authority
        self._legacy_sa = legacy_sa
        self._legacy_vat = legacy_vat
        self._income_records = income_records
        self._hip = hip

    async def check(self, asked: RelationshipQuestion) -> Related | NotRelated | Unanswerable:
        """The first row of 1.1 that fits answers. The ARN is taken as given: nothing validates it (0.1).

        May finish a pending removal, and for income tax convert or copy an old relationship (1.8). Raises
        UpstreamFailed with the upstream's own status when the enrolment store fails.
        """
        service = tax_service(asked.service)
        is_nino = Nino.is_valid(asked.client_id)
        if asked.service == LEGACY_SA_SERVICE_KEY and is_nino:
            return await self._legacy_sa.check(asked.arn, Nino.as_given(asked.client_id))
        if (
            service is not None
            and service.allows_partial_authorisation
            and asked.client_id_type in NINO_TYPE_NAMES
            and is_nino
        ):
            mtd_it_id = await self._hip.mtd_it_id_of(Nino.as_given(asked.client_id))
            if mtd_it_id is None:
                return NotRelated(NotRelatedCode.NOT_FOUND)
            return await self.check_key(asked.arn, service.enrolment_key(mtd_it_id.value), user_id=asked.user_id)
        if (
            asked.service == LEGACY_VAT_SERVICE_KEY
            and asked.client_id_type == VRN.name
            and Vrn.is_valid(asked.client_id)
        ):
            return await self._legacy_vat.check(asked.arn, Vrn.as_given(asked.client_id))
        if service is not None and service.is_kept_by_agent_fi:
            # Any id is asked for, but a NINO as it was stored: without suffix (upstreams 3.1).
            nino = Nino.as_given(asked.client_id).value if Nino.is_valid(asked.client_id) else asked.client_id
            return await self._check_income_record(asked.arn, nino)
        key = await self._keys.key_for(asked.service, asked.client_id, asked.client_id_type)
        if isinstance(key, KeyInvalid):
            return Unanswerable()
        return await self.check_key(asked.arn, key, user_id=asked.user_id)

    async def check_key(self, arn: Arn, key: EnrolmentKey, *, user_id: str | None = None) -> Related | NotRelated:
        """1.2, for a caller who knows the key: one look at our removals, one question to the enrolment store."""
        if not await self._removals.settled(arn, key):
            return NotRelated(NotRelatedCode.DELETE_PENDING)
        # One question to the port, so that a check costs three round trips with the session and the removals:
        # over HTTP it is 1.3's two calls in their order, never gathered.
        delegation = await self._enrolments.delegation(arn, key)
        is_related = delegation.is_held
        if user_id is not None and is_related and delegation.agent_group is not None:
            is_related = await self._access_groups.lets_in(arn, delegation.agent_group, key, user_id)
        if is_related:
            return Related()
        if self._older_authority is not None and key.client_id_type == MTDITID.enrolment_name:
            return await self._older_authority.convert_or_copy(arn, key, user_id)
        # Known from the answer above, so it costs no call (README, UNKNOWN_ARN).
        is_unknown = delegation.agent_group is None
        return NotRelated(NotRelatedCode.UNKNOWN_ARN if is_unknown else NotRelatedCode.NOT_FOUND)

    async def _check_income_record(self, arn: Arn, client_id: str) -> Related | NotRelated:
        if await self._income_records.relationship(arn, client_id) is None:
            return NotRelated(NotRelatedCode.NOT_FOUND)
        return Related()
