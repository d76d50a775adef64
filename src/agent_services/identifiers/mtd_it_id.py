"""Reference of a client who has signed up to Making Tax Digital for Income Tax."""

import re
from dataclasses import dataclass
from typing import ClassVar

from agent_services.identifiers.base import Identifier

_ISSUED = re.compile(r"[A-Z]{4}[0-9]{11}")


@dataclass(frozen=True, slots=True)
class MtdItId(Identifier):
    """An MTDITID, such as XAIT00000000001: any 1 to 15 letters and digits, unchecked. Spec: identifiers 5."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"[0-9A-Za-z]{1,15}")

    @property
    def is_of_issued_form(self) -> bool:
        """Whether it is four letters and eleven digits, as all that were ever issued are."""
        return _ISSUED.fullmatch(self.value) is not None
