"""The contract of the enrolment store, tax-enrolments, groups and access groups. Spec: upstreams 3, 7, 8."""

import pytest

from agent_services.platform.http.context import bind
from agent_services.upstreams.enrolment_store_proxy import Delegation, StoredIdentifier
from agent_services.upstreams.errors import FailureKind, UpstreamFailed
from tests.contracts.world import UNKNOWN_ARN, UNKNOWN_GROUP, Agent, Client, World


async def delegate(world: World, agent: Agent, client: Client) -> None:
    await world.ports.tax_enrolments.allocate_delegated(
        agent.group_id, client.key, user_id=agent.admin_user_id, agent_code=agent.agent_code
    )


class EnrolmentsContract:
    async def test_an_unknown_agent_has_no_group(self, world: World) -> None:
        client = await world.new_vat_client()

        with bind(client.caller):
            assert await world.ports.enrolment_store_proxy.principal_group(UNKNOWN_ARN) is None
            assert await world.ports.enrolment_store_proxy.delegation(UNKNOWN_ARN, client.key) == Delegation(
                None, False
            )

    async def test_an_agent_without_the_client(self, world: World) -> None:
        agent, client = await world.new_agent(), await world.new_vat_client()

        with bind(agent.caller):
            delegation = await world.ports.enrolment_store_proxy.delegation(agent.arn, client.key)
            groups = await world.ports.enrolment_store_proxy.delegated_groups(client.key)

        assert (delegation, groups) == (Delegation(agent.group_id, False), ())

    async def test_a_delegated_client_until_taken_back(self, world: World) -> None:
        agent, client = await world.new_agent(), await world.new_vat_client()
        store = world.ports.enrolment_store_proxy

        with bind(agent.caller):
            await delegate(world, agent, client)
            held = await store.delegation(agent.arn, client.key)
            groups = await store.delegated_groups(client.key)
            await world.ports.tax_enrolments.deallocate(agent.group_id, client.key)
            after = await store.delegation(agent.arn, client.key)

        assert held == Delegation(agent.group_id, True)
        assert groups == (agent.group_id,)
        assert after == Delegation(agent.group_id, False)

    async def test_delegating_twice_is_refused(self, world: World) -> None:
        agent, client = await world.new_agent(), await world.new_vat_client()

        with bind(agent.caller):
            await delegate(world, agent, client)
            with pytest.raises(UpstreamFailed) as failed:
                await delegate(world, agent, client)

        assert (failed.value.kind, failed.value.surfaces_as) == (FailureKind.ANSWERED, 409)

    async def test_only_an_administrator_delegates(self, world: World) -> None:
        agent, client = await world.new_agent(), await world.new_vat_client()

        with bind(agent.caller), pytest.raises(UpstreamFailed) as failed:
            await world.ports.tax_enrolments.allocate_delegated(
                agent.group_id, client.key, user_id="nobody-at-all", agent_code=agent.agent_code
            )

        assert failed.value.status == 403

    async def test_several_agents_of_one_client(self, world: World) -> None:
        first, second = await world.new_agent(), await world.new_agent()
        client = await world.new_vat_client()

        with bind(first.caller):
            await delegate(world, first, client)
            await delegate(world, second, client)
            groups = await world.ports.enrolment_store_proxy.delegated_groups(client.key)

        assert set(groups) == {first.group_id, second.group_id}

    async def test_the_agent_of_a_group(self, world: World) -> None:
        agent = await world.new_agent()
        store = world.ports.enrolment_store_proxy

        with bind(agent.caller):
            arn = await store.agent_of_group(agent.group_id)
            held = await store.principal_enrolments(agent.group_id)

        assert arn == agent.arn
        assert [each.service_key for each in held] == ["HMRC-AS-AGENT"]
        assert held[0].is_activated

    async def test_what_is_assigned_to_the_user_who_was_named(self, world: World) -> None:
        agent, client = await world.new_agent(), await world.new_vat_client()

        with bind(agent.caller):
            await delegate(world, agent, client)
            store = world.ports.enrolment_store_proxy
            vat = await store.enrolments_delegated_to_user(agent.admin_user_id, "HMRC-MTD-VAT")
            income_tax = await store.enrolments_delegated_to_user(agent.admin_user_id, "HMRC-MTD-IT")

        assert [each.identifiers for each in vat] == [(StoredIdentifier("VRN", client.key.client_id),)]
        assert vat[0].counts_as_held
        assert income_tax == ()

    async def test_a_friendly_name_needs_the_delegation(self, world: World) -> None:
        agent, client = await world.new_agent(), await world.new_vat_client()
        store = world.ports.enrolment_store_proxy

        with bind(agent.caller):
            with pytest.raises(UpstreamFailed) as failed:
                await store.set_friendly_name(agent.group_id, client.key, "Smith & Co")
            await delegate(world, agent, client)
            await store.set_friendly_name(agent.group_id, client.key, "Smith & Co")

        assert failed.value.status == 404

    async def test_an_unknown_known_fact(self, world: World) -> None:
        agent = await world.new_agent()

        with bind(agent.caller):
            found = await world.ports.enrolment_store_proxy.identifiers_by_known_fact(
                "HMRC-CBC-ORG", StoredIdentifier("cbcId", "XZCBC9999999999")
            )

        assert found is None


class GroupsContract:
    async def test_the_administrator_is_among_the_users(self, world: World) -> None:
        agent = await world.new_agent()

        with bind(agent.caller):
            users = await world.ports.users_groups_search.users_of_group(agent.group_id)
            group = await world.ports.users_groups_search.group(agent.group_id)

        assert agent.admin_user_id in [user.user_id for user in users if user.is_admin]
        assert group is not None
        assert (group.affinity_group, group.agent_code) == ("Agent", agent.agent_code)

    async def test_an_unknown_group(self, world: World) -> None:
        agent = await world.new_agent()

        with bind(agent.caller):
            assert await world.ports.users_groups_search.group(UNKNOWN_GROUP) is None
            with pytest.raises(UpstreamFailed) as failed:
                await world.ports.users_groups_search.users_of_group(UNKNOWN_GROUP)

        assert failed.value.surfaces_as == 404
        assert failed.value.public_message == f"Group {UNKNOWN_GROUP} not found in SCP"

    async def test_a_client_in_no_access_group(self, world: World) -> None:
        agent, client = await world.new_agent(), await world.new_vat_client()

        with bind(agent.caller):
            await world.ports.agent_user_client_details.refresh_cache(agent.arn)
            assert await world.ports.agent_permissions.is_in_an_access_group(agent.arn, client.key) is False
