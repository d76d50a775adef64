"""Clock, reset, snapshots, faults, journal, outbox. Spec: sandbox 6.1 to 6.5; acceptance checks 13, 15."""

import pytest

from agent_services.sandbox import Sandbox
from tests.sandbox.serving import Caller

VAT = "/vat/customer/vrn/101747696/information"
STORE = "/enrolment-store-proxy/enrolment-store"
JONAH = "HMRC-MTD-IT~MTDITID~XEIT00000020002"


async def test_a_fault_before_the_effect_meets_so_many_calls(amelia: Caller) -> None:
    """6.2"""
    made = await amelia.post(
        "/sandbox/faults",
        {
            "match": {"upstream": "des", "pathRegex": "/vat/"},
            "action": {"status": 503, "body": {"code": "X"}},
            "times": 2,
        },
    )
    answers = [await amelia.get(VAT) for _ in range(3)]
    listed = await amelia.get("/sandbox/faults")

    assert made.status == 201
    assert [answer.status for answer in answers] == [503, 503, 200]
    assert answers[0].json == {"code": "X"}
    assert answers[0].headers["X-Sandbox-Fault"] == made.json["id"]
    assert [(fault["seen"], fault["applied"]) for fault in listed.json["faults"]] == [(3, 2)]


async def test_a_fault_after_the_effect_leaves_it_done(amelia: Caller) -> None:
    """6.2"""
    await amelia.post("/sandbox/faults", {"match": {"operation": "ES8"}, "action": {"status": 504}, "apply": "after"})
    answer = await amelia.post(
        f"/tax-enrolments/groups/1B2W-A1C2-3D4E-F5G6/enrolments/{JONAH}", {"userId": "amelia", "type": "delegated"}
    )
    held = await amelia.get(f"{STORE}/enrolments/{JONAH}/groups?type=delegated")

    assert answer.status == 504
    assert held.json == {"delegatedGroupIds": ["1B2W-A1C2-3D4E-F5G6"]}


async def test_a_spoilt_answer_is_no_json(amelia: Caller) -> None:
    """6.2"""
    await amelia.post("/sandbox/faults", {"match": {"upstream": "des"}, "action": {"drop": "malformed"}})

    answer = await amelia.get(VAT)

    assert (answer.status, answer.text) == (200, '{"malformed": <html>')


@pytest.mark.parametrize("drop", ["connection", "truncate"])
async def test_a_dropped_connection_never_ends_its_answer(amelia: Caller, drop: str) -> None:
    """6.2"""
    await amelia.post("/sandbox/faults", {"match": {"upstream": "des"}, "action": {"drop": drop}})

    with pytest.raises(Exception, match=r"payload|disconnected"):
        await amelia.get(VAT)


async def test_faults_can_be_switched_off_and_taken_away(amelia: Caller) -> None:
    """6.2"""
    (fault_id,) = (await amelia.post("/sandbox/faults/presets/etmp-down")).json["ids"]
    off = await amelia.patch(f"/sandbox/faults/{fault_id}", {"enabled": False})
    removed = [await amelia.delete(f"/sandbox/faults/{fault_id}") for _ in range(2)]
    unknown = await amelia.post("/sandbox/faults/presets/odd")
    wrong = await amelia.post("/sandbox/faults", {"match": {"pathRegex": "("}})

    assert (off.status, off.json["enabled"]) == (200, False)
    assert [answer.status for answer in removed] == [204, 404]
    assert (unknown.status, wrong.status) == (404, 400)


async def test_the_journal_tells_what_was_asked_and_why_it_was_refused(amelia: Caller) -> None:
    """6.5"""
    await amelia.delete("/sandbox/journal")
    await amelia.having({"X-Request-ID": "request-1"}).get(VAT)
    await amelia.get("/etmp/RESTAdapter/rosm/agent-relationship?regime=ITSA")

    calls = (await amelia.get("/sandbox/journal")).json["calls"]
    by_id = (await amelia.get("/sandbox/journal?correlationId=request-1")).json["calls"]
    met = await amelia.post("/sandbox/journal/verify", {"match": {"upstream": "des"}, "times": {"exactly": 1}})
    missed = await amelia.post("/sandbox/journal/verify", {"match": {"upstream": "email"}})

    assert [(call["operation"], call["status"]) for call in calls] == [("VAT customer", 200), ("relationships", 422)]
    assert calls[1]["refusal"] == "006 Request could not be processed"
    assert "authorization" not in calls[0]["request"]["headers"]
    assert [call["path"] for call in by_id] == [VAT]
    assert (met.status, met.json) == (200, {"verified": True, "count": 1})
    assert (missed.status, missed.json) == (409, {"verified": False, "count": 0})


async def test_emails_and_audit_events_can_be_read(amelia: Caller) -> None:
    """6.5"""
    sent = await amelia.post(
        "/hmrc/email", {"to": ["a@b.example"], "templateId": "odd_template", "parameters": {"a": "b"}, "force": True}
    )
    audited = await amelia.post("/write/audit", {"auditType": "CreateInvitation", "detail": {}})
    outbox = await amelia.get("/sandbox/outbox?to=a@b.example")
    audit = await amelia.get("/sandbox/audit?auditType=CreateInvitation")

    assert (sent.status, audited.status) == (202, 204)
    (email,) = outbox.json["emails"]
    assert (email["templateId"], email["knownTemplate"], email["parameters"]) == ("odd_template", False, {"a": "b"})
    assert audit.json["events"] == [{"auditType": "CreateInvitation", "detail": {}}]


async def test_internal_tokens(nobody: Caller) -> None:
    """2.10"""
    caller = nobody.having({"Authorization": "my-token"})
    before = await caller.get("/test-only/token")
    registered = await nobody.post("/test-only/token", {"token": "my-token", "principal": "p", "permissions": []})
    after = await caller.get("/test-only/token")

    assert (before.status, registered.status, after.status) == (404, 201, 200)


async def test_reset_brings_back_the_first_day(amelia: Caller, sandbox: Sandbox) -> None:
    """6.3"""
    client = await amelia.post("/sandbox/clients", {"service": "HMRC-MTD-VAT"})
    await amelia.delete(f"{STORE}/enrolments/{JONAH}")
    began = list[str]()
    sandbox.also_reset.append(lambda: _note(began))

    answer = await amelia.post("/sandbox/reset")

    assert answer.status == 204
    assert began == ["others"]
    assert await sandbox.people.find(client.json["userId"]) is None
    assert (await amelia.get(f"/agents-external-stubs/known-facts/{JONAH}")).json["user"]["userId"] == "jonah"
    assert await sandbox.seed_cast() is False


async def _note(began: list[str]) -> None:
    began.append("others")


async def test_an_empty_sandbox_has_nobody(amelia: Caller, sandbox: Sandbox) -> None:
    """6.3"""
    await amelia.post("/sandbox/reset", {"to": "empty"})

    assert await sandbox.people.cast() == []
    assert (await amelia.get(f"{STORE}/enrolments/{JONAH}/groups")).status == 401


async def test_an_export_brings_everything_back(amelia: Caller) -> None:
    """6.4; acceptance check 15"""
    questions = [
        f"{STORE}/groups/1B2W-A1C2-3D4E-F5G6/delegated",
        f"{STORE}/users/amelia/enrolments?type=delegated",
        VAT,
        "/agents-external-stubs/groups",
        "/agents-external-stubs/records",
        "/sandbox/cast",
    ]
    await amelia.post("/sandbox/clients", {"service": "HMRC-MTD-IT"})
    before = [(await amelia.get(question)).json for question in questions]
    exported = await amelia.get("/sandbox/export")
    await amelia.post("/sandbox/reset", {"to": "empty"})

    imported = await amelia.post("/sandbox/import", exported.json)

    assert imported.status == 204
    assert [(await amelia.get(question)).json for question in questions] == before
    assert (await amelia.post("/sandbox/import", {"sandbox": {"person": [{"odd": 1}]}})).status == 400
    assert (await amelia.get(VAT)).json == before[2]


async def test_snapshots(amelia: Caller) -> None:
    """6.4"""
    taken = await amelia.post("/sandbox/snapshots", {"name": "before"})
    await amelia.post("/sandbox/reset", {"to": "empty"})
    restored = await amelia.post("/sandbox/reset", {"to": "snapshot:before"})
    listed = await amelia.get("/sandbox/snapshots")
    removed = [await amelia.delete("/sandbox/snapshots/before") for _ in range(2)]

    assert (taken.status, restored.status) == (201, 204)
    assert [each["name"] for each in listed.json["snapshots"]] == ["before"]
    assert [answer.status for answer in removed] == [204, 404]
    assert (await amelia.get(VAT)).status == 200


async def test_who_am_i(nobody: Caller) -> None:
    """6.9"""
    known = await nobody.as_user("amelia").get("/sandbox/whoami")
    by_session = await nobody.having({"X-Session-ID": "sandbox-ben"}).get("/sandbox/whoami")
    unknown = await nobody.get("/sandbox/whoami")

    assert (known.json["userId"], known.json["rule"], known.json["agentCode"]) == ("amelia", "bearer", "BRWATR100001")
    assert (by_session.json["userId"], by_session.json["rule"]) == ("ben", "session")
    assert unknown.json == {"planetId": "hmrc", "rule": "none"}
