"""What DES, IF, IFS and citizen-details answer about clients. Spec: sandbox 2.5, 2.6, 2.7."""

import pytest

from tests.sandbox.serving import Caller

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/registration/relationship/nino/odd", 400, "INVALID_NINO"),
        ("/registration/relationship/utr/odd", 400, "INVALID_UTR"),
        ("/registration/relationship/utr/9999999999", 404, "NOT_FOUND_UTR"),
        ("/vat/customer/vrn/odd/information", 400, "INVALID_VRN"),
        ("/subscriptions/CGT/ODD/XZCGTP400000001", 400, "INVALID_IDTYPE"),
        ("/subscriptions/ODD/ZCGT/XZCGTP400000001", 400, "INVALID_REGIME"),
        ("/subscriptions/ODD/ODD/XZCGTP400000001", 400, "INVALID_REQUEST"),
        ("/subscriptions/CGT/ZCGT/odd", 400, "INVALID_IDVALUE"),
        ("/subscriptions/CGT/ZCGT/XZCGTP999999999", 404, "NOT_FOUND"),
        ("/trusts/agent-known-fact-check/UTR/3887997235", 400, "INVALID_TRUST_STATE"),
        ("/trusts/agent-known-fact-check/UTR/6028812143", 400, "INVALID_REGIME"),
        ("/trusts/agent-known-fact-check/URN/XATRUST99999999", 404, "RESOURCE_NOT_FOUND"),
        ("/plastic-packaging-tax/subscriptions/PPT/odd/display", 400, "INVALID_PPT_REFERENCE_NUMBER"),
        ("/plastic-packaging-tax/subscriptions/PPT/XAPPT0009999999/display", 404, "NOT_FOUND"),
        ("/pillar2/subscription/XAPLR9999999999", 404, "SUBSCRIPTION_NOT_FOUND"),
    ],
)
async def test_refusals(reader: Caller, path: str, status: int, code: str) -> None:
    answer = await reader.get(path)

    assert (answer.status, answer.json["code"]) == (status, code)


async def test_an_unknown_vat_client_is_an_empty_object(reader: Caller) -> None:
    answer = await reader.get("/vat/customer/vrn/999999999/information")

    assert (answer.status, answer.json) == (404, {})


async def test_details_of_other_taxes(reader: Caller) -> None:
    gains = await reader.get("/subscriptions/CGT/ZCGT/XVCGTP400000002")
    trust = await reader.get("/trusts/agent-known-fact-check/UTR/7120000101")
    urn = await reader.get("/trusts/agent-known-fact-check/URN/XMTRUST30000001")
    packaging = await reader.get("/plastic-packaging-tax/subscriptions/PPT/XDPPT0005000002/display")
    pillar2 = await reader.get("/pillar2/subscription/XNPLR7000000002")
    country = await reader.post(
        "/dac6/dct50d/v1",
        {"displaySubscriptionForCBCRequest": {"requestDetail": {"IDType": "CBC", "IDNumber": "XKCBC6000000002"}}},
    )

    details = gains.json["subscriptionDetails"]
    assert details["typeOfPersonDetails"] == {
        "typeOfPerson": "Trustee",
        "organisationName": "Bellerive Trustees SA",
    }
    assert details["addressDetails"]["countryCode"] == "CH"
    assert trust.json["trustDetails"]["trustName"] == "Winterbourne Family Trust"
    assert urn.json["trustDetails"]["urn"] == "XMTRUST30000001"
    ended = packaging.json["changeOfCircumstanceDetails"]["deregistrationDetails"]["deregistrationDate"]
    assert ended == "2023-10-31"
    assert packaging.json["legalEntityDetails"]["dateOfApplication"] == "2022-05-09"
    assert pillar2.json["success"]["accountStatus"] == {"inactive": True}
    assert pillar2.json["success"]["upeDetails"]["registrationDate"] == "2024-02-20"
    shown = country.json["displaySubscriptionForCBCResponse"]["responseDetail"]
    assert (shown["isGBUser"], shown["primaryContact"][0]["email"]) == (False, "tax@elbe.example")


async def test_citizens(reader: Caller) -> None:
    found = await reader.as_user("amelia").get("/citizen-details/nino/AB100001A")
    short = await reader.as_user("amelia").get("/citizen-details/nino-no-suffix/AB100001")
    overseas = await reader.as_user("amelia").get("/citizen-details/AB100003C/designatory-details")
    without_postcode = await reader.as_user("amelia").get("/citizen-details/AB100004D/designatory-details")
    unknown = await reader.as_user("amelia").get("/citizen-details/nino/AA000000A")
    invalid = await reader.as_user("amelia").get("/citizen-details/nino/AB100001")
    other = await reader.as_user("amelia").get("/citizen-details/odd/1")

    assert found.json == {
        "name": {"current": {"firstName": "Iris", "lastName": "Penhaligon"}, "previous": []},
        "ids": {"nino": "AB100001A", "sautr": "3110000101"},
        "dateOfBirth": "15051980",
        "deceased": False,
    }
    assert short.json == found.json
    assert (overseas.json["address"]["country"], "postcode" in overseas.json["address"]) == ("NORWAY", False)
    assert without_postcode.json["address"].keys() == {"line1", "line2", "type"}
    assert (unknown.status, unknown.json["code"]) == (404, "CITIZEN_RECORD_NOT_FOUND")
    assert (invalid.status, invalid.json) == (
        400,
        {"code": "INVALID_NINO", "reason": "Provided NINO AB100001 is not valid"},
    )
    assert (other.status, other.json["code"]) == (400, "TAX_IDENTIFIER_NOT_SUPPORTED")


async def test_groups_and_their_users(reader: Caller) -> None:
    """2.4: success is 203; the groups of individuals are hidden."""
    caller = reader.as_user("amelia")
    group = await caller.get("/users-groups-search/groups/1B2W-A1C2-3D4E-F5G6")
    users = await caller.get("/users-groups-search/groups/1B2W-A1C2-3D4E-F5G6/users")
    magic = await caller.get("/users-groups-search/groups/wrongGroupId/users")
    person = await caller.get("/users-groups-search/users/iris")
    hidden = await caller.get(f"/users-groups-search/groups/{person.json['groupId']}")

    assert (group.status, group.json["agentCode"]) == (203, "BRWATR100001")
    assert [(user["userId"], user["credentialRole"]) for user in users.json] == [
        ("amelia", "User"),
        ("ben", "Assistant"),
    ]
    assert (magic.status, magic.json) == (404, {"code": "GROUP_NOT_FOUND"})
    assert (hidden.status, hidden.json) == (404, {"code": "GROUP_NOT_FOUND"})


async def test_agencies(reader: Caller) -> None:
    """2.10"""
    amelia = reader.as_user("amelia")
    record = await amelia.get("/agent-services-account/agent-record-with-checks/arn/MARN1000002")
    unknown = await amelia.get("/agent-services-account/agent-record-with-checks/arn/TARN0000001")
    in_group = await amelia.get("/agent-permissions/arn/XARN1000001/client/HMRC-MTD-VAT~VRN~101000181/groups")
    in_none = await amelia.get("/agent-permissions/arn/XARN1000001/client/HMRC-MTD-VAT~VRN~101747696/groups")
    refreshed = await amelia.get("/agent-user-client-details/arn/XARN1000001/cache-refresh")

    assert record.json["suspensionDetails"] == {"suspensionStatus": True, "regimes": ["ITSA", "VATC"]}
    assert record.json["agencyDetails"]["agencyName"] == "Nightjar Bookkeeping"
    assert unknown.status == 404
    assert [group["groupName"] for group in in_group.json] == ["Ledger team"]
    assert (in_none.status, refreshed.status) == (404, 204)


async def test_authority(reader: Caller) -> None:
    """2.2"""
    iris = reader.as_user("iris")
    own = await iris.get("/auth/authority")
    ids = await iris.get("/auth/_ids")
    enrolments = await iris.get("/auth/_enrolments")
    other = await iris.get("/auth/oid/amelia")
    unknown = await iris.get("/auth/oid/nobody/enrolments")
    staff = await reader.as_user("stride-sam").get("/auth/authority")
    details = await iris.get("/user-details/id/amelia")

    assert (own.json["uri"], own.json["affinityGroup"]) == ("/auth/oid/iris", "Individual")
    assert own.json["accounts"]["sa"]["utr"] == "3110000101"
    assert ids.json == {"internalId": "iris", "externalId": "iris"}
    assert "HMRC-MTD-IT" in {each["key"] for each in enrolments.json}
    assert other.json["accounts"]["agent"]["agentCode"] == "BRWATR100001"
    assert (unknown.status, unknown.json) == (404, {"code": "User nobody not found on a planet hmrc"})
    assert (staff.status, staff.headers["WWW-Authenticate"]) == (401, 'MDTP detail="UserRecordNotFound"')
    assert (details.json["name"], details.json["agentCode"]) == ("Amelia", "BRWATR100001")
