"""References of taxes with a format and no check: capital gains, plastic packaging, country-by-country, pillar 2."""

import re
from dataclasses import dataclass
from typing import ClassVar

from agent_services.identifiers.base import Identifier


@dataclass(frozen=True, slots=True)
class CgtRef(Identifier):
    """Capital Gains Tax on UK property account, such as XMCGTP123456789. Spec: identifiers 8."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"X[A-Z]CGTP[0-9]{9}")


@dataclass(frozen=True, slots=True)
class PptRef(Identifier):
    """Plastic Packaging Tax registration, such as XAPPT0001234567. Spec: identifiers 9."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"X[A-Z]PPT000[0-9]{7}")


@dataclass(frozen=True, slots=True)
class CbcId(Identifier):
    """Country-by-country reporting, such as XACBC0123456789. Spec: identifiers 10."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"X[A-Z]CBC[0-9]{10}")


@dataclass(frozen=True, slots=True)
class PlrId(Identifier):
    """Pillar 2 top-up taxes, such as XBPLR1234567890. Spec: identifiers 11."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"X[A-Z]PLR[0-9]{10}")
