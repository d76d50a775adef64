"""The stub's own routes, builders, levers and the cast's page. Spec: sandbox 3, 5.2, 6.7, 6.8."""

from tests.sandbox.serving import HIP_HEADERS, Caller

STUBS = "/agents-external-stubs"


async def test_signing_in(nobody: Caller) -> None:
    """3.1"""
    made = await nobody.post(f"{STUBS}/sign-in", {"userId": "Alf", "planetId": "Mars_QK417"})
    known = await nobody.post(f"{STUBS}/sign-in", {"userId": "Alf"})
    alf = nobody.having({"Authorization": known.headers["Authorization"]})
    again = await alf.post(f"{STUBS}/sign-in", {"userId": "Alf"})
    current = await alf.get(f"{STUBS}/session/current")
    by_location = await nobody.get(known.headers["Location"])
    wrong = await nobody.post(f"{STUBS}/sign-in", {"userId": "new", "newUserAffinityGroup": "odd"})
    out = await alf.get(f"{STUBS}/sign-out")
    after = await alf.get(f"{STUBS}/session/current")

    assert (made.status, known.status, again.status) == (201, 202, 200)
    assert again.headers["Authorization"] == known.headers["Authorization"]
    assert known.headers["X-Session-ID"] == current.json["sessionId"]
    assert (current.json["userId"], current.json["planetId"]) == ("Alf", "hmrc")
    assert by_location.json == current.json
    assert (wrong.status, out.status, after.status) == (400, 204, 404)


async def test_users_are_made_whole(nobody: Caller) -> None:
    """3.2, 1.8"""
    amelia = nobody.as_user("amelia")
    body = {"assignedPrincipalEnrolments": ["HMRC-MTD-IT~"], "nino": "AB654321C", "confidenceLevel": 250}
    created = await amelia.post(f"{STUBS}/users?affinityGroup=Individual", body)
    taken = await amelia.post(f"{STUBS}/users?affinityGroup=Individual", {**body, "userId": "another"})
    user = (await amelia.get(f"{STUBS}/users/nino/AB654321")).json
    key = next(key for key in user["assignedPrincipalEnrolments"] if key.startswith("HMRC-MTD-IT~"))
    facts = (await amelia.get(f"{STUBS}/known-facts/{key}")).json
    details = await nobody.get("/registration/business-details/nino/AB654321C")
    address = (await amelia.get("/citizen-details/AB654321C/designatory-details")).json["address"]

    assert (created.status, taken.status) == (201, 409)
    assert taken.text.startswith("Existing user already has this NINO")
    assert facts["user"]["userId"] == user["userId"]
    postcode = details.json["businessData"][0]["businessAddressDetails"]["postalCode"]
    assert postcode == address["postcode"] == user["address"]["postcode"]
    assert {"key": "businesspostcode", "value": postcode} in facts["verifiers"]


async def test_users_that_break_rules(amelia: Caller) -> None:
    """1.3"""
    wrong = await amelia.post(
        f"{STUBS}/users?affinityGroup=Organisation",
        {
            "credentialRole": "Assistant",
            "credentialStrength": "odd",
            "assignedPrincipalEnrolments": ["HMRC-AS-AGENT~AgentReferenceNumber~TARN0000001"],
        },
    )
    odd = await amelia.post(f"{STUBS}/users?affinityGroup=odd", {})
    gone = await amelia.get(f"{STUBS}/users/nobody")
    last_administrator = await amelia.delete(f"{STUBS}/users/amelia")

    assert wrong.status == 400
    assert wrong.text == ", ".join(
        (
            "credentialStrength must be none, or one of [weak, strong]",
            "credentialRole must be Admin or User for Organisation",
            "Service HMRC-AS-AGENT is not available for this user's affinity group",
        )
    )
    assert (odd.status, last_administrator.status) == (400, 400)
    assert (gone.status, gone.json) == (404, {"code": "USER_NOT_FOUND", "reason": "Could not found user nobody"})


async def test_users_are_replaced_and_removed(amelia: Caller) -> None:
    """3.2"""
    vat = {"userId": "vat", "assignedPrincipalEnrolments": ["HMRC-MTD-VAT~VRN~123456782"]}
    await amelia.post(f"{STUBS}/users?affinityGroup=Organisation", vat)
    replaced = await amelia.put(
        f"{STUBS}/users/vat",
        {
            "name": "New Name Ltd",
            "assignedPrincipalEnrolments": ["HMRC-MTD-VAT~VRN~123456727"],
            "additionalInformation": {"vatRegistrationDate": "2020-02-03"},
        },
    )
    record = (await amelia.get("/vat/customer/vrn/123456727/information")).json
    removed = await amelia.delete(f"{STUBS}/users/vat")
    facts = await amelia.get(f"{STUBS}/known-facts/HMRC-MTD-VAT~VRN~123456727")

    details = record["approvedInformation"]["customerDetails"]
    assert replaced.status == 202
    assert (details["organisationName"], details["effectiveRegistrationDate"]) == ("New Name Ltd", "2020-02-03")
    assert (removed.status, facts.status) == (204, 404)


async def test_groups(amelia: Caller) -> None:
    """3.3"""
    body = {
        "groupId": "ABCD-1234",
        "affinityGroup": "Agent",
        "agentCode": "NEWAGT000001",
        "principalEnrolments": [
            {"key": "HMRC-AS-AGENT", "identifiers": [{"key": "AgentReferenceNumber", "value": "TARN0000001"}]}
        ],
    }
    made = await amelia.post(f"{STUBS}/groups", body)
    twice = await amelia.post(f"{STUBS}/groups", body)
    changed = await amelia.put(f"{STUBS}/groups/ABCD-1234", body | {"suspendedRegimes": ["CBC"]})
    renamed = await amelia.put(f"{STUBS}/groups/ABCD-1234", body | {"agentFriendlyName": "Renamed"})
    shown = await amelia.get(f"{STUBS}/groups/ABCD-1234")
    removed = [await amelia.delete(f"{STUBS}/groups/ABCD-1234") for _ in range(2)]

    assert (made.status, twice.status, changed.status, renamed.status) == (201, 409, 400, 202)
    assert shown.json["agentFriendlyName"] == "Renamed"
    assert shown.json["principalEnrolments"][0]["identifiers"][0]["value"] == "TARN0000001"
    assert [answer.status for answer in removed] == [204, 404]


async def test_records(amelia: Caller) -> None:
    """3.4"""
    row = {"regime": "VATC", "arn": "ZARN1000004", "idType": "VRN", "refNumber": "101747696", "active": True}
    made = await amelia.post(f"{STUBS}/records/relationship", row)
    path = made.json["_links"][0]["href"]
    shown = await amelia.get(path)
    replaced = await amelia.put(path, row | {"active": False, "endDate": "2025-01-02"})
    wrong = await amelia.post(f"{STUBS}/records/vat-customer-information", {"vrn": "odd"})
    vat = await amelia.post(f"{STUBS}/records/vat-customer-information", {"vrn": "999999999"})
    unknown = await amelia.post(f"{STUBS}/records/odd", {})
    removed = [await amelia.delete(path) for _ in range(2)]

    assert made.status == 201
    assert (shown.json["relationshipType"], shown.json["authProfile"]) == ("ZA01", "ALL00001")
    assert (replaced.status, wrong.status, unknown.status) == (202, 400, 404)
    assert (vat.status, vat.headers["Location"]) == (201, "/vat/customer/vrn/999999999/information")
    assert [answer.status for answer in removed] == [204, 404]


async def test_management_wants_a_session(nobody: Caller) -> None:
    """3"""
    answers = [await nobody.get(f"{STUBS}/{name}") for name in ("users", "groups", "records")]

    assert [answer.status for answer in answers] == [401, 401, 401]
    assert (await nobody.get(f"{STUBS}/config/services")).status == 200


async def test_builders_make_working_pairs(nobody: Caller) -> None:
    """6.7"""
    agent = (await nobody.post("/sandbox/agents", {"agencyName": "Fresh & Co", "assistants": 1})).json
    client = (await nobody.post("/sandbox/clients", {"service": "HMRC-MTD-VAT", "overseas": True})).json
    pair = {"arn": agent["arn"], "service": "HMRC-MTD-VAT", "clientId": client["vrn"]}
    related = await nobody.post("/sandbox/relationships", pair)
    held = await nobody.having({"Authorization": f"Bearer {agent['token']}"}).get(
        f"/enrolment-store-proxy/enrolment-store/enrolments/HMRC-MTD-VAT~VRN~{client['vrn']}/groups?type=delegated"
    )
    shown = await nobody.having(HIP_HEADERS).get(
        "/etmp/RESTAdapter/rosm/agent-relationship?isAnAgent=false&activeOnly=true&regime=VATC&idType=VRN"
        f"&refNumber={client['vrn']}"
    )
    unknown = await nobody.post("/sandbox/relationships", pair | {"arn": "TARN0000001"})

    assert (related.status, related.json["faces"]) == (201, ["eacd", "etmp"])
    assert held.json == {"delegatedGroupIds": [agent["groupId"]]}
    (row,) = shown.json["relationshipDisplayResponse"]
    assert (row["arn"], row["organisation"]["organisationName"]) == (agent["arn"], client["name"])
    assert client["countryCode"] == "FR"
    assert "postcode" not in client
    assert len(agent["assistants"]) == 1
    assert unknown.status == 404


async def test_builders_make_what_is_asked(nobody: Caller) -> None:
    """6.7"""
    seeded = [await nobody.post("/sandbox/clients", {"seed": "x", "service": "HMRC-MTD-IT"}) for _ in range(2)]
    without_date = await nobody.post("/sandbox/clients", {"vatRegistrationDate": None})
    given = await nobody.post(
        "/sandbox/clients", {"service": "HMRC-MTD-IT", "nino": "AB123456C", "postcode": None, "userId": "mine"}
    )
    wrong = await nobody.post("/sandbox/clients", {"service": "odd"})
    half = await nobody.post(
        "/sandbox/relationships",
        {
            "arn": "XARN1000001",
            "service": "HMRC-MTD-IT",
            "clientId": "XEIT00000020002",
            "role": "supporting",
            "faces": ["eacd"],
        },
    )

    assert [answer.status for answer in seeded] == [201, 409]
    assert "vatRegistrationDate" not in without_date.json
    assert (given.json["userId"], given.json["nino"], "postcode" in given.json) == ("mine", "AB123456C", False)
    assert wrong.status == 400
    assert half.json["enrolmentKey"] == "HMRC-MTD-IT-SUPP~MTDITID~XEIT00000020002"


async def test_levers(nobody: Caller) -> None:
    """6.8; acceptance check 8"""
    suspended = await nobody.post("/sandbox/agents/XARN1000001/suspend", {"regimes": ["VATC"]})
    record = await nobody.get("/agent-services-account/agent-record-with-checks/arn/XARN1000001")
    restored = await nobody.post("/sandbox/agents/XARN1000001/unsuspend")
    insolvent = await nobody.post("/sandbox/clients/101000181/insolvent")
    customer = (await nobody.get("/vat/customer/vrn/101000181/information")).json
    signed_up = [
        await nobody.post("/sandbox/clients/AB100006B/sign-up-itsa", body) for body in (None, {"mtdItId": "X"})
    ]
    details = await nobody.having(HIP_HEADERS | {"X-Message-Type": "TaxpayerDisplay", "X-Regime-Type": "ITSA"}).get(
        "/etmp/RESTAdapter/itsa/taxpayer/business-details?nino=AB100006"
    )
    ceased = await nobody.post("/sandbox/clients/AB100005A/cease-cesa")
    deceased = await nobody.post("/sandbox/clients/AB100001/deceased")
    unknown = await nobody.post("/sandbox/clients/999999999/insolvent")

    statuses = [answer.status for answer in (suspended, restored, insolvent, ceased, deceased, unknown)]
    assert statuses == [204, 204, 204, 204, 204, 404]
    assert record.json["suspensionDetails"] == {"suspensionStatus": True, "regimes": ["VATC"]}
    assert customer["approvedInformation"]["customerDetails"]["isInsolvent"] is True
    assert [answer.json for answer in signed_up] == [{"mtdItId": "XJIT00000020007"}] * 2
    assert details.json["success"]["taxPayerDisplayResponse"]["mtdId"] == "XJIT00000020007"


async def test_the_cast_as_data_and_as_a_page(nobody: Caller) -> None:
    """5.2, 6.17"""
    data = await nobody.get("/sandbox/cast")
    page = await nobody.having({"Accept": "text/html"}).get("/sandbox/cast")

    people = {person["userId"]: person for person in data.json["cast"]}
    assert people["amelia"]["enrolments"] == ["HMRC-AS-AGENT~AgentReferenceNumber~XARN1000001"]
    assert people["jonah"]["nino"] == "AB100002B"
    assert all("purpose" in person for person in people.values())
    assert "text/html" in page.headers["Content-Type"]
    assert "sandbox-amelia" in page.text


async def test_bad_input_is_never_a_server_error(nobody: Caller) -> None:
    zero = await nobody.as_user("amelia").get(f"{STUBS}/users/a%00b")
    text = await nobody.post("/sandbox/agents", {"agencyName": "a\0b"})
    listed = await nobody.post("/sandbox/faults", [])
    clock = await nobody.put("/sandbox/clock", {"mode": "offset"})
    journal = await nobody.get("/sandbox/journal?limit=x")

    statuses = [answer.status for answer in (zero, text, listed, clock, journal)]
    assert statuses == [404, 400, 400, 409, 400]


async def test_special_cases(amelia: Caller) -> None:
    """1.9, 3.6"""
    case = {
        "requestMatch": {"path": "/vat/customer/vrn/101747696/"},
        "response": {"status": 418, "body": {"code": "TEAPOT"}, "headers": [{"name": "X-Tea", "value": "green"}]},
    }
    none = await amelia.get(f"{STUBS}/special-cases")
    made = [await amelia.post(f"{STUBS}/special-cases", case) for _ in range(2)]
    answered = await amelia.get("/vat/customer/vrn/101747696/information")
    shown = await amelia.get(made[0].headers["Location"])
    removed = [await amelia.delete(made[0].headers["Location"]) for _ in range(2)]
    gone = await amelia.get(made[0].headers["Location"])
    after = await amelia.get("/vat/customer/vrn/101747696/information")

    assert none.status == 204
    assert [each.status for each in made] == [201, 201]
    assert made[0].headers["Location"] == made[1].headers["Location"]
    assert (answered.status, answered.json, answered.headers["X-Tea"]) == (418, {"code": "TEAPOT"}, "green")
    assert shown.json["requestMatch"] == {"method": "GET", "path": "/vat/customer/vrn/101747696/"}
    assert ([each.status for each in removed], gone.status, after.status) == ([204, 204], 404, 200)
