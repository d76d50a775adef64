"""E-mails, audit events and test-only routes in http mode: all of it without the sandbox in the process."""

from tests.http_mode.two_processes import House
from tests.platform_app import Agent, Client


async def accepted(house: House, agent: Agent, client: Client) -> None:
    invitation_id = await house.services.request(agent, client)
    reply = await client.plain.put(f"/agent-client-relationships/authorisation-response/accept/{invitation_id}")
    assert reply.status == 204, reply


async def test_sent_emails_are_listed_and_forgotten(house: House) -> None:
    nobody, agent, client = house.services.nobody(), await house.new_agent(), await house.new_vat_client()
    await nobody.delete("/test-only/records")
    await accepted(house, agent, client)
    assert await house.comes_to_pass("send email", "/hmrc/email")

    sent = await house.sent_emails(at_least=1)
    await nobody.delete("/test-only/records")

    assert [each["templateId"] for each in sent] == ["client_accepted_authorisation_request"]
    assert sent[0]["parameters"]["service"] == "manage their Making Tax Digital for VAT."
    assert sent[0].keys() == {"to", "templateId", "parameters", "force", "sentAt"}
    assert (await nobody.get("/test-only/emails")).json == []


async def test_a_refused_email_was_not_sent(house: House) -> None:
    nobody, agent, client = house.services.nobody(), await house.new_agent(), await house.new_vat_client()
    await nobody.delete("/test-only/records")

    async with house.fault({"upstream": "email"}, {"status": 400}):
        await accepted(house, agent, client)
        assert await house.comes_to_pass_with_status("send email", 400)

    assert (await nobody.get("/test-only/emails")).json == []


async def test_emails_are_stored_sealed(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()
    await accepted(house, agent, client)
    sent = await house.sent_emails(at_least=1)

    rows = await house.rows_of("SELECT convert_from(sealed, 'UTF8') AS sealed FROM platform.sent_email")

    assert rows
    assert not any(each["to"][0] in row["sealed"] for each in sent for row in rows)


async def test_audit_events_reach_the_upstream(house: House) -> None:
    agent, client = await house.new_agent(), await house.new_vat_client()
    await accepted(house, agent, client)

    delivered = await house.delivered_audit_event("CreateRelationship", agent.arn)

    assert delivered["auditSource"] == "agent-client-relationships"
    assert delivered["detail"]["service"] == "HMRC-MTD-VAT"
    assert "Authorization" not in str(delivered)


async def test_nothing_of_the_sandbox_is_served(house: House) -> None:
    nobody = house.services.nobody()

    statuses = [
        (await nobody.get(path)).status
        for path in ("/sandbox/cast", "/sandbox/clock", "/oauth/authorize", "/agents-external-stubs/users")
    ]

    assert statuses == [404, 404, 404, 404]


async def test_the_sandbox_says_which_upstream_it_lacks(house: House) -> None:
    """sandbox 6.15"""
    reply = await house.sandbox.nobody().get("/enrolment-store-proxy/enrolment-store/enrolment")

    assert (reply.status, reply.json["code"]) == (404, "SANDBOX_NO_SUCH_UPSTREAM")
    assert reply.json["nearest"]
