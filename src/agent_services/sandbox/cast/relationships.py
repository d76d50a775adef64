"""Who acts for whom on the first day. Spec: sandbox 5.2."""

from dataclasses import dataclass
from datetime import date

from agent_services.sandbox.cast.agents import (
    A1_ARN,
    A1_GROUP_ID,
    A2_ARN,
    A2_GROUP_ID,
    A3_ARN,
    A3_GROUP_ID,
    A4_ARN,
    A4_GROUP_ID,
    A8_GROUP_ID,
    FILLER_UTRS,
)
from agent_services.sandbox.etmp.terms import MAIN_PROFILE, RELATIONSHIP_TYPE, SUPPORTING_PROFILE, AgentRelationship


@dataclass(frozen=True, slots=True)
class Delegation:
    """A client's enrolment in an agent's group, assigned to these users."""

    group_id: str
    enrolment_key: str
    user_ids: tuple[str, ...]
    friendly_name: str | None = None


def _row(
    number: int,
    regime: str,
    id_type: str,
    ref_number: str,
    arn: str,
    start: date,
    *,
    profile: str = MAIN_PROFILE,
    end: date | None = None,
) -> AgentRelationship:
    return AgentRelationship(
        f"ca57{number:020d}",
        regime,
        arn,
        id_type,
        ref_number,
        RELATIONSHIP_TYPE,
        profile,
        end is None,
        start,
        end,
    )


RELATIONSHIPS: tuple[AgentRelationship, ...] = (
    _row(1, "ITSA", "MTDBSA", "XDIT00000020001", A1_ARN, date(2024, 4, 6)),
    _row(2, "ITSA", "MTDBSA", "XDIT00000020001", A4_ARN, date(2024, 6, 1), profile=SUPPORTING_PROFILE),
    _row(3, "VATC", "VRN", "101000181", A1_ARN, date(2024, 4, 6)),
    _row(4, "PLR", "ZPLR", "XMPLR7000000001", A3_ARN, date(2024, 2, 1)),
    _row(5, "VATC", "VRN", "101000279", A2_ARN, date(2023, 5, 1)),
    _row(6, "ITSA", "MTDBSA", "XEIT00000020002", A4_ARN, date(2023, 1, 10), end=date(2023, 9, 30)),
)

DELEGATIONS: tuple[Delegation, ...] = (
    Delegation(A1_GROUP_ID, "HMRC-MTD-IT~MTDITID~XDIT00000020001", ("amelia", "ben"), "Iris Penhaligon"),
    Delegation(A4_GROUP_ID, "HMRC-MTD-IT-SUPP~MTDITID~XDIT00000020001", ("harriet",)),
    Delegation(A1_GROUP_ID, "HMRC-MTD-VAT~VRN~101000181", ("amelia", "ben"), "Rowan and Finch Ltd"),
    Delegation(A3_GROUP_ID, "HMRC-PILLAR2-ORG~PLRID~XMPLR7000000001", ("oisin",)),
    Delegation(A2_GROUP_ID, "HMRC-MTD-VAT~VRN~101000279", ("nina",)),
    Delegation(A8_GROUP_ID, "IR-SA~UTR~1110000505", ("amelia-legacy",)),
    *(Delegation(A8_GROUP_ID, f"IR-SA~UTR~{utr}", ("amelia-legacy",)) for utr in FILLER_UTRS),
    Delegation(A8_GROUP_ID, "HMCE-VATDEC-ORG~VATREGNO~101000769", ("amelia-legacy",)),
)

ACCESS_GROUP_NAME = "Ledger team"
ACCESS_GROUP_CLIENTS = ("HMRC-MTD-IT~MTDITID~XDIT00000020001", "HMRC-MTD-VAT~VRN~101000181")
ACCESS_GROUP_MEMBERS = ("amelia", "ben")

MAPPED_TO_A1 = (("IR-SA-AGENT", "BW100A"), ("IR-SA-AGENT", "BW099Z"), ("AgentCode", "LEGACY100008"))
"""What agent-mapping knows on the first day: its store is a service's own, so who composes enters it."""
