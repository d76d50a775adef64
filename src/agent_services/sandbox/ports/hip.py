"""HIP in the same process. Spec: sandbox 2.8, 4; upstreams 4."""

from datetime import date

import structlog

from agent_services.identifiers import Arn, MtdItId, Nino
from agent_services.sandbox.documents import Document
from agent_services.sandbox.etmp.relationships import ClientQuestion, EtmpRelationships, Exclusivity, Period, Target
from agent_services.sandbox.etmp.terms import AgentRelationship
from agent_services.sandbox.ports.door import Door, Surfacing
from agent_services.sandbox.records.kinds import RecordKind
from agent_services.sandbox.records.store import RecordStore
from agent_services.sandbox.refusals import HipRefusal, Refusal
from agent_services.tax_services import EnrolmentKey, EtmpTerms, UnknownTaxService
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.hip import EtmpRelationship, Which
from agent_services.upstreams.names import Upstream

log = structlog.get_logger("agent_services.upstreams")

_RELATIONSHIP = "/etmp/RESTAdapter/rosm/agent-relationship"
_BUSINESS_DETAILS = "/etmp/RESTAdapter/itsa/taxpayer/business-details"
_RECORDS_START = date(2015, 1, 1)
_MAIN_PROFILE = "ALL00001"
_NONE_ACTIVE, _NO_RELATIONSHIPS, _SUSPENDED = "014", "009", "059"
_UNKNOWN_TAXPAYER_CODES = frozenset({"006", "008"})


class SandboxHip:
    """The port `Hip` on the sandbox's ETMP."""

    def __init__(self, door: Door, relationships: EtmpRelationships, records: RecordStore) -> None:
        self._door = door
        self._relationships = relationships
        self._records = records

    async def create_relationship(self, arn: Arn, key: EnrolmentKey) -> None:
        terms = _terms_of(key)
        exclusivity = Exclusivity.EXCLUSIVE if terms.is_exclusive else Exclusivity.BESIDE_OTHERS
        target = _target(arn, key, terms)
        await self._door.ask(
            Upstream.HIP,
            "create relationship",
            lambda: self._relationships.authorise(target, exclusivity),
            path=_RELATIONSHIP,
            method="POST",
            body=_body(target, "0001", terms),
            status=201,
            surfacing=Surfacing.AUTO,
        )

    async def remove_relationship(self, arn: Arn, key: EnrolmentKey) -> bool:
        terms = _terms_of(key)
        target = _target(arn, key, terms)
        try:
            await self._door.ask(
                Upstream.HIP,
                "remove relationship",
                lambda: self._relationships.deauthorise(target),
                path=_RELATIONSHIP,
                method="POST",
                body=_body(target, "0002", terms),
                status=201,
                surfacing=Surfacing.AUTO,
                known=(422,),
            )
        except Refusal as refusal:
            if refusal.code == _NONE_ACTIVE:
                return False
            raise UpstreamFailed.answered(Upstream.HIP, "remove relationship", refusal.status) from None
        return True

    async def has_relationship(self, arn: Arn, key: EnrolmentKey, today: date) -> bool:
        profile = _terms_of(key).auth_profile or _MAIN_PROFILE
        return any(
            held.arn == arn and held.is_active(today) and (held.auth_profile or _MAIN_PROFILE) == profile
            for held in await self.relationships(key, Which.ACTIVE, today)
        )

    async def active_relationship(self, key: EnrolmentKey, today: date) -> EtmpRelationship | None:
        terms = _terms_of(key)
        asked = ClientQuestion(terms.regime, terms.id_type, key.client_id, terms.query_auth_profile)
        try:
            rows = await self._ask("active relationship", asked, None, known=range(400, 600))
        except Refusal as refusal:
            log.warning("upstream_failure_counted_as_none", operation="active relationship", status=refusal.status)
            return None
        return next((held for row in rows if (held := _relationship(row)).is_active(today)), None)

    async def relationships(self, key: EnrolmentKey, which: Which, today: date) -> tuple[EtmpRelationship, ...]:
        terms = _terms_of(key)
        period = None if which is Which.ACTIVE else Period(_RECORDS_START, today)
        asked = ClientQuestion(terms.regime, terms.id_type, key.client_id)
        try:
            rows = await self._ask("relationships", asked, period, known=(404, 422))
        except Refusal as refusal:
            if refusal.status == 404 or refusal.code in (_NO_RELATIONSHIPS, _SUSPENDED):
                return ()
            raise UpstreamFailed.answered(Upstream.HIP, "relationships", refusal.status) from None
        return tuple(_relationship(row) for row in rows)

    async def _ask(
        self, operation: str, asked: ClientQuestion, period: Period | None, *, known: range | tuple[int, ...]
    ) -> list[AgentRelationship]:
        active_only = "true" if period is None else "false"
        return await self._door.ask(
            Upstream.HIP,
            operation,
            lambda: self._relationships.of_client(asked, period),
            path=f"{_RELATIONSHIP}?refNumber={asked.ref_number}&isAnAgent=false&activeOnly={active_only}"
            f"&regime={asked.regime}",
            surfacing=Surfacing.AUTO,
            known=known,
        )

    async def mtd_it_id_of(self, nino: Nino) -> MtdItId | None:
        found = await self._taxpayer("business details by NINO", "nino", nino.value, f"nino={nino}", "mtdId")
        return None if found is None else MtdItId.as_given(found)

    async def nino_of(self, mtd_it_id: MtdItId) -> Nino | None:
        query = f"mtdReference={mtd_it_id}"
        found = await self._taxpayer("business details by MTDITID", "mtdId", mtd_it_id.value, query, "nino")
        return None if found is None else Nino.as_given(found)

    async def _taxpayer(self, operation: str, name: str, value: str, query: str, member: str) -> str | None:
        try:
            record = await self._door.ask(
                Upstream.HIP,
                operation,
                lambda: self._business_details(name, value),
                path=f"{_BUSINESS_DETAILS}?{query}",
                surfacing=Surfacing.AUTO,
                known=range(400, 600),
            )
        except Refusal as refusal:
            if refusal.status == 404 or (refusal.status == 422 and refusal.code in _UNKNOWN_TAXPAYER_CODES):
                return None
            failed = UpstreamFailed.answered(Upstream.HIP, operation, refusal.status)
            # Whatever the upstream's status, 500 to our caller (upstreams 4.4).
            raise UpstreamFailed(
                Upstream.HIP, operation, kind=failed.kind, status=refusal.status, surfaces_as=500
            ) from None
        found = record.get(member)
        if not isinstance(found, str):
            raise UpstreamFailed.unreadable(Upstream.HIP, operation)
        return found

    async def _business_details(self, name: str, value: str) -> Document:
        record = await self._records.find(RecordKind.BUSINESS_DETAILS, name, value)
        if record is None:
            raise HipRefusal("006", "Subscription data not found")
        return record


def _terms_of(key: EnrolmentKey) -> EtmpTerms:
    terms = key.service.etmp
    if terms is None:
        raise UnknownTaxService(key.service_key)
    return terms


def _target(arn: Arn, key: EnrolmentKey, terms: EtmpTerms) -> Target:
    return Target(terms.regime, arn.value, terms.id_type, key.client_id, terms.relationship_type, terms.auth_profile)


def _body(target: Target, action: str, terms: EtmpTerms) -> dict[str, object]:
    return {
        "arn": target.arn,
        "refNumber": target.ref_number,
        "regime": target.regime,
        "action": action,
        "isExclusiveAgent": terms.is_exclusive,
        "idType": target.id_type,
    }


def _relationship(row: AgentRelationship) -> EtmpRelationship:
    return EtmpRelationship(Arn.as_given(row.arn), row.start_date, row.end_date, row.auth_profile)
