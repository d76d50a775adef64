"""HIP over HTTP. Spec: upstreams 4."""

import json
from collections.abc import Mapping
from datetime import date
from uuid import uuid4

import structlog

from agent_services.identifiers import Arn, MtdItId, Nino
from agent_services.platform.clock import Clock
from agent_services.tax_services import EnrolmentKey, EtmpTerms, UnknownTaxService
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.hip import EtmpRelationship, Which
from agent_services.upstreams.http_client import Answer, Forwarding, UpstreamCaller, json_body, query_of
from agent_services.upstreams.reading import as_object, each, iso_date, optional, optional_text, text, within

log = structlog.get_logger("agent_services.upstreams")

_RELATIONSHIP = "/etmp/RESTAdapter/rosm/agent-relationship"
_BUSINESS_DETAILS = "/etmp/RESTAdapter/itsa/taxpayer/business-details"
_AUTHORISE, _DE_AUTHORISE = "0001", "0002"
_UNKNOWN_TAXPAYER_CODES = ("008", "006")
_NO_RELATIONSHIP_CODE = "009"
_NONE_ACTIVE = "No active relationship found"
_SUSPENDED = "suspended"
_MAIN_PROFILE = "ALL00001"  # also what an entry without a profile means (relationships 10.5)


class HipOverHttp:
    """The port `Hip` over HTTP."""

    def __init__(self, caller: UpstreamCaller, *, token: str, records_start: date, clock: Clock) -> None:
        self._caller = caller
        self._token = token
        self._records_start = records_start
        self._clock = clock

    async def create_relationship(self, arn: Arn, key: EnrolmentKey) -> None:
        answer = await self._change("create relationship", arn, key, _AUTHORISE)
        if answer.is_failure:
            raise answer.failed()
        answer.read(_processing_date)

    async def remove_relationship(self, arn: Arn, key: EnrolmentKey) -> bool:
        answer = await self._change("remove relationship", arn, key, _DE_AUTHORISE)
        if answer.is_failure:
            if _Refusal.of(answer).says(_NONE_ACTIVE):
                return False
            raise answer.failed()
        answer.read(_processing_date)
        return True

    async def has_relationship(self, arn: Arn, key: EnrolmentKey, today: date) -> bool:
        profile = _terms_of(key).auth_profile or _MAIN_PROFILE
        return any(
            held.arn == arn and held.is_active(today) and (held.auth_profile or _MAIN_PROFILE) == profile
            for held in await self.relationships(key, Which.ACTIVE, today)
        )

    async def active_relationship(self, key: EnrolmentKey, today: date) -> EtmpRelationship | None:
        terms = _terms_of(key)
        query = self._query(terms, key, Which.ACTIVE, today, auth_profile=terms.query_auth_profile)
        answer = await self._get("active relationship", _RELATIONSHIP + query)
        if answer.is_failure:
            log.warning("upstream_failure_counted_as_none", operation=answer.operation, status=answer.status)
            return None
        return next((held for held in answer.read(_relationships) if held.is_active(today)), None)

    async def relationships(self, key: EnrolmentKey, which: Which, today: date) -> tuple[EtmpRelationship, ...]:
        query = self._query(_terms_of(key), key, which, today, auth_profile=None)
        answer = await self._get("relationships", _RELATIONSHIP + query)
        if not answer.is_failure:
            return answer.read(_relationships)
        refusal = _Refusal.of(answer)
        is_none = answer.status == 404 or (
            answer.status == 422 and (refusal.has_code(_NO_RELATIONSHIP_CODE) or refusal.says(_SUSPENDED))
        )
        if is_none:
            return ()
        raise answer.failed()

    async def mtd_it_id_of(self, nino: Nino) -> MtdItId | None:
        found = await self._taxpayer("business details by NINO", ("nino", nino.value), "mtdId")
        return None if found is None else MtdItId.as_given(found)

    async def nino_of(self, mtd_it_id: MtdItId) -> Nino | None:
        found = await self._taxpayer("business details by MTDITID", ("mtdReference", mtd_it_id.value), "nino")
        return None if found is None else Nino.as_given(found)

    async def _taxpayer(self, operation: str, parameter: tuple[str, str], member: str) -> str | None:
        answer = await self._get(
            operation,
            _BUSINESS_DETAILS + query_of(parameter),
            {"X-Message-Type": "TaxpayerDisplay", "X-Regime-Type": "ITSA"},
        )
        if not answer.is_failure:
            return answer.read(lambda document: text(within(document, "success", "taxPayerDisplayResponse"), member))
        if answer.status == 404 or (
            answer.status == 422 and any(map(_Refusal.of(answer).has_code, _UNKNOWN_TAXPAYER_CODES))
        ):
            return None
        # Whatever the upstream's status, 500 to our caller (upstreams 4.4).
        raise UpstreamFailed(
            answer.upstream, operation, kind=answer.failed().kind, status=answer.status, surfaces_as=500
        )

    async def _change(self, operation: str, arn: Arn, key: EnrolmentKey, action: str) -> Answer:
        terms = _terms_of(key)
        wanted: dict[str, object] = {
            "arn": arn.value,
            "refNumber": key.client_id,
            "regime": terms.regime,
            "action": action,
            "isExclusiveAgent": terms.is_exclusive,
            "idType": terms.id_type,
        }
        if terms.relationship_type is not None:
            wanted["relationshipType"] = terms.relationship_type
        if terms.auth_profile is not None:
            wanted["authProfile"] = terms.auth_profile
        return await self._caller.call(
            operation,
            "POST",
            _RELATIONSHIP,
            body=json_body(wanted),
            headers=self._headers(),
            forwarding=Forwarding.CALLER_AND_SESSION_IDS,
        )

    async def _get(self, operation: str, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return await self._caller.call(
            operation,
            "GET",
            path,
            headers={**self._headers(), **(headers or {})},
            forwarding=Forwarding.CALLER_AND_SESSION_IDS,
        )

    def _headers(self) -> Mapping[str, str]:
        return {
            "Authorization": f"Basic {self._token}",
            "correlationId": str(uuid4()),
            "X-Originating-System": "MDTP",
            "X-Receipt-Date": self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "X-Transmitting-System": "HIP",
        }

    def _query(
        self, terms: EtmpTerms, key: EnrolmentKey, which: Which, today: date, *, auth_profile: str | None
    ) -> str:
        span = () if which is Which.ACTIVE else (("dateFrom", str(self._records_start)), ("dateTo", str(today)))
        named = (
            ("idType", terms.query_id_type),
            ("refNumber", key.client_id),
            ("isAnAgent", "false"),
            ("activeOnly", "true" if which is Which.ACTIVE else "false"),
            ("regime", terms.regime),
            *span,
            ("relationshipType", terms.query_relationship_type),
            ("authProfile", auth_profile),
        )
        return query_of(*((name, value) for name, value in named if value is not None))


class _Refusal:
    """The body of a failure answer: HIP's `errors`, else whatever text it is. The URL is never looked at."""

    def __init__(self, code: str | None, words: str) -> None:
        self._code = code
        self._words = words

    @classmethod
    def of(cls, answer: Answer) -> "_Refusal":
        body = answer.body_text
        try:
            errors = json.loads(body)["errors"]
            code, words = errors.get("code"), errors.get("text")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return cls(None, body)
        return cls(code if isinstance(code, str) else None, words if isinstance(words, str) else "")

    def has_code(self, code: str) -> bool:
        """By the code itself; only a body without one is searched."""
        return self._code == code if self._code is not None else code in self._words

    def says(self, words: str) -> bool:
        return words in self._words


def _terms_of(key: EnrolmentKey) -> EtmpTerms:
    terms = key.service.etmp
    if terms is None:
        raise UnknownTaxService(key.service_key)
    return terms


def _processing_date(document: object) -> str:
    found = as_object(document)
    success = found.get("success")
    if isinstance(success, dict) and isinstance(success.get("processingDate"), str):
        return text(success, "processingDate")
    return text(found, "processingDate")


def _relationships(document: object) -> tuple[EtmpRelationship, ...]:
    return each(as_object(document), "relationshipDisplayResponse", _relationship)


def _relationship(document: object) -> EtmpRelationship:
    found = as_object(document)
    return EtmpRelationship(
        arn=Arn.as_given(text(found, "arn")),
        date_from=optional(found, "dateFrom", iso_date),
        date_to=optional(found, "dateTo", iso_date),
        auth_profile=optional_text(found, "authProfile"),
    )
