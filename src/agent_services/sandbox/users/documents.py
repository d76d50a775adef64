"""People and groups as management writes and reads them. Spec: sandbox 1.3, 1.4, 3.2."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.enrolments.store import Allocation
from agent_services.sandbox.users.people import Address, CredentialRole, Group, Person

_CAMEL_CASE = ConfigDict(extra="ignore", alias_generator=to_camel, populate_by_name=True)


class AddressData(BaseModel):
    model_config = _CAMEL_CASE

    line1: str | None = None
    line2: str | None = None
    line3: str | None = None
    line4: str | None = None
    postcode: str | None = None
    country_code: str | None = None

    def as_address(self) -> Address:
        return Address(self.line1, self.line2, self.line3, self.line4, self.postcode, self.country_code)


class AdditionalInformation(BaseModel):
    model_config = _CAMEL_CASE

    vat_registration_date: date | None = None


class UserData(BaseModel):
    """The body of a user, whose members are all optional: what is missing is made up."""

    model_config = _CAMEL_CASE

    user_id: str | None = None
    group_id: str | None = None
    confidence_level: int | None = None
    credential_strength: str | None = None
    credential_role: str | None = None
    nino: str | None = None
    assigned_principal_enrolments: list[str] = Field(default_factory=list)
    assigned_delegated_enrolments: list[str] = Field(default_factory=list)
    name: str | None = None
    email: str | None = None
    date_of_birth: date | None = None
    address: AddressData | None = None
    deceased: bool | None = None
    utr: str | None = None
    additional_information: AdditionalInformation | None = None
    stride_roles: list[str] = Field(default_factory=list)
    is_non_compliant: bool | None = None

    @property
    def role(self) -> CredentialRole | None:
        """None for a missing or unknown one; the validation tells the latter."""
        return next((role for role in CredentialRole if role == self.credential_role), None)


class IdentifierData(BaseModel):
    key: str
    value: str


class EnrolmentData(BaseModel):
    model_config = _CAMEL_CASE

    key: str
    identifiers: list[IdentifierData] = Field(default_factory=list)
    friendly_name: str | None = None

    @property
    def key_text(self) -> str:
        return "~".join((self.key, *(part for each in self.identifiers for part in (each.key, each.value))))


class GroupData(BaseModel):
    """The body of a group."""

    model_config = _CAMEL_CASE

    group_id: str | None = None
    affinity_group: str
    agent_id: str | None = None
    agent_code: str | None = None
    agent_friendly_name: str | None = None
    principal_enrolments: list[EnrolmentData] = Field(default_factory=list)
    delegated_enrolments: list[EnrolmentData] = Field(default_factory=list)
    suspended_regimes: list[str] = Field(default_factory=list)


def person_document(person: Person, principal: list[str], delegated: list[str]) -> Document:
    """A user as management shows it, with the keys assigned to it."""
    return without_absent(
        {
            "userId": person.user_id,
            "groupId": person.group_id,
            "confidenceLevel": person.confidence_level,
            "credentialStrength": person.credential_strength,
            "credentialRole": person.credential_role.value if person.credential_role else None,
            "nino": person.nino,
            "assignedPrincipalEnrolments": principal,
            "assignedDelegatedEnrolments": delegated,
            "name": person.name,
            "email": person.email_address,
            "dateOfBirth": person.date_of_birth.isoformat() if person.date_of_birth else None,
            "address": person.address.as_document() if person.address else None,
            "deceased": person.deceased or None,
            "utr": person.utr,
            "additionalInformation": {"vatRegistrationDate": person.vat_registration_date.isoformat()}
            if person.vat_registration_date
            else None,
            "strideRoles": list(person.stride_roles),
            "isNonCompliant": True if person.compliance_issues is not None else None,
            "complianceIssues": list(person.compliance_issues) if person.compliance_issues is not None else None,
            "planetId": "hmrc",
        }
    )


def group_document(group: Group, principal: list[Allocation], delegated: list[Allocation]) -> Document:
    """A group as management shows it, with what it holds."""
    return without_absent(
        {
            "planetId": "hmrc",
            "groupId": group.group_id,
            "affinityGroup": group.affinity_group.value,
            "agentId": group.agent_id,
            "agentCode": group.agent_code,
            "agentFriendlyName": group.agent_friendly_name,
            "principalEnrolments": [enrolment_document(held) for held in principal],
            "delegatedEnrolments": [enrolment_document(held) for held in delegated],
            "suspendedRegimes": list(group.suspended_regimes),
        }
    )


def enrolment_document(held: Allocation) -> Document:
    return without_absent(
        {
            "key": held.key.service,
            "identifiers": [{"key": name, "value": value} for name, value in held.key.identifiers],
            "state": held.state,
            "friendlyName": held.friendly_name,
        }
    )
