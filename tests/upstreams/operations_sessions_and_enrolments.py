"""auth, the enrolment store, tax-enrolments, users-groups-search, access groups, cached clients."""

from tests.upstreams.operations import UNREADABLE, Fails, Operation, always_500, auto, gives
from tests.upstreams.scripted import Reply, json_reply

from agent_services.identifiers import AgentCode, Arn
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.auth import (
    AffinityGroup,
    AnyOf,
    Authorised,
    AuthProvider,
    Credentials,
    HasAffinity,
    HoldsEnrolment,
    RefusalReason,
    Refused,
    Retrieval,
    SessionEnrolment,
    SessionIdentifier,
    SignedInWith,
)
from agent_services.upstreams.enrolment_store_proxy import StoredEnrolment, StoredIdentifier
from agent_services.upstreams.names import Upstream
from agent_services.upstreams.users_groups_search import Group, GroupUser

ARN = Arn.as_given("AARN1234567")
VAT_KEY = EnrolmentKey.of("HMRC-MTD-VAT", "VRN", "101747641")
STORE = "/enrolment-store-proxy/enrolment-store"
VAT_ENROLMENT = {
    "service": "HMRC-MTD-VAT",
    "state": "Activated",
    "friendlyName": "",
    "identifiers": [{"key": "VRN", "value": "101747641"}],
    "activationDate": "2018-10-13T17:36:00.000Z",
    "enrolmentDate": "2018-10-05T14:48:00.000Z",
}
AGENT_ENROLMENT = {
    "service": "HMRC-AS-AGENT",
    "state": "NotYetActivated",
    "friendlyName": "",
    "identifiers": [{"key": "AgentReferenceNumber", "value": "AARN1234567"}],
}
NAMELESS = {name: value for name, value in VAT_ENROLMENT.items() if name != "friendlyName"}
STORED_VAT = StoredEnrolment("HMRC-MTD-VAT", "Activated", (StoredIdentifier("VRN", "101747641"),))


def enrolments(*items: object) -> Reply:
    return json_reply(200, {"startRecord": 1, "totalRecords": len(items), "enrolments": list(items)})


def refusal(detail: str, **headers: str) -> Reply:
    return Reply(401, b"", {"WWW-Authenticate": f'MDTP detail="{detail}"', **headers})


EVERYTHING = {
    "optionalCredentials": {"providerId": "12345-credId", "providerType": "GovernmentGateway"},
    "allEnrolments": [
        {"key": "HMRC-MTD-IT", "identifiers": [{"key": "MTDITID", "value": "X"}], "state": "Activated"},
        {"key": "maintain_agent_relationships"},
    ],
    "authorisedEnrolments": [],
    "affinityGroup": "Agent",
    "agentCode": "NQJUEJCWT14",
    "groupIdentifier": "2K6H-N1C1-7M7V-O4A3",
    "nino": "AB123456C",
    "loginTimes": {"currentLogin": "2018-03-27T09:00:00.000Z"},
}

AUTH = (
    Operation(
        name="auth authorise, any session",
        upstream=Upstream.AUTH,
        call=lambda ports: ports.auth.authorise((), ()),
        method="POST",
        target="/auth/authorise",
        body={"authorise": [], "retrieve": []},
        headers={"auth-client-version": "auth-client-8.8.0"},
        good=json_reply(200, {}),
        good_outcome=Authorised(),
        failure=auto,
        gives=(
            gives("forbidden", Reply(403), Fails(500, 403)),
            gives("no header", Reply(401), Refused(RefusalReason.OTHER, "MissingResponseHeader")),
            gives(
                "another header",
                Reply(401, b"", {"WWW-Authenticate": "Basic"}),
                Refused(RefusalReason.OTHER, "InvalidResponseHeader"),
            ),
            gives(
                "an unknown reason",
                refusal("Retrieval of X not supported"),
                Refused(RefusalReason.OTHER, "Retrieval of X not supported"),
            ),
            gives(
                "a failing enrolment",
                refusal("InsufficientEnrolments", **{"Failing-Enrolment": "HMRC-AS-AGENT"}),
                Refused(RefusalReason.INSUFFICIENT_ENROLMENTS, "HMRC-AS-AGENT"),
            ),
            *(
                gives(detail, refusal(detail), Refused(RefusalReason(detail), message))
                for detail, message in (
                    ("MissingBearerToken", "Bearer token not supplied"),
                    ("InvalidBearerToken", "Invalid bearer token"),
                    ("BearerTokenExpired", "Bearer token expired"),
                    ("SessionRecordNotFound", "Session record not found"),
                    ("InsufficientEnrolments", "Insufficient Enrolments"),
                    ("InsufficientConfidenceLevel", "Insufficient ConfidenceLevel"),
                    ("UnsupportedAffinityGroup", "UnsupportedAffinityGroup"),
                    ("UnsupportedCredentialRole", "UnsupportedCredentialRole"),
                    ("UnsupportedAuthProvider", "UnsupportedAuthProvider"),
                    ("IncorrectCredentialStrength", "Credential strength is different than expected"),
                    ("FailedRelationship", "FailedRelationship"),
                    ("IncorrectNino", "IncorrectNino"),
                )
            ),
        ),
    ),
    Operation(
        name="auth authorise, staff, everything asked",
        upstream=Upstream.AUTH,
        call=lambda ports: ports.auth.authorise(
            (
                AnyOf(
                    (
                        HoldsEnrolment("maintain agent relationships"),
                        HasAffinity(AffinityGroup.INDIVIDUAL),
                    )
                ),
                SignedInWith((AuthProvider.PRIVILEGED_APPLICATION,)),
            ),
            tuple(Retrieval),
        ),
        method="POST",
        target="/auth/authorise",
        body={
            "authorise": [
                {
                    "$or": [
                        {"identifiers": [], "state": "Activated", "enrolment": "maintain agent relationships"},
                        {"affinityGroup": "Individual"},
                    ]
                },
                {"authProviders": ["PrivilegedApplication"]},
            ],
            "retrieve": [
                "optionalCredentials",
                "allEnrolments",
                "authorisedEnrolments",
                "affinityGroup",
                "agentCode",
                "groupIdentifier",
                "nino",
            ],
        },
        headers={"auth-client-version": "auth-client-8.8.0"},
        good=json_reply(200, EVERYTHING),
        good_outcome=Authorised(
            credentials=Credentials("12345-credId", "GovernmentGateway"),
            all_enrolments=(
                SessionEnrolment("HMRC-MTD-IT", (SessionIdentifier("MTDITID", "X"),), "Activated"),
                SessionEnrolment("maintain_agent_relationships", (), "Activated"),
            ),
            affinity_group="Agent",
            agent_code="NQJUEJCWT14",
            group_identifier="2K6H-N1C1-7M7V-O4A3",
            nino="AB123456C",
        ),
        failure=auto,
        gives=(
            gives(
                "nothing but enrolments",
                json_reply(200, {"allEnrolments": [], "authorisedEnrolments": []}),
                Authorised(),
            ),
            gives("no enrolments at all", json_reply(200, {"allEnrolments": []}), UNREADABLE),
        ),
    ),
)

ENROLMENT_STORE = (
    Operation(
        name="ES1 principal",
        upstream=Upstream.ENROLMENT_STORE_PROXY,
        call=lambda ports: ports.enrolment_store_proxy.principal_group(ARN),
        method="GET",
        target=f"{STORE}/enrolments/HMRC-AS-AGENT~AgentReferenceNumber~AARN1234567/groups?type=principal",
        good=json_reply(200, {"principalGroupIds": ["2K6H-N1C1-7M7V-O4A3", "other"], "delegatedGroupIds": []}),
        good_outcome="2K6H-N1C1-7M7V-O4A3",
        gives=(
            gives("nobody", Reply(204), None),
            gives("an empty list", json_reply(200, {"principalGroupIds": []}), None),
            gives("no list", json_reply(200, {"delegatedGroupIds": []}), UNREADABLE),
        ),
    ),
    Operation(
        name="ES1 delegated",
        upstream=Upstream.ENROLMENT_STORE_PROXY,
        call=lambda ports: ports.enrolment_store_proxy.delegated_groups(
            EnrolmentKey("HMRC-CBC-ORG", (("cbcId", "XACBC0516273849"), ("UTR", "1234567890")))
        ),
        method="GET",
        target=f"{STORE}/enrolments/HMRC-CBC-ORG~cbcId~XACBC0516273849~UTR~1234567890/groups?type=delegated",
        good=json_reply(200, {"delegatedGroupIds": ["98O3", "2K6H", "98O3"]}),
        good_outcome=("98O3", "2K6H"),
        gives=(
            gives("nobody", Reply(204), ()),
            gives("no list", json_reply(200, {"principalGroupIds": []}), UNREADABLE),
        ),
    ),
    Operation(
        name="ES2",
        upstream=Upstream.ENROLMENT_STORE_PROXY,
        call=lambda ports: ports.enrolment_store_proxy.enrolments_delegated_to_user("user/1", "HMRC-MTD-VAT"),
        method="GET",
        target=f"{STORE}/users/user%2F1/enrolments?type=delegated&service=HMRC-MTD-VAT",
        good=enrolments(VAT_ENROLMENT),
        good_outcome=(STORED_VAT,),
        gives=(
            gives("nothing", Reply(204), ()),
            gives("an item without friendly name", enrolments(VAT_ENROLMENT, NAMELESS), UNREADABLE),
        ),
    ),
    Operation(
        name="ES2 page",
        upstream=Upstream.ENROLMENT_STORE_PROXY,
        call=lambda ports: ports.enrolment_store_proxy.page_of_enrolments_delegated_to_user(
            "cred-1", "IR-SA", start_record=501, max_records=500
        ),
        method="GET",
        target=f"{STORE}/users/cred-1/enrolments?type=delegated&service=IR-SA&start-record=501&max-records=500",
        good=enrolments(NAMELESS),
        good_outcome=(STORED_VAT,),
        failure=always_500,
        gives=(gives("an empty page", Reply(204), ()),),
    ),
    Operation(
        name="ES3",
        upstream=Upstream.ENROLMENT_STORE_PROXY,
        call=lambda ports: ports.enrolment_store_proxy.principal_enrolments("2K6H"),
        method="GET",
        target=f"{STORE}/groups/2K6H/enrolments?type=principal",
        good=enrolments(NAMELESS),
        good_outcome=(STORED_VAT,),
        gives=(
            gives("nothing", Reply(204), ()),
            gives("an item without state", enrolments({"service": "X", "identifiers": []}), UNREADABLE),
        ),
    ),
    Operation(
        name="ES3, the agent of a group",
        upstream=Upstream.ENROLMENT_STORE_PROXY,
        call=lambda ports: ports.enrolment_store_proxy.agent_of_group("2K6H"),
        method="GET",
        target=f"{STORE}/groups/2K6H/enrolments?type=principal",
        good=enrolments(VAT_ENROLMENT, AGENT_ENROLMENT),
        good_outcome=ARN,
        gives=(
            gives("nothing", Reply(204), None),
            gives("no agent", enrolments(VAT_ENROLMENT), None),
            gives("an agent without ARN", enrolments({**AGENT_ENROLMENT, "identifiers": []}), None),
            gives("any item without friendly name", enrolments(AGENT_ENROLMENT, NAMELESS), UNREADABLE),
        ),
    ),
    Operation(
        name="ES19",
        upstream=Upstream.ENROLMENT_STORE_PROXY,
        call=lambda ports: ports.enrolment_store_proxy.set_friendly_name("2K6H", VAT_KEY, "Smith & Co"),
        method="PUT",
        target=f"{STORE}/groups/2K6H/enrolments/HMRC-MTD-VAT~VRN~101747641/friendly_name",
        body={"friendlyName": "Smith+%26+Co"},
        good=Reply(204),
        good_outcome=None,
        gives=(gives("another success", Reply(200), Fails(500, 200)),),
        unreadable=None,
    ),
    Operation(
        name="ES20",
        upstream=Upstream.ENROLMENT_STORE_PROXY,
        call=lambda ports: ports.enrolment_store_proxy.identifiers_by_known_fact(
            "HMRC-CBC-ORG", StoredIdentifier("cbcId", "XACBC0516273849")
        ),
        method="POST",
        target=f"{STORE}/enrolments",
        body={"service": "HMRC-CBC-ORG", "knownFacts": [{"key": "cbcId", "value": "XACBC0516273849"}]},
        good=json_reply(
            200,
            {
                "service": "HMRC-CBC-ORG",
                "enrolments": [
                    {
                        "identifiers": [
                            {"key": "cbcId", "value": "XACBC0516273849"},
                            {"key": "UTR", "value": "1234567890"},
                        ],
                        "verifiers": [{"key": "Email", "value": "a@b.c"}],
                    }
                ],
            },
        ),
        good_outcome=EnrolmentKey("HMRC-CBC-ORG", (("cbcId", "XACBC0516273849"), ("UTR", "1234567890"))),
        gives=(
            gives("nothing", Reply(204), None),
            gives("an empty list", json_reply(200, {"service": "HMRC-CBC-ORG", "enrolments": []}), None),
        ),
    ),
)

TAX_ENROLMENTS = (
    Operation(
        name="ES8",
        upstream=Upstream.TAX_ENROLMENTS,
        call=lambda ports: ports.tax_enrolments.allocate_delegated(
            "2K6H", VAT_KEY, user_id="admin-1", agent_code=AgentCode.as_given("NQJUEJCWT14")
        ),
        method="POST",
        target="/tax-enrolments/groups/2K6H/enrolments/HMRC-MTD-VAT~VRN~101747641?legacy-agentCode=NQJUEJCWT14",
        body={"userId": "admin-1", "type": "delegated"},
        good=Reply(201),
        good_outcome=None,
        gives=(
            gives("there already", Reply(409), Fails(409, 409)),
            gives("another success", Reply(200), Fails(500, 200)),
        ),
        unreadable=None,
    ),
    Operation(
        name="ES9",
        upstream=Upstream.TAX_ENROLMENTS,
        call=lambda ports: ports.tax_enrolments.deallocate("2K6H", VAT_KEY),
        method="DELETE",
        target="/tax-enrolments/groups/2K6H/enrolments/HMRC-MTD-VAT~VRN~101747641",
        good=Reply(204),
        good_outcome=None,
        gives=(
            gives("not there", Reply(404), Fails(404, 404)),
            gives("another success", Reply(200), Fails(500, 200)),
        ),
        unreadable=None,
    ),
)

GROUPS = (
    Operation(
        name="users of group",
        upstream=Upstream.USERS_GROUPS_SEARCH,
        call=lambda ports: ports.users_groups_search.users_of_group("2K6H"),
        method="GET",
        target="/users-groups-search/groups/2K6H/users",
        good=json_reply(203, [{"userId": "ABC", "credentialRole": "Admin", "name": "x"}, {}]),
        good_outcome=(GroupUser("ABC", "Admin"), GroupUser(None, None)),
        gives=(
            gives("an ordinary success", json_reply(200, []), ()),
            gives("no such group", Reply(404), Fails(404, 404, "Group 2K6H not found in SCP")),
        ),
    ),
    Operation(
        name="group",
        upstream=Upstream.USERS_GROUPS_SEARCH,
        call=lambda ports: ports.users_groups_search.group("2K6H"),
        method="GET",
        target="/users-groups-search/groups/2K6H",
        good=json_reply(203, {"groupId": "2K6H", "affinityGroup": "Agent", "agentCode": "NQJUEJCWT14"}),
        good_outcome=Group("2K6H", "Agent", AgentCode.as_given("NQJUEJCWT14")),
        failure=auto,
        gives=(
            gives("no such group", Reply(404), None),
            gives("no agent", json_reply(203, {"groupId": "2K6H"}), Group("2K6H", None, None)),
            gives("no id", json_reply(203, {"affinityGroup": "Agent"}), UNREADABLE),
        ),
    ),
    Operation(
        name="access groups of client",
        upstream=Upstream.AGENT_PERMISSIONS,
        call=lambda ports: ports.agent_permissions.is_in_an_access_group(ARN, VAT_KEY),
        method="GET",
        target="/agent-permissions/arn/AARN1234567/client/HMRC-MTD-VAT~VRN~101747641/groups",
        good=json_reply(200, [{"groupId": "1"}]),
        good_outcome=True,
        gives=(gives("in none", Reply(404), False),),
        unreadable=True,
    ),
    Operation(
        name="cache refresh",
        upstream=Upstream.AGENT_USER_CLIENT_DETAILS,
        call=lambda ports: ports.agent_user_client_details.refresh_cache(ARN),
        method="GET",
        target="/agent-user-client-details/arn/AARN1234567/cache-refresh",
        good=Reply(204),
        good_outcome=None,
        failure=auto,
        gives=(gives("no cache", Reply(404), None),),
        unreadable=None,
    ),
)

OPERATIONS = (*AUTH, *ENROLMENT_STORE, *TAX_ENROLMENTS, *GROUPS)
