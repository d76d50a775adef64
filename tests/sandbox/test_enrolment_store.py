"""The enrolment store's errors, in their order. Spec: sandbox 2.3; acceptance checks 2 and 5."""

import asyncio

from agent_services.sandbox import Sandbox
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.enrolments.store import Kind
from agent_services.sandbox.refusals import Refusal
from tests.sandbox.serving import Caller

STORE = "/enrolment-store-proxy/enrolment-store"
A1, A4, IRIS_GROUP_KEY = "1B2W-A1C2-3D4E-F5G6", "4H5T-D1E2-3F4G-H5J6", "HMRC-MTD-IT~MTDITID~XDIT00000020001"
JONAH = "HMRC-MTD-IT~MTDITID~XEIT00000020002"


async def test_delegation_to_clients_is_refused(nobody: Caller, sandbox: Sandbox) -> None:
    """ES8: agent groups only"""
    iris = await sandbox.people.find("iris")
    assert iris is not None

    answer = await nobody.as_user("iris").post(
        f"/tax-enrolments/groups/{iris.group_id}/enrolments/{JONAH}", {"userId": "iris", "type": "delegated"}
    )

    assert (answer.status, answer.json) == (400, {"statusCode": 400, "message": "INVALID_QUERY_PARAMETERS"})


async def test_a_delegation_is_shown_everywhere_until_taken(amelia: Caller) -> None:
    """ES0, ES1, ES3, ES8, ES9, ES12, ES21"""
    path = f"/tax-enrolments/groups/{A1}/enrolments/{JONAH}"
    allocated = await amelia.post(path, {"userId": "amelia", "type": "delegated"})
    users = await amelia.get(f"{STORE}/enrolments/{JONAH}/users?type=delegated")
    clients = await amelia.get(f"{STORE}/groups/{A1}/delegated")
    unassigned = await amelia.delete(f"{STORE}/users/amelia/enrolments/{JONAH}")
    taken = await amelia.delete(path)
    again = await amelia.delete(path)
    after = await amelia.get(f"{STORE}/enrolments/{JONAH}/groups?type=delegated")

    assert allocated.status == 201
    assert users.json == {"delegatedUserIds": ["amelia"]}
    assert {"clientEnrolmentKey": JONAH, "assignedTo": "amelia"} in clients.json["clients"]
    assert {"clientEnrolmentKey": IRIS_GROUP_KEY, "friendlyName": "Iris Penhaligon", "assignedTo": "2"} in (
        clients.json["clients"]
    )
    assert (unassigned.status, taken.status, again.status, after.status) == (204, 204, 204, 204)


async def test_an_agents_own_enrolment_is_never_taken(amelia: Caller) -> None:
    """ES9"""
    key = "HMRC-AS-AGENT~AgentReferenceNumber~XARN1000001"
    answer = await amelia.delete(f"/tax-enrolments/groups/{A1}/enrolments/{key}")
    held = await amelia.get(f"{STORE}/groups/{A1}/enrolments/{key}")

    assert (answer.status, held.status) == (204, 200)


async def test_known_facts(amelia: Caller) -> None:
    """ES6, ES7, ES20"""
    key = f"{STORE}/enrolments/HMRC-CBC-ORG~cbcId~XJCBC6000000001~UTR~2130000101"
    query = {"service": "HMRC-CBC-ORG", "knownFacts": [{"key": "cbcId", "value": "XJCBC6000000001"}]}
    found = await amelia.post(f"{STORE}/enrolments", query)
    by_verifier = await amelia.post(
        f"{STORE}/enrolments", query | {"knownFacts": [{"key": "Email", "value": "TAX@drayton.example"}]}
    )
    unknown_service = await amelia.post(f"{STORE}/enrolments", query | {"service": "odd"})
    nothing_asked = await amelia.post(f"{STORE}/enrolments", query | {"knownFacts": []})
    wrong = await amelia.put(key, {"verifiers": [{"key": "odd", "value": "x"}]})
    set_anew = await amelia.put(key, {"verifiers": [{"key": "Email", "value": "new@drayton.example"}]})
    removed = [await amelia.delete(key) for _ in range(2)]
    gone = await amelia.post(f"{STORE}/enrolments", query)

    assert found.json["enrolments"][0]["identifiers"] == [
        {"key": "cbcId", "value": "XJCBC6000000001"},
        {"key": "UTR", "value": "2130000101"},
    ]
    assert by_verifier.json == found.json
    assert unknown_service.json == {"code": "INVALID_PAYLOAD", "reason": "INVALID_SERVICE"}
    assert nothing_asked.json == {"code": "INVALID_PAYLOAD", "reason": "INVALID_JSON"}
    assert (wrong.status, set_anew.status) == (500, 204)
    assert [each.status for each in removed] == [204, 204]
    assert gone.status == 204


async def test_friendly_names(amelia: Caller) -> None:
    """ES19"""
    path = f"{STORE}/groups/{A1}/enrolments/{IRIS_GROUP_KEY}/friendly_name"
    named = await amelia.put(path, {"friendlyName": "Iris+%26+Co"})
    forbidden = await amelia.put(path, {"friendlyName": "<b>"})
    own = await amelia.put(
        f"{STORE}/groups/{A1}/enrolments/HMRC-AS-AGENT~AgentReferenceNumber~XARN1000001/friendly_name",
        {"friendlyName": "Us"},
    )

    assert (named.status, forbidden.status, forbidden.json, own.status) == (204, 400, {"code": "INVALID_PAYLOAD"}, 404)


async def test_concurrent_allocations_lose_none(sandbox: Sandbox) -> None:
    """6.12"""
    keys = [StoredKey.of(f"HMRC-MTD-VAT~VRN~{900000000 + number}") for number in range(40)]

    await asyncio.gather(
        *(
            sandbox.enrolment_changes.allocate(A4, key, user_id="harriet", kind="delegated", agent_code=None)
            for key in keys
        )
    )

    held = await sandbox.enrolments.keys_of_group(A4, Kind.DELEGATED)
    assert {str(key) for key in keys} <= {str(key) for key in held}


async def test_of_two_equal_allocations_one_is_refused(sandbox: Sandbox) -> None:
    """6.12"""
    key = StoredKey.of(JONAH)

    outcomes = await asyncio.gather(
        *(
            sandbox.enrolment_changes.allocate(A1, key, user_id="amelia", kind="delegated", agent_code=None)
            for _ in range(10)
        ),
        return_exceptions=True,
    )

    refused = [outcome.status for outcome in outcomes if isinstance(outcome, Refusal)]
    assert refused == [409] * 9
