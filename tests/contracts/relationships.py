"""The contract of HIP, agent-fi-relationship, agencies' and clients' records, e-mail. Spec: upstreams 4 to 16."""

import pytest

from agent_services.identifiers import CgtRef, MtdItId, Nino, Vrn
from agent_services.platform.http.context import bind
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.email import TemplatedEmail
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.hip import Which
from tests.contracts.world import UNKNOWN_ARN, Client, World, today_of

NOBODY = Nino.as_given("AA000000A")


def supporting(client: Client) -> EnrolmentKey:
    return EnrolmentKey.of("HMRC-MTD-IT-SUPP", "MTDITID", client.key.client_id)


class HipContract:
    async def test_a_relationship_until_it_is_removed(self, world: World) -> None:
        agent, client = await world.new_agent(), await world.new_vat_client()
        hip, today = world.ports.hip, today_of(world)

        with bind(agent.caller):
            before = await hip.active_relationship(client.key, today)
            await hip.create_relationship(agent.arn, client.key)
            active = await hip.active_relationship(client.key, today)
            has = await hip.has_relationship(agent.arn, client.key, today)
            removed = [await hip.remove_relationship(agent.arn, client.key) for _ in range(2)]
            listed = await hip.relationships(client.key, Which.ALL, today)

        assert before is None
        assert active is not None
        assert (active.arn, active.is_active(today), has) == (agent.arn, True, True)
        assert removed == [True, False]
        assert [(each.arn, each.is_active(today)) for each in listed] == [(agent.arn, False)]

    async def test_a_new_main_agent_replaces_the_previous_one(self, world: World) -> None:
        first, second = await world.new_agent(), await world.new_agent()
        client = await world.new_income_tax_client()
        hip, today = world.ports.hip, today_of(world)

        with bind(first.caller):
            await hip.create_relationship(first.arn, client.key)
            await hip.create_relationship(second.arn, client.key)
            active = await hip.active_relationship(client.key, today)
            has_first = await hip.has_relationship(first.arn, client.key, today)

        assert active is not None
        assert (active.arn, has_first) == (second.arn, False)

    async def test_supporting_agents_replace_nobody(self, world: World) -> None:
        main, first, second = [await world.new_agent() for _ in range(3)]
        client = await world.new_income_tax_client()
        hip, today = world.ports.hip, today_of(world)

        with bind(main.caller):
            await hip.create_relationship(main.arn, client.key)
            await hip.create_relationship(first.arn, supporting(client))
            await hip.create_relationship(second.arn, supporting(client))
            listed = await hip.relationships(client.key, Which.ACTIVE, today)

        active = {(each.arn, each.auth_profile) for each in listed if each.is_active(today)}
        assert active == {(main.arn, "ALL00001"), (first.arn, "ITSAS001"), (second.arn, "ITSAS001")}

    async def test_a_suspended_agent_is_refused(self, world: World) -> None:
        agent, client = await world.new_agent(suspended=True), await world.new_vat_client()

        with bind(agent.caller), pytest.raises(UpstreamFailed) as failed:
            await world.ports.hip.create_relationship(agent.arn, client.key)

        assert (failed.value.status, failed.value.surfaces_as) == (422, 500)

    async def test_income_tax_identifiers(self, world: World) -> None:
        client = await world.new_income_tax_client()
        assert client.nino is not None

        with bind(client.caller):
            assert await world.ports.hip.mtd_it_id_of(client.nino) == MtdItId.as_given(client.key.client_id)
            assert await world.ports.hip.nino_of(MtdItId.as_given(client.key.client_id)) == client.nino
            assert await world.ports.hip.mtd_it_id_of(NOBODY) is None
            assert await world.ports.hip.nino_of(MtdItId.as_given("XXIT99999999999")) is None


class IncomeRecordsContract:
    async def test_authority_until_it_is_taken_back(self, world: World) -> None:
        agent, client = await world.new_agent(), await world.new_income_tax_client()
        records = world.ports.agent_fi_relationship
        assert client.nino is not None

        with bind(client.caller):
            before = await records.relationship(agent.arn, client.nino.value)
            await records.create_relationship(agent.arn, client.nino, world.now)
            held = await records.relationship(agent.arn, client.nino.value)
            active = await records.active_relationships_of(client.nino)
            removed = [await records.remove_relationship(agent.arn, client.nino) for _ in range(2)]
            former = await records.inactive_relationships_of_caller()

        assert before is None
        assert held is not None
        assert (held.arn, [each.arn for each in active]) == (agent.arn, [agent.arn])
        assert removed == [True, False]
        assert [each.arn for each in former] == [agent.arn]

    async def test_a_new_agent_ends_the_previous_one(self, world: World) -> None:
        first, second = await world.new_agent(), await world.new_agent()
        client = await world.new_income_tax_client()
        assert client.nino is not None

        with bind(client.caller):
            await world.ports.agent_fi_relationship.create_relationship(first.arn, client.nino, world.now)
            await world.ports.agent_fi_relationship.create_relationship(second.arn, client.nino, world.now)
            active = await world.ports.agent_fi_relationship.active_relationships_of(client.nino)

        assert [each.arn for each in active] == [second.arn]


class RecordsContract:
    async def test_an_agency(self, world: World) -> None:
        agent, suspended = await world.new_agent(), await world.new_agent(suspended=True)

        with bind(agent.caller):
            record = await world.ports.agent_services_account.agent_record(agent.arn)
            other = await world.ports.agent_services_account.agent_record(suspended.arn)

        assert record.agency_name != ""
        assert (record.is_suspended, other.is_suspended) == (False, True)

    async def test_an_unknown_agency_is_a_failure(self, world: World) -> None:
        agent = await world.new_agent()

        with bind(agent.caller), pytest.raises(UpstreamFailed) as failed:
            await world.ports.agent_services_account.agent_record(UNKNOWN_ARN)

        assert (failed.value.status, failed.value.surfaces_as) == (404, 500)

    async def test_a_vat_client(self, world: World) -> None:
        client = await world.new_vat_client()

        with bind(client.caller):
            customer = await world.ports.des.vat_customer(Vrn.as_given(client.key.client_id))
            nobody = await world.ports.des.vat_customer(Vrn.as_given("000000000"))

        assert customer is not None
        assert customer.effective_registration_date is not None
        assert nobody is None

    async def test_a_citizen(self, world: World) -> None:
        client = await world.new_income_tax_client()
        assert client.nino is not None

        with bind(client.caller):
            citizen = await world.ports.citizen_details.citizen(client.nino)
            address = await world.ports.citizen_details.designatory_details(client.nino)
            nobody = await world.ports.citizen_details.citizen(NOBODY)

        assert citizen is not None
        assert citizen.name is not None
        assert address is not None
        assert nobody is None

    async def test_a_client_whom_nothing_older_knows(self, world: World) -> None:
        client = await world.new_income_tax_client()
        assert client.nino is not None

        with bind(client.caller):
            assert await world.ports.des.sa_agent_references(client.nino) == ()
            assert await world.ports.des.cgt_subscription(CgtRef.as_given("XZCGTP999999999")) is None

    async def test_an_email_is_taken_over(self, world: World) -> None:
        agent = await world.new_agent()
        email = TemplatedEmail(
            ("agency@example.com",), "client_accepted_authorisation_request", {"agencyName": "My Agency"}
        )

        with bind(agent.caller):
            assert await world.ports.email.send(email) is True
