"""The contract of `Auth`. Spec: upstreams 19."""

from dataclasses import replace

from agent_services.platform.http.context import RequestContext, bind
from agent_services.upstreams.auth import (
    AffinityGroup,
    AnyOf,
    Authorised,
    AuthProvider,
    HasAffinity,
    HoldsEnrolment,
    RefusalReason,
    Refused,
    Retrieval,
    SignedInWith,
)
from tests.contracts.world import World

AS_AGENT = (HoldsEnrolment("HMRC-AS-AGENT"), SignedInWith((AuthProvider.GOVERNMENT_GATEWAY,)))
AGENT_OR_ORGANISATION = AnyOf((HasAffinity(AffinityGroup.AGENT), HasAffinity(AffinityGroup.ORGANISATION)))


class AuthContract:
    async def test_an_agent_is_authorised_and_named(self, world: World) -> None:
        agent = await world.new_agent()

        with bind(agent.caller):
            answer = await world.ports.auth.authorise(AS_AGENT, tuple(Retrieval))

        assert isinstance(answer, Authorised)
        assert answer.credentials is not None
        assert (answer.credentials.provider_id, answer.affinity_group) == (agent.admin_user_id, "Agent")
        assert (answer.group_identifier, answer.agent_code) == (agent.group_id, agent.agent_code.value)
        held = next(each for each in answer.authorised_enrolments if each.key == "HMRC-AS-AGENT")
        assert held.identifier("AgentReferenceNumber") == agent.arn.value

    async def test_what_is_not_asked_is_not_told(self, world: World) -> None:
        agent = await world.new_agent()

        with bind(agent.caller):
            assert await world.ports.auth.authorise((), ()) == Authorised()

    async def test_the_first_predicate_that_fails_decides(self, world: World) -> None:
        client = await world.new_vat_client()
        staff = SignedInWith((AuthProvider.PRIVILEGED_APPLICATION,))

        with bind(client.caller):
            by_enrolment = await world.ports.auth.authorise((HoldsEnrolment("HMRC-AS-AGENT"), staff), ())
            by_provider = await world.ports.auth.authorise((staff, HoldsEnrolment("HMRC-AS-AGENT")), ())

        assert isinstance(by_enrolment, Refused)
        assert isinstance(by_provider, Refused)
        assert by_enrolment.reason is RefusalReason.INSUFFICIENT_ENROLMENTS
        assert by_provider == Refused.because(RefusalReason.UNSUPPORTED_AUTH_PROVIDER)

    async def test_any_of_several_will_do(self, world: World) -> None:
        agent, client = await world.new_agent(), await world.new_vat_client()

        for caller in (agent.caller, client.caller):
            with bind(caller):
                assert isinstance(await world.ports.auth.authorise((AGENT_OR_ORGANISATION,), ()), Authorised)

    async def test_when_none_will_do_the_last_refusal_counts(self, world: World) -> None:
        client = await world.new_income_tax_client()

        with bind(client.caller):
            answer = await world.ports.auth.authorise(
                (AnyOf((HoldsEnrolment("HMRC-AS-AGENT"), HasAffinity(AffinityGroup.AGENT))),), ()
            )

        assert answer == Refused.because(RefusalReason.UNSUPPORTED_AFFINITY_GROUP)

    async def test_an_unknown_bearer_has_no_active_session(self, world: World) -> None:
        with bind(RequestContext("request", authorization="Bearer no-such-token")):
            answer = await world.ports.auth.authorise((), ())

        assert isinstance(answer, Refused)
        assert answer.reason.is_no_active_session

    async def test_no_bearer(self, world: World) -> None:
        agent = await world.new_agent()

        with bind(replace(agent.caller, authorization=None)):
            answer = await world.ports.auth.authorise(AS_AGENT, ())

        assert answer == Refused.because(RefusalReason.MISSING_BEARER_TOKEN)
