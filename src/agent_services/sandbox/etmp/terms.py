"""What a relationship is called in ETMP. Spec: sandbox 4."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

ALL_REGIMES = ("ITSA", "VATC", "TRS", "CGT", "PPT", "CBC", "PLR")
MAIN_PROFILE = "ALL00001"
SUPPORTING_PROFILE = "ITSAS001"
RELATIONSHIP_TYPE = "ZA01"


@dataclass(frozen=True, slots=True)
class RegimeRule:
    """What an update of this regime must name."""

    id_types: tuple[str, ...]
    has_profile: bool
    profiles: tuple[str, ...]


REGIMES: Mapping[str, RegimeRule] = MappingProxyType(
    {
        "ITSA": RegimeRule(("MTDBSA",), True, (MAIN_PROFILE, SUPPORTING_PROFILE)),
        "VATC": RegimeRule(("VRN",), True, (MAIN_PROFILE,)),
        "CGT": RegimeRule(("ZCGT",), True, (MAIN_PROFILE,)),
        "PPT": RegimeRule(("ZPPT",), True, (MAIN_PROFILE,)),
        "TRS": RegimeRule(("UTR", "URN"), False, ()),
        "PLR": RegimeRule(("ZPLR",), True, (MAIN_PROFILE,)),
        "CBC": RegimeRule(("CBC",), False, ()),
    }
)


@dataclass(frozen=True, slots=True)
class AgentRelationship:
    """One row: an authorisation from its start to its end. Rows are history and never deleted."""

    id: str
    regime: str
    arn: str
    id_type: str
    ref_number: str
    relationship_type: str | None
    auth_profile: str | None
    active: bool
    start_date: date | None
    end_date: date | None
