"""The identifiers of agents, clients and requests: what is valid, how each is written. Pure; imports no room.

Every kind has `value`, `str()`, `parse` (raises InvalidIdentifier), `is_valid`, `as_given` (checks nothing) and
`from_json`. Spec: identifiers.
"""

from agent_services.identifiers.acknowledgement_reference import (
    AcknowledgementReference,
    new_acknowledgement_reference,
)
from agent_services.identifiers.agent_link import new_agent_link_uid, normalised_agent_name
from agent_services.identifiers.arn import Arn
from agent_services.identifiers.base import Identifier, InvalidIdentifier, is_blank, without_whitespace
from agent_services.identifiers.business_partner import (
    HMRC_SUPERVISORY_BODY,
    AmlsRegistrationNumber,
    Crn,
    SafeId,
)
from agent_services.identifiers.dates import parse_iso_date, parse_lenient_date
from agent_services.identifiers.eori import Eori
from agent_services.identifiers.invitation_id import InvitationId, new_invitation_id
from agent_services.identifiers.legacy_references import (
    AgentCode,
    CesaAgentId,
    CharAgentId,
    GovAgentId,
    GtsAgentReference,
    MgdAgentReference,
    NovrnAgentReference,
    SaAgentReference,
    Storn,
    VatAgentReference,
)
from agent_services.identifiers.mtd_it_id import MtdItId
from agent_services.identifiers.nino import Nino
from agent_services.identifiers.postcode import Postcode, PostcodeRule
from agent_services.identifiers.tax_references import CbcId, CgtRef, PlrId, PptRef
from agent_services.identifiers.urn import Urn, UrnClientId
from agent_services.identifiers.utr import TrustUtr, Utr
from agent_services.identifiers.vrn import Vrn

__all__ = [
    "HMRC_SUPERVISORY_BODY",
    "AcknowledgementReference",
    "AgentCode",
    "AmlsRegistrationNumber",
    "Arn",
    "CbcId",
    "CesaAgentId",
    "CgtRef",
    "CharAgentId",
    "Crn",
    "Eori",
    "GovAgentId",
    "GtsAgentReference",
    "Identifier",
    "InvalidIdentifier",
    "InvitationId",
    "MgdAgentReference",
    "MtdItId",
    "Nino",
    "NovrnAgentReference",
    "PlrId",
    "Postcode",
    "PostcodeRule",
    "PptRef",
    "SaAgentReference",
    "SafeId",
    "Storn",
    "TrustUtr",
    "Urn",
    "UrnClientId",
    "Utr",
    "VatAgentReference",
    "Vrn",
    "is_blank",
    "new_acknowledgement_reference",
    "new_agent_link_uid",
    "new_invitation_id",
    "normalised_agent_name",
    "parse_iso_date",
    "parse_lenient_date",
    "without_whitespace",
]
