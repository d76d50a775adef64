"""Agent Reference Number."""

import re
from dataclasses import dataclass
from typing import ClassVar

from agent_services.identifiers.base import Identifier
from agent_services.identifiers.check_characters import modulus_23_letter


@dataclass(frozen=True, slots=True)
class Arn(Identifier):
    """An agent's reference, such as TARN0000001: check letter, `ARN`, seven digits. Spec: identifiers 1.

    Most paths take any text for it (`as_given`); the sections say where the format is enforced.
    """

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"[A-Z]ARN[0-9]{7}")

    @classmethod
    def _check_holds(cls, text: str) -> bool:
        return text[0] == modulus_23_letter(text[1:])

    def pretty(self) -> str:
        """`TARN-000-0001`; a value that is no ARN comes back unchanged."""
        if not self.is_valid(self.value):
            return self.value
        return f"{self.value[:4]}-{self.value[4:7]}-{self.value[7:]}"
