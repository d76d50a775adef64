"""Exact exchanges against the cast. Spec: sandbox, appendix A."""

from agent_services.sandbox import Sandbox
from tests.sandbox.serving import Caller

STORE = "/enrolment-store-proxy/enrolment-store"
ETMP = "/etmp/RESTAdapter/rosm/agent-relationship"


async def test_an_agent_authorises(amelia: Caller) -> None:
    """A.1"""
    answer = await amelia.post(
        "/auth/authorise",
        {
            "authorise": [
                {"authProviders": ["GovernmentGateway"]},
                {"enrolment": "HMRC-AS-AGENT", "identifiers": [], "state": "Activated"},
            ],
            "retrieve": ["authorisedEnrolments", "groupIdentifier", "optionalCredentials"],
        },
    )

    assert (answer.status, answer.json) == (
        200,
        {
            "optionalCredentials": {
                "providerId": "amelia",
                "providerType": "GovernmentGateway",
                "planetId": "hmrc",
            },
            "authorisedEnrolments": [
                {
                    "key": "HMRC-AS-AGENT",
                    "identifiers": [{"key": "AgentReferenceNumber", "value": "XARN1000001"}],
                    "state": "Activated",
                }
            ],
            "allEnrolments": [],
            "groupIdentifier": "1B2W-A1C2-3D4E-F5G6",
            "agentInformation": {},
        },
    )


async def test_an_agent_without_enrolment_is_refused(nobody: Caller) -> None:
    """A.1"""
    answer = await nobody.as_user("nell").post(
        "/auth/authorise", {"authorise": [{"enrolment": "HMRC-AS-AGENT", "identifiers": []}], "retrieve": []}
    )

    assert (answer.status, answer.text) == (401, "")
    assert answer.headers["WWW-Authenticate"] == 'MDTP detail="InsufficientEnrolments"'


async def test_a_client_with_alternatives(nobody: Caller) -> None:
    """A.2"""
    answer = await nobody.as_user("noor").post(
        "/auth/authorise",
        {
            "authorise": [
                {"authProviders": ["GovernmentGateway"]},
                {"$or": [{"affinityGroup": "Individual"}, {"affinityGroup": "Organisation"}]},
            ],
            "retrieve": ["allEnrolments", "nino"],
        },
    )

    nino = [{"key": "NINO", "value": "AB100006B"}]
    assert (answer.status, answer.json) == (
        200,
        {
            "authorisedEnrolments": [],
            "allEnrolments": [
                {"key": "HMRC-PT", "identifiers": nino, "state": "Activated"},
                {"key": "HMRC-NI", "identifiers": nino, "state": "Activated"},
            ],
            "nino": "AB100006B",
            "agentInformation": {},
        },
    )


async def test_staff_and_organisations_authorise(nobody: Caller) -> None:
    """2.2; acceptance check 1"""
    staff = await nobody.as_user("stride-sam").post(
        "/auth/authorise",
        {"authorise": [{"enrolment": "maintain_agent_relationships"}], "retrieve": ["allEnrolments"]},
    )
    organisation = await nobody.as_user("rowan").post(
        "/auth/authorise", {"authorise": [{"affinityGroup": "Organisation"}], "retrieve": ["affinityGroup", "name"]}
    )

    assert staff.status == 200
    assert {"key": "caat", "identifiers": [], "state": "Activated"} in staff.json["allEnrolments"]
    assert organisation.json["affinityGroup"] == "Organisation"
    assert organisation.json["name"] == {"name": "Rowan & Finch Ltd"}


async def test_groups_that_hold_a_key(amelia: Caller) -> None:
    """A.3"""
    main = await amelia.get(f"{STORE}/enrolments/HMRC-MTD-IT~MTDITID~XDIT00000020001/groups?type=delegated")
    supporting = await amelia.get(f"{STORE}/enrolments/HMRC-MTD-IT-SUPP~MTDITID~XDIT00000020001/groups?type=delegated")
    nobody = await amelia.get(f"{STORE}/enrolments/HMRC-MTD-IT~MTDITID~XEIT00000020002/groups?type=delegated")

    assert (main.status, main.json) == (200, {"delegatedGroupIds": ["1B2W-A1C2-3D4E-F5G6"]})
    assert (supporting.status, supporting.json) == (200, {"delegatedGroupIds": ["4H5T-D1E2-3F4G-H5J6"]})
    assert (nobody.status, nobody.text) == (204, "")


async def test_allocation_conflicts(nobody: Caller) -> None:
    """A.4"""
    main = "HMRC-MTD-IT~MTDITID~XDIT00000020001"
    supporting = "HMRC-MTD-IT-SUPP~MTDITID~XDIT00000020001"
    rival, first = nobody.as_user("harriet"), nobody.as_user("amelia")

    after_supporting = await rival.post(
        f"/tax-enrolments/groups/4H5T-D1E2-3F4G-H5J6/enrolments/{main}?legacy-agentCode=HRBTAX100004",
        {"userId": "harriet", "type": "delegated"},
    )
    after_main = await first.post(
        f"/tax-enrolments/groups/1B2W-A1C2-3D4E-F5G6/enrolments/{supporting}?legacy-agentCode=BRWATR100001",
        {"userId": "amelia", "type": "delegated"},
    )
    by_assistant = await first.post(
        f"/tax-enrolments/groups/1B2W-A1C2-3D4E-F5G6/enrolments/{supporting}?legacy-agentCode=BRWATR100001",
        {"userId": "ben", "type": "delegated"},
    )

    assert after_supporting.status == 201
    assert (after_main.status, after_main.text) == (409, "")
    assert (by_assistant.status, by_assistant.text) == (403, "")


async def test_relationships_of_a_client(hip: Caller) -> None:
    """A.5"""
    query = "isAnAgent=false&activeOnly=true&regime=ITSA&relationshipType=ZA01"
    both = await hip.get(f"{ETMP}?refNumber=XDIT00000020001&{query}")
    supporting = await hip.get(f"{ETMP}?refNumber=XDIT00000020001&{query}&authProfile=ITSAS001")
    none = await hip.get(f"{ETMP}?refNumber=XEIT00000020002&{query}")
    ended = await hip.get(
        f"{ETMP}?refNumber=XEIT00000020002&isAnAgent=false&activeOnly=false&regime=ITSA"
        "&dateFrom=2015-01-01&dateTo=2026-01-02"
    )

    shown = both.json["relationshipDisplayResponse"]
    assert (both.status, shown) == (
        200,
        [
            {
                "refNumber": "XDIT00000020001",
                "arn": "XARN1000001",
                "individual": {"firstName": "Iris", "lastName": "Penhaligon"},
                "dateFrom": "2024-04-06",
                "dateTo": "9999-12-31",
                "contractAccountCategory": "33",
                "relationshipType": "ZA01",
                "authProfile": "ALL00001",
            },
            {
                "refNumber": "XDIT00000020001",
                "arn": "ZARN1000004",
                "individual": {"firstName": "Iris", "lastName": "Penhaligon"},
                "dateFrom": "2024-06-01",
                "dateTo": "9999-12-31",
                "contractAccountCategory": "33",
                "relationshipType": "ZA01",
                "authProfile": "ITSAS001",
            },
        ],
    )
    assert supporting.json["relationshipDisplayResponse"] == [shown[1]]
    assert none.status == 422
    assert (none.json["errors"]["code"], none.json["errors"]["text"]) == ("009", "No Relationships with activity")
    assert [row["dateTo"] for row in ended.json["relationshipDisplayResponse"]] == ["2023-09-30"]


async def test_updates(hip: Caller, sandbox: Sandbox) -> None:
    """A.6; acceptance checks 4, 6"""
    body = {
        "arn": "XARN1000001",
        "refNumber": "101000377",
        "regime": "VATC",
        "action": "0001",
        "isExclusiveAgent": True,
        "idType": "VRN",
        "relationshipType": "ZA01",
        "authProfile": "ALL00001",
    }
    insolvent = await hip.post(ETMP, body)
    suspended = await hip.post(ETMP, body | {"arn": "MARN1000002"})
    replaced = await hip.post(ETMP, body | {"refNumber": "101000279"})

    assert (insolvent.status, insolvent.json["errors"]["code"]) == (422, "094")
    assert suspended.json["errors"]["code"] == "059"
    assert suspended.json["errors"]["text"] == "MARN1000002 is currently suspended"
    assert replaced.status == 201
    assert replaced.headers["correlationId"] == "12345678-1234-1234-8234-123456789012"
    rows = await sandbox.relationship_store.of_client("VATC", "VRN", "101000279", profile=None)
    today = sandbox.clock.today()
    assert [(row.arn, row.active, row.end_date) for row in rows] == [
        ("MARN1000002", False, today),
        ("XARN1000001", True, None),
    ]


async def test_older_agents(nobody: Caller) -> None:
    """A.7; acceptance check 7"""
    caller = nobody.having({"X-Session-ID": "sandbox-amelia"})
    exact = await caller.get("/registration/relationship/nino/AB100005A")
    other = await caller.get("/registration/relationship/nino/AB100005B")
    short = await caller.get("/registration/relationship/nino/AB100005")
    ceased = await caller.get("/registration/relationship/nino/AB100007C")

    (agent,) = exact.json["agents"]
    assert exact.status == 200
    assert agent["id"] == ""
    assert (agent["nino"], agent["agentId"], agent["hasAgent"]) == ("AB100005A", "BW100A", True)
    assert (agent["agentName"], agent["postcode"], agent["isAgentAbroad"]) == (
        "Brightwater Accountants",
        "TF3 4NT",
        False,
    )
    assert (other.status, other.json["code"]) == (404, "NOT_FOUND_NINO")
    assert short.json == exact.json
    assert ceased.json["agents"][0]["agentCeasedDate"] == "2019-04-05"


async def test_platform_calls_need_no_session_but_no_dead_one(nobody: Caller) -> None:
    """A.9"""
    without = await nobody.get("/vat/customer/vrn/101747696/information")
    dead = await nobody.having({"X-Session-ID": "nobody"}).get("/vat/customer/vrn/101747696/information")

    assert without.status == 200
    details = without.json["approvedInformation"]["customerDetails"]
    assert details["effectiveRegistrationDate"] == "2007-05-18"
    assert (dead.status, dead.json) == (401, {"code": "UNAUTHORIZED", "reason": "SessionRecordNotFound"})


async def test_a_legacy_credential_counts_three_clients(nobody: Caller) -> None:
    """Acceptance check 10"""
    answer = await nobody.as_user("amelia-legacy").get(
        f"{STORE}/users/amelia-legacy/enrolments?type=delegated&service=IR-SA&start-record=1&max-records=500"
    )

    assert answer.status == 200
    assert len(answer.json["enrolments"]) == 3


async def test_an_unknown_path_names_its_neighbours(nobody: Caller) -> None:
    """6.15"""
    answer = await nobody.get("/hmrc/emails")

    assert (answer.status, answer.json["code"]) == (404, "SANDBOX_NO_SUCH_UPSTREAM")
    assert "/hmrc/email" in answer.json["nearest"]
