"""Economic Operators Registration and Identification number. Kept in records; decides nothing."""

import re
from dataclasses import dataclass
from typing import ClassVar

from agent_services.identifiers.base import Identifier

_TEST_USER_FORM = re.compile(r"[A-Z]{2}[0-9]{12}")
# The letter class is the source's own: it lets the six characters between Z and a pass, and so do we.
_RECORD_FORM = re.compile(r"[A-z]{2}[0-9]{10,15}")


@dataclass(frozen=True, slots=True)
class Eori(Identifier):
    """1 to 17 letters and digits. Spec: identifiers 12."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"[0-9A-Za-z]{1,17}")

    @staticmethod
    def is_valid_for_test_user(text: str) -> bool:
        """Two letters and twelve digits."""
        return _TEST_USER_FORM.fullmatch(text) is not None

    @staticmethod
    def is_valid_in_record(text: str) -> bool:
        """What a stored business partner record may hold."""
        return _RECORD_FORM.fullmatch(text) is not None
