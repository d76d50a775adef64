"""Whether one user of an agency may act for a client of the agency. Spec: relationships 1.4."""

from agent_services.identifiers import Arn
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.agent_permissions import AgentPermissions
from agent_services.upstreams.enrolment_store_proxy import EnrolmentStoreProxy, StoredEnrolment
from agent_services.upstreams.users_groups_search import UsersGroupsSearch


class AccessGroups:
    """An agency puts clients and users in groups; a client in no group is everybody's."""

    def __init__(
        self,
        users_groups: UsersGroupsSearch,
        permissions: AgentPermissions,
        enrolments: EnrolmentStoreProxy,
    ) -> None:
        self._users_groups = users_groups
        self._permissions = permissions
        self._enrolments = enrolments

    async def lets_in(self, arn: Arn, agent_group: str, key: EnrolmentKey, user_id: str) -> bool:
        """For an agency that has the client: the user is one of its own, and the client unassigned or the user's.

        Raises UpstreamFailed; a group that users-groups-search does not know is its 404.
        """
        users = await self._users_groups.users_of_group(agent_group)
        if all(user.user_id != user_id for user in users):
            return False
        is_assigned = await self._permissions.is_in_an_access_group(arn, key)
        # Asked even of an unassigned client, as the reference does (1.4 step 4).
        held = await self._enrolments.enrolments_delegated_to_user(user_id, key.service_key)
        return not is_assigned or any(enrolment.counts_as_held and _is_for(enrolment, key) for enrolment in held)


def _is_for(enrolment: StoredEnrolment, key: EnrolmentKey) -> bool:
    if enrolment.service_key != key.service_key:
        return False
    given = {(identifier.key.casefold(), identifier.value) for identifier in enrolment.identifiers}
    wanted = {(name.casefold(), value) for name, value in key.identifiers}
    if given == wanted:
        return True
    # One identifier is compared by its value alone, whatever it is called. A key of several (UK
    # country-by-country) can only be met as a whole.
    return len(wanted) == 1 and any(identifier.value == key.client_id for identifier in enrolment.identifiers)
