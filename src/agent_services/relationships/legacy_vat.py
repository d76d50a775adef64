"""The check of legacy VAT (`HMCE-VATDEC-ORG`), by agent codes. Spec: relationships 1.6."""

from agent_services.identifiers import Arn, Vrn
from agent_services.platform.audit import Audit
from agent_services.relationships.auditing import legacy_vat_checked
from agent_services.relationships.questions import NotRelated, NotRelatedCode, Related
from agent_services.tax_services import LEGACY_VAT_IDENTIFIER_NAME, LEGACY_VAT_SERVICE_KEY, EnrolmentKey
from agent_services.upstreams.agent_mapping import AgentMapping
from agent_services.upstreams.enrolment_store_proxy import EnrolmentStoreProxy
from agent_services.upstreams.users_groups_search import UsersGroupsSearch


class LegacyVat:
    def __init__(
        self,
        enrolments: EnrolmentStoreProxy,
        users_groups: UsersGroupsSearch,
        mapping: AgentMapping,
        audit: Audit,
    ) -> None:
        self._enrolments = enrolments
        self._users_groups = users_groups
        self._mapping = mapping
        self._audit = audit

    async def check(self, arn: Arn, vrn: Vrn) -> Related | NotRelated:
        """Whether a group that holds the client's old enrolment has an agent code mapped to the agency.

        Audited whenever there is an answer. Raises UpstreamFailed.
        """
        shared = await self._shared_agent_codes(arn, vrn)
        await self._audit.record_read(legacy_vat_checked(arn, vrn.value, shared))
        return Related() if shared else NotRelated(NotRelatedCode.NOT_FOUND)

    async def _shared_agent_codes(self, arn: Arn, vrn: Vrn) -> tuple[str, ...]:
        key = EnrolmentKey.of(LEGACY_VAT_SERVICE_KEY, LEGACY_VAT_IDENTIFIER_NAME, vrn.value)
        codes: list[str] = []
        # One after the other: the first failing group decides the answer.
        for group_id in await self._enrolments.delegated_groups(key):
            group = await self._users_groups.group(group_id)
            if group is not None and group.agent_code is not None:
                codes.append(group.agent_code.value)
        if not codes:
            return ()
        mapped = {code.value for code in await self._mapping.agent_codes(arn)}
        return tuple(code for code in dict.fromkeys(codes) if code in mapped)
