"""enrolment-store-proxy and tax-enrolments in the same process. Spec: sandbox 2.3, upstreams 3."""

from functools import partial
from urllib.parse import quote_plus

from agent_services.identifiers import AgentCode, Arn
from agent_services.sandbox.enrolments.changing import EnrolmentChanges
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.enrolments.reading import EnrolmentReading, Page
from agent_services.sandbox.enrolments.store import Allocation, Kind
from agent_services.sandbox.ports.door import Door
from agent_services.tax_services import AGENT_IDENTIFIER_NAME, AGENT_SERVICE_KEY, EnrolmentKey
from agent_services.upstreams.enrolment_store_proxy import Delegation, StoredEnrolment, StoredIdentifier
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.names import Upstream

_STORE = "/enrolment-store-proxy/enrolment-store"
_TAX_ENROLMENTS = "/tax-enrolments"


class SandboxEnrolmentStoreProxy:
    """The port `EnrolmentStoreProxy` on the sandbox's enrolments. A delegation is one query."""

    def __init__(self, door: Door, reading: EnrolmentReading, changes: EnrolmentChanges) -> None:
        self._door = door
        self._reading = reading
        self._changes = changes

    async def delegation(self, arn: Arn, key: EnrolmentKey) -> Delegation:
        # One query, told as the two calls that it stands for: each may meet its own fault.
        group, is_held = await self._door.ask(
            Upstream.ENROLMENT_STORE_PROXY,
            "ES1 principal",
            lambda: self._reading.delegation(arn.value, _stored(key)),
            path=f"{_STORE}/enrolments/{EnrolmentKey.for_agent(arn.value)}/groups?type=principal",
        )
        if group is None:
            return Delegation(None, is_held=False)
        return await self._door.ask(
            Upstream.ENROLMENT_STORE_PROXY,
            "ES1 delegated",
            partial(_already_known, Delegation(group, is_held)),
            path=f"{_STORE}/enrolments/{key}/groups?type=delegated",
        )

    async def principal_group(self, arn: Arn) -> str | None:
        key = EnrolmentKey.for_agent(arn.value)
        principal, _ = await self._door.ask(
            Upstream.ENROLMENT_STORE_PROXY,
            "ES1 principal",
            lambda: self._reading.groups_of(_stored(key), "principal"),
            path=f"{_STORE}/enrolments/{key}/groups?type=principal",
        )
        return principal[0] if principal else None

    async def delegated_groups(self, key: EnrolmentKey) -> tuple[str, ...]:
        _, delegated = await self._door.ask(
            Upstream.ENROLMENT_STORE_PROXY,
            "ES1 delegated",
            lambda: self._reading.groups_of(_stored(key), "delegated"),
            path=f"{_STORE}/enrolments/{key}/groups?type=delegated",
        )
        return tuple(delegated)

    async def enrolments_delegated_to_user(self, user_id: str, service_key: str) -> tuple[StoredEnrolment, ...]:
        page = Page(Kind.DELEGATED, service_key)
        found = await self._door.ask(
            Upstream.ENROLMENT_STORE_PROXY,
            "ES2",
            lambda: self._reading.of_user(user_id, page),
            path=f"{_STORE}/users/{user_id}/enrolments?type=delegated&service={service_key}",
        )
        return _enrolments(found)

    async def page_of_enrolments_delegated_to_user(
        self, user_id: str, service_key: str, *, start_record: int, max_records: int
    ) -> tuple[StoredEnrolment, ...]:
        query = f"type=delegated&service={service_key}&start-record={start_record}&max-records={max_records}"

        async def one_page() -> list[Allocation]:
            page = Page.checked("delegated", service_key, str(start_record), str(max_records))
            return await self._reading.of_user(user_id, page)

        try:
            found = await self._door.ask(
                Upstream.ENROLMENT_STORE_PROXY, "ES2", one_page, path=f"{_STORE}/users/{user_id}/enrolments?{query}"
            )
        except UpstreamFailed as failure:
            if failure.status is None:
                raise
            raise UpstreamFailed(
                failure.upstream, failure.operation, kind=failure.kind, status=failure.status, surfaces_as=500
            ) from None
        return _enrolments(found)

    async def principal_enrolments(self, group_id: str) -> tuple[StoredEnrolment, ...]:
        found = await self._door.ask(
            Upstream.ENROLMENT_STORE_PROXY,
            "ES3",
            lambda: self._reading.of_group(group_id, Page(Kind.PRINCIPAL)),
            path=f"{_STORE}/groups/{group_id}/enrolments?type=principal",
        )
        return _enrolments(found)

    async def agent_of_group(self, group_id: str) -> Arn | None:
        for held in await self.principal_enrolments(group_id):
            if held.service_key == AGENT_SERVICE_KEY:
                arns = (each.value for each in held.identifiers if each.key == AGENT_IDENTIFIER_NAME)
                return next((Arn.as_given(arn) for arn in arns), None)
        return None

    async def set_friendly_name(self, group_id: str, key: EnrolmentKey, name: str) -> None:
        # Form-encoded inside the JSON, as the wire has it (upstreams 3.10).
        encoded = quote_plus(name)
        await self._door.ask(
            Upstream.ENROLMENT_STORE_PROXY,
            "ES19",
            lambda: self._changes.set_friendly_name(group_id, _stored(key), encoded),
            path=f"{_STORE}/groups/{group_id}/enrolments/{key}/friendly_name",
            method="PUT",
            body={"friendlyName": encoded},
            status=204,
        )

    async def identifiers_by_known_fact(self, service_key: str, known_fact: StoredIdentifier) -> EnrolmentKey | None:
        fact = (known_fact.key, known_fact.value)
        found = await self._door.ask(
            Upstream.ENROLMENT_STORE_PROXY,
            "ES20",
            lambda: self._reading.by_known_facts(service_key, [fact]),
            path=f"{_STORE}/enrolments",
            method="POST",
            body={"service": service_key, "knownFacts": [{"key": fact[0], "value": fact[1]}]},
        )
        return EnrolmentKey(service_key, found[0].key.identifiers) if found else None


class SandboxTaxEnrolments:
    """The port `TaxEnrolments` on the sandbox's enrolments."""

    def __init__(self, door: Door, changes: EnrolmentChanges) -> None:
        self._door = door
        self._changes = changes

    async def allocate_delegated(
        self, group_id: str, key: EnrolmentKey, *, user_id: str, agent_code: AgentCode
    ) -> None:
        await self._door.ask(
            Upstream.TAX_ENROLMENTS,
            "ES8",
            lambda: self._changes.allocate(
                group_id, _stored(key), user_id=user_id, kind="delegated", agent_code=agent_code.value
            ),
            path=f"{_TAX_ENROLMENTS}/groups/{group_id}/enrolments/{key}?legacy-agentCode={agent_code}",
            method="POST",
            body={"userId": user_id, "type": "delegated"},
            status=201,
        )

    async def deallocate(self, group_id: str, key: EnrolmentKey) -> None:
        await self._door.ask(
            Upstream.TAX_ENROLMENTS,
            "ES9",
            lambda: self._changes.deallocate(group_id, _stored(key), agent_code=None),
            path=f"{_TAX_ENROLMENTS}/groups/{group_id}/enrolments/{key}",
            method="DELETE",
            status=204,
        )


async def _already_known(delegation: Delegation) -> Delegation:
    return delegation


def _stored(key: EnrolmentKey) -> StoredKey:
    return StoredKey(key.service_key, key.identifiers)


def _enrolments(found: list[Allocation]) -> tuple[StoredEnrolment, ...]:
    return tuple(
        StoredEnrolment(
            allocation.key.service,
            allocation.state,
            tuple(StoredIdentifier(name, value) for name, value in allocation.key.identifiers),
        )
        for allocation in found
    )
