"""users-groups-search: who belongs to a group. Spec: upstreams 7."""

from dataclasses import dataclass
from typing import Protocol

from agent_services.identifiers import AgentCode

_ADMIN_ROLES = frozenset({"Admin", "User"})


@dataclass(frozen=True, slots=True)
class GroupUser:
    """One member of a group; both parts may be missing."""

    user_id: str | None
    credential_role: str | None

    @property
    def is_admin(self) -> bool:
        """`Admin` and `User` administer; case matters."""
        return self.credential_role in _ADMIN_ROLES


@dataclass(frozen=True, slots=True)
class Group:
    """What is known of a group."""

    group_id: str
    affinity_group: str | None
    agent_code: AgentCode | None


class UsersGroupsSearch(Protocol):
    """Groups and their users."""

    async def users_of_group(self, group_id: str) -> tuple[GroupUser, ...]:
        """The members, in upstream's order. Any status but 2xx raises UpstreamFailed with it (raw), 404 included."""
        ...

    async def group(self, group_id: str) -> Group | None:
        """The group; None for 404. Other failures surface as 500 or 502."""
        ...
