"""The routes over HTTP, on the sandbox and its cast. Spec: relationships 1, 2, 7, 10.1, 14."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.platform_app import Platform

PREFIX = "/agent-client-relationships"
AMELIA, NINA, HARRIET = "XARN1000001", "MARN1000002", "ZARN1000004"
SADES_VAT = "service/HMRC-MTD-VAT/client/VRN/101000279"
ROWANS_VAT = "service/HMRC-MTD-VAT/client/VRN/101000181"
MARION = "service/HMRC-MTD-IT/client/MTDITID/XHIT00000020005"


@pytest.fixture
async def first_day(platform: Platform) -> AsyncIterator[Platform]:
    """The cast as it begins, and nothing in the services' stores."""
    assert (await platform.nobody().delete("/test-only/records")).status == 204
    # Enters the mappings of the cast again, too.
    assert (await platform.nobody().post("/sandbox/reset")).status == 204
    yield platform
    await platform.nobody().delete("/sandbox/faults")


@pytest.mark.parametrize("prefix", [PREFIX, ""])
async def test_a_relationship_is_200_and_empty(first_day: Platform, prefix: str) -> None:
    answer = await first_day.person("amelia").get(f"{prefix}/agent/{AMELIA}/{ROWANS_VAT}")

    assert (answer.status, answer.text) == (200, "")


async def test_no_relationship_is_404_with_its_code(first_day: Platform) -> None:
    answer = await first_day.person("amelia").get(f"/agent/{AMELIA}/{SADES_VAT}")

    assert (answer.status, answer.json) == (404, {"code": "RELATIONSHIP_NOT_FOUND"})


async def test_an_unusable_combination_is_400_and_empty(first_day: Platform) -> None:
    answer = await first_day.person("amelia").get(f"/agent/{AMELIA}/service/HMRC-MTD-VAT/client/vrn/101000181")

    assert (answer.status, answer.text) == (400, "")


async def test_the_check_needs_a_session(first_day: Platform) -> None:
    answer = await first_day.nobody().get(f"/agent/{AMELIA}/{ROWANS_VAT}")

    assert (answer.status, answer.json) == (401, {"statusCode": 401, "message": "Bearer token not supplied"})


@pytest.mark.parametrize("user_id", ["nina", "iris", "stride-sam"])
async def test_anybody_signed_in_may_ask(first_day: Platform, user_id: str) -> None:
    answer = await first_day.person(user_id).get(f"/agent/{AMELIA}/{ROWANS_VAT}")

    assert answer.status == 200


async def test_an_upstream_status_passes_through_the_check(first_day: Platform) -> None:
    """relationships 0.1"""
    await _fault(first_day, "enrolment-store-proxy", status=503)

    answer = await first_day.person("amelia").get(f"/agent/{AMELIA}/{ROWANS_VAT}")

    assert (answer.status, answer.json["statusCode"]) == (503, 503)


async def test_the_two_calls_of_a_check_may_fail_one_by_one(first_day: Platform) -> None:
    """relationships 1.3"""
    await first_day.nobody().delete("/sandbox/journal")
    answers = []
    for kind, status in (("principal", 500), ("delegated", 502)):
        fault = {"match": {"pathRegex": f"type={kind}"}, "action": {"status": status}, "times": 1}
        assert (await first_day.nobody().post("/sandbox/faults", fault)).status == 201
        answers.append(await first_day.person("amelia").get(f"/agent/{AMELIA}/{ROWANS_VAT}"))

    journal = (await first_day.nobody().get("/sandbox/journal?upstream=enrolment-store-proxy")).json["calls"]
    assert [answer.status for answer in answers] == [500, 502]
    assert [call["operation"] for call in journal] == ["ES1 principal", "ES1 principal", "ES1 delegated"]


async def test_what_cesa_knows_of_marion_is_copied(first_day: Platform) -> None:
    """relationships 1.8; sandbox 6, check 7"""
    answer = await first_day.person("amelia").get(f"/agent/{AMELIA}/{MARION}")

    (record,) = await first_day.records("relationship-copy-record")
    (event,) = await first_day.audited("CreateRelationship")
    assert answer.status == 200
    assert (record["syncToETMPStatus"], record["syncToESStatus"]) == ("Success", "Success")
    assert event["detail"]["howRelationshipCreated"] == "CopyExistingCESARelationship"


async def test_put_creates_and_delete_ends(first_day: Platform) -> None:
    """relationships 2.1, 2.2"""
    path = f"{PREFIX}/agent/{AMELIA}/{SADES_VAT}"
    amelia = first_day.person("amelia")

    answers = [
        await amelia.put(path),
        await amelia.get(path),
        await amelia.delete(path),
        await amelia.get(path),
        await amelia.delete(path),
    ]

    assert [(answer.status, answer.text) for answer in answers] == [
        (201, ""),
        (200, ""),
        (204, ""),
        (404, '{"code":"RELATIONSHIP_NOT_FOUND"}'),
        (404, '{"code":"RELATIONSHIP_NOT_FOUND"}'),
    ]


async def test_put_replaces_the_previous_main_agent(first_day: Platform) -> None:
    """relationships 4.2"""
    await first_day.person("amelia").put(f"/agent/{AMELIA}/{SADES_VAT}")

    nina = await first_day.person("nina").get(f"/agent/{NINA}/{SADES_VAT}")

    assert nina.status == 404
    assert [event["detail"]["agentReferenceNumber"] for event in await first_day.audited("TerminateRelationship")] == [
        NINA
    ]


async def test_put_and_delete_by_nino(first_day: Platform) -> None:
    """relationships 2.1, special cases; 2.2 step 3"""
    harriet, income_tax = first_day.person("harriet"), f"/agent/{HARRIET}/service/HMRC-MTD-IT/client"

    created = await harriet.put(f"{income_tax}/NI/AB100004D")
    related = await harriet.get(f"{income_tax}/MTDITID/XGIT00000020004")
    ended = await harriet.delete(f"{income_tax}/NI/AB100004D")
    not_signed_up = await harriet.delete(f"{income_tax}/NI/AB100006B")

    assert [created.status, related.status, ended.status, not_signed_up.status] == [201, 200, 204, 204]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize(
    ("user_id", "status"), [("harriet", 403), ("iris", 403), ("amelia", 200), ("rowan", 200), ("stride-sam", 200)]
)
async def test_who_may_change_a_relationship(first_day: Platform, method: str, user_id: str, status: int) -> None:
    """README, settled: as USER(arn, clientId)"""
    answer = await first_day.person(user_id).call(method, f"/agent/{AMELIA}/{ROWANS_VAT}")

    assert answer.status // 100 == status // 100
    assert answer.body == _no_permission(answer.status)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_nobody_may_change_a_relationship(first_day: Platform, method: str) -> None:
    answer = await first_day.nobody().call(method, f"/agent/{NINA}/{SADES_VAT}")

    assert (answer.status, answer.json) == (401, {"statusCode": 401, "message": "Bearer token not supplied"})


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_the_path_is_validated_before_the_caller(first_day: Platform, method: str) -> None:
    """relationships 2.1 step 1"""
    answer = await first_day.nobody().call(method, f"/agent/{NINA}/service/HMRC-MTD-VAT/client/VRN/1")

    assert (answer.status, answer.text) == (
        400,
        "Identifier 1 of type VrnType provided for service HMRC-MTD-VAT failed validation",
    )
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("upstream", "code"),
    [
        ("hip", "RELATIONSHIP_CREATE_FAILED_IF"),
        ("tax-enrolments", "RELATIONSHIP_CREATE_FAILED_ES"),
        ("users-groups-search", "RELATIONSHIP_CREATE_FAILED_ES"),
    ],
)
async def test_a_failing_put_is_404_with_its_code(first_day: Platform, upstream: str, code: str) -> None:
    """relationships 2.1"""
    await _fault(first_day, upstream, status=503)

    answer = await first_day.person("amelia").put(f"/agent/{AMELIA}/{SADES_VAT}")

    assert (answer.status, answer.json) == (404, {"code": code})


async def test_put_for_an_unknown_agent(first_day: Platform) -> None:
    answer = await first_day.person("sade").put(f"/agent/NOBODY/{SADES_VAT}")

    assert (answer.status, answer.json) == (404, {"code": "UNKNOWN_ARN"})


@pytest.mark.parametrize(
    ("upstream", "code", "es", "etmp"),
    [
        ("tax-enrolments", "RELATIONSHIP_DELETE_FAILED_ES", "Failed", None),
        ("hip", "RELATIONSHIP_DELETE_FAILED_IF", "Success", "Failed"),
    ],
)
async def test_a_failing_delete_is_404_with_its_code_and_is_finished_later(
    first_day: Platform, upstream: str, code: str, es: str, etmp: str | None
) -> None:
    """relationships 2.2, 5.3, 5.6"""
    await _fault(first_day, upstream, status=503)

    answer = await first_day.person("amelia").delete(f"/agent/{AMELIA}/{ROWANS_VAT}")
    (record,) = await first_day.records("delete-record")
    pending = await first_day.person("amelia").get(f"/agent/{AMELIA}/{ROWANS_VAT}")
    await first_day.nobody().delete("/sandbox/faults")
    settled = await first_day.person("amelia").get(f"/agent/{AMELIA}/{ROWANS_VAT}")

    assert (answer.status, answer.json) == (404, {"code": code})
    assert (record.get("syncToESStatus"), record.get("syncToETMPStatus")) == (es, etmp)
    assert (record["suppliedClientId"], record["relationshipEndedBy"]) == ("101000181", "Agent")
    assert (pending.status, pending.json) == (404, {"code": "RELATIONSHIP_DELETE_PENDING"})
    assert (settled.status, settled.json) == (404, {"code": "RELATIONSHIP_NOT_FOUND"})
    assert await first_day.records("delete-record") == []


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_a_locked_pair_is_423_and_empty(first_day: Platform, method: str) -> None:
    """relationships 2.1, 2.2"""
    lock = {
        "_id": f"recovery-{NINA}-HMRC-MTD-VAT~VRN~101000279",
        "owner": "a test",
        "timeCreated": "2026-01-01T00:00:00.000Z",
        "expiryTime": "2126-01-01T00:00:00.000Z",
    }
    assert (await first_day.nobody().put("/test-only/records/lock", [lock])).status == 204

    answer = await first_day.person("nina").call(method, f"/agent/{NINA}/{SADES_VAT}")

    assert (answer.status, answer.text) == (423, "")


@pytest.mark.parametrize("service", ["IR-SA", "PERSONAL-INCOME-RECORD"])
async def test_what_put_and_delete_cannot_keep(first_day: Platform, service: str) -> None:
    """relationships 2.1, 2.2, special cases"""
    path = f"/agent/{NINA}/service/{service}/client/NINO/AB100001A"

    put = await first_day.person("nina").put(path)
    delete = await first_day.person("nina").delete(path)

    assert (put.status, put.json) == (404, {"code": "RELATIONSHIP_CREATE_FAILED_IF"})
    assert (delete.status, delete.json) == (404, {"code": "RELATIONSHIP_NOT_FOUND"})


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("arn", ["A%00B", "A" * 600])
async def test_what_no_store_can_hold_is_not_bound(first_day: Platform, method: str, arn: str) -> None:
    answer = await first_day.person("stride-sam").call(method, f"/agent/{arn}/{SADES_VAT}")

    assert (answer.status, answer.json) == (400, {"statusCode": 400, "message": "bad request, cause: REDACTED"})


async def test_other_methods_are_unknown(first_day: Platform) -> None:
    """relationships 0.1"""
    path = f"{PREFIX}/agent/{NINA}/{SADES_VAT}"

    answer = await first_day.person("nina").post(path)

    assert (answer.status, answer.json) == (
        404,
        {"statusCode": 404, "message": "URI not found", "requested": path},
    )


@pytest.mark.parametrize("service", [PREFIX, "/agent-mapping"])
async def test_an_unknown_path_is_repeated_as_received(first_day: Platform, service: str) -> None:
    """relationships 0.1; mapping, EH"""
    path = f"{service}/no%20such%2Fpath"

    answer = await first_day.nobody().get(f"{path}?query=1")

    assert (answer.status, answer.json) == (404, {"statusCode": 404, "message": "URI not found", "requested": path})


async def test_termination_forgets_records_of_the_agent(first_day: Platform) -> None:
    """relationships 7"""
    await first_day.person("amelia").get(f"/agent/{AMELIA}/{MARION}")
    basic = first_day.nobody().having(Authorization="Basic " + base64.b64encode(b"username:password").decode())

    refused = await first_day.nobody().delete(f"{PREFIX}/agent/{AMELIA}/terminate")
    answer = await basic.delete(f"{PREFIX}/agent/{AMELIA}/terminate")

    assert (refused.status, refused.text) == (401, "")
    assert (answer.status, answer.json) == (
        200,
        {
            "counts": [
                {"service": "agent-client-relationships", "store": "delete-record", "count": 0},
                {"service": "agent-client-relationships", "store": "relationship-copy-record", "count": 1},
            ]
        },
    )


async def test_after_sign_up_older_authority_is_brought_over(first_day: Platform) -> None:
    """relationships 10.1"""
    path = f"{PREFIX}/itsa-post-signup/create-relationship"
    amelia = first_day.person("amelia")

    copied = await amelia.post(f"{path}/AB100005A")
    nothing = await amelia.post(f"{path}/AB100004D")
    unknown = await amelia.post(f"{path}/AB100006B")
    unbound = await first_day.nobody().post(f"{path}/nonsense")

    assert (copied.status, copied.json) == (201, {"service": "HMRC-MTD-IT"})
    assert (nothing.status, nothing.text) == (
        404,
        "itsa-post-signup create relationship failed: no partial-auth and no legacy SA relationship",
    )
    assert (unknown.status, unknown.text) == (
        404,
        "itsa-post-signup create relationship failed: no MTDITID found for nino",
    )
    assert (unbound.status, unbound.json) == (400, {"statusCode": 400, "message": "bad request, cause: REDACTED"})


async def test_only_tests_forget_copies_and_create_without_asking(first_day: Platform) -> None:
    """relationships 14"""
    path = f"/test-only/db/agent/{AMELIA}/service/HMRC-MTD-IT/client/MTDITID/XHIT00000020005"
    await first_day.person("amelia").get(f"/agent/{AMELIA}/{MARION}")

    removed = await first_day.nobody().delete(path)
    again = await first_day.nobody().delete(path)
    created = await first_day.nobody().put(f"/test-only/agent/{AMELIA}/{SADES_VAT}")

    assert (removed.status, again.status, again.text) == (204, 404, "Nothing has been removed from db.")
    assert (created.status, created.text) == (201, "")


async def _fault(platform: Platform, upstream: str, **action: Any) -> None:
    answer = await platform.nobody().post("/sandbox/faults", {"match": {"upstream": upstream}, "action": action})
    assert answer.status == 201, answer


def _no_permission(status: int) -> Any:
    body = {
        "code": "NO_PERMISSION",
        "message": "The logged in user is not permitted to perform the operation.",
    }
    return {403: body}.get(status, "")
