"""The enrolment store over HTTP. Spec: upstreams 3."""

from collections.abc import Callable
from urllib.parse import quote_plus

from agent_services.identifiers import Arn
from agent_services.tax_services import AGENT_IDENTIFIER_NAME, AGENT_SERVICE_KEY, EnrolmentKey
from agent_services.upstreams.enrolment_store_proxy import Delegation, StoredEnrolment, StoredIdentifier
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.http_client import Answer, UpstreamCaller, json_body, path_of, query_of
from agent_services.upstreams.reading import as_object, as_text, each, text

_STORE = "/enrolment-store-proxy/enrolment-store"


class EnrolmentStoreProxyOverHttp:
    """The port `EnrolmentStoreProxy` over HTTP."""

    def __init__(self, caller: UpstreamCaller) -> None:
        self._caller = caller

    async def delegation(self, arn: Arn, key: EnrolmentKey) -> Delegation:
        agent_group = await self.principal_group(arn)
        if agent_group is None:
            return Delegation(agent_group=None, is_held=False)
        return Delegation(agent_group, is_held=agent_group in await self.delegated_groups(key))

    async def principal_group(self, arn: Arn) -> str | None:
        groups = await self._groups("ES1 principal", EnrolmentKey.for_agent(arn.value), "principal")
        return groups[0] if groups else None

    async def delegated_groups(self, key: EnrolmentKey) -> tuple[str, ...]:
        return tuple(dict.fromkeys(await self._groups("ES1 delegated", key, "delegated")))

    async def enrolments_delegated_to_user(self, user_id: str, service_key: str) -> tuple[StoredEnrolment, ...]:
        query = query_of(("type", "delegated"), ("service", service_key))
        answer = await self._caller.call("ES2", "GET", _STORE + path_of("users", user_id, "enrolments") + query)
        return _enrolments(answer, _named_enrolment)

    async def page_of_enrolments_delegated_to_user(
        self, user_id: str, service_key: str, *, start_record: int, max_records: int
    ) -> tuple[StoredEnrolment, ...]:
        query = query_of(
            ("type", "delegated"),
            ("service", service_key),
            ("start-record", str(start_record)),
            ("max-records", str(max_records)),
        )
        answer = await self._caller.call("ES2", "GET", _STORE + path_of("users", user_id, "enrolments") + query)
        if answer.status not in (200, 204):
            raise UpstreamFailed(
                answer.upstream, answer.operation, kind=answer.failed().kind, status=answer.status, surfaces_as=500
            )
        return _enrolments(answer, _enrolment)

    async def principal_enrolments(self, group_id: str) -> tuple[StoredEnrolment, ...]:
        return _enrolments(await self._enrolments_of_group(group_id), _enrolment)

    async def agent_of_group(self, group_id: str) -> Arn | None:
        enrolments = _enrolments(await self._enrolments_of_group(group_id), _named_enrolment)
        agents = next((held for held in enrolments if held.service_key == AGENT_SERVICE_KEY), None)
        if agents is None:
            return None
        arns = (each.value for each in agents.identifiers if each.key == AGENT_IDENTIFIER_NAME)
        return next((Arn.as_given(arn) for arn in arns), None)

    async def set_friendly_name(self, group_id: str, key: EnrolmentKey, name: str) -> None:
        path = _STORE + path_of("groups", group_id, "enrolments", str(key), "friendly_name")
        answer = await self._caller.call("ES19", "PUT", path, body=json_body({"friendlyName": quote_plus(name)}))
        if answer.status != 204:
            raise answer.failed_raw()

    async def identifiers_by_known_fact(self, service_key: str, known_fact: StoredIdentifier) -> EnrolmentKey | None:
        question = {"service": service_key, "knownFacts": [{"key": known_fact.key, "value": known_fact.value}]}
        answer = await self._caller.call("ES20", "POST", _STORE + "/enrolments", body=json_body(question))
        if answer.status == 204:
            return None
        if answer.status != 200:
            raise answer.failed_raw()
        found = answer.read(lambda document: each(as_object(document), "enrolments", _identifiers))
        return EnrolmentKey(service_key, tuple((each.key, each.value) for each in found[0])) if found else None

    async def _groups(self, operation: str, key: EnrolmentKey, kind: str) -> tuple[str, ...]:
        path = _STORE + path_of("enrolments", str(key), "groups") + query_of(("type", kind))
        answer = await self._caller.call(operation, "GET", path)
        if answer.status == 204:
            return ()
        if answer.status != 200:
            raise answer.failed_raw()
        return answer.read(lambda document: each(as_object(document), f"{kind}GroupIds", as_text))

    async def _enrolments_of_group(self, group_id: str) -> Answer:
        path = _STORE + path_of("groups", group_id, "enrolments") + query_of(("type", "principal"))
        return await self._caller.call("ES3", "GET", path)


def _enrolments(answer: Answer, read: Callable[[object], StoredEnrolment]) -> tuple[StoredEnrolment, ...]:
    if answer.status == 204:
        return ()
    if answer.status != 200:
        raise answer.failed_raw()
    return answer.read(lambda document: each(as_object(document), "enrolments", read))


def _enrolment(document: object) -> StoredEnrolment:
    found = as_object(document)
    return StoredEnrolment(text(found, "service"), text(found, "state"), _identifiers(document))


def _named_enrolment(document: object) -> StoredEnrolment:
    # The relationships service demands a friendly name of every item, though it uses none (upstreams 3.4, 3.5).
    text(as_object(document), "friendlyName")
    return _enrolment(document)


def _identifiers(document: object) -> tuple[StoredIdentifier, ...]:
    return each(as_object(document), "identifiers", _identifier)


def _identifier(document: object) -> StoredIdentifier:
    found = as_object(document)
    return StoredIdentifier(text(found, "key"), text(found, "value"))
