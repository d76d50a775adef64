"""Snapshots, export and reset cover the services' own stores too. Spec: sandbox 6.3, 6.4; design, Sandbox."""

from tests.platform_app import Platform


async def test_a_snapshot_brings_back_requests_and_relationships(platform: Platform) -> None:
    agent, client = await platform.new_agent(), await platform.new_vat_client()
    invitation_id = await platform.authorised(agent, client)
    sandbox = platform.person("amelia")
    taken = await sandbox.post("/sandbox/snapshots", {"name": "accepted"})
    await agent.v1.put(f"/agents/{agent.arn}/deauthorise-client", client.deauthorise)

    restored = await sandbox.post("/sandbox/reset", {"to": "snapshot:accepted"})

    assert (taken.status, restored.status) in {(201, 200), (201, 204), (200, 200)}
    statuses = {each["invitationId"]: each["status"] for each in await platform.records("invitation")}
    assert statuses[invitation_id] == "Accepted"
    path = f"/agent-client-relationships/agent/{agent.arn}/service/HMRC-MTD-VAT/client/VRN/{client.client_id}"
    assert (await platform.person("amelia").get(path)).status == 200


async def test_reset_brings_back_the_first_day(platform: Platform) -> None:
    agent, client = await platform.new_agent(), await platform.new_vat_client()
    await platform.request(agent, client)
    await platform.nobody().post("/sandbox/clock/advance", {"days": 400})

    reply = await platform.nobody().post("/sandbox/reset")

    assert reply.status in (200, 204)
    assert await platform.records("invitation") == []
    assert (await platform.nobody().get("/sandbox/clock")).json["mode"] == "real"
    mapped = [(each["service"], each["identifier"]) for each in await platform.records("mapping")]
    assert mapped == [("IR-SA-AGENT", "BW100A"), ("IR-SA-AGENT", "BW099Z"), ("AgentCode", "LEGACY100008")]
    path = "/agent-client-relationships/agent/XARN1000001/service/HMRC-MTD-VAT/client/VRN/101000181"
    assert (await platform.person("amelia").get(path)).status == 200
    gone = await agent.plain.get(path)
    assert gone.status == 401
