"""Groups and their users over HTTP. Spec: upstreams 7."""

from agent_services.identifiers import AgentCode
from agent_services.upstreams.http_client import UpstreamCaller, path_of
from agent_services.upstreams.reading import as_list, as_object, optional_text, text
from agent_services.upstreams.users_groups_search import Group, GroupUser


class UsersGroupsSearchOverHttp:
    """The port `UsersGroupsSearch` over HTTP."""

    def __init__(self, caller: UpstreamCaller) -> None:
        self._caller = caller

    async def users_of_group(self, group_id: str) -> tuple[GroupUser, ...]:
        answer = await self._caller.call(
            "users of group", "GET", path_of("users-groups-search", "groups", group_id, "users")
        )
        if answer.status == 404:
            raise answer.failed_raw(f"Group {group_id} not found in SCP")  # Spec: relationships 1.4
        if not answer.is_success:
            raise answer.failed_raw()
        return answer.read(lambda document: tuple(_user(each) for each in as_list(document)))

    async def group(self, group_id: str) -> Group | None:
        answer = await self._caller.call("group", "GET", path_of("users-groups-search", "groups", group_id))
        if answer.status == 404:
            return None
        if answer.is_failure:
            raise answer.failed()
        return answer.read(_group)


def _user(document: object) -> GroupUser:
    found = as_object(document)
    return GroupUser(optional_text(found, "userId"), optional_text(found, "credentialRole"))


def _group(document: object) -> Group:
    found = as_object(document)
    agent_code = optional_text(found, "agentCode")
    return Group(
        group_id=text(found, "groupId"),
        affinity_group=optional_text(found, "affinityGroup"),
        agent_code=None if agent_code is None else AgentCode.as_given(agent_code),
    )
