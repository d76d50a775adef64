"""Through whom an agency takes an enrolment: its group, its admin user and its agent code.

Spec: relationships 3.4.
"""

from dataclasses import dataclass

from agent_services.identifiers import AgentCode, Arn
from agent_services.relationships.errors import NoAdminUser, UnknownAgent
from agent_services.upstreams.enrolment_store_proxy import EnrolmentStoreProxy
from agent_services.upstreams.users_groups_search import UsersGroupsSearch


@dataclass(frozen=True, slots=True)
class AgentAdmin:
    group_id: str
    user_id: str
    agent_code: AgentCode


class Agents:
    """Finds out how an agency is administered."""

    def __init__(self, enrolments: EnrolmentStoreProxy, users_groups: UsersGroupsSearch) -> None:
        self._enrolments = enrolments
        self._users_groups = users_groups

    async def admin_of(self, arn: Arn) -> AgentAdmin:
        """ES1 principal, the group's users, the group.

        Raises UnknownAgent when nobody owns the ARN and NoAdminUser when a part is missing.
        """
        group_id = await self._enrolments.principal_group(arn)
        if group_id is None:
            raise UnknownAgent
        users = await self._users_groups.users_of_group(group_id)
        admin = next((user for user in users if user.is_admin), None)
        if admin is None or admin.user_id is None:
            raise NoAdminUser(arn)
        group = await self._users_groups.group(group_id)
        if group is None or group.agent_code is None:
            raise NoAdminUser(arn)
        return AgentAdmin(group_id, admin.user_id, group.agent_code)
