"""HIP over the wire. Spec: sandbox 2.8, 4; appendix A.5, A.6."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from starlette.responses import Response

from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.etmp.relationships import AgentQuestion, ClientQuestion, Exclusivity, Period, Target
from agent_services.sandbox.etmp.terms import REGIMES, AgentRelationship
from agent_services.sandbox.http.answers import instant_text
from agent_services.sandbox.http.callers import Family
from agent_services.sandbox.records.kinds import RecordKind
from agent_services.sandbox.refusals import HipRefusal
from agent_services.sandbox.wire.client_names import client_named
from agent_services.sandbox.wire.serving import Asked, json_answer, served
from agent_services.upstreams.names import Upstream

_CORRELATION_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-5][0-9a-f]{3}-[089ab][0-9a-f]{3}-[0-9a-f]{12}")
_RECEIPT_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_ARN = re.compile(r"[A-Z]ARN[0-9]{7}")
_REFERENCE = re.compile(r"[0-9A-Za-z]{1,15}")
_TRUST_UTR = re.compile(r"[0-9]{10}")
_FOR_EVER = "9999-12-31"
_AUTHORISE, _DE_AUTHORISE = "0001", "0002"


async def display(asked: Asked) -> Response:
    """Relationships of an agent or a client."""
    _check_headers(asked.request.headers)
    question, period = _question(asked.request.query_params)
    relationships = asked.sandbox.relationships
    if isinstance(question, AgentQuestion):
        rows = await relationships.of_agent(question, period)
    else:
        rows = await relationships.of_client(question, period)
    now = asked.sandbox.clock.now()
    return json_answer(
        {
            "processingDate": instant_text(now),
            "relationshipDisplayResponse": [_shown(row, await client_named(asked.sandbox.live, row)) for row in rows],
        }
    )


async def update(asked: Asked) -> Response:
    """Authorises or de-authorises."""
    _check_headers(asked.request.headers)
    body = asked.document()
    target, action = _target(body)
    relationships = asked.sandbox.relationships
    if action == _AUTHORISE:
        exclusivity = Exclusivity.EXCLUSIVE if body.get("isExclusiveAgent", True) else Exclusivity.BESIDE_OTHERS
        processed = await relationships.authorise(target, exclusivity)
    else:
        processed = await relationships.deauthorise(target)
    response = json_answer({"success": {"processingDate": instant_text(processed)}}, 201)
    response.headers["correlationId"] = asked.request.headers["correlationid"]
    return response


async def business_details(asked: Asked) -> Response:
    """Income tax business details by NINO or MTDITID; the NINO wins."""
    headers = asked.request.headers
    _check_headers(headers)
    if headers.get("x-message-type") != "TaxpayerDisplay" or headers.get("x-regime-type") != "ITSA":
        raise _not_processed()
    nino, mtd_it_id = asked.query("nino"), asked.query("mtdReference")
    name, value = ("nino", nino) if nino else ("mtdId", mtd_it_id or "")
    record = await asked.sandbox.records.find(RecordKind.BUSINESS_DETAILS, name, value)
    if record is None:
        raise HipRefusal("006", "Subscription data not found")
    return json_answer(
        {
            "success": {
                "processingDate": instant_text(asked.sandbox.clock.now()),
                "taxPayerDisplayResponse": record,
            }
        }
    )


def _check_headers(headers: Mapping[str, str]) -> None:
    receipt = headers.get("x-receipt-date", "")
    if headers.get("x-transmitting-system") != "HIP":
        raise _not_processed("X-Transmitting-System is not HIP")
    if "MDTP" not in headers.get("x-originating-system", ""):
        raise _not_processed("X-Originating-System does not contain MDTP")
    if _CORRELATION_ID.fullmatch(headers.get("correlationid", "")) is None:
        raise _not_processed("correlationid is no lower-case UUID")
    if _RECEIPT_DATE.fullmatch(receipt) is None or not _is_real(receipt):
        raise _not_processed("X-Receipt-Date is no instant")


def _question(query: Mapping[str, str]) -> tuple[AgentQuestion | ClientQuestion, Period | None]:
    """The checks of sandbox 2.8, in their order."""
    regime = query.get("regime")
    if not regime:
        raise HipRefusal("001", "Missing SAP Number or Regime")
    if len(regime) > 10:
        raise HipRefusal("002", "Invalid Regime Type")
    is_agent = query.get("isAnAgent")
    if is_agent not in ("true", "false"):
        raise _not_processed("isAnAgent is missing")
    active_only = query.get("activeOnly")
    if active_only not in ("true", "false"):
        raise _not_processed("activeOnly is missing")
    arn, reference, id_type = query.get("arn"), query.get("refNumber", ""), query.get("idType")
    if is_agent == "true" and not arn:
        raise HipRefusal("008", "Missing ARN Number")
    if arn and _ARN.fullmatch(arn) is None:
        raise HipRefusal("004", "Invalid ARN value")
    if is_agent == "false" and not 1 <= len(reference) <= 15:
        raise HipRefusal("003", "Reference number is missing or invalid")
    if id_type is not None and len(id_type) > 6:
        raise _not_processed("idType is too long")
    period = None if active_only == "true" else _period(query)
    if query.get("relationshipType") not in (None, "ZA01"):
        raise _not_processed("relationshipType is not ZA01")
    profile = query.get("authProfile")
    if profile not in (None, "ALL00001", "ITSAS001"):
        raise _not_processed("authProfile is not known")
    if is_agent == "true":
        return AgentQuestion(regime, arn or ""), period
    return ClientQuestion(regime, id_type or "MTDBSA", reference, profile), period


def _period(query: Mapping[str, str]) -> Period:
    try:
        return Period(date.fromisoformat(query["dateFrom"]), date.fromisoformat(query["dateTo"]))
    except (KeyError, ValueError):
        raise _not_processed("dateFrom and dateTo are needed") from None


def _target(body: Document) -> tuple[Target, str]:
    """The checks of sandbox 2.8, in their order."""
    regime, reference, arn = _text(body, "regime"), _text(body, "refNumber"), _text(body, "arn")
    rule = REGIMES.get(regime)
    if rule is None:
        raise HipRefusal("002", "Invalid Regime Type")
    if _REFERENCE.fullmatch(reference) is None:
        raise HipRefusal("003", "Reference number is missing or invalid")
    expected = rule.id_types
    if regime == "TRS":
        expected = ("UTR",) if _TRUST_UTR.fullmatch(reference) else ("URN",)
    id_type = body.get("idType")
    if id_type not in expected:
        raise HipRefusal("013", "ID Type is invalid or missing")
    if _ARN.fullmatch(arn) is None:
        raise HipRefusal("004", "Invalid ARN value")
    action = body.get("action")
    if action not in (_AUTHORISE, _DE_AUTHORISE):
        raise HipRefusal("???", "unrecognised action")
    relationship_type, profile = body.get("relationshipType"), body.get("authProfile")
    if relationship_type != ("ZA01" if rule.has_profile else None):
        raise HipRefusal("012", "Relationship type is invalid or missing")
    if profile is None and rule.has_profile:
        raise HipRefusal("005", "Relationship Authorisation Profile missing")
    if profile is not None and profile not in (rule.profiles or ("ALL00001",)):
        raise HipRefusal("004", "Incorrect Relationship Authorisation Profile")
    return Target(regime, arn, str(id_type), reference, relationship_type, profile), str(action)


def _shown(row: AgentRelationship, name: Document) -> Document:
    return without_absent(
        {
            "refNumber": row.ref_number,
            "arn": row.arn,
            **name,
            "dateFrom": row.start_date.isoformat() if row.start_date else None,
            "dateTo": row.end_date.isoformat() if row.end_date else _FOR_EVER,
            "contractAccountCategory": "33",
            "relationshipType": row.relationship_type,
            "authProfile": row.auth_profile,
        }
    )


def _text(body: Document, name: str) -> str:
    value: Any = body.get(name)
    return value if isinstance(value, str) else ""


def _is_real(instant: str) -> bool:
    try:
        datetime.fromisoformat(instant)
    except ValueError:
        return False
    return True


def _not_processed(_why: str = "") -> HipRefusal:
    return HipRefusal("006", "Request could not be processed")


_RELATIONSHIP = "/etmp/RESTAdapter/rosm/agent-relationship"
routes = [
    served(Upstream.HIP, "relationships", "GET", _RELATIONSHIP, display, family=Family.PLATFORM),
    served(Upstream.HIP, "update relationship", "POST", _RELATIONSHIP, update, family=Family.PLATFORM),
    served(
        Upstream.HIP,
        "business details",
        "GET",
        "/etmp/RESTAdapter/itsa/taxpayer/business-details",
        business_details,
        family=Family.PLATFORM,
    ),
]
