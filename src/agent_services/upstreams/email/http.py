"""E-mails over HTTP. Spec: upstreams 16."""

import structlog

from agent_services.upstreams.email import TemplatedEmail
from agent_services.upstreams.http_client import UpstreamCaller, json_body

log = structlog.get_logger("agent_services.upstreams")


class EmailOverHttp:
    """The port `Email` over HTTP."""

    def __init__(self, caller: UpstreamCaller) -> None:
        self._caller = caller

    async def send(self, email: TemplatedEmail) -> bool:
        letter = {
            "to": list(email.to),
            "templateId": email.template_id,
            "parameters": dict(email.parameters),
            "force": email.is_forced,
        }
        answer = await self._caller.call("send email", "POST", "/hmrc/email", body=json_body(letter))
        if not answer.is_success:
            log.warning("email_refused", template=email.template_id, status=answer.status)
        return answer.is_success
