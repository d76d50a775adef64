"""The upstreams of this room in memory, with trouble on demand at any single call.

The same behaviour on the sandbox is tested over HTTP; here every call can be made the last one of a process.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from agent_services.identifiers import AgentCode, Arn, MtdItId, Nino, SaAgentReference
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.agent_fi_relationship import IncomeRecordRelationship
from agent_services.upstreams.agent_services_account import AgentRecord, SuspensionDetails
from agent_services.upstreams.enrolment_store_proxy import Delegation, StoredEnrolment, StoredIdentifier
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.names import Upstream
from agent_services.upstreams.users_groups_search import Group, GroupUser

Answer = TypeVar("Answer")

UPSTREAM_OF = {
    "create_relationship": Upstream.HIP,
    "remove_relationship": Upstream.HIP,
    "has_relationship": Upstream.HIP,
    "mtd_it_id_of": Upstream.HIP,
    "nino_of": Upstream.HIP,
    "allocate_delegated": Upstream.TAX_ENROLMENTS,
    "deallocate": Upstream.TAX_ENROLMENTS,
    "users_of_group": Upstream.USERS_GROUPS_SEARCH,
    "group": Upstream.USERS_GROUPS_SEARCH,
    "income_record_created": Upstream.AGENT_FI_RELATIONSHIP,
    "income_record_removed": Upstream.AGENT_FI_RELATIONSHIP,
    "cesa": Upstream.DES,
}


class Crash(BaseException):
    """The process ends here: nothing that catches failures catches this."""


@dataclass
class Trouble:
    """What happens at a call, instead of it or once it has taken effect."""

    raises: BaseException
    after_effect: bool
    times: int


def failed(call: str, status: int = 503) -> UpstreamFailed:
    upstream = UPSTREAM_OF.get(call, Upstream.ENROLMENT_STORE_PROXY)
    if upstream is Upstream.HIP:
        return UpstreamFailed.answered(upstream, call, status)
    return UpstreamFailed.answered_raw(upstream, call, status)


@dataclass
class World:
    """Agencies, clients and who acts for whom, as the upstreams know it."""

    group_of: dict[str, str] = field(default_factory=dict)
    users_of: dict[str, list[GroupUser]] = field(default_factory=dict)
    delegated: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    etmp: set[tuple[str, str]] = field(default_factory=set)
    mtd_it_ids: dict[str, str] = field(default_factory=dict)
    cesa: dict[str, list[str]] = field(default_factory=dict)
    mapped: dict[str, list[str]] = field(default_factory=dict)
    mapped_codes: dict[str, list[str]] = field(default_factory=dict)
    income_records: dict[str, str] = field(default_factory=dict)
    assigned: set[tuple[str, str]] = field(default_factory=set)
    user_enrolments: dict[str, list[StoredEnrolment]] = field(default_factory=dict)
    known_facts: dict[tuple[str, str], EnrolmentKey] = field(default_factory=dict)
    suspended: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    troubles: dict[str, Trouble] = field(default_factory=dict)
    refreshed: list[str] = field(default_factory=list)

    def new_agent(self, arn: str) -> Arn:
        group = f"group-of-{arn}"
        self.group_of[arn] = group
        self.users_of[group] = [GroupUser(f"assistant-of-{arn}", "Assistant"), GroupUser(f"admin-of-{arn}", "Admin")]
        return Arn.as_given(arn)

    def relate(self, arn: Arn, key: EnrolmentKey) -> None:
        self.delegated[str(key)].append(self.group_of[arn.value])
        self.etmp.add((arn.value, str(key)))

    def trouble(self, call: str, raises: BaseException, *, after_effect: bool = False, times: int = 1) -> None:
        self.troubles[call] = Trouble(raises, after_effect, times)

    def agents_in_store(self, key: EnrolmentKey) -> list[str]:
        return sorted(arn for arn, group in self.group_of.items() if group in self.delegated[str(key)])

    def agents_in_etmp(self, key: EnrolmentKey) -> list[str]:
        return sorted(arn for arn, of in self.etmp if of == str(key))

    async def act(self, call: str, effect: Callable[[], Answer]) -> Answer:
        self.calls.append(call)
        trouble = self.troubles.get(call)
        if trouble is not None and trouble.times:
            if trouble.after_effect:
                effect()
            trouble.times -= 1
            raise trouble.raises
        return effect()


class EnrolmentStore:
    def __init__(self, world: World) -> None:
        self._world = world

    async def delegation(self, arn: Arn, key: EnrolmentKey) -> Delegation:
        group = self._world.group_of.get(arn.value)
        return await self._world.act("delegation", lambda: Delegation(group, group in self._world.delegated[str(key)]))

    async def principal_group(self, arn: Arn) -> str | None:
        return await self._world.act("principal_group", lambda: self._world.group_of.get(arn.value))

    async def delegated_groups(self, key: EnrolmentKey) -> tuple[str, ...]:
        return await self._world.act("delegated_groups", lambda: tuple(self._world.delegated[str(key)]))

    async def agent_of_group(self, group_id: str) -> Arn | None:
        arn = next((arn for arn, group in self._world.group_of.items() if group == group_id), None)
        return await self._world.act("agent_of_group", lambda: None if arn is None else Arn.as_given(arn))

    async def enrolments_delegated_to_user(self, user_id: str, service_key: str) -> tuple[StoredEnrolment, ...]:
        return await self._world.act(
            "enrolments_of_user",
            lambda: tuple(
                one for one in self._world.user_enrolments.get(user_id, []) if one.service_key == service_key
            ),
        )

    async def page_of_enrolments_delegated_to_user(
        self, user_id: str, service_key: str, *, start_record: int, max_records: int
    ) -> tuple[StoredEnrolment, ...]:
        raise AssertionError("relationships never ask for pages")

    async def principal_enrolments(self, group_id: str) -> tuple[StoredEnrolment, ...]:
        raise AssertionError("relationships ask for the ARN alone")

    async def set_friendly_name(self, group_id: str, key: EnrolmentKey, name: str) -> None:
        raise AssertionError("invitations set names")

    async def identifiers_by_known_fact(self, service_key: str, known_fact: StoredIdentifier) -> EnrolmentKey | None:
        return await self._world.act("known_fact", lambda: self._world.known_facts.get((service_key, known_fact.value)))


class TaxEnrolments:
    def __init__(self, world: World) -> None:
        self._world = world

    async def allocate_delegated(
        self, group_id: str, key: EnrolmentKey, *, user_id: str, agent_code: AgentCode
    ) -> None:
        if group_id in self._world.delegated[str(key)]:
            raise failed("allocate_delegated", 409)
        await self._world.act("allocate_delegated", lambda: self._world.delegated[str(key)].append(group_id))

    async def deallocate(self, group_id: str, key: EnrolmentKey) -> None:
        if group_id not in self._world.delegated[str(key)]:
            raise failed("deallocate", 404)
        await self._world.act("deallocate", lambda: self._world.delegated[str(key)].remove(group_id))


class UsersGroups:
    def __init__(self, world: World) -> None:
        self._world = world

    async def users_of_group(self, group_id: str) -> tuple[GroupUser, ...]:
        return await self._world.act("users_of_group", lambda: tuple(self._world.users_of[group_id]))

    async def group(self, group_id: str) -> Group | None:
        return await self._world.act("group", lambda: Group(group_id, "Agent", AgentCode.as_given(f"code-{group_id}")))


class Etmp:
    def __init__(self, world: World) -> None:
        self._world = world

    async def create_relationship(self, arn: Arn, key: EnrolmentKey) -> None:
        def create() -> None:
            if key.service.etmp is not None and key.service.etmp.is_exclusive:
                self._world.etmp -= {row for row in self._world.etmp if row[1] == str(key)}
            self._world.etmp.add((arn.value, str(key)))

        await self._world.act("create_relationship", create)

    async def remove_relationship(self, arn: Arn, key: EnrolmentKey) -> bool:
        row = (arn.value, str(key))

        def remove() -> bool:
            had = row in self._world.etmp
            self._world.etmp.discard(row)
            return had

        return await self._world.act("remove_relationship", remove)

    async def has_relationship(self, arn: Arn, key: EnrolmentKey, today: date) -> bool:
        return await self._world.act("has_relationship", lambda: (arn.value, str(key)) in self._world.etmp)

    async def active_relationship(self, key: EnrolmentKey, today: date) -> Any:
        raise AssertionError("not asked by this room")

    async def relationships(self, key: EnrolmentKey, which: Any, today: date) -> Any:
        raise AssertionError("not asked by this room")

    async def mtd_it_id_of(self, nino: Nino) -> MtdItId | None:
        found = self._world.mtd_it_ids.get(nino.value)
        return await self._world.act("mtd_it_id_of", lambda: None if found is None else MtdItId.as_given(found))

    async def nino_of(self, mtd_it_id: MtdItId) -> Nino | None:
        found = next((nino for nino, known in self._world.mtd_it_ids.items() if known == mtd_it_id.value), None)
        return await self._world.act("nino_of", lambda: None if found is None else Nino.as_given(found))


class IncomeRecords:
    def __init__(self, world: World) -> None:
        self._world = world

    async def relationship(self, arn: Arn, client_id: str) -> IncomeRecordRelationship | None:
        held = self._world.income_records.get(client_id) == arn.value
        return await self._world.act(
            "income_record", lambda: IncomeRecordRelationship(arn, None, None) if held else None
        )

    async def create_relationship(self, arn: Arn, nino: Nino, started_at: datetime) -> None:
        await self._world.act(
            "income_record_created", lambda: self._world.income_records.__setitem__(nino.value, arn.value)
        )

    async def remove_relationship(self, arn: Arn, nino: Nino) -> bool:
        def remove() -> bool:
            had = self._world.income_records.get(nino.value) == arn.value
            if had:
                del self._world.income_records[nino.value]
            return had

        return await self._world.act("income_record_removed", remove)

    async def active_relationships_of(self, nino: Nino) -> tuple[IncomeRecordRelationship, ...]:
        raise AssertionError("not asked by this room")

    async def inactive_relationships_of_caller(self) -> tuple[IncomeRecordRelationship, ...]:
        raise AssertionError("not asked by this room")


class Permissions:
    def __init__(self, world: World) -> None:
        self._world = world

    async def is_in_an_access_group(self, arn: Arn, key: EnrolmentKey) -> bool:
        return await self._world.act("access_groups", lambda: (arn.value, str(key)) in self._world.assigned)


class ClientLists:
    def __init__(self, world: World) -> None:
        self._world = world

    async def refresh_cache(self, arn: Arn) -> None:
        await self._world.act("refresh_cache", lambda: self._world.refreshed.append(arn.value))


class Agencies:
    def __init__(self, world: World) -> None:
        self._world = world

    async def agent_record(self, arn: Arn) -> AgentRecord:
        suspension = SuspensionDetails(arn.value in self._world.suspended, None)
        return await self._world.act("agent_record", lambda: AgentRecord("Agency", "a@b.example", suspension))


class Mappings:
    def __init__(self, world: World) -> None:
        self._world = world

    async def sa_agent_references(self, arn: Arn) -> tuple[SaAgentReference, ...]:
        mapped = self._world.mapped.get(arn.value, [])
        return await self._world.act("mapping", lambda: tuple(SaAgentReference.as_given(one) for one in mapped))

    async def agent_codes(self, arn: Arn) -> tuple[AgentCode, ...]:
        mapped = self._world.mapped_codes.get(arn.value, [])
        return await self._world.act("mapping", lambda: tuple(AgentCode.as_given(one) for one in mapped))


class CesaRegister:
    def __init__(self, world: World) -> None:
        self._world = world

    async def sa_agent_references(self, nino: Nino) -> tuple[SaAgentReference, ...]:
        known = self._world.cesa.get(nino.value, [])
        return await self._world.act("cesa", lambda: tuple(SaAgentReference.as_given(one) for one in known))

    async def vat_customer(self, vrn: Any) -> Any:
        raise AssertionError("not asked by this room")

    async def cgt_subscription(self, cgt_ref: Any) -> Any:
        raise AssertionError("not asked by this room")
