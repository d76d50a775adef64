"""The kinds of master record: their names, what makes them unique, and what they are found by. Spec: sandbox 1.7."""

from dataclasses import dataclass
from enum import StrEnum

from agent_services.sandbox.documents import Document


class RecordKind(StrEnum):
    """By the name in management paths."""

    BUSINESS_DETAILS = "business-details"
    VAT_CUSTOMER = "vat-customer-information"
    BUSINESS_PARTNER = "business-partner-record"
    RELATIONSHIP = "relationship"
    LEGACY_AGENT = "legacy-agent"
    LEGACY_RELATIONSHIP = "legacy-relationship"
    EMPLOYER_AUTHS = "employer-auths"
    PPT_SUBSCRIPTION = "ppt-subscription"
    CBC_SUBSCRIPTION = "cbc-subscription"
    PILLAR2_SUBSCRIPTION = "pillar2-subscription"
    AMLS = "amls"
    OVERSEAS_APPLICATION = "overseas-application"

    @property
    def class_name(self) -> str:
        """The name in `GET records`: `BusinessDetailsRecord` …"""
        return _CLASS_NAMES[self]


_CLASS_NAMES = {
    RecordKind.BUSINESS_DETAILS: "BusinessDetailsRecord",
    RecordKind.VAT_CUSTOMER: "VatCustomerInformationRecord",
    RecordKind.BUSINESS_PARTNER: "BusinessPartnerRecord",
    RecordKind.RELATIONSHIP: "RelationshipRecord",
    RecordKind.LEGACY_AGENT: "LegacyAgentRecord",
    RecordKind.LEGACY_RELATIONSHIP: "LegacyRelationshipRecord",
    RecordKind.EMPLOYER_AUTHS: "EmployerAuths",
    RecordKind.PPT_SUBSCRIPTION: "PPTSubscriptionDisplayRecord",
    RecordKind.CBC_SUBSCRIPTION: "CbcSubscriptionRecord",
    RecordKind.PILLAR2_SUBSCRIPTION: "Pillar2Record",
    RecordKind.AMLS: "AmlsRecord",
    RecordKind.OVERSEAS_APPLICATION: "OverseasApplication",
}

# Member of the document that makes it unique; a kind that is missing here has as many rows as are stored.
_UNIQUE_MEMBER = {
    RecordKind.BUSINESS_DETAILS: "safeId",
    RecordKind.VAT_CUSTOMER: "vrn",
    RecordKind.BUSINESS_PARTNER: "safeId",
    RecordKind.LEGACY_AGENT: "agentId",
    RecordKind.EMPLOYER_AUTHS: "agentCode",
    RecordKind.PPT_SUBSCRIPTION: "pptReference",
    RecordKind.CBC_SUBSCRIPTION: "cbcId",
    RecordKind.PILLAR2_SUBSCRIPTION: "plrReference",
    RecordKind.AMLS: "utr",
    RecordKind.OVERSEAS_APPLICATION: "userId",
}

_OTHER_MEMBERS: dict[RecordKind, tuple[str, ...]] = {
    RecordKind.BUSINESS_DETAILS: ("mtdId", "cgtPdRef"),
    RecordKind.BUSINESS_PARTNER: ("agentReferenceNumber", "utr", "urn", "eori", "crn"),
    RecordKind.LEGACY_RELATIONSHIP: ("utr", "agentId"),
    RecordKind.AMLS: ("arn",),
}

_KINDS_BY_NINO = frozenset({RecordKind.BUSINESS_DETAILS, RecordKind.BUSINESS_PARTNER, RecordKind.LEGACY_RELATIONSHIP})
_NINO_LENGTH = 8
_SUFFIXES = ("a", "b", "c", "d", "")


@dataclass(frozen=True, slots=True)
class MasterRecord:
    """A stored record. `id` is of no meaning."""

    id: str
    kind: RecordKind
    document: Document


def unique_key(kind: RecordKind, document: Document) -> str | None:
    """The value that makes the record unique among its kind, normalised; None where rows add up."""
    member = _UNIQUE_MEMBER.get(kind)
    value = document.get(member) if member is not None else None
    return normalised(value) if isinstance(value, str) else None


def look_up_keys(kind: RecordKind, document: Document) -> list[tuple[str, str]]:
    """The (name, normalised value) pairs that the record is found by."""
    members = [*_OTHER_MEMBERS.get(kind, ())]
    if kind in _UNIQUE_MEMBER:
        members.append(_UNIQUE_MEMBER[kind])
    keys = [
        (member, normalised(value)) for member in members if isinstance(value := document.get(member), str) and value
    ]
    nino = document.get("nino")
    if kind in _KINDS_BY_NINO and isinstance(nino, str) and nino:
        keys.extend(("nino", form) for form in _nino_forms(normalised(nino)))
    return keys


def _nino_forms(nino: str) -> tuple[str, ...]:
    # Nine characters are found by exactly these and by the eight; eight are found by every suffix.
    if len(nino) == _NINO_LENGTH:
        return tuple(nino + suffix for suffix in _SUFFIXES)
    return (nino, nino[:_NINO_LENGTH])


def normalised(value: str) -> str:
    return value.replace(" ", "").lower()
