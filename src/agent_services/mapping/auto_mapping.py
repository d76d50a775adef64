"""Mapping what a subscribed agent's own group holds. Spec: mapping 5.7."""

from agent_services.auth import Principal
from agent_services.identifiers import Arn
from agent_services.mapping.capturing import codes_of_group
from agent_services.mapping.errors import NotOwnArn
from agent_services.mapping.holding import Mapped, Mappings
from agent_services.upstreams.enrolment_store_proxy import EnrolmentStoreProxy


class AutoMapping:
    """Looks into the group (ES3) and maps what it finds."""

    def __init__(self, mappings: Mappings, enrolments: EnrolmentStoreProxy) -> None:
        self._mappings = mappings
        self._enrolments = enrolments

    async def map(self, arn: Arn, caller: Principal) -> Mapped:
        """Maps every identifier of the group's activated legacy enrolments, and no agent code of the session.

        Raises NotOwnArn before anybody is asked, and UpstreamFailed with the enrolment store's own status.
        """
        # Compared as text: the ARN of a session need not be well formed.
        if caller.arn != arn.value:
            raise NotOwnArn()
        group_id, credentials = caller.authorised.group_identifier, caller.authorised.credentials
        assert group_id is not None  # the requirement demands all three
        assert credentials is not None
        codes = codes_of_group(await self._enrolments.principal_enrolments(group_id))
        return await self._mappings.map_automatically(arn, codes, auth_provider_id=credentials.provider_id)
