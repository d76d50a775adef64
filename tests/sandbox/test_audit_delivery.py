"""Audit events come many at once and are taken in order, faults included. Spec: sandbox 2.10, 6.2, 6.5."""

import json

from agent_services.platform.database import Database
from agent_services.sandbox import Sandbox
from agent_services.sandbox.faults.definitions import FaultDefinition
from agent_services.sandbox.journal.store import Filter


def _events(*types: str) -> list[bytes]:
    return [json.dumps({"auditType": each}).encode() for each in types]


async def _types(sandbox: Sandbox) -> list[str]:
    return [event["auditType"] for event in await sandbox.mailbox.audit_events()]


async def test_events_are_taken_in_order(empty_sandbox: Sandbox) -> None:
    done = await empty_sandbox.audit.deliver_together(_events("First", "Second", "Third"))

    assert done == 3
    assert await _types(empty_sandbox) == ["First", "Second", "Third"]


async def test_each_event_is_a_call_of_its_own_in_the_journal(empty_sandbox: Sandbox) -> None:
    await empty_sandbox.audit.deliver_together(_events("First", "Second"))

    calls = await empty_sandbox.journal.read(Filter(upstream="audit"))
    assert [(call["operation"], call["path"], call["status"]) for call in calls] == [("audit", "/write/audit", 204)] * 2


async def test_a_fault_ends_the_delivery_where_it_strikes(empty_sandbox: Sandbox) -> None:
    down = {"match": {"upstream": "audit"}, "action": {"status": 503}, "after": 2}
    await empty_sandbox.faults.add(FaultDefinition.model_validate(down))

    done = await empty_sandbox.audit.deliver_together(_events("First", "Second", "Third"))

    assert done == 2
    assert await _types(empty_sandbox) == ["First", "Second"]


async def test_what_is_refused_for_good_is_done_with(empty_sandbox: Sandbox) -> None:
    refused = {"match": {"upstream": "audit"}, "action": {"status": 413}, "times": 1}
    await empty_sandbox.faults.add(FaultDefinition.model_validate(refused))

    done = await empty_sandbox.audit.deliver_together(_events("First", "Second"))

    assert done == 2
    assert await _types(empty_sandbox) == ["Second"]


async def test_the_newest_ten_thousand_are_kept(empty_sandbox: Sandbox, database: Database) -> None:
    await empty_sandbox.audit.deliver_together(_events(*["Old"] * 60))
    await database.pool.execute("SELECT setval('sandbox.audit_event_id_seq', 10095)")

    await empty_sandbox.audit.deliver_together(_events(*["New"] * 10))

    assert await _types(empty_sandbox) == ["New"] * 10
