"""Authority over income records over HTTP. Spec: upstreams 10."""

from datetime import datetime, tzinfo

from agent_services.identifiers import Arn, Nino
from agent_services.upstreams.agent_fi_relationship import IncomeRecordRelationship
from agent_services.upstreams.http_client import Answer, UpstreamCaller, json_body, path_of
from agent_services.upstreams.reading import as_list, as_object, local_date_time, optional, text

_SERVICE = "PERSONAL-INCOME-RECORD"
_RELATIONSHIPS = "/agent-fi-relationship/relationships"


class AgentFiRelationshipOverHttp:
    """The port `AgentFiRelationship` over HTTP."""

    def __init__(self, caller: UpstreamCaller, *, server_zone: tzinfo | None) -> None:
        self._caller = caller
        self._server_zone = server_zone

    async def relationship(self, arn: Arn, client_id: str) -> IncomeRecordRelationship | None:
        answer = await self._caller.call("AFI get", "GET", _of_pair(arn, client_id))
        if answer.status == 404:
            return None
        if answer.is_failure:
            raise answer.failed()
        return next(iter(answer.read(_relationships)), None)

    async def create_relationship(self, arn: Arn, nino: Nino, started_at: datetime) -> None:
        body = json_body({"startDate": self._local(started_at)})
        answer = await self._caller.call("AFI create", "PUT", _of_pair(arn, nino.value), body=body)
        if answer.status != 201:
            raise _unexpected(answer, "create relationship")

    async def remove_relationship(self, arn: Arn, nino: Nino) -> bool:
        answer = await self._caller.call("AFI delete", "DELETE", _of_pair(arn, nino.value))
        if answer.status not in (200, 404):
            raise _unexpected(answer, "delete relationship")
        return answer.status == 200

    async def active_relationships_of(self, nino: Nino) -> tuple[IncomeRecordRelationship, ...]:
        path = _RELATIONSHIPS + path_of("service", _SERVICE, "clientId", nino.value)
        return self._listed(await self._caller.call("AFI active", "GET", path))

    async def inactive_relationships_of_caller(self) -> tuple[IncomeRecordRelationship, ...]:
        return self._listed(await self._caller.call("AFI inactive", "GET", _RELATIONSHIPS + "/inactive"))

    def _local(self, instant: datetime) -> str:
        local = instant.astimezone(self._server_zone).replace(tzinfo=None)
        return local.isoformat(timespec="milliseconds" if local.microsecond else "seconds")

    @staticmethod
    def _listed(answer: Answer) -> tuple[IncomeRecordRelationship, ...]:
        if answer.status == 404:
            return ()
        if answer.status != 200:
            # One text for both look-ups (relationships 3, "AFI inactive").
            raise _unexpected(answer, "get active relationship for client")
        return answer.read(_relationships)


def _of_pair(arn: Arn, client_id: str) -> str:
    return _RELATIONSHIPS + path_of("agent", arn.value, "service", _SERVICE, "client", client_id)


def _unexpected(answer: Answer, what: str) -> Exception:
    return answer.failed_raw(f"Unexpected status {answer.status} received from AFI {what}")


def _relationships(document: object) -> tuple[IncomeRecordRelationship, ...]:
    return tuple(_relationship(each) for each in as_list(document))


def _relationship(document: object) -> IncomeRecordRelationship:
    found = as_object(document)
    return IncomeRecordRelationship(
        arn=Arn.as_given(text(found, "arn")),
        start_date=optional(found, "startDate", local_date_time),
        end_date=optional(found, "endDate", local_date_time),
    )
