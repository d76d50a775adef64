"""People (one credential each) and the groups they belong to. Spec: sandbox 1.3, 1.4."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from agent_services.sandbox.documents import Document, without_absent


class AffinityGroup(StrEnum):
    INDIVIDUAL = "Individual"
    ORGANISATION = "Organisation"
    AGENT = "Agent"


class CredentialRole(StrEnum):
    """`Admin` and `User` are the same thing: an administrator."""

    ADMIN = "Admin"
    USER = "User"
    ASSISTANT = "Assistant"

    @property
    def is_administrator(self) -> bool:
        return self is not CredentialRole.ASSISTANT


@dataclass(frozen=True, slots=True)
class Address:
    line1: str | None = None
    line2: str | None = None
    line3: str | None = None
    line4: str | None = None
    postcode: str | None = None
    country_code: str | None = None

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Address":
        return cls(
            document.get("line1"),
            document.get("line2"),
            document.get("line3"),
            document.get("line4"),
            document.get("postcode"),
            document.get("countryCode"),
        )

    def as_document(self) -> Document:
        return without_absent(
            {
                "line1": self.line1,
                "line2": self.line2,
                "line3": self.line3,
                "line4": self.line4,
                "postcode": self.postcode,
                "countryCode": self.country_code,
            }
        )

    def in_etmp_form(self) -> Document:
        """`addressLine1` … `postalCode`, as business and partner records have it."""
        return without_absent(
            {
                "addressLine1": self.line1 or "1 High Street",
                "addressLine2": self.line2,
                "addressLine3": self.line3,
                "addressLine4": self.line4,
                "postalCode": self.postcode,
                "countryCode": self.country_code or "GB",
            }
        )

    def in_vat_form(self) -> Document:
        """`line1` … `postCode`, as VAT customer information has it."""
        return without_absent(
            {
                "line1": self.line1 or "1 High Street",
                "line2": self.line2,
                "line3": self.line3,
                "line4": self.line4,
                "postCode": self.postcode,
                "countryCode": self.country_code or "GB",
            }
        )


@dataclass(frozen=True, slots=True)
class Group:
    group_id: str
    affinity_group: AffinityGroup
    agent_id: str | None = None
    agent_code: str | None = None
    agent_friendly_name: str | None = None
    suspended_regimes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """One credential. `nino` may carry its suffix; `name` is the whole name in one text."""

    user_id: str
    group_id: str | None = None
    credential_role: CredentialRole | None = None
    credential_strength: str | None = None
    confidence_level: int | None = None
    nino: str | None = None
    utr: str | None = None
    name: str | None = None
    email: str | None = None
    date_of_birth: date | None = None
    address: Address | None = None
    deceased: bool = False
    vat_registration_date: date | None = None
    stride_roles: tuple[str, ...] = ()
    compliance_issues: tuple[str, ...] | None = None
    in_cast: bool = False
    password_hash: str | None = field(default=None, repr=False)

    @property
    def nino_without_suffix(self) -> str | None:
        return compact_nino(self.nino)[:8] if self.nino else None

    @property
    def is_administrator(self) -> bool:
        return self.credential_role is not None and self.credential_role.is_administrator

    @property
    def first_name(self) -> str:
        """Everything but the last word; John for somebody without a name. Spec: sandbox 2.5."""
        words = (self.name or "").split()
        return " ".join(words[:-1]) if len(words) > 1 else (words[0] if words else "John")

    @property
    def last_name(self) -> str:
        words = (self.name or "").split()
        return words[-1] if len(words) > 1 else "Doe"

    @property
    def email_address(self) -> str:
        """The person's own address, or one that belongs to the credential alone."""
        return self.email or f"{self.user_id.lower()}@example.com"


def compact_nino(text: str) -> str:
    """The NINO without blanks, in upper case."""
    return "".join(text.split()).upper()
