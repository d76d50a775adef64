"""HIP's checks in their order. Spec: sandbox 2.8; acceptance check 3."""

import pytest

from tests.sandbox.serving import HIP_HEADERS, Caller

ETMP = "/etmp/RESTAdapter/rosm/agent-relationship"
CLIENT = "regime=ITSA&isAnAgent=false&activeOnly=true&refNumber=XDIT00000020001"
WANTED = {
    "arn": "XARN1000001",
    "refNumber": "XEIT00000020002",
    "regime": "ITSA",
    "action": "0001",
    "isExclusiveAgent": True,
    "idType": "MTDBSA",
    "relationshipType": "ZA01",
    "authProfile": "ALL00001",
}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "001"),
        ("regime=ABCDEFGHIJK", "002"),
        ("regime=ITSA", "006"),
        ("regime=ITSA&isAnAgent=maybe", "006"),
        ("regime=ITSA&isAnAgent=true", "006"),
        ("regime=ITSA&isAnAgent=true&activeOnly=true", "008"),
        ("regime=ITSA&isAnAgent=true&activeOnly=true&arn=ARN1", "004"),
        ("regime=ITSA&isAnAgent=false&activeOnly=true", "003"),
        (f"{CLIENT}&idType=TOOLONG", "006"),
        ("regime=ITSA&isAnAgent=false&activeOnly=false&refNumber=X", "006"),
        ("regime=ITSA&isAnAgent=false&activeOnly=false&refNumber=X&dateFrom=2015-01-01&dateTo=odd", "006"),
        (f"{CLIENT}&relationshipType=ZA02", "006"),
        (f"{CLIENT}&authProfile=ALL00002", "006"),
        ("regime=ITSA&isAnAgent=true&activeOnly=true&arn=MARN1000002", "059"),
        ("regime=ITSA&isAnAgent=true&activeOnly=true&arn=TARN0000001", "009"),
    ],
)
async def test_questions(reader: Caller, query: str, code: str) -> None:
    answer = await reader.having(HIP_HEADERS).get(f"{ETMP}?{query}")

    assert (answer.status, answer.json["errors"]["code"]) == (422, code)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"regime": "ODD"}, "002"),
        ({"refNumber": ""}, "003"),
        ({"idType": "VRN"}, "013"),
        ({"arn": "odd"}, "004"),
        ({"action": "0003"}, "???"),
        ({"relationshipType": None}, "012"),
        ({"regime": "TRS", "idType": "UTR", "refNumber": "7120000101"}, "012"),
        ({"authProfile": None}, "005"),
        ({"authProfile": "ALL00002"}, "004"),
        ({"action": "0002"}, "014"),
        ({"arn": "MARN1000002"}, "059"),
    ],
)
async def test_updates(reader: Caller, change: dict[str, object], code: str) -> None:
    answer = await reader.having(HIP_HEADERS).post(ETMP, WANTED | change)

    assert (answer.status, answer.json["errors"]["code"]) == (422, code)


async def test_an_agent_without_record_cannot_be_authorised(reader: Caller) -> None:
    answer = await reader.having(HIP_HEADERS).post(ETMP, WANTED | {"arn": "TARN0000001"})

    assert (answer.status, answer.text) == (404, "no business partner record found")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Transmitting-System", "ETMP"),
        ("X-Originating-System", "ELSEWHERE"),
        ("correlationid", "12345678-1234-1234-8234-12345678901Z"),
        ("X-Receipt-Date", "2026-01-02"),
        ("X-Receipt-Date", "2026-13-02T03:04:05Z"),
    ],
)
async def test_headers(reader: Caller, name: str, value: str) -> None:
    answer = await reader.having(HIP_HEADERS).having({name: value}).get(f"{ETMP}?{CLIENT}")

    assert (answer.status, answer.json["errors"]["text"]) == (422, "Request could not be processed")


async def test_business_details(reader: Caller) -> None:
    caller = reader.having(HIP_HEADERS).having({"X-Message-Type": "TaxpayerDisplay", "X-Regime-Type": "ITSA"})
    path = "/etmp/RESTAdapter/itsa/taxpayer/business-details"
    by_nino = await caller.get(f"{path}?nino=AB100001")
    by_reference = await caller.get(f"{path}?mtdReference=XDIT00000020001")
    other_suffix = await caller.get(f"{path}?nino=AB100001B")
    without_type = await reader.having(HIP_HEADERS).get(f"{path}?nino=AB100001")

    found = by_nino.json["success"]["taxPayerDisplayResponse"]
    assert (found["nino"], found["mtdId"]) == ("AB100001A", "XDIT00000020001")
    assert by_reference.json["success"]["taxPayerDisplayResponse"] == found
    assert (other_suffix.status, other_suffix.json["errors"]["text"]) == (422, "Subscription data not found")
    assert without_type.json["errors"]["text"] == "Request could not be processed"
