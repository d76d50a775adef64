"""What the enrolment store refuses, in its order. Spec: sandbox 2.3; acceptance check 2."""

import json

import pytest

from tests.sandbox.serving import Caller

STORE = "/enrolment-store-proxy/enrolment-store"
A1, IRIS_GROUP_KEY = "1B2W-A1C2-3D4E-F5G6", "HMRC-MTD-IT~MTDITID~XDIT00000020001"
JONAH = "HMRC-MTD-IT~MTDITID~XEIT00000020002"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("HMRC-MTD-VAT", "INVALID_ENROLMENT_KEY"),
        ("HMRC-MTD-VAT~VRN", "INVALID_ENROLMENT_KEY"),
        ("NO-SUCH~VRN~1", "INVALID_SERVICE"),
        ("HMRC-MTD-VAT~UTR~1", "INVALID_IDENTIFIERS"),
        ("HMRC-MTD-VAT~VRN~ABC", "INVALID_IDENTIFIERS"),
        ("HMRC-CBC-ORG~UTR~2130000101~cbcId~XJCBC6000000001", "INVALID_IDENTIFIERS"),
    ],
)
async def test_a_bad_key_is_refused_before_any_session(reader: Caller, key: str, code: str) -> None:
    """1.5"""
    answer = await reader.get(f"{STORE}/enrolments/{key}/groups")

    assert (answer.status, answer.json) == (400, {"statusCode": 400, "message": code})


async def test_without_a_session_nothing_is_told(reader: Caller) -> None:
    """1.2"""
    answer = await reader.get(f"{STORE}/enrolments/{JONAH}/groups")

    assert (answer.status, answer.text) == (401, "")
    assert answer.headers["WWW-Authenticate"] == 'MDTP detail="SessionRecordNotFound"'


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("type=odd&service=odd", 400, "INVALID_ENROLMENT_TYPE"),
        ("type=principal&service=odd&start-record=0", 400, "INVALID_SERVICE"),
        ("type=principal&start-record=0&max-records=1", 400, "INVALID_START_RECORD"),
        ("type=principal&max-records=9", 400, "INVALID_MAX_RECORDS"),
        ("type=principal&max-records=1001", 400, "INVALID_MAX_RECORDS"),
        ("type=principal", 404, "INVALID_GROUP_ID"),
    ],
)
async def test_pages_of_a_group(reader: Caller, query: str, status: int, code: str) -> None:
    """ES3"""
    answer = await reader.as_user("amelia").get(f"{STORE}/groups/NONE/enrolments?{query}")

    assert (answer.status, answer.json) == (status, {"code": code})


async def test_a_users_enrolments(reader: Caller) -> None:
    """ES2"""
    unknown = await reader.as_user("amelia").get(f"{STORE}/users/nobody/enrolments?type=delegated")
    without_type = await reader.as_user("amelia").get(f"{STORE}/users/amelia/enrolments")
    held = await reader.as_user("amelia").get(f"{STORE}/users/ben/enrolments?type=delegated&service=HMRC-MTD-VAT")

    assert (unknown.status, unknown.json) == (404, {"code": "INVALID_CREDENTIAL_ID"})
    assert (without_type.status, without_type.json) == (400, {"code": "INVALID_ENROLMENT_TYPE"})
    (enrolment,) = held.json["enrolments"]
    assert enrolment["identifiers"] == [{"key": "VRN", "value": "101000181"}]
    assert (enrolment["state"], enrolment["friendlyName"]) == ("Activated", "Rowan and Finch Ltd")


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        (f"groups/{A1}/enrolments/{JONAH}", {"userId": "nobody", "type": "odd"}, 400, "INVALID_JSON_BODY"),
        (f"groups/NONE/enrolments/{JONAH}?legacy-agentCode=NONE", {"userId": "x", "type": "delegated"}, 403, None),
        (f"groups/NONE/enrolments/{JONAH}", {"userId": "ben", "type": "delegated"}, 403, None),
        (
            f"groups/{A1}/enrolments/{JONAH}?legacy-agentCode=NONE",
            {"userId": "amelia", "type": "delegated"},
            400,
            "INVALID_AGENT_FORMAT",
        ),
        (f"groups/NONE/enrolments/{JONAH}", {"userId": "amelia", "type": "delegated"}, 400, "INVALID_GROUP_ID"),
        (
            f"groups/{A1}/enrolments/HMRC-MTD-IT-SUPP~MTDITID~XEIT00000020002",
            {"userId": "amelia", "type": "principal"},
            400,
            "INVALID_QUERY_PARAMETERS",
        ),
        (
            f"groups/{A1}/enrolments/HMRC-AS-AGENT~AgentReferenceNumber~XARN1000001",
            {"userId": "amelia", "type": "principal"},
            409,
            None,
        ),
        (
            f"groups/{A1}/enrolments/HMRC-AS-AGENT~AgentReferenceNumber~TARN0000001",
            {"userId": "amelia", "type": "principal"},
            404,
            "ALLOCATION_DOES_NOT_EXIST",
        ),
        (
            f"groups/{A1}/enrolments/HMRC-AS-AGENT~AgentReferenceNumber~ZARN1000004",
            {"userId": "amelia", "type": "principal"},
            409,
            None,
        ),
        (
            f"groups/{A1}/enrolments/HMRC-AS-AGENT~AgentReferenceNumber~ZARN1000004",
            {"userId": "amelia", "type": "delegated"},
            400,
            "OWNER_IS_AN_AGENT",
        ),
        (f"groups/{A1}/enrolments/{IRIS_GROUP_KEY}", {"userId": "amelia", "type": "delegated"}, 409, None),
    ],
)
async def test_allocations_are_refused(
    reader: Caller, path: str, body: dict[str, str], status: int, code: str | None
) -> None:
    """ES8, in its order"""
    answer = await reader.as_user("amelia").post(f"/tax-enrolments/{path}", body)

    shown = json.dumps({"statusCode": status, "message": code}, separators=(",", ":")) if code else ""
    assert (answer.status, answer.text) == (status, shown)


@pytest.mark.parametrize(
    ("user_id", "key", "status", "code"),
    [
        ("nobody", "HMRC-MTD-VAT~VRN~999999999", 404, "ALLOCATION_DOES_NOT_EXIST"),
        ("nobody", IRIS_GROUP_KEY, 404, "USER_ID_DOES_NOT_EXIST"),
        ("amelia", IRIS_GROUP_KEY, 400, "INVALID_CREDENTIAL_ID"),
        ("stride-sam", IRIS_GROUP_KEY, 400, "INVALID_CREDENTIAL_ID"),
        ("amelia", JONAH, 403, "INVALID_CREDENTIAL_ID"),
    ],
)
async def test_assignments_are_refused(reader: Caller, user_id: str, key: str, status: int, code: str) -> None:
    """ES11, in its order"""
    answer = await reader.as_user("amelia").post(f"{STORE}/users/{user_id}/enrolments/{key}")

    assert (answer.status, answer.json) == (status, {"code": code})
