"""What is known about agencies, in the same process. Spec: sandbox 2.4, 2.10."""

from datetime import datetime

from agent_services.identifiers import AgentCode, Arn, Nino
from agent_services.platform.http.context import current_request
from agent_services.sandbox.access_groups.store import AccessGroup, AccessGroupStore
from agent_services.sandbox.agents.records import AgentRecords
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.income_records.authority import IncomeRecords
from agent_services.sandbox.income_records.store import IncomeRecord
from agent_services.sandbox.ports.door import Door, Surfacing
from agent_services.sandbox.refusals import Refusal
from agent_services.sandbox.sessions.sessions import Sessions, bearer_token
from agent_services.sandbox.users.people import AffinityGroup, Person
from agent_services.sandbox.users.people import Group as StoredGroup
from agent_services.sandbox.users.store import PeopleStore
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.agent_fi_relationship import IncomeRecordRelationship
from agent_services.upstreams.agent_services_account import AgentRecord, SuspensionDetails
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.names import Upstream
from agent_services.upstreams.users_groups_search import Group, GroupUser

_INCOME_RECORD = "PERSONAL-INCOME-RECORD"
_INCOME_RECORDS = "/agent-fi-relationship/relationships"
_STATUSES = range(100, 600)
_NOT_FOUND = 404


class SandboxUsersGroupsSearch:
    """The port `UsersGroupsSearch`."""

    def __init__(self, door: Door, people: PeopleStore) -> None:
        self._door = door
        self._people = people

    async def users_of_group(self, group_id: str) -> tuple[GroupUser, ...]:
        async def members() -> list[Person]:
            found = await self._people.members(group_id)
            if not found:
                raise Refusal(404, "GROUP_NOT_FOUND")
            return found

        try:
            found = await self._door.ask(
                Upstream.USERS_GROUPS_SEARCH,
                "users of group",
                members,
                path=f"/users-groups-search/groups/{group_id}/users",
                status=203,
                known=(404,),
            )
        except Refusal:
            # Spec: relationships 1.4
            raise UpstreamFailed.answered_raw(
                Upstream.USERS_GROUPS_SEARCH, "users of group", 404, f"Group {group_id} not found in SCP"
            ) from None
        return tuple(
            GroupUser(person.user_id, person.credential_role.value if person.credential_role else None)
            for person in found
        )

    async def group(self, group_id: str) -> Group | None:
        async def one() -> StoredGroup:
            found = await self._people.group(group_id)
            # Upstream hides the groups of individuals (sandbox 2.4).
            if found is None or found.affinity_group is AffinityGroup.INDIVIDUAL:
                raise Refusal(404, "GROUP_NOT_FOUND")
            return found

        try:
            found = await self._door.ask(
                Upstream.USERS_GROUPS_SEARCH,
                "group",
                one,
                path=f"/users-groups-search/groups/{group_id}",
                status=203,
                surfacing=Surfacing.AUTO,
                known=(404,),
            )
        except Refusal:
            return None
        return Group(
            found.group_id,
            found.affinity_group.value,
            AgentCode.as_given(found.agent_code) if found.agent_code is not None else None,
        )


class SandboxAgentServicesAccount:
    """The port `AgentServicesAccount`."""

    def __init__(self, door: Door, agents: AgentRecords) -> None:
        self._door = door
        self._agents = agents

    async def agent_record(self, arn: Arn) -> AgentRecord:
        found = await self._door.ask(
            Upstream.AGENT_SERVICES_ACCOUNT,
            "agent record",
            lambda: self._agents.record_with_checks(arn.value),
            path=f"/agent-services-account/agent-record-with-checks/arn/{arn}",
            surfacing=Surfacing.AUTO,
        )
        agency, suspension = found["agencyDetails"], found.get("suspensionDetails")
        return AgentRecord(
            agency_name=agency.get("agencyName") or "",
            agency_email=agency.get("agencyEmail") or "",
            suspension=SuspensionDetails(
                bool(suspension["suspensionStatus"]),
                tuple(suspension["regimes"]) if suspension.get("regimes") is not None else None,
            )
            if suspension is not None
            else None,
        )


class SandboxAgentPermissions:
    """The port `AgentPermissions`."""

    def __init__(self, door: Door, access_groups: AccessGroupStore) -> None:
        self._door = door
        self._access_groups = access_groups

    async def is_in_an_access_group(self, arn: Arn, key: EnrolmentKey) -> bool:
        lookup_key = StoredKey(key.service_key, key.identifiers).lookup_key

        async def groups() -> list[AccessGroup]:
            found = await self._access_groups.of_client(arn.value, lookup_key, key.service_key)
            if not found:
                raise Refusal(404)
            return found

        try:
            await self._door.ask(
                Upstream.AGENT_PERMISSIONS,
                "access groups of client",
                groups,
                path=f"/agent-permissions/arn/{arn}/client/{key}/groups",
                known=(404,),
            )
        except Refusal:
            return False
        return True


class SandboxAgentUserClientDetails:
    """The port `AgentUserClientDetails`: there is no cache here, so the call is noted and nothing more."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def refresh_cache(self, arn: Arn) -> None:
        try:
            await self._door.ask(
                Upstream.AGENT_USER_CLIENT_DETAILS,
                "cache refresh",
                _nothing,
                path=f"/agent-user-client-details/arn/{arn}/cache-refresh",
                status=204,
                surfacing=Surfacing.AUTO,
                known=(404,),
            )
        except Refusal:
            return


class SandboxAgentFiRelationship:
    """The port `AgentFiRelationship`."""

    def __init__(self, door: Door, records: IncomeRecords, sessions: Sessions) -> None:
        self._door = door
        self._records = records
        self._sessions = sessions

    async def relationship(self, arn: Arn, client_id: str) -> IncomeRecordRelationship | None:
        try:
            found = await self._door.ask(
                Upstream.AGENT_FI_RELATIONSHIP,
                "AFI get",
                lambda: self._records.active(arn.value, _INCOME_RECORD, client_id),
                path=_path(arn, client_id),
                surfacing=Surfacing.AUTO,
                known=(404,),
            )
        except Refusal:
            return None
        return _relationship(found[0])

    async def create_relationship(self, arn: Arn, nino: Nino, started_at: datetime) -> None:
        try:
            await self._door.ask(
                Upstream.AGENT_FI_RELATIONSHIP,
                "AFI create",
                lambda: self._records.create(arn.value, _INCOME_RECORD, nino.value, started_at),
                path=_path(arn, nino.value),
                method="PUT",
                status=201,
                known=_STATUSES,
            )
        except Refusal as refusal:
            raise _unexpected(refusal, "AFI create", "create relationship") from None

    async def remove_relationship(self, arn: Arn, nino: Nino) -> bool:
        try:
            await self._door.ask(
                Upstream.AGENT_FI_RELATIONSHIP,
                "AFI delete",
                lambda: self._records.end(arn.value, _INCOME_RECORD, nino.value),
                path=_path(arn, nino.value),
                method="DELETE",
                known=_STATUSES,
            )
        except Refusal as refusal:
            if refusal.status == _NOT_FOUND:
                return False
            raise _unexpected(refusal, "AFI delete", "delete relationship") from None
        return True

    async def active_relationships_of(self, nino: Nino) -> tuple[IncomeRecordRelationship, ...]:
        try:
            found = await self._door.ask(
                Upstream.AGENT_FI_RELATIONSHIP,
                "AFI active",
                lambda: self._records.active_of_client(_INCOME_RECORD, nino.value),
                path=f"{_INCOME_RECORDS}/service/{_INCOME_RECORD}/clientId/{nino}",
                surfacing=Surfacing.AUTO,
                known=(404,),
            )
        except Refusal:
            return ()
        return tuple(_relationship(each) for each in found)

    async def inactive_relationships_of_caller(self) -> tuple[IncomeRecordRelationship, ...]:
        try:
            found = await self._door.ask(
                Upstream.AGENT_FI_RELATIONSHIP,
                "AFI inactive",
                self._inactive_of_caller,
                path=f"{_INCOME_RECORDS}/inactive",
                surfacing=Surfacing.AUTO,
                known=(404,),
            )
        except Refusal:
            return ()
        return tuple(_relationship(each) for each in found)

    async def _inactive_of_caller(self) -> list[IncomeRecord]:
        token = bearer_token(current_request().authorization)
        caller = await self._sessions.caller(token) if token is not None else None
        if caller is None or caller.person is None:
            raise Refusal(401)
        if caller.person.nino_without_suffix is None:
            raise Refusal(403)
        return await self._records.inactive_of_client(caller.person.nino_without_suffix)


def _path(arn: Arn, client_id: str) -> str:
    return f"{_INCOME_RECORDS}/agent/{arn}/service/{_INCOME_RECORD}/client/{client_id}"


def _relationship(record: IncomeRecord) -> IncomeRecordRelationship:
    return IncomeRecordRelationship(Arn.as_given(record.arn), record.start_date, record.end_date)


def _unexpected(refusal: Refusal, operation: str, what: str) -> UpstreamFailed:
    # Spec: upstreams 10
    return UpstreamFailed.answered_raw(
        Upstream.AGENT_FI_RELATIONSHIP,
        operation,
        refusal.status,
        f"Unexpected status {refusal.status} received from AFI {what}",
    )


async def _nothing() -> None:
    return None
