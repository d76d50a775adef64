"""E-mail, audit and internal-auth over the wire. Spec: sandbox 2.9, 2.10."""

from starlette.responses import Response

from agent_services.sandbox.http.callers import Family
from agent_services.sandbox.refusals import Refusal, Shape
from agent_services.sandbox.wire.serving import Asked, empty_answer, served
from agent_services.upstreams.names import Upstream


async def send_email(asked: Asked) -> Response:
    body = asked.document()
    to, template_id, parameters = body.get("to"), body.get("templateId"), body.get("parameters") or {}
    if not isinstance(to, list) or not isinstance(template_id, str) or not isinstance(parameters, dict):
        raise Refusal(400, "Invalid payload: to, templateId and parameters are needed", shape=Shape.FRAMEWORK)
    is_forced = body.get("force")
    await asked.sandbox.mailbox.take_email(
        [str(each) for each in to],
        template_id,
        {str(name): str(value) for name, value in parameters.items()},
        is_forced=is_forced if isinstance(is_forced, bool) else None,
    )
    return empty_answer(202)


async def audit(asked: Asked) -> Response:
    await asked.sandbox.mailbox.take_audit_event(asked.document(), merged=False)
    return empty_answer(204)


async def audit_merged(asked: Asked) -> Response:
    await asked.sandbox.mailbox.take_audit_event(asked.document(), merged=True)
    return empty_answer(204)


async def find_token(asked: Asked) -> Response:
    known = await asked.sandbox.mailbox.knows_token(asked.request.headers.get("authorization", ""))
    return empty_answer(200 if known else 404)


async def register_token(asked: Asked) -> Response:
    body = asked.document()
    token, principal, permissions = body.get("token"), body.get("principal"), body.get("permissions")
    if not isinstance(token, str) or not isinstance(principal, str) or not isinstance(permissions, list):
        raise Refusal(400, "Invalid payload: token, principal and permissions are needed", shape=Shape.FRAMEWORK)
    await asked.sandbox.mailbox.register_token(token, principal, permissions)
    return empty_answer(201)


_INTERNAL = Upstream.INTERNAL_AUTH
routes = [
    served(Upstream.EMAIL, "send email", "POST", "/hmrc/email", send_email, family=Family.OPEN),
    served(Upstream.AUDIT, "audit", "POST", "/write/audit", audit, family=Family.OPEN),
    served(Upstream.AUDIT, "audit merged", "POST", "/write/audit/merged", audit_merged, family=Family.OPEN),
    served(_INTERNAL, "test token", "GET", "/test-only/token", find_token, family=Family.OPEN),
    served(_INTERNAL, "register token", "POST", "/test-only/token", register_token, family=Family.OPEN),
]
