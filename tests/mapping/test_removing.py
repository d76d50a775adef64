"""Termination and the test-only deletion: everything of one agent. Spec: mapping 5.11, 5.12."""

from typing import Any

import pytest
from tests.mapping.people import Person
from tests.mapping.running import Running

ARN, OTHER_ARN = "XARN1000001", "ZARN1000004"
TERMINATOR = "Basic aG91c2U6a2VlcGVyOnNlY3JldCB3b3Jkcw=="  # house:keeper:secret words


def codes(arn: str) -> list[dict[str, Any]]:
    return [
        {"service": "IR-SA-AGENT", "identifier": "A1111A", "arn": arn},
        {"service": "IR-SA-AGENT", "identifier": "A1111B", "arn": arn},
        {"service": "AgentCode", "identifier": "QWERTY", "arn": arn},
    ]


async def test_termination_removes_all_codes_and_the_details(platform: Running) -> None:
    await platform.put_records("mapping", codes(ARN) + codes(OTHER_ARN))
    details = {"authProviderId": "cred-1", "ggTag": "6666", "count": 10}
    await platform.signed_in(Person()).post(f"/mappings/details/arn/{ARN}", details)
    caller = platform.with_header(TERMINATOR)

    first, second = await caller.delete(f"/agent/{ARN}/terminate"), await caller.delete(f"/agent/{ARN}/terminate")

    assert (first.status, first.json) == (
        200,
        {"counts": [{"service": "agent-mapping", "store": "all-regimes", "count": 4}]},
    )
    assert (second.status, second.json["counts"][0]["count"]) == (200, 0)
    assert {record["arn"] for record in await platform.records("mapping")} == {OTHER_ARN}
    assert await platform.records("mapping-details") == []
    assert await platform.audited() == []


async def test_termination_is_whole_or_a_500_without_body(platform: Running) -> None:
    await platform.put_records("mapping", codes(ARN))
    await platform.database.pool.execute(
        "ALTER TABLE agent_services.mapping_details RENAME TO mapping_details_elsewhere"
    )
    try:
        reply = await platform.with_header(TERMINATOR).delete(f"/agent/{ARN}/terminate")
    finally:
        await platform.database.pool.execute(
            "ALTER TABLE agent_services.mapping_details_elsewhere RENAME TO mapping_details"
        )

    assert (reply.status, reply.text) == (500, "")
    assert len(await platform.records("mapping")) == 3


@pytest.mark.parametrize("times", [1, 2])
async def test_test_only_deletion_takes_all_codes_of_the_agent(platform: Running, times: int) -> None:
    await platform.put_records("mapping", codes(ARN) + codes(OTHER_ARN))

    replies = [await platform.nobody().delete(f"/test-only/mappings/{ARN}") for _ in range(times)]

    assert [(reply.status, reply.text) for reply in replies] == [(204, "")] * times
    assert {record["arn"] for record in await platform.records("mapping")} == {OTHER_ARN}
