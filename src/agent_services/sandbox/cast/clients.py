"""The clients of the cast. Spec: sandbox 5.2; README: the very examples of the specs."""

from dataclasses import replace
from datetime import date

from agent_services.sandbox import generators
from agent_services.sandbox.documents import Document
from agent_services.sandbox.population.parties import HeldKey, Party
from agent_services.sandbox.population.records import (
    country_by_country,
    packaging_subscription,
    pillar2_subscription,
    short_date_text,
    vat_customer,
)
from agent_services.sandbox.records.kinds import MasterRecord
from agent_services.sandbox.users.people import Address, AffinityGroup, CredentialRole, Group, Person


def _group(user_id: str, affinity_group: AffinityGroup) -> Group:
    return Group(generators.group_id(f"cast:{user_id}"), affinity_group)


def _individual(
    user_id: str,
    name: str,
    address: Address,
    *,
    nino: str | None = None,
    utr: str | None = None,
    born: date = date(1980, 1, 1),
) -> Person:
    return Person(
        user_id=user_id,
        group_id=generators.group_id(f"cast:{user_id}"),
        credential_role=CredentialRole.USER,
        credential_strength="strong",
        confidence_level=250,
        nino=nino,
        utr=utr,
        name=name,
        email=f"{user_id}@example.com",
        date_of_birth=born,
        address=address,
        in_cast=True,
    )


def _organisation(user_id: str, name: str, address: Address) -> Person:
    return Person(
        user_id=user_id,
        group_id=generators.group_id(f"cast:{user_id}"),
        credential_role=CredentialRole.USER,
        credential_strength="strong",
        name=name,
        email=f"{user_id}@{user_id}.example",
        address=address,
        in_cast=True,
    )


def _person_party(person: Person, *enrolments: HeldKey, records: tuple[MasterRecord, ...] = ()) -> Party:
    personal_tax: tuple[HeldKey, ...] = ()
    if person.nino:
        personal_tax = (HeldKey.of(f"HMRC-PT~NINO~{person.nino}", NINO1=person.nino),)
    return Party((person,), _group(person.user_id, AffinityGroup.INDIVIDUAL), (*enrolments, *personal_tax), records)


def _company_party(person: Person, *enrolments: HeldKey, records: tuple[MasterRecord, ...] = ()) -> Party:
    return Party((person,), _group(person.user_id, AffinityGroup.ORGANISATION), enrolments, records)


def _income_tax(person: Person, mtd_it_id: str) -> Party:
    postcode = person.address.postcode if person.address else None
    sa_facts = HeldKey.of(f"IR-SA~UTR~{person.utr}", Postcode=postcode, NINO=person.nino)
    return _person_party(
        person, HeldKey.of(f"HMRC-MTD-IT~MTDITID~{mtd_it_id}", NINO=person.nino, businesspostcode=postcode), sa_facts
    )


def _vat_key(vrn: str, registered: date | None, address: Address) -> HeldKey:
    return HeldKey.of(
        f"HMRC-MTD-VAT~VRN~{vrn}",
        Postcode=address.postcode,
        VATRegistrationDate=short_date_text(registered) if registered else None,
    )


def _gb(line1: str, town: str, postcode: str | None) -> Address:
    return Address(line1, town, postcode=postcode, country_code="GB")


def _changed(record: MasterRecord, **details: object) -> MasterRecord:
    """The VAT record with other customer details."""
    approved: Document = record.document["approvedInformation"]
    return replace(
        record,
        document={
            **record.document,
            "approvedInformation": {**approved, "customerDetails": {**approved["customerDetails"], **details}},
        },
    )


_QUENTIN = _individual(
    "quentin", "Quentin Ash", _gb("8 Priory Lane", "Brighton", "BN12 6DL"), nino="AB100008D", born=date(1975, 2, 3)
)
_THORNE = _organisation("thorne", "Thorne Plant Hire Ltd", _gb("Unit 4 Dock Road", "Cardiff", "CF10 3NP"))
_THORNE_VAT = _vat_key("101000377", date(2012, 2, 10), _THORNE.address or Address())
_DACRE = _individual("dacre", "Delia Dacre", _gb("2 Kiln Lane", "Telford", "TF3 4NT"), nino="AC200004D")
_DACRE_PPT = HeldKey.of(
    "HMRC-PPT-ORG~EtmpRegistrationNumber~XDPPT0005000002", PPTRegistrationDate="09/05/22", BusinessPostCode="TF3 4NT"
)
_GOTLAND = _organisation("gotland", "Gotland Group AB", Address("Strandgatan 1", "Visby", country_code="SE"))
_GOTLAND_PLR = HeldKey.of("HMRC-PILLAR2-ORG~PLRID~XNPLR7000000002", **{"Registration Date": "20/02/24"})
_ROWAN = _organisation("rowan", "Rowan & Finch Ltd", _gb("30 Queen Street", "Cardiff", "CF10 3NP"))
_WEXCOMBE = _organisation("wexcombe", "Wexcombe Mill", _gb("Mill Road", "Durham", "DH1 4EJ"))
_SADE = _individual("sade", "Sade Okafor", _gb("5 Canal Street", "Manchester", "M1 1AE"), nino="AC200001A")
_VESTER = _organisation("vester", "Vestergaard ApS", Address("Havnegade 9", "Aarhus", country_code="DK"))
_UMBER = _organisation("umber", "Umber Studio Ltd", _gb("6 Leith Walk", "Edinburgh", "EH1 1YZ"))
_ZARA = _individual("zara", "Zara Whitlock", _gb("9 Royal Mile", "Edinburgh", "EH1 1YZ"), nino="AC200003C")
_EXAMPLE = _individual(
    "example-itsa",
    "Ada Example",
    _gb("1 Example Street", "Exampletown", "AA11 1AA"),
    nino="AA999999A",
    utr="7000000002",
    born=date(1985, 10, 26),
)
_EXAMPLE_VAT = _organisation("example-vat", "Example Trading Ltd", _gb("2 Example Street", "Exampletown", "AA11 1AA"))


def _deregistered() -> MasterRecord:
    made = packaging_subscription(_DACRE, _group("dacre", AffinityGroup.INDIVIDUAL), _DACRE_PPT)
    return replace(
        made,
        document={
            **made.document,
            "changeOfCircumstanceDetails": {"deregistrationDetails": {"deregistrationDate": "2023-10-31"}},
        },
    )


def _inactive() -> MasterRecord:
    made = pillar2_subscription(_GOTLAND, _GOTLAND_PLR)
    return replace(made, document={**made.document, "accountStatus": {"inactive": True}})


INCOME_TAX_CLIENTS: tuple[Party, ...] = (
    _income_tax(
        _individual(
            "iris",
            "Iris Penhaligon",
            _gb("14 Marine Parade", "Worthing", "BN12 6DL"),
            nino="AB100001A",
            utr="3110000101",
            born=date(1980, 5, 15),
        ),
        "XDIT00000020001",
    ),
    _income_tax(
        _individual(
            "jonah",
            "Jonah Mistry",
            _gb("3 Elvet Bridge", "Durham", "DH1 4EJ"),
            nino="AB100002B",
            utr="8110000202",
            born=date(1974, 11, 2),
        ),
        "XEIT00000020002",
    ),
    _income_tax(
        _individual(
            "kirsten",
            "Kirsten Solberg",
            Address("Storgata 11", "Oslo", country_code="NO"),
            nino="AB100003C",
            utr="2110000303",
        ),
        "XFIT00000020003",
    ),
    _income_tax(
        _individual(
            "liam",
            "Liam Fairweather",
            # No country either: one of the United Kingdom's would count as overseas, and he could be found.
            Address("22 Castle Hill", "Lincoln"),
            nino="AB100004D",
            utr="7110000404",
        ),
        "XGIT00000020004",
    ),
    _income_tax(
        _individual(
            "marion",
            "Marion Quayle",
            _gb("17 Bute Street", "Cardiff", "CF10 3NP"),
            nino="AB100005A",
            utr="1110000505",
            born=date(1962, 8, 30),
        ),
        "XHIT00000020005",
    ),
    # Not signed up for income tax yet: authority is partial until then.
    _person_party(
        _individual(
            "noor",
            "Noor Haddad",
            _gb("40 Piccadilly", "Manchester", "M1 1AE"),
            nino="AB100006B",
            utr="6110000606",
            born=date(1991, 1, 19),
        )
    ),
    _income_tax(
        _individual(
            "petra",
            "Petra Lund",
            _gb("1 Birdcage Walk", "London", "SW1A 2BQ"),
            nino="AB100007C",
            utr="2110000707",
            born=date(1955, 3, 3),
        ),
        "XXIT00000020006",
    ),
    _person_party(_QUENTIN),
    _income_tax(_EXAMPLE, generators.mtd_it_id("AA999999")),
)

VAT_CLIENTS: tuple[Party, ...] = (
    _company_party(
        _ROWAN,
        _vat_key("101000181", date(2017, 4, 1), _ROWAN.address or Address()),
        HeldKey.of("IR-CT~UTR~5130000202", Postcode="CF10 3NP", CRN="10000202"),
    ),
    _person_party(_SADE, _vat_key("101000279", date(2019, 7, 15), _SADE.address or Address())),
    _company_party(
        _THORNE,
        _THORNE_VAT,
        records=(
            _changed(
                vat_customer(_THORNE, _group("thorne", AffinityGroup.ORGANISATION), _THORNE_VAT), isInsolvent=True
            ),
        ),
    ),
    _company_party(_UMBER, _vat_key("301000404", None, _UMBER.address or Address())),
    _company_party(_VESTER, _vat_key("101000573", date(2021, 1, 1), _VESTER.address or Address())),
    _company_party(
        _WEXCOMBE,
        _vat_key("101000769", date(1998, 11, 1), _WEXCOMBE.address or Address()),
        HeldKey.of("HMCE-VATDEC-ORG~VATREGNO~101000769", IRPCODE="DH1 4EJ", IREFFREGDATE="01/11/98"),
    ),
    _company_party(_EXAMPLE_VAT, _vat_key("101747696", date(2007, 5, 18), _EXAMPLE_VAT.address or Address())),
)

_DRAYTON = _organisation("drayton", "Drayton Global plc", _gb("1 Broad Street", "London", "SW1A 2BQ"))
_ELBE = _organisation("elbe", "Elbe Holding GmbH", Address("Elbchaussee 3", "Hamburg", country_code="DE"))
_DRAYTON_CBC = HeldKey.of("HMRC-CBC-ORG~cbcId~XJCBC6000000001~UTR~2130000101", Email="tax@drayton.example")
_ELBE_CBC = HeldKey.of("HMRC-CBC-NONUK-ORG~cbcId~XKCBC6000000002", Email="tax@elbe.example")

OTHER_CLIENTS: tuple[Party, ...] = (
    _company_party(
        _organisation("winter", "Winterbourne Family Trust", _gb("5 Chancery Lane", "London", "SW1A 2BQ")),
        HeldKey.of("HMRC-TERS-ORG~SAUTR~7120000101", SAUTR1="7120000101"),
    ),
    _company_party(
        _organisation("yarrow", "Yarrow Settlement", _gb("8 Temple Row", "Bristol", "BS1 4ST")),
        HeldKey.of("HMRC-TERSNT-ORG~URN~XMTRUST30000001", URN1="XMTRUST30000001"),
    ),
    _person_party(_ZARA, HeldKey.of("HMRC-CGT-PD~CGTPDRef~XZCGTP400000001", PostCode="EH1 1YZ", CountryCode="GB")),
    _company_party(
        _organisation("bellerive", "Bellerive Trustees SA", Address("Quai du Rhone 5", "Geneve", country_code="CH")),
        HeldKey.of("HMRC-CGT-PD~CGTPDRef~XVCGTP400000002", CountryCode="CH"),
    ),
    _company_party(
        _organisation("coldharbour", "Coldharbour Packaging Ltd", _gb("Wharf 2", "Bristol", "BS1 4ST")),
        HeldKey.of(
            "HMRC-PPT-ORG~EtmpRegistrationNumber~XCPPT0005000001",
            PPTRegistrationDate="01/04/22",
            BusinessPostCode="BS1 4ST",
        ),
    ),
    _person_party(_DACRE, _DACRE_PPT, records=(_deregistered(),)),
    _company_party(_DRAYTON, _DRAYTON_CBC, records=(country_by_country(_DRAYTON, _DRAYTON_CBC),)),
    _company_party(_ELBE, _ELBE_CBC, records=(country_by_country(_ELBE, _ELBE_CBC),)),
    _company_party(
        _organisation("farthing", "Farthing International plc", _gb("10 Lombard Street", "London", "SW1A 2BQ")),
        HeldKey.of("HMRC-PILLAR2-ORG~PLRID~XMPLR7000000001", UTR="1130000303", **{"Registration Date": "15/01/24"}),
    ),
    _company_party(_GOTLAND, _GOTLAND_PLR, records=(_inactive(),)),
)

CLIENTS: tuple[Party, ...] = (*INCOME_TAX_CLIENTS, *VAT_CLIENTS, *OTHER_CLIENTS)
