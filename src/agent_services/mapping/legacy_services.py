"""The ten kinds of legacy codes. Spec: mapping 2."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class LegacyService(StrEnum):
    """Older agent services by their enrolment keys, which audit events name too."""

    SELF_ASSESSMENT = "IR-SA-AGENT"
    VAT = "HMCE-VAT-AGNT"
    CHARITIES = "HMRC-CHAR-AGENT"
    GAMBLING = "HMRC-GTS-AGNT"
    MACHINE_GAMES = "HMRC-MGD-AGNT"
    VAT_WITHOUT_VRN = "HMRC-NOVRN-AGNT"
    CORPORATION_TAX = "IR-CT-AGENT"
    PAYE = "IR-PAYE-AGENT"
    STAMP_DUTY = "IR-SDLT-AGENT"
    AGENT_CODE = "AgentCode"
    """No enrolment but the code of a session; an enrolment of exactly this key counts as well."""

    @classmethod
    def of_enrolment(cls, key: str) -> "LegacyService | None":
        """The service of exactly this enrolment key; None for any other enrolment."""
        return _BY_ENROLMENT_KEY.get(key)

    @classmethod
    def of_lookup_key(cls, lookup_key: str) -> "LegacyService | None":
        """The service that `/mappings/key/…` calls exactly so."""
        return _BY_LOOKUP_KEY.get(lookup_key)


_BY_ENROLMENT_KEY: Final[Mapping[str, LegacyService]] = {service.value: service for service in LegacyService}
_BY_LOOKUP_KEY: Final[Mapping[str, LegacyService]] = {
    "sa": LegacyService.SELF_ASSESSMENT,
    "vat": LegacyService.VAT,
    "char": LegacyService.CHARITIES,
    "gts": LegacyService.GAMBLING,
    "mgd": LegacyService.MACHINE_GAMES,
    "novrn": LegacyService.VAT_WITHOUT_VRN,
    "ct": LegacyService.CORPORATION_TAX,
    "paye": LegacyService.PAYE,
    "sdlt": LegacyService.STAMP_DUTY,
    "agentcode": LegacyService.AGENT_CODE,
}


@dataclass(frozen=True, slots=True)
class LegacyIdentifier:
    """One code, taken as it comes: neither checked nor trimmed."""

    service: LegacyService
    value: str
