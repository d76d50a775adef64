"""Unique Taxpayer Reference: of self assessment and corporation tax, and of trusts."""

import re
from dataclasses import dataclass
from typing import ClassVar

from agent_services.identifiers.base import Identifier
from agent_services.identifiers.check_characters import modulus_11_digit


@dataclass(frozen=True, slots=True)
class Utr(Identifier):
    """Ten digits of which the first checks the others. Spec: identifiers 2."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"[0-9]{10}")

    @classmethod
    def _check_holds(cls, text: str) -> bool:
        return text[0] == modulus_11_digit(text[1:])

    def pretty(self) -> str:
        """`20000 00000`; a value that is no UTR comes back unchanged."""
        if not self.is_valid(self.value):
            return self.value
        return f"{self.value[:5]} {self.value[5:]}"


@dataclass(frozen=True, slots=True)
class TrustUtr(Identifier):
    """The UTR by which a taxable trust is a client: ten digits, none of which is checked. Spec: identifiers 7."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"[0-9]{10}")
