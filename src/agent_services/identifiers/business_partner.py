"""Identifiers of businesses: safe id, company registration number, money laundering supervision."""

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from agent_services.identifiers.base import Identifier, InvalidIdentifier

_SAFE_ID_LOOSE = re.compile(r"[A-Za-z0-9 \-,.&'/]{1,15}")
_CRN_LOOSE = re.compile(r"[A-Za-z0-9]{0,2}[0-9]{1,6}")

HMRC_SUPERVISORY_BODY = "HM Revenue and Customs (HMRC)"


@dataclass(frozen=True, slots=True)
class SafeId(Identifier):
    """Number of a business partner record, such as XE0001234567890. The UK flow takes any. Spec: identifiers 14."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"X[A-Z]000[0-9]{10}")
    JSON_MEMBERS: ClassVar[tuple[str, ...]] = ()

    @staticmethod
    def is_valid_loosely(text: str) -> bool:
        """What the record stores take before they look."""
        return _SAFE_ID_LOOSE.fullmatch(text) is not None

    @classmethod
    def _from_json_text(cls, text: str) -> Self:
        # A safe id is checked when read from JSON (Spec: identifiers 0, 5).
        if not cls.is_valid(text):
            raise InvalidIdentifier(cls.__name__)
        return cls(text)


@dataclass(frozen=True, slots=True)
class Crn(Identifier):
    """Company registration number, such as SC123456. Paths take any text. Spec: identifiers 15."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"[A-Z]{2}[0-9]{6}|[0-9]{8}")
    JSON_MEMBERS: ClassVar[tuple[str, ...]] = ()

    @staticmethod
    def is_valid_loosely(text: str) -> bool:
        """What the record stores take."""
        return _CRN_LOOSE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class AmlsRegistrationNumber(Identifier):
    """HMRC's registration for money laundering supervision, such as XAML00000200000. Spec: identifiers 16.

    Asked of a membership number only where the supervisory body is exactly `HMRC_SUPERVISORY_BODY`.
    """

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"X[A-Z]ML00000[0-9]{6}")
