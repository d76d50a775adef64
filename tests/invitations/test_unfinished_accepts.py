"""design, How sagas work here: an accept that an upstream stopped half way, and what may come next."""

import pytest

from tests.invitations.story import Agent, Client, Story

_VAT = "HMRC-MTD-VAT"


async def _half_way(story: Story) -> tuple[Agent, Client, str]:
    """An accept that ETMP has taken and the enrolment store has refused."""
    agent, client = await story.new_agent(), await story.new_vat_client()
    invitation_id = await story.asks(agent.arn, _VAT, client.vrn)
    await story.fails("tax-enrolments", "ES8", status=503)
    reply = await story.accepts(client.caller, invitation_id)
    assert reply.status == 503, reply
    return agent, client, invitation_id


async def test_stopped_accept_leaves_the_request_pending(story: Story) -> None:
    """invitations 9.2"""
    agent, client, invitation_id = await _half_way(story)

    assert await story.status(invitation_id) == "Pending"
    assert await story.agents_in_etmp(client.vrn) == [agent.arn]
    assert not await story.related(agent.arn, _VAT, "VRN", client.vrn)
    assert await story.audited("RespondToInvitation") == []
    assert await story.emails() == []


async def test_second_accept_goes_on_with_the_first(story: Story) -> None:
    agent, client, invitation_id = await _half_way(story)

    reply = await story.accepts(client.caller, invitation_id)

    assert reply.seen == (204, "")
    assert await story.status(invitation_id) == "Accepted"
    assert await story.related(agent.arn, _VAT, "VRN", client.vrn)
    assert len(await story.audited("CreateRelationship")) == 1
    assert len(await story.audited("RespondToInvitation")) == 1


@pytest.mark.parametrize("how", ["reject", "cancel", "expire"])
async def test_opposite_answer_takes_back_what_was_done(story: Story, how: str) -> None:
    agent, client, invitation_id = await _half_way(story)

    if how == "reject":
        assert (await story.rejects(client.caller, invitation_id)).status == 204
    elif how == "cancel":
        assert (await story.cancels(agent.caller, invitation_id)).status == 204
    else:
        await story.advances(21)
        assert await story.runs("expire-invitations") == 1

    expected = {"reject": "Rejected", "cancel": "Cancelled", "expire": "Expired"}
    again = await story.accepts(client.caller, invitation_id)
    assert await story.status(invitation_id) == expected[how]
    assert again.status == 500
    assert not await story.related(agent.arn, _VAT, "VRN", client.vrn)
    assert await story.agents_in_etmp(client.vrn) == []


async def test_accept_that_nothing_came_of_leaves_nothing(story: Story) -> None:
    agent, client = await story.new_agent(), await story.new_vat_client()
    invitation_id = await story.asks(agent.arn, _VAT, client.vrn)
    await story.fails("hip", "create relationship", status=422)

    reply = await story.accepts(client.caller, invitation_id)

    assert reply.status == 500
    assert (await story.cancels(agent.caller, invitation_id)).status == 204
    assert await story.status(invitation_id) == "Cancelled"
