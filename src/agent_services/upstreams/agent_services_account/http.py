"""Agencies over HTTP. Spec: upstreams 9."""

from collections.abc import Mapping

from agent_services.identifiers import Arn
from agent_services.upstreams.agent_services_account import AgentRecord, SuspensionDetails
from agent_services.upstreams.http_client import UpstreamCaller, path_of
from agent_services.upstreams.reading import as_list, as_object, as_text, boolean, optional, within


class AgentServicesAccountOverHttp:
    """The port `AgentServicesAccount` over HTTP."""

    def __init__(self, caller: UpstreamCaller, *, internal_auth_token: str) -> None:
        self._caller = caller
        # The token as it stands, without a scheme, in place of the user's.
        self._headers = {"Authorization": internal_auth_token}

    async def agent_record(self, arn: Arn) -> AgentRecord:
        path = path_of("agent-services-account", "agent-record-with-checks", "arn", arn.value)
        answer = await self._caller.call("agent record", "GET", path, headers=self._headers)
        if answer.is_failure:
            raise answer.failed()
        return answer.read(_agent_record)


def _agent_record(document: object) -> AgentRecord:
    found = as_object(document)
    agency = within(found, "agencyDetails")
    return AgentRecord(
        agency_name=_text_or_empty(agency, "agencyName"),
        agency_email=_text_or_empty(agency, "agencyEmail"),
        suspension=optional(found, "suspensionDetails", _suspension),
    )


def _text_or_empty(parent: Mapping[str, object], name: str) -> str:
    found = parent.get(name)
    return found if isinstance(found, str) else ""


def _suspension(document: object) -> SuspensionDetails:
    found = as_object(document)
    regimes = optional(found, "regimes", lambda listed: tuple(as_text(regime) for regime in as_list(listed)))
    return SuspensionDetails(is_suspended=boolean(found, "suspensionStatus"), regimes=regimes)
