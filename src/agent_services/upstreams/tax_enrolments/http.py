"""Giving and taking enrolments over HTTP. Spec: upstreams 3.7, 3.8."""

from agent_services.identifiers import AgentCode
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.http_client import UpstreamCaller, json_body, path_of, query_of


class TaxEnrolmentsOverHttp:
    """The port `TaxEnrolments` over HTTP."""

    def __init__(self, caller: UpstreamCaller) -> None:
        self._caller = caller

    async def allocate_delegated(
        self, group_id: str, key: EnrolmentKey, *, user_id: str, agent_code: AgentCode
    ) -> None:
        path = _enrolment_of_group(group_id, key) + query_of(("legacy-agentCode", agent_code.value))
        answer = await self._caller.call("ES8", "POST", path, body=json_body({"userId": user_id, "type": "delegated"}))
        if answer.status != 201:
            raise answer.failed_raw()

    async def deallocate(self, group_id: str, key: EnrolmentKey) -> None:
        answer = await self._caller.call("ES9", "DELETE", _enrolment_of_group(group_id, key))
        if answer.status != 204:
            raise answer.failed_raw()


def _enrolment_of_group(group_id: str, key: EnrolmentKey) -> str:
    return path_of("tax-enrolments", "groups", group_id, "enrolments", str(key))
