"""The client's real name beside a relationship. Spec: sandbox 2.8 (OURS)."""

from agent_services.sandbox import generators
from agent_services.sandbox.documents import Document
from agent_services.sandbox.etmp.terms import AgentRelationship
from agent_services.sandbox.records.live import LiveDetails

_KEYS = {
    "MTDBSA": "HMRC-MTD-IT~MTDITID",
    "VRN": "HMRC-MTD-VAT~VRN",
    "ZCGT": "HMRC-CGT-PD~CGTPDRef",
    "ZPPT": "HMRC-PPT-ORG~EtmpRegistrationNumber",
    "ZPLR": "HMRC-PILLAR2-ORG~PLRID",
    "UTR": "HMRC-TERS-ORG~SAUTR",
    "URN": "HMRC-TERSNT-ORG~URN",
    "CBC": "HMRC-CBC-NONUK-ORG~cbcId",
}


async def client_named(live: LiveDetails, row: AgentRelationship) -> Document:
    """`individual` or `organisation`; made up from the reference when nobody holds the enrolment."""
    key = _KEYS.get(row.id_type)
    holder = await live.holder(f"{key}~{row.ref_number}") if key is not None else None
    if holder is not None:
        return holder.named()
    if row.regime == "ITSA":
        seed = row.ref_number
        return {"individual": {"firstName": generators.first_name(seed), "lastName": generators.last_name(seed)}}
    return {"organisation": {"organisationName": generators.company_name(row.ref_number)}}
