"""References of the older agent services. No service checks them: they are stored and compared verbatim.

The formats are those of the Gateway's model, for making and importing test data. Spec: identifiers 13.
"""

import re
from dataclasses import dataclass
from typing import ClassVar

from agent_services.identifiers.base import Identifier


@dataclass(frozen=True, slots=True)
class AgentCode(Identifier):
    """Gateway code of an agent's group, such as TZRXXV."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"[A-Z0-9]{1,12}")
    JSON_MEMBERS: ClassVar[tuple[str, ...]] = ("agentCode", "value")


@dataclass(frozen=True, slots=True)
class SaAgentReference(Identifier):
    """Self assessment, corporation tax and PAYE agent reference, such as A1111A."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"[A-Za-z0-9]{6}")
    JSON_MEMBERS: ClassVar[tuple[str, ...]] = ("saAgentReference", "value")


@dataclass(frozen=True, slots=True)
class VatAgentReference(Identifier):
    """AgentRefNo of HMCE-VAT-AGNT."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"[0-9A-Za-z]{9}")


@dataclass(frozen=True, slots=True)
class NovrnAgentReference(Identifier):
    """VATAgentRefNo of HMRC-NOVRN-AGNT."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"[0-9A-Za-z]{6}")


@dataclass(frozen=True, slots=True)
class GtsAgentReference(Identifier):
    """HMRCGTSAGENTREF of HMRC-GTS-AGNT."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"[0-9A-Za-z]{14}")


@dataclass(frozen=True, slots=True)
class MgdAgentReference(Identifier):
    """HMRCMGDAGENTREF of HMRC-MGD-AGNT."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"[A-Za-z0-9 ]{10}")


@dataclass(frozen=True, slots=True)
class Storn(Identifier):
    """STORN of IR-SDLT-AGENT (stamp duty land tax)."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class CharAgentId(Identifier):
    """AgentCharId of HMRC-CHAR-AGENT (charities): free text."""


@dataclass(frozen=True, slots=True)
class CesaAgentId(Identifier):
    """An agent's id in the self assessment records: 1 to 6 characters."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r".{1,6}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class GovAgentId(Identifier):
    """The government agent id beside it: 1 to 12 characters."""

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r".{1,12}", re.DOTALL)
