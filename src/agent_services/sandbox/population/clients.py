"""Clients made to order: every identifier that is not given follows from the seed. Spec: sandbox 1.3, 1.11, 6.7."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from agent_services.sandbox import generators
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.population.parties import HeldKey, Party
from agent_services.sandbox.population.records import short_date_text
from agent_services.sandbox.users.people import Address, AffinityGroup, CredentialRole, Group, Person, compact_nino

CONFIDENCE_LEVEL = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClient:
    """A person or organisation as wanted, and, once `filled`, with everything that was left open.

    `services` are enrolment services such as HMRC-MTD-VAT; HMRC-PT comes by itself with a NINO.
    """

    seed: str
    affinity_group: AffinityGroup
    services: frozenset[str]
    user_id: str | None = None
    group_id: str | None = None
    name: str | None = None
    email: str | None = None
    password_hash: str | None = None
    date_of_birth: date | None = None
    address: Address | None = None
    has_address: bool = True
    nino: str | None = None
    has_nino: bool = True
    utr: str | None = None
    mtd_it_id: str | None = None
    vrn: str | None = None
    vat_registration_date: date | None = None
    has_vat_registration_date: bool = True
    identifiers: tuple[tuple[str, str], ...] = ()
    """Identifiers of the other services, by their names in the enrolment: CGTPDRef, PLRID …"""

    @property
    def is_individual(self) -> bool:
        return self.affinity_group is AffinityGroup.INDIVIDUAL

    def identifier(self, name: str) -> str | None:
        return next((value for held, value in self.identifiers if held == name), None)


def filled(wanted: NewClient) -> NewClient:
    """The same client with everything that was left open, always the same for the same seed."""
    seed = wanted.seed
    is_individual = wanted.is_individual
    name = wanted.name or (
        f"{generators.first_name(seed)} {generators.last_name(seed)}"
        if is_individual
        else generators.company_name(seed)
    )
    line1, town, postcode = generators.address_lines(seed)
    made_address = Address(line1, town, postcode=postcode, country_code="GB") if wanted.has_address else None
    pays_income_tax = "HMRC-MTD-IT" in wanted.services or "IR-SA" in wanted.services
    return replace(
        wanted,
        user_id=wanted.user_id or generators.digits(seed, "user-id", 12),
        group_id=wanted.group_id or generators.group_id(seed),
        name=name,
        email=wanted.email or generators.email(seed, name),
        date_of_birth=wanted.date_of_birth or (generators.birth_date(seed) if is_individual else None),
        address=wanted.address or made_address,
        nino=wanted.nino or (generators.nino(seed) if is_individual and wanted.has_nino else None),
        utr=wanted.utr or (generators.utr(seed) if pays_income_tax else None),
        mtd_it_id=wanted.mtd_it_id or (generators.mtd_it_id(seed) if "HMRC-MTD-IT" in wanted.services else None),
        vrn=wanted.vrn or (generators.vrn(seed) if _needs_vrn(wanted) else None),
        vat_registration_date=wanted.vat_registration_date or _vat_date(wanted),
        identifiers=tuple(_identifiers(wanted)),
    )


def party_of(client: NewClient) -> Party:
    """The party of a filled client: person, group, enrolments with their known facts."""
    group_id, user_id = client.group_id or "", client.user_id or ""
    person = Person(
        user_id=user_id,
        group_id=group_id,
        credential_role=CredentialRole.USER,
        credential_strength="strong",
        confidence_level=CONFIDENCE_LEVEL if client.is_individual else None,
        nino=client.nino,
        utr=client.utr,
        name=client.name,
        email=client.email,
        date_of_birth=client.date_of_birth,
        address=client.address,
        vat_registration_date=client.vat_registration_date,
        password_hash=client.password_hash,
    )
    return Party((person,), Group(group_id, client.affinity_group), tuple(_held(client)))


def _held(client: NewClient) -> Iterator[HeldKey]:
    postcode = client.address.postcode if client.address else None
    country = (client.address.country_code if client.address else None) or "GB"
    registered = client.vat_registration_date
    nino = compact_nino(client.nino) if client.nino else None
    services = client.services
    if "HMRC-MTD-IT" in services:
        yield HeldKey.of(f"HMRC-MTD-IT~MTDITID~{client.mtd_it_id}", NINO=nino, businesspostcode=postcode)
    if "IR-SA" in services:
        yield HeldKey.of(f"IR-SA~UTR~{client.utr}", Postcode=postcode, NINO=nino)
    if "HMRC-MTD-VAT" in services:
        yield HeldKey.of(
            f"HMRC-MTD-VAT~VRN~{client.vrn}",
            Postcode=postcode,
            VATRegistrationDate=short_date_text(registered) if registered else None,
        )
    if "HMCE-VATDEC-ORG" in services:
        yield HeldKey.of(
            f"HMCE-VATDEC-ORG~VATRegNo~{client.vrn}",
            IRPCODE=postcode,
            IREFFREGDATE=short_date_text(registered) if registered else None,
        )
    if nino is not None and client.affinity_group is not AffinityGroup.AGENT:
        yield HeldKey.of(f"HMRC-PT~NINO~{nino}", NINO1=nino)
    for service in sorted(services & _OTHERS.keys()):
        key = StoredKey(service, tuple((name, client.identifier(name) or "") for name in _OTHERS[service]))
        yield HeldKey(key, tuple(_other_facts(client, service, postcode, country)))


# The other services by the names of their identifiers, in the order of their keys.
_OTHERS: dict[str, tuple[str, ...]] = {
    "HMRC-TERS-ORG": ("SAUTR",),
    "HMRC-TERSNT-ORG": ("URN",),
    "HMRC-CGT-PD": ("CGTPDRef",),
    "HMRC-PPT-ORG": ("EtmpRegistrationNumber",),
    "HMRC-CBC-ORG": ("cbcId", "UTR"),
    "HMRC-CBC-NONUK-ORG": ("cbcId",),
    "HMRC-PILLAR2-ORG": ("PLRID",),
    "IR-CT": ("UTR",),
    "IR-PAYE": ("TaxOfficeNumber", "TaxOfficeReference"),
    "HMRC-CUS-ORG": ("EORINumber",),
    "HMRC-EMCS-ORG": ("ExciseNumber",),
    "HMRC-LISA-ORG": ("ZREF",),
    "HMRC-SET-ORG": ("SRN",),
    "HMRC-PSA-ORG": ("PSAID",),
}


def _other_facts(client: NewClient, service: str, postcode: str | None, country: str) -> Iterator[tuple[str, str]]:
    seed = client.seed
    if service == "HMRC-TERS-ORG":
        yield "SAUTR1", client.identifier("SAUTR") or ""
    if service == "HMRC-TERSNT-ORG":
        yield "URN1", client.identifier("URN") or ""
    if service == "HMRC-CGT-PD":
        if postcode:
            yield "PostCode", postcode
        yield "CountryCode", country
    if service == "HMRC-PPT-ORG":
        yield "PPTRegistrationDate", short_date_text(generators.date_in(2022, seed, "ppt"))
        if postcode:
            yield "BusinessPostCode", postcode
    if service in ("HMRC-CBC-ORG", "HMRC-CBC-NONUK-ORG"):
        yield "Email", client.email or ""
    if service == "HMRC-PILLAR2-ORG":
        yield "Registration Date", short_date_text(generators.date_in(2024, seed, "plr"))
    if service == "IR-CT":
        yield "CRN", client.identifier("CRN") or generators.crn(seed)


def _identifiers(wanted: NewClient) -> Iterator[tuple[str, str]]:
    names = {name for service in wanted.services for name in _OTHERS.get(service, ())}
    if "IR-CT" in wanted.services:
        names.add("CRN")
    for name in sorted(names | {name for name, _ in wanted.identifiers}):
        yield name, wanted.identifier(name) or generators.identifier(name, wanted.seed)


def _needs_vrn(wanted: NewClient) -> bool:
    return bool(wanted.services & {"HMRC-MTD-VAT", "HMCE-VATDEC-ORG"})


def _vat_date(wanted: NewClient) -> date | None:
    if not _needs_vrn(wanted) or not wanted.has_vat_registration_date:
        return None
    return generators.past_date(wanted.seed, "vat-registration")
