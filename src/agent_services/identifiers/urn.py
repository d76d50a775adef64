"""Unique Reference Number of a trust that pays no tax."""

import re
from dataclasses import dataclass
from typing import ClassVar

from agent_services.identifiers.base import Identifier


@dataclass(frozen=True, slots=True)
class Urn(Identifier):
    """Two letters, `TRUST`, eight digits, in any letter case, as XXTRUST80000001. Spec: identifiers 6."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"[a-z]{2}trust[0-9]{8}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class UrnClientId(Identifier):
    """What invitations and relationships accept as a URN: 1 to 15 upper-case letters and digits.

    Looser than `Urn`, except that it wants upper case. Spec: identifiers 6.
    """

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"[A-Z0-9]{1,15}")
