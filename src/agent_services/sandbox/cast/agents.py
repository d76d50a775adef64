"""The agents of the cast, and the adviser. Spec: sandbox 5.2."""

from datetime import date

from agent_services.sandbox.documents import Document
from agent_services.sandbox.population.parties import HeldKey, Party
from agent_services.sandbox.population.records import agency_partner, legacy_agent_record, legacy_relationship
from agent_services.sandbox.records.kinds import MasterRecord, RecordKind
from agent_services.sandbox.users.people import Address, AffinityGroup, CredentialRole, Group, Person

_USER, _ASSISTANT = CredentialRole.USER, CredentialRole.ASSISTANT


def _group(group_id: str, agent_code: str, name: str, *suspended_regimes: str) -> Group:
    return Group(group_id, AffinityGroup.AGENT, agent_code[-6:], agent_code, name, suspended_regimes)


def _agent(
    user_id: str, name: str, group: Group, address: Address, *, utr: str | None, role: CredentialRole = _USER
) -> Person:
    return Person(
        user_id=user_id,
        group_id=group.group_id,
        credential_role=role,
        credential_strength="strong",
        utr=utr,
        name=name,
        email=f"{user_id}@{(group.agent_friendly_name or 'agency').split()[0].lower()}.example",
        date_of_birth=date(1975, 6, 1),
        address=address,
        in_cast=True,
    )


def _subscribed(
    group: Group, people: tuple[Person, ...], *, arn: str, utr: str | None, safe_id: str, is_enrolled: bool = True
) -> Party:
    first = people[0]
    address = first.address
    is_overseas = address is not None and address.country_code != "GB"
    held = HeldKey.of(
        f"HMRC-AS-AGENT~AgentReferenceNumber~{arn}",
        AgencyPostcode=None if is_overseas or address is None else address.postcode,
        CountryCode=address.country_code if is_overseas and address is not None else "GB",
    )
    # Made before the party is entered, so that the SAFE ID is the table's; entering replaces none of it.
    record = agency_partner(first, group, arn=arn, safe_id=safe_id, utr=utr)
    return Party(people, group, (held,) if is_enrolled else (), (record,))


_A1 = _group("1B2W-A1C2-3D4E-F5G6", "BRWATR100001", "Brightwater Accountants")
_A1_ADDRESS = Address("4 Ironbridge Road", "Telford", postcode="TF3 4NT", country_code="GB")
_A2 = _group("2N3J-B1C2-3D4E-F5G6", "NGTJAR100002", "Nightjar Bookkeeping", "ITSA", "VATC")
_A3 = _group("3L4S-C1D2-3E4F-G5H6", "LIFSHN100003", "Liffey Shannon Tax Advisers")
_A4 = _group("4H5T-D1E2-3F4G-H5J6", "HRBTAX100004", "Harbour Tax LLP")
_A5 = _group("5Q6F-E1F2-3G4H-J5K6", "QLFTHR100005", "Quillfeather & Co")
_A6 = _group("6N7L-F1G2-3H4J-K5L6", "NLARKN100006", "Nell Larkin")
_A7 = _group("7X8T-G1H2-3J4K-L5M6", "OTTOAP100007", "Otto Apfelbaum Steuerberatung")
_A8 = _group("8L9G-H1J2-3K4L-M5N6", "LEGACY100008", "Brightwater Accountants")

A1_ARN, A2_ARN, A3_ARN, A4_ARN = "XARN1000001", "MARN1000002", "QARN1000003", "ZARN1000004"
A1_GROUP_ID, A3_GROUP_ID, A4_GROUP_ID, A8_GROUP_ID = _A1.group_id, _A3.group_id, _A4.group_id, _A8.group_id
A2_GROUP_ID = _A2.group_id

_AMELIA = _agent("amelia", "Amelia Brightwater", _A1, _A1_ADDRESS, utr="1100000101")
_BEN = _agent("ben", "Ben Brightwater", _A1, _A1_ADDRESS, utr=None, role=_ASSISTANT)
_LEGACY = _agent("amelia-legacy", "Amelia Brightwater", _A8, _A1_ADDRESS, utr=None)

# A company that is ready to subscribe has its company number and, with it, its corporation tax reference.
_NELL = _agent(
    "nell", "Nell Larkin", _A6, Address("7 Park Row", "Leeds", postcode="LS1 4AP", country_code="GB"), utr="2100000606"
)


def _ready_to_subscribe() -> MasterRecord:
    made = agency_partner(_NELL, _A6, arn=None, safe_id="XN0000001000006", utr="2100000606")
    return MasterRecord(made.id, made.kind, {**made.document, "crn": "10000606"})


_OVERSEAS_APPLICATION: Document = {
    "userId": "otto",
    "status": "accepted",
    "safeIdOnRegistering": "XY0000001000007",
    "tradingDetails": {
        "tradingName": "Otto Apfelbaum Steuerberatung",
        "tradingAddress": {"addressLine1": "Lindenallee 7", "addressLine2": "Hamburg", "countryCode": "DE"},
    },
    "contactDetails": {"businessTelephone": "0049 40 555 0100", "businessEmail": "otto@apfelbaum.example"},
    "agencyDetails": {
        "agencyName": "Otto Apfelbaum Steuerberatung",
        "agencyEmail": "otto@apfelbaum.example",
        "agencyAddress": {"addressLine1": "Lindenallee 7", "addressLine2": "Hamburg", "countryCode": "DE"},
    },
    "amls": {"supervisoryBody": "Steuerberaterkammer Hamburg", "membershipNumber": "DE100007"},
}

FILLER_UTRS = ("4140000101", "9140000202")

AGENTS: tuple[Party, ...] = (
    _subscribed(_A1, (_AMELIA, _BEN), arn=A1_ARN, utr="1100000101", safe_id="XX0000001000001"),
    _subscribed(
        _A2,
        (
            _agent(
                "nina",
                "Nina Nightjar",
                _A2,
                Address("12 Infirmary Street", "Leeds", postcode="LS1 4AP", country_code="GB"),
                utr="4100000202",
            ),
        ),
        arn=A2_ARN,
        utr="4100000202",
        safe_id="XJ0000001000002",
    ),
    _subscribed(
        _A3,
        (_agent("oisin", "Oisin Shannon", _A3, Address("3 Bachelors Walk", "Dublin", country_code="IE"), utr=None),),
        arn=A3_ARN,
        utr=None,
        safe_id="XK0000001000003",
    ),
    _subscribed(
        _A4,
        (
            _agent(
                "harriet",
                "Harriet Harbour",
                _A4,
                Address("20 Waterloo Place", "Edinburgh", postcode="EH1 1YZ", country_code="GB"),
                utr="3100000404",
            ),
        ),
        arn=A4_ARN,
        utr="3100000404",
        safe_id="XL0000001000004",
    ),
    _subscribed(
        _A5,
        (
            _agent(
                "quinn",
                "Quinn Quillfeather",
                _A5,
                Address("1 Donegall Square", "Belfast", postcode="BT1 5GS", country_code="GB"),
                utr="8100000505",
            ),
        ),
        arn="BARN1000005",
        utr="8100000505",
        safe_id="XM0000001000005",
        is_enrolled=False,
    ),
    Party((_NELL,), _A6, records=(_ready_to_subscribe(),)),
    Party(
        (_agent("otto", "Otto Apfelbaum", _A7, Address("Lindenallee 7", "Hamburg", country_code="DE"), utr=None),),
        _A7,
        records=(MasterRecord("0000000000000000000a7001", RecordKind.OVERSEAS_APPLICATION, _OVERSEAS_APPLICATION),),
    ),
    Party(
        (_LEGACY,),
        _A8,
        (
            HeldKey.of("IR-SA-AGENT~IRAgentReference~BW100A", IRAgentPostcode="TF3 4NT"),
            HeldKey.of("HMCE-VAT-AGNT~AgentRefNo~901000117", POSTCODE="TF3 4NT", IREFFREGDATE="01/11/98"),
        ),
        (
            legacy_relationship("BW100A", nino="AB100005A", utr="1110000505"),
            *(legacy_relationship("BW100A", utr=utr) for utr in FILLER_UTRS),
            legacy_agent_record("BW099Z", _LEGACY, name="Brightwater & Daughters", ceased_on="2019-04-05"),
            legacy_relationship("BW099Z", nino="AB100007C", utr="2110000707"),
        ),
    ),
    Party(
        (
            Person(
                user_id="stride-sam",
                name="Sam Strider",
                email="sam.strider@example.com",
                stride_roles=("maintain_agent_relationships", "maintain_agent_manually_assure", "caat"),
                in_cast=True,
            ),
        )
    ),
    # Nobody: who background jobs sign in as, where an upstream wants a session (AGENT_SERVICES_SERVICE_TOKEN).
    Party((Person(user_id="service", name="Background Jobs", in_cast=True),)),
)

STAFF = frozenset({"stride-sam"})
