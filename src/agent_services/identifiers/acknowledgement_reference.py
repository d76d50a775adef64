"""The reference by which an overseas registration is acknowledged."""

import re
from dataclasses import dataclass
from typing import ClassVar
from uuid import uuid4

from agent_services.identifiers.base import Identifier

_TAKEN_BY_RECORDS = re.compile(r"[A-Za-z0-9 -]{1,32}")


@dataclass(frozen=True, slots=True)
class AcknowledgementReference(Identifier):
    """32 lower-case hexadecimal digits: a UUID without hyphens. Spec: identifiers 26."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"[0-9a-f]{32}")

    @staticmethod
    def is_valid_loosely(text: str) -> bool:
        """What the record stores take."""
        return _TAKEN_BY_RECORDS.fullmatch(text) is not None


def new_acknowledgement_reference() -> AcknowledgementReference:
    """A fresh one."""
    return AcknowledgementReference(uuid4().hex)
