"""Audit events over HTTP. Spec: upstreams 20.1, 2.4."""

from datetime import timedelta

from agent_services.upstreams.audit import AuditAnswer
from agent_services.upstreams.http_client import Forwarding, UpstreamCaller, timeout_of

_TIMEOUT = timeout_of(connect=timedelta(seconds=5), whole=timedelta(seconds=5))
_NEVER_ACCEPTABLE = frozenset({400, 413})


class AuditSinkOverHttp:
    """The port `AuditSink` over HTTP."""

    def __init__(self, caller: UpstreamCaller) -> None:
        self._caller = caller

    async def deliver(self, event: bytes) -> AuditAnswer:
        return await self._post("audit", "/write/audit", event)

    async def deliver_merged(self, event: bytes) -> AuditAnswer:
        return await self._post("audit merged", "/write/audit/merged", event)

    async def _post(self, operation: str, path: str, event: bytes) -> AuditAnswer:
        answer = await self._caller.call(
            operation, "POST", path, body=event, forwarding=Forwarding.NOTHING, timeout=_TIMEOUT
        )
        if answer.is_success:
            return AuditAnswer.ACCEPTED
        if answer.status in _NEVER_ACCEPTABLE:
            return AuditAnswer.REJECTED
        raise answer.failed()
