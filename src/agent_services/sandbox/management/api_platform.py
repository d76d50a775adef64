"""Test users of the API platform, as they are imported. Spec: sandbox 3.2."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from agent_services.sandbox.users.documents import AdditionalInformation, AddressData, UserData
from agent_services.sandbox.users.people import AffinityGroup

_CAMEL_CASE = ConfigDict(extra="ignore", alias_generator=to_camel, populate_by_name=True)


class PostalAddress(BaseModel):
    model_config = _CAMEL_CASE

    line1: str | None = None
    line2: str | None = None
    postcode: str | None = None

    def as_data(self) -> AddressData:
        return AddressData(line1=self.line1, line2=self.line2, postcode=self.postcode, country_code="GB")


class IndividualDetails(BaseModel):
    model_config = _CAMEL_CASE

    first_name: str
    last_name: str
    date_of_birth: date | None = None
    address: PostalAddress | None = None


class OrganisationDetails(BaseModel):
    model_config = _CAMEL_CASE

    name: str
    address: PostalAddress | None = None


class EmployerReference(BaseModel):
    model_config = _CAMEL_CASE

    tax_office_number: str
    tax_office_reference: str


class ApiPlatformUser(BaseModel):
    """The body of `POST users/api-platform`."""

    model_config = _CAMEL_CASE

    user_id: str
    user_full_name: str | None = None
    email_address: str | None = None
    individual_details: IndividualDetails | None = None
    organisation_details: OrganisationDetails | None = None
    sa_utr: str | None = None
    nino: str | None = None
    mtd_it_id: str | None = None
    eori_number: str | None = None
    emp_ref: EmployerReference | None = None
    ct_utr: str | None = None
    vrn: str | None = None
    vat_registration_date: date | None = None
    arn: str | None = Field(default=None)


def user_of_api_platform(given: ApiPlatformUser) -> tuple[UserData, AffinityGroup]:
    """The user and affinity group that the import makes of it."""
    person, company = given.individual_details, given.organisation_details
    if person is not None:
        affinity = AffinityGroup.INDIVIDUAL
    elif company is not None:
        affinity = AffinityGroup.ORGANISATION
    else:
        affinity = AffinityGroup.AGENT
    address = (person.address if person else None) or (company.address if company else None)
    name = f"{person.first_name} {person.last_name}" if person else (company.name if company else None)
    user = UserData(
        user_id=given.user_id,
        name=name or given.user_full_name,
        email=given.email_address,
        nino=given.nino,
        confidence_level=250 if affinity is AffinityGroup.INDIVIDUAL and given.nino else None,
        credential_strength="strong",
        credential_role="User",
        date_of_birth=person.date_of_birth if person else None,
        address=address.as_data() if address is not None else None,
        utr=given.sa_utr,
        additional_information=AdditionalInformation(vat_registration_date=given.vat_registration_date),
        assigned_principal_enrolments=_keys(given, affinity),
    )
    return user, affinity


def _keys(given: ApiPlatformUser, affinity: AffinityGroup) -> list[str]:
    if affinity is AffinityGroup.AGENT:
        return [f"HMRC-AS-AGENT~AgentReferenceNumber~{given.arn}"] if given.arn else []
    employer = given.emp_ref
    wanted = (
        ("HMRC-PT~NINO~", given.nino),
        ("IR-SA~UTR~", given.sa_utr),
        ("IR-CT~UTR~", given.ct_utr),
        ("HMCE-VATDEC-ORG~VATRegNo~", given.vrn),
        ("HMRC-MTD-VAT~VRN~", given.vrn),
        ("HMRC-MTD-IT~MTDITID~", given.mtd_it_id),
        ("HMRC-CUS-ORG~EORINumber~", given.eori_number),
    )
    keys = [prefix + value for prefix, value in wanted if value]
    if employer is not None:
        keys.append(
            f"IR-PAYE~TaxOfficeNumber~{employer.tax_office_number}~TaxOfficeReference~{employer.tax_office_reference}"
        )
    return keys
