"""The master records that follow from a person, a group and what it holds. Spec: sandbox 1.8."""

from collections.abc import Iterator
from datetime import date

from agent_services.sandbox import generators
from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.population.parties import HeldKey, Party
from agent_services.sandbox.records.kinds import MasterRecord, RecordKind
from agent_services.sandbox.users.people import AffinityGroup, Group, Person, compact_nino

_STATUSES = (
    "updateDetailsStatus",
    "amlSupervisionUpdateStatus",
    "directorPartnerUpdateStatus",
    "acceptNewTermsStatus",
    "reriskStatus",
)
_LONGEST_AGENCY_NAME = 40


def records_of(party: Party) -> list[MasterRecord]:
    """All records that follow from the party and are not among its own. Nothing for people without a group.

    A business partner record of its own stands for the derived one, whatever its SAFE ID: there is one for
    each agency.
    """
    person, group = party.administrator, party.group
    if person is None or group is None:
        return []
    own = {record.id for record in party.records}
    has_partner = any(record.kind is RecordKind.BUSINESS_PARTNER for record in party.records)
    is_agent = group.affinity_group is AffinityGroup.AGENT
    derived = _agent_records(party, person, group) if is_agent else _client_records(party, person, group)
    return [
        record
        for record in derived
        if record.id not in own and not (has_partner and record.kind is RecordKind.BUSINESS_PARTNER)
    ]


def _client_records(party: Party, person: Person, group: Group) -> Iterator[MasterRecord]:
    income_tax, gains = party.held("HMRC-MTD-IT"), party.held("HMRC-CGT-PD")
    if income_tax is not None or gains is not None:
        yield business_details(
            person,
            mtd_it_id=_value(income_tax),
            cgt_reference=_value(gains),
        )
    vat = party.held("HMRC-MTD-VAT")
    if vat is not None:
        yield vat_customer(person, group, vat)
    corporation = party.held("IR-CT")
    if corporation is not None and group.affinity_group is AffinityGroup.ORGANISATION:
        yield company_partner(person, corporation)
    packaging = party.held("HMRC-PPT-ORG")
    if packaging is not None:
        yield packaging_subscription(person, group, packaging)
    country = party.held("HMRC-CBC-ORG") or party.held("HMRC-CBC-NONUK-ORG")
    if country is not None:
        yield country_by_country(person, country)
    pillar2 = party.held("HMRC-PILLAR2-ORG")
    if pillar2 is not None:
        yield pillar2_subscription(person, pillar2)


def business_details(person: Person, *, mtd_it_id: str | None, cgt_reference: str | None = None) -> MasterRecord:
    """One business without cessation, at the person's own address."""
    seed = person.user_id
    safe_id = generators.safe_id(f"business:{seed}")
    business: Document = {
        "incomeSourceId": "XAIS" + generators.digits(seed, "income-source", 11),
        "accountingPeriodStartDate": "2001-04-06",
        "accountingPeriodEndDate": "2002-04-05",
        "tradingName": f"{person.last_name} Trading",
        "businessAddressDetails": person.address.in_etmp_form() if person.address else None,
        "tradingStartDate": "2001-04-06",
        "cashOrAccruals": "cash",
        "seasonal": False,
        "paperLess": False,
    }
    document = without_absent(
        {
            "safeId": safe_id,
            "nino": compact_nino(person.nino or generators.nino(seed)),
            "mtdId": mtd_it_id,
            "propertyIncome": False,
            "businessData": [without_absent(business)],
            "cgtPdRef": cgt_reference,
        }
    )
    return _record(RecordKind.BUSINESS_DETAILS, safe_id, document)


def vat_customer(person: Person, group: Group, vat: HeldKey) -> MasterRecord:
    """The registration date is the known fact's, if there is one."""
    vrn = vat.key.identifiers[0][1]
    registered = person.vat_registration_date or short_date(vat.verifier("VATRegistrationDate"))
    if group.affinity_group is AffinityGroup.ORGANISATION:
        named: Document = {"organisationName": person.name or generators.company_name(vrn)}
    else:
        named = {
            "individual": {"title": "0001", "firstName": person.first_name, "lastName": person.last_name},
            "dateOfBirth": person.date_of_birth.isoformat() if person.date_of_birth else None,
        }
    details = without_absent(
        {
            **named,
            "mandationStatus": "1",
            "effectiveRegistrationDate": registered.isoformat() if registered else None,
            "isInsolvent": False,
        }
    )
    document: Document = {
        "vrn": vrn,
        "approvedInformation": without_absent(
            {
                "customerDetails": details,
                "PPOB": {"address": person.address.in_vat_form()} if person.address else None,
            }
        ),
    }
    return _record(RecordKind.VAT_CUSTOMER, vrn, document)


def company_partner(person: Person, corporation: HeldKey) -> MasterRecord:
    utr = corporation.key.identifiers[0][1]
    safe_id = generators.safe_id(f"company:{utr}")
    document = without_absent(
        {
            "businessPartnerExists": True,
            "safeId": safe_id,
            "utr": utr,
            "crn": corporation.verifier("CRN"),
            "isAnAgent": False,
            "isAnASAgent": False,
            "isAnIndividual": False,
            "isAnOrganisation": True,
            "organisation": {"organisationName": person.name, "isAGroup": False, "organisationType": "0000"},
            "addressDetails": person.address.in_etmp_form() if person.address else None,
        }
    )
    return _record(RecordKind.BUSINESS_PARTNER, safe_id, document)


def packaging_subscription(person: Person, group: Group, packaging: HeldKey) -> MasterRecord:
    reference = packaging.key.identifiers[0][1]
    applied = short_date(packaging.verifier("PPTRegistrationDate")) or generators.past_date(reference, "ppt")
    if group.affinity_group is AffinityGroup.ORGANISATION:
        customer: Document = {
            "customerType": "Organisation",
            "organisationDetails": {"organisationName": person.name},
        }
    else:
        customer = {
            "customerType": "Individual",
            "individualDetails": {"firstName": person.first_name, "lastName": person.last_name},
        }
    document: Document = {
        "pptReference": reference,
        "legalEntityDetails": {"dateOfApplication": applied.isoformat(), "customerDetails": customer},
        "changeOfCircumstanceDetails": {"deregistrationDetails": {"deregistrationDate": "2099-12-31"}},
    }
    return _record(RecordKind.PPT_SUBSCRIPTION, reference, document)


def country_by_country(person: Person, country: HeldKey) -> MasterRecord:
    cbc_id = next(value for name, value in country.key.identifiers if name.lower() == "cbcid")
    document: Document = {
        "cbcId": cbc_id,
        "tradingName": person.name,
        "isGBUser": country.key.service == "HMRC-CBC-ORG",
        "primaryContact": [
            {
                "email": country.verifier("Email") or person.email_address,
                "organisation": {"organisationName": person.name},
            }
        ],
    }
    return _record(RecordKind.CBC_SUBSCRIPTION, cbc_id, document)


def pillar2_subscription(person: Person, pillar2: HeldKey) -> MasterRecord:
    reference = pillar2.key.identifiers[0][1]
    registered = short_date(pillar2.verifier("Registration Date")) or generators.past_date(reference, "plr")
    address = person.address
    country = (address.country_code if address else None) or "GB"
    document: Document = {
        "plrReference": reference,
        "formBundleNumber": generators.digits(reference, "form-bundle", 12),
        "upeDetails": {
            "organisationName": person.name,
            "registrationDate": registered.isoformat(),
            "domesticOnly": country == "GB",
            "filingMember": False,
        },
        "accountingPeriod": {"startDate": "2024-01-01", "endDate": "2024-12-31"},
        "upeCorrespAddressDetails": without_absent(
            {"addressLine1": (address.line1 if address else None) or "1 High Street", "countryCode": country}
        ),
        "primaryContactDetails": {"name": person.name, "emailAddress": person.email_address},
    }
    return _record(RecordKind.PILLAR2_SUBSCRIPTION, reference, document)


def _agent_records(party: Party, person: Person, group: Group) -> Iterator[MasterRecord]:
    agency, legacy = party.held("HMRC-AS-AGENT"), party.held("IR-SA-AGENT")
    if agency is not None:
        yield agency_partner(person, group, arn=agency.key.identifiers[0][1])
    elif not party.enrolments and person.utr:
        yield agency_partner(person, group, arn=None)
    if legacy is not None:
        yield legacy_agent(person, group, legacy)


def agency_partner(
    person: Person, group: Group, *, arn: str | None, safe_id: str | None = None, utr: str | None = None
) -> MasterRecord:
    """The agency's business partner record: one for each agency, made from its group.

    Without an ARN: an agent who is ready to subscribe.
    """
    identity = safe_id or generators.safe_id(f"agency:{group.group_id}")
    name = (group.agent_friendly_name or person.name or "")[:_LONGEST_AGENCY_NAME]
    address = person.address.in_etmp_form() if person.address else None
    regimes = list(group.suspended_regimes)
    agency: Document = without_absent(
        {
            "agencyName": name,
            "agencyAddress": address,
            "agencyEmail": person.email_address,
            "agencyTelephone": generators.telephone(group.group_id),
            "supervisoryBody": "HMRC",
            "membershipNumber": "XAML00000200000",
            **{
                status: {
                    "status": "ACCEPTED",
                    "lastUpdated": "2024-01-01T00:00:00Z",
                    "lastSuccessfullyCompleted": "2024-01-01T00:00:00Z",
                }
                for status in _STATUSES
            },
        }
    )
    document = without_absent(
        {
            "businessPartnerExists": True,
            "safeId": identity,
            "agentReferenceNumber": arn,
            "utr": utr or person.utr,
            "isAnAgent": arn is not None,
            "isAnASAgent": arn is not None,
            "isAnIndividual": False,
            "isAnOrganisation": True,
            "organisation": {"organisationName": name, "isAGroup": False, "organisationType": "0000"},
            "addressDetails": address,
            "contactDetails": {
                "primaryPhoneNumber": generators.telephone(group.group_id),
                "emailAddress": person.email_address,
            },
            "agencyDetails": agency if arn is not None else None,
            "suspensionDetails": without_absent({"suspensionStatus": bool(regimes), "regimes": regimes or None}),
        }
    )
    return _record(RecordKind.BUSINESS_PARTNER, identity, document)


def legacy_agent(person: Person, group: Group, legacy: HeldKey) -> MasterRecord:
    agent_id = legacy.key.identifiers[0][1]
    return legacy_agent_record(agent_id, person, name=group.agent_friendly_name or person.name or agent_id)


def legacy_agent_record(agent_id: str, person: Person, *, name: str, ceased_on: str | None = None) -> MasterRecord:
    address = person.address
    document = without_absent(
        {
            "agentId": agent_id,
            "govAgentId": person.user_id[:12],
            "agentName": name[:56],
            "address1": ((address.line1 if address else None) or "1 High Street")[:28],
            "address2": ((address.line2 if address else None) or "Town")[:28],
            "postcode": address.postcode if address else None,
            "isAgentAbroad": bool(address and address.country_code not in (None, "GB")),
            "agentCeasedDate": ceased_on,
        }
    )
    return _record(RecordKind.LEGACY_AGENT, agent_id, document)


def legacy_relationship(
    agent_id: str, *, nino: str | None = None, utr: str | None = None, user_id: str = ""
) -> MasterRecord:
    document = without_absent(
        {
            "agentId": agent_id,
            "nino": nino,
            "utr": utr,
            "Auth_64-8": True,
            "Auth_i64-8": True,
        }
    )
    return _record(RecordKind.LEGACY_RELATIONSHIP, f"{agent_id}:{nino}:{utr}:{user_id}", document)


def short_date(text: str | None) -> date | None:
    """Reads dd/MM/yy; a year that would lie in the future is a hundred years ago. Spec: sandbox 1.8."""
    if not text:
        return None
    day, month, year = (int(part) for part in text.split("/"))
    # Fixed rather than the clock's year: known facts must not change when the clock is moved.
    century = 2000 if year < 70 else 1900
    return date(century + year, month, day)


def short_date_text(day: date) -> str:
    return f"{day:%d/%m/%y}"


def key_of(service: str, *identifiers: tuple[str, str]) -> StoredKey:
    return StoredKey(service, identifiers)


def _value(held: HeldKey | None) -> str | None:
    return held.key.identifiers[0][1] if held is not None else None


def _record(kind: RecordKind, seed: str, document: Document) -> MasterRecord:
    return MasterRecord(generators.record_id(f"{kind.value}:{seed}"), kind, document)
