"""Known facts and answers without a browser. Spec: test-support 2, 3, 4."""

from typing import Any

import pytest

from tests.platform_app import V1, V2, Platform, Reply

CONTEXT = "/agent-authorisation-test-support"


async def known_fact(platform: Platform, path: str) -> Reply:
    return await platform.nobody().having(Accept=V1).get(f"{CONTEXT}/known-facts/{path}")


async def test_vat_known_fact_can_be_posted_unchanged(platform: Platform) -> None:
    """3.1"""
    agent = await platform.new_agent()

    reply = await known_fact(platform, "mtd-vat/vrn/123456782")
    again = await known_fact(platform, "mtd-vat/vrn/123456782")
    created = await agent.v1.post(f"/agents/{agent.arn}/invitations", reply.json)

    assert reply.status == 200
    assert reply.json == {
        "service": ["MTD-VAT"],
        "clientType": "business",
        "clientIdType": "vrn",
        "clientId": "123456782",
        "knownFact": reply.json["knownFact"],
    }
    assert again.json == reply.json
    assert created.status == 204, created


async def test_income_tax_known_fact_can_be_posted_unchanged(platform: Platform) -> None:
    """3.2"""
    agent = await platform.new_agent()

    reply = await known_fact(platform, "mtd-it/nino/CE123456B")
    again = await known_fact(platform, "mtd-it/nino/CE123456B")
    created = await agent.v1.post(f"/agents/{agent.arn}/invitations", reply.json)

    assert reply.json == {
        "service": ["MTD-IT"],
        "clientType": "personal",
        "clientIdType": "ni",
        "clientId": "CE123456B",
        "knownFact": reply.json["knownFact"],
    }
    assert again.json == reply.json
    assert created.status == 204, created


@pytest.mark.parametrize("path", ["mtd-vat/vrn/12345678", "mtd-vat/vrn/abc", "mtd-it/nino/AA99999A", "mtd-it/nino/x"])
async def test_identifiers_that_are_none(platform: Platform, path: str) -> None:
    reply = await known_fact(platform, path)

    assert (reply.status, reply.json) == (400, {"code": "BAD_REQUEST", "message": "Bad Request"})


@pytest.mark.parametrize(
    ("accept", "status", "body"),
    [
        ("application/json", 406, {"code": "ACCEPT_HEADER_INVALID", "message": "Invalid 'Accept' header"}),
        (V2, 400, {"code": "BAD_REQUEST", "message": "Missing or unsupported version number"}),
        (
            "application/vnd.hmrc.1.0+xml",
            400,
            {"code": "BAD_REQUEST", "message": "Missing or unsupported content-type."},
        ),
    ],
)
async def test_accept_header(platform: Platform, accept: str, status: int, body: Any) -> None:
    """2"""
    reply = await platform.nobody().having(Accept=accept).put(f"{CONTEXT}/invitations/CZTW1KY6RTAAT")

    assert (reply.status, reply.json) == (status, body)


@pytest.mark.parametrize("form", ["invitations", "known-facts/invitations"])
async def test_accepting_on_both_forms(platform: Platform, form: str) -> None:
    """1, 4"""
    agent, client = await platform.new_agent(), await platform.new_income_tax_client()
    path = f"{CONTEXT}/{form}/{await platform.request(agent, client)}"
    nobody = platform.nobody().having(Accept=V1)

    accepted, again, rejected = await nobody.put(path), await nobody.put(path), await nobody.delete(path)

    assert [(each.status, each.text) for each in (accepted, again, rejected)] == [(204, ""), (204, ""), (409, "")]
    check = await agent.v1.post(f"/agents/{agent.arn}/relationships", client.check)
    assert check.status == 204


@pytest.mark.parametrize("form", ["invitations", "known-facts/invitations"])
async def test_declining_on_both_forms(platform: Platform, form: str) -> None:
    agent, client = await platform.new_agent(), await platform.new_vat_client()
    path = f"{CONTEXT}/{form}/{await platform.request(agent, client)}"
    nobody = platform.nobody().having(Accept=V1)

    rejected, again, accepted = await nobody.delete(path), await nobody.delete(path), await nobody.put(path)

    assert [(each.status, each.text) for each in (rejected, again, accepted)] == [(204, ""), (204, ""), (409, "")]


async def test_a_cancelled_request_cannot_be_answered(platform: Platform) -> None:
    agent, client = await platform.new_agent(), await platform.new_vat_client()
    invitation_id = await platform.request(agent, client)
    await agent.v1.delete(f"/agents/{agent.arn}/invitations/{invitation_id}")

    accepted, rejected = await platform.accept(invitation_id), await platform.reject(invitation_id)

    assert [(each.status, each.text) for each in (accepted, rejected)] == [(403, ""), (403, "")]


async def test_an_unknown_request(platform: Platform) -> None:
    accepted, rejected = await platform.accept("CZTW1KY6RTAAT"), await platform.reject("anything")

    assert [(each.status, each.text) for each in (accepted, rejected)] == [(404, ""), (404, "")]


async def test_a_client_who_has_not_signed_up_gets_a_partial_authorisation(platform: Platform) -> None:
    """4: Partialauth answers like Accepted"""
    agent = await platform.new_agent()
    body = {
        "service": "MTD-IT",
        "clientType": "personal",
        "clientIdType": "ni",
        "clientId": "AB100006B",
        "knownFact": "M1 1AE",
    }
    created = await agent.v1.post(f"/agents/{agent.arn}/invitations", body)
    assert created.status == 204, created
    invitation_id = created.headers["Location"].rpartition("/")[2]

    accepted, again, rejected = (
        await platform.accept(invitation_id),
        await platform.accept(invitation_id),
        await platform.reject(invitation_id),
    )

    assert [each.status for each in (accepted, again, rejected)] == [204, 204, 409]
    read = await agent.v1.get(f"/agents/{agent.arn}/invitations/{invitation_id}")
    assert read.json["status"] == "Partialauth"


async def test_unknown_route(platform: Platform) -> None:
    reply = await platform.nobody().having(Accept=V1).get(f"{CONTEXT}/nothing")

    assert (reply.status, reply.json) == (404, {"code": "NOT_FOUND", "message": "Resource was not found"})


async def test_known_facts_without_context(platform: Platform) -> None:
    """1"""
    reply = await platform.nobody().having(Accept=V1).get("/known-facts/mtd-vat/vrn/123456782")

    assert reply.status == 200
