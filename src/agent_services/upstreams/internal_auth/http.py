"""Our own token between services, over HTTP. Spec: upstreams 17."""

import asyncio

from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.http_client import Forwarding, UpstreamCaller, json_body

_WHOLE_STEP_SECONDS = 30
_PERMISSIONS = [
    {"resourceType": upstream, "resourceLocation": "agent-record-with-checks/arn", "actions": ["WRITE"]}
    for upstream in ("agent-assurance", "agent-services-account")
]


class InternalAuthOverHttp:
    """The port `InternalAuth` over HTTP."""

    def __init__(self, caller: UpstreamCaller, *, token: str) -> None:
        self._caller = caller
        self._token = token

    async def ensure_token(self) -> None:
        try:
            async with asyncio.timeout(_WHOLE_STEP_SECONDS):
                await self._ensure_token()
        except TimeoutError:
            raise UpstreamFailed.timed_out(self._caller.upstream, "register token") from None

    async def _ensure_token(self) -> None:
        known = await self._caller.call(
            "test token",
            "GET",
            "/test-only/token",
            headers={"Authorization": self._token},
            forwarding=Forwarding.NOTHING,
        )
        if known.status == 200:
            return
        wanted = {"token": self._token, "principal": self._caller.app_name, "permissions": _PERMISSIONS}
        registered = await self._caller.call(
            "register token", "POST", "/test-only/token", body=json_body(wanted), forwarding=Forwarding.NOTHING
        )
        if registered.status != 201:
            raise registered.failed()
