"""DES, IF, IFS and citizen-details over the wire. Spec: sandbox 2.5, 2.6, 2.7."""

import re

from starlette.responses import Response
from starlette.routing import Route

from agent_services.identifiers import Nino
from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.http.answers import instant_text
from agent_services.sandbox.http.callers import Family
from agent_services.sandbox.records.kinds import RecordKind
from agent_services.sandbox.refusals import Refusal
from agent_services.sandbox.wire.serving import Asked, Endpoint, json_answer, served
from agent_services.upstreams.names import Upstream

_UTR, _VRN = re.compile(r"[0-9]{10}"), re.compile(r"[0-9]{1,9}")
_CGT, _PPT, _PLR = (
    re.compile(pattern) for pattern in (r"X[A-Z]CGTP[0-9]{9}", r"X[A-Z]PPT000[0-9]{7}", r"X[A-Z]{1}PLR[0-9]{10}")
)
_URN = re.compile(r"(?i)[a-z]{2}trust[0-9]{8}")
_NOT_FOUND = "The remote endpoint has indicated that no data can be found"
# Trusts whose state is not fit for an agent, by UTR. Spec: sandbox 2.7.
_TRUST_STATES = {
    "3887997235": "INVALID_TRUST_STATE",
    "5786221775": "INVALID_TRUST_STATE",
    "6028812143": "INVALID_REGIME",
}


async def cesa_by_nino(asked: Asked) -> Response:
    nino = asked.path("nino")
    if not Nino.is_valid(nino) or " " in nino:
        raise _mismatch("INVALID_NINO", nino, "NINO")
    return json_answer({"agents": await asked.sandbox.cesa.agents_by_nino(nino)})


async def cesa_by_utr(asked: Asked) -> Response:
    utr = asked.path("utr")
    if _UTR.fullmatch(utr) is None:
        raise _mismatch("INVALID_UTR", utr, _UTR.pattern)
    return json_answer({"agents": await asked.sandbox.cesa.agents_by_utr(utr)})


async def vat_customer(asked: Asked) -> Response:
    record = await _vat_record(asked)
    return json_answer(record if record is not None else {}, 200 if record is not None else 404)


async def vat_control_list(asked: Asked) -> Response:
    record = await _vat_record(asked)
    details = (record or {}).get("approvedInformation", {}).get("customerDetails", {})
    registered = details.get("effectiveRegistrationDate")
    if registered is None:
        return Response(status_code=404)
    return json_answer({"vrn": asked.path("vrn"), "dateOfReg": registered})


async def _vat_record(asked: Asked) -> Document | None:
    vrn = asked.path("vrn")
    if _VRN.fullmatch(vrn) is None:
        raise _mismatch("INVALID_VRN", vrn, _VRN.pattern)
    return await asked.sandbox.records.find(RecordKind.VAT_CUSTOMER, "vrn", vrn)


async def old_business_details(asked: Asked) -> Response:
    """The form before HIP, which the test support API reads: bare for its readers, wrapped for the later ones."""
    id_type, value = asked.path("id_type"), asked.path("value")
    names = {"nino": "nino", "mtdId": "mtdId", "mtdbsa": "mtdId"}
    if id_type not in names:
        raise Refusal(400, "INVALID_IDTYPE", "Submission has not passed validation")
    record = await asked.sandbox.records.find(RecordKind.BUSINESS_DETAILS, names[id_type], value)
    if record is None:
        raise Refusal(404, "NOT_FOUND_NINO" if id_type == "nino" else "NOT_FOUND", _NOT_FOUND)
    return json_answer(
        {
            **record,
            "processingDate": instant_text(asked.sandbox.clock.now()),
            "taxPayerDisplayResponse": record,
        }
    )


async def personal_details(asked: Asked) -> Response:
    """The business partner record by ARN or UTR."""
    id_type = asked.path("id_type")
    names = {"arn": "agentReferenceNumber", "utr": "utr"}
    if id_type not in names:
        raise Refusal(400, "INVALID_IDTYPE", "Unsupported identifier type")
    record = await asked.sandbox.records.find(RecordKind.BUSINESS_PARTNER, names[id_type], asked.path("value"))
    if record is None:
        raise Refusal(404, "NOT_FOUND")
    return json_answer(record)


async def cgt_subscription(asked: Asked) -> Response:
    regime, id_type, reference = asked.path("regime"), asked.path("id_type"), asked.path("reference")
    problems = [
        code
        for code, is_wrong in (("INVALID_REGIME", regime != "CGT"), ("INVALID_IDTYPE", id_type != "ZCGT"))
        if is_wrong
    ]
    if problems:
        code = problems[0] if len(problems) == 1 else "INVALID_REQUEST"
        raise Refusal(400, code, "Submission has not passed validation.")
    if _CGT.fullmatch(reference) is None:
        raise Refusal(400, "INVALID_IDVALUE", "Submission has not passed validation. Invalid parameter idValue.")
    found = await asked.sandbox.live.cgt_subscription(reference)
    if found is None:
        raise Refusal(404, "NOT_FOUND", _NOT_FOUND)
    return json_answer(found)


async def trust(asked: Asked) -> Response:
    id_type, value = asked.path("id_type"), asked.path("value")
    if id_type not in ("UTR", "URN"):
        raise Refusal(400, "INVALID_IDTYPE")
    pattern = _UTR if id_type == "UTR" else _URN
    if pattern.fullmatch(value) is None:
        raise Refusal(400, f"Supplied value {value} does not match pattern {pattern.pattern}")
    live = asked.sandbox.live
    found = await (live.trust(utr=value) if id_type == "UTR" else live.trust(urn=value))
    if found is None:
        if value in _TRUST_STATES:
            raise Refusal(400, _TRUST_STATES[value])
        raise Refusal(404, "RESOURCE_NOT_FOUND", _NOT_FOUND)
    return json_answer(found)


async def ppt_subscription(asked: Asked) -> Response:
    reference = asked.path("reference")
    if asked.path("regime") != "PPT":
        raise Refusal(400, "INVALID_REGIME")
    if _PPT.fullmatch(reference) is None:
        raise Refusal(400, "INVALID_PPT_REFERENCE_NUMBER")
    record = await asked.sandbox.records.find(RecordKind.PPT_SUBSCRIPTION, "pptReference", reference)
    if record is None:
        raise Refusal(404, "NOT_FOUND", _NOT_FOUND)
    return json_answer(record)


async def pillar2_subscription(asked: Asked) -> Response:
    reference = asked.path("reference")
    if _PLR.fullmatch(reference) is None:
        raise Refusal(400, "INVALID_PLR_REFERENCE")
    record = await asked.sandbox.records.find(RecordKind.PILLAR2_SUBSCRIPTION, "plrReference", reference)
    if record is None:
        raise Refusal(404, "SUBSCRIPTION_NOT_FOUND", _NOT_FOUND)
    return json_answer({"success": record})


async def cbc_subscription(asked: Asked) -> Response:
    wanted = asked.document().get("displaySubscriptionForCBCRequest")
    detail = wanted.get("requestDetail") if isinstance(wanted, dict) else None
    cbc_id = detail.get("IDNumber") if isinstance(detail, dict) else None
    now = instant_text(asked.sandbox.clock.now())
    if not isinstance(cbc_id, str):
        return json_answer(_cbc_failure("400", "Invalid request", now), 400)
    record = await asked.sandbox.records.find(RecordKind.CBC_SUBSCRIPTION, "cbcId", cbc_id)
    if record is None:
        return json_answer(_cbc_failure("404", "Record not found", now), 404)
    detail_shown = without_absent(
        {
            "subscriptionID": record["cbcId"],
            "tradingName": record.get("tradingName"),
            "isGBUser": record["isGBUser"],
            "primaryContact": record["primaryContact"],
            "secondaryContact": record.get("secondaryContact"),
        }
    )
    return json_answer(
        {
            "displaySubscriptionForCBCResponse": {
                "responseCommon": {"status": "OK", "processingDate": now},
                "responseDetail": detail_shown,
            }
        }
    )


async def citizen(asked: Asked) -> Response:
    id_name, value = asked.path("id_name"), asked.path("value")
    citizens = asked.sandbox.citizens
    match id_name:
        case "nino":
            return json_answer(await citizens.by_nino(value))
        case "nino-no-suffix":
            return json_answer(await citizens.by_nino_without_suffix(value))
        case "sautr":
            return json_answer(await citizens.by_utr(value))
        case _:
            raise Refusal(400, "TAX_IDENTIFIER_NOT_SUPPORTED", f"tax identifier {id_name} not supported")


async def designatory_details(asked: Asked) -> Response:
    return json_answer(await asked.sandbox.citizens.designatory_details(asked.path("nino")))


async def basic_designatory_details(asked: Asked) -> Response:
    return json_answer(await asked.sandbox.citizens.basic_designatory_details(asked.path("nino")))


def _cbc_failure(code: str, message: str, now: str) -> Document:
    return {
        "displaySubscriptionForCBCResponse": {
            "responseCommon": {"status": "NOT_OK", "processingDate": now},
            "errorDetail": {
                "timestamp": now,
                "correlationId": "00000000-0000-4000-8000-000000000000",
                "errorCode": code,
                "errorMessage": message,
                "source": "Back End",
                "sourceFaultDetail": {"detail": [message]},
            },
        }
    }


def _mismatch(code: str, value: str, pattern: str) -> Refusal:
    return Refusal(400, code, f"Supplied value {value} does not match pattern {pattern}")


def _get(upstream: Upstream, operation: str, path: str, endpoint: Endpoint) -> Route:
    return served(upstream, operation, "GET", path, endpoint, family=Family.PLATFORM)


routes = [
    _get(Upstream.DES, "CESA", "/registration/relationship/nino/{nino}", cesa_by_nino),
    _get(Upstream.DES, "CESA by UTR", "/registration/relationship/utr/{utr}", cesa_by_utr),
    _get(Upstream.DES, "VAT customer", "/vat/customer/vrn/{vrn}/information", vat_customer),
    _get(Upstream.DES, "VAT control list", "/vat/known-facts/control-list/{vrn}", vat_control_list),
    _get(Upstream.DES, "business details", "/registration/business-details/{id_type}/{value}", old_business_details),
    _get(Upstream.DES, "personal details", "/registration/personal-details/{id_type}/{value}", personal_details),
    _get(Upstream.DES, "CGT subscription", "/subscriptions/{regime}/{id_type}/{reference}", cgt_subscription),
    _get(Upstream.IFS, "trust", "/trusts/agent-known-fact-check/{id_type}/{value}", trust),
    _get(
        Upstream.IFS,
        "PPT subscription",
        "/plastic-packaging-tax/subscriptions/{regime}/{reference}/display",
        ppt_subscription,
    ),
    _get(Upstream.IFS, "Pillar 2 subscription", "/pillar2/subscription/{reference}", pillar2_subscription),
    served(Upstream.IF, "CBC subscription", "POST", "/dac6/dct50d/v1", cbc_subscription, family=Family.PLATFORM),
    # The longer paths stand before `/{id_name}/{value}`, which would take them.
    served(
        Upstream.CITIZEN_DETAILS,
        "basic designatory details",
        "GET",
        "/citizen-details/{nino}/designatory-details/basic",
        basic_designatory_details,
    ),
    served(
        Upstream.CITIZEN_DETAILS,
        "designatory details",
        "GET",
        "/citizen-details/{nino}/designatory-details",
        designatory_details,
    ),
    served(Upstream.CITIZEN_DETAILS, "citizen", "GET", "/citizen-details/{id_name}/{value}", citizen),
]
