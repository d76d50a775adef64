"""What a record must have to be stored. Spec: sandbox 1.7."""

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel

from agent_services.sandbox.records.kinds import RecordKind

_Regime = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,10}$")]
_Arn = Annotated[str, StringConstraints(pattern=r"^[A-Z](ARN)[0-9]{7}$")]
_IdType = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,6}$")]
_Reference = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,15}$")]
_Profile = Literal[
    "ALL00001", "CORR0001", "EDIT0001", "FILE0001", "FILE0002", "FILE0003", "FILE0004", "VIEW0001", "ALL00002",
    "ITSAS001",
]  # fmt: skip


class RelationshipData(BaseModel):
    """The body of a relationship record. Nothing is made up but what the spec names."""

    model_config = ConfigDict(extra="ignore", alias_generator=to_camel, populate_by_name=True)

    regime: _Regime
    arn: _Arn
    id_type: _IdType
    ref_number: _Reference
    active: bool = True
    relationship_type: Literal["ZA01", "ZA02"] | None = "ZA01"
    auth_profile: _Profile | None = "ALL00001"
    start_date: date | None = None
    end_date: date | None = None


# Members that must be texts of the given form.
_NEEDED: Mapping[RecordKind, Mapping[str, str]] = MappingProxyType(
    {
        RecordKind.BUSINESS_DETAILS: {"safeId": r".{1,16}", "nino": r".{8,9}"},
        RecordKind.VAT_CUSTOMER: {"vrn": r"[0-9]{9}"},
        RecordKind.BUSINESS_PARTNER: {"safeId": r"X[A-Z]000[0-9]{10}"},
        RecordKind.LEGACY_AGENT: {"agentId": r".{1,6}", "agentName": r".{1,56}"},
        RecordKind.LEGACY_RELATIONSHIP: {"agentId": r".{1,6}"},
        RecordKind.EMPLOYER_AUTHS: {"agentCode": r"[A-Z0-9]{1,12}"},
        RecordKind.PPT_SUBSCRIPTION: {"pptReference": r"X[A-Z]PPT000[0-9]{7}"},
        RecordKind.CBC_SUBSCRIPTION: {"cbcId": r"X[A-Z]CBC[0-9]{10}"},
        RecordKind.PILLAR2_SUBSCRIPTION: {"plrReference": r"X[A-Z]{1}PLR[0-9]{10}"},
    }
)


def problem_of(kind: RecordKind, document: Mapping[str, Any]) -> str | None:
    """The first thing wrong with the record; None when it can be stored."""
    for member, pattern in _NEEDED.get(kind, {}).items():
        value = document.get(member)
        if not isinstance(value, str) or re.fullmatch(pattern, value) is None:
            return f"{member} is missing or does not match {pattern}"
    if kind is RecordKind.LEGACY_RELATIONSHIP and not (document.get("nino") or document.get("utr")):
        return "nino or utr must be present"
    return None
