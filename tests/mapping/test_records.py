"""Stored documents as tests list and put them. Spec: mapping 6."""

from typing import Any

import pytest
from tests.mapping.people import legacy_agent
from tests.mapping.running import Running

ARN, UTR = "XARN1000001", "1100000101"


async def test_records_come_back_as_they_were_put_and_in_that_order(platform: Running) -> None:
    records: list[dict[str, Any]] = [
        {
            "service": "IR-SA-AGENT",
            "identifier": "Z9",
            "arn": ARN,
            "automapped": True,
            "created": "2026-01-31T09:00:00.123Z",
        },
        {
            "service": "AgentCode",
            "identifier": "QWERTY",
            "utr": UTR,
            "preCreatedDate": "2026-05-31T09:00:00.001Z",
            "created": "2026-05-31T09:00:00.001Z",
        },
        {
            "service": "IR-SA-AGENT",
            "identifier": "A1",
            "arn": ARN,
            "automapped": False,
            "created": "2025-01-31T09:00:00.000Z",
        },
    ]

    await platform.put_records("mapping", records)

    assert await platform.records("mapping") == records


async def test_created_may_be_a_day_or_absent(platform: Running) -> None:
    await platform.put_records(
        "mapping",
        [
            {"service": "IR-SA-AGENT", "identifier": "A1", "arn": ARN, "created": "2025-07-10"},
            {"service": "IR-SA-AGENT", "identifier": "A2", "arn": ARN},
        ],
    )

    reply = await platform.signed_in(legacy_agent()).get(f"/mappings/sa/{ARN}")

    assert [mapping["created"] for mapping in reply.json["mappings"]] == ["2025-07-10", "2026-06-01"]


async def test_putting_replaces_the_same_holder_and_code_and_keeps_others(platform: Running) -> None:
    def record(identifier: str, automapped: bool) -> dict[str, Any]:
        return {"service": "IR-SA-AGENT", "identifier": identifier, "arn": ARN, "automapped": automapped}

    await platform.put_records("mapping", [record("A1", False), record("A2", False)])
    await platform.put_records("mapping", [record("A1", False), record("A1", True)])

    records = await platform.records("mapping")
    assert [(each["identifier"], each["automapped"]) for each in records] == [("A2", False), ("A1", True)]


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        ("mapping", {"service": "IR-SA", "identifier": "A1", "arn": ARN}),
        ("mapping", {"service": "IR-SA-AGENT", "identifier": "A1"}),
        ("mapping", {"service": "IR-SA-AGENT", "identifier": "A1", "arn": ARN, "utr": UTR}),
        ("mapping", {"service": "IR-SA-AGENT", "identifier": 1, "arn": ARN}),
        ("mapping", {"service": "IR-SA-AGENT", "identifier": "A1", "utr": UTR}),
        ("mapping", {"service": "IR-SA-AGENT", "identifier": "A1", "arn": ARN, "created": "yesterday"}),
        ("subscription-journey", {"authProviderId": 1}),
        ("subscription-journey", {"authProviderId": "a", "userMappings": [{}]}),
        ("subscription-journey", {"authProviderId": "a", "continueId": 1}),
        ("subscription-journey", {"authProviderId": "a", "businessDetails": "none"}),
        ("mapping-details", {"arn": ARN, "mappingDetails": [{"authProviderId": "a"}]}),
    ],
)
async def test_records_that_cannot_be_stored_are_refused(platform: Running, kind: str, record: dict[str, Any]) -> None:
    with pytest.raises((KeyError, ValueError, TypeError)):
        await platform.put_records(kind, [record])

    assert await platform.records(kind) == []
