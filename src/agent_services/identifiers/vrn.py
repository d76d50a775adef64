"""VAT Registration Number."""

import re
from dataclasses import dataclass
from typing import ClassVar

from agent_services.identifiers.base import Identifier
from agent_services.identifiers.check_characters import vat_check_97, vat_check_9755


@dataclass(frozen=True, slots=True)
class Vrn(Identifier):
    """Nine digits. The check digits are enforced only for callers of the seed's time. Spec: identifiers 3."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"[0-9]{9}")
    JSON_MEMBERS: ClassVar[tuple[str, ...]] = ("value", "vrn")

    @classmethod
    def is_valid_with_check_digits(cls, text: str) -> bool:
        """The rule until June 2019: nine digits whose last two satisfy the 97 or the 97-55 rule."""
        if not cls.is_valid(text):
            return False
        start, check = text[:7], text[7:]
        return check in (vat_check_97(start), vat_check_9755(start))
