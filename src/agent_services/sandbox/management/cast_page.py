"""`GET /sandbox/cast`: who is there on the first day, as JSON or as a page. Spec: sandbox 5.2, 6.17."""

from html import escape

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from agent_services.auth import SANDBOX, called_by
from agent_services.sandbox.cast.purposes import PURPOSES
from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.enrolments.store import Kind
from agent_services.sandbox.http.routes import SteeringRoute, sandbox_of
from agent_services.sandbox.management.paths import SANDBOX_PATH
from agent_services.sandbox.management.schemas import JSON_OBJECT
from agent_services.sandbox.users.people import Person

router = APIRouter(prefix=SANDBOX_PATH, route_class=SteeringRoute, tags=["sandbox"])

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1d2327}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.4rem .6rem;
border-bottom:1px solid #d0d7de}code,pre{font:14px ui-monospace,monospace;background:#f3f5f7}
pre{padding:.8rem;overflow-x:auto}caption{text-align:left;font-weight:600;padding:.6rem 0}
"""


@router.get(
    "/cast",
    responses={200: {"content": {**JSON_OBJECT[200]["content"], "text/html": {"schema": {"type": "string"}}}}},
)
@called_by(SANDBOX)
async def cast(request: Request) -> Response:
    """The people of the first day with their identifiers and bearers; a page for browsers."""
    people = [await _document(request, person) for person in await sandbox_of(request).people.cast()]
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(_page(people, str(request.base_url).rstrip("/")))
    return JSONResponse({"password": "password", "cast": people})


async def _document(request: Request, person: Person) -> Document:
    sandbox = sandbox_of(request)
    group = await sandbox.people.group_of(person)
    held = await sandbox.enrolments.keys_of_group(person.group_id, Kind.PRINCIPAL) if person.group_id else []
    return without_absent(
        {
            "userId": person.user_id,
            "name": person.name,
            "purpose": PURPOSES.get(person.user_id),
            "token": f"sandbox-{person.user_id}",
            "affinityGroup": group.affinity_group.value if group else None,
            "groupId": person.group_id,
            "agentCode": group.agent_code if group else None,
            "role": person.credential_role.value if person.credential_role else None,
            "nino": person.nino,
            "utr": person.utr,
            "dateOfBirth": person.date_of_birth.isoformat() if person.date_of_birth else None,
            "postcode": person.address.postcode if person.address else None,
            "enrolments": [str(key) for key in held] or None,
            "strideRoles": list(person.stride_roles) or None,
        }
    )


def _page(people: list[Document], base_url: str) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(person['userId'])}</code></td><td>{escape(person.get('name') or '')}</td>"
        f"<td>{'<br>'.join(f'<code>{escape(key)}</code>' for key in _facts(person))}</td>"
        f"<td>{escape(person.get('purpose') or '')}</td></tr>"
        for person in people
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The cast of the sandbox</title>'
        f"<style>{_STYLE}</style></head><body><h1>The cast of the sandbox</h1>"
        "<p>Everybody's password is <code>password</code>; everybody's bearer is <code>sandbox-&lt;user id&gt;</code>"
        " and never expires.</p><h2>From an invitation to a relationship</h2>"
        f"<pre>{escape(_story(base_url))}</pre>"
        "<table><caption>Who is there</caption><thead><tr><th scope=col>User id</th><th scope=col>Name</th>"
        f"<th scope=col>Identifiers</th><th scope=col>What for</th></tr></thead><tbody>{rows}</tbody></table>"
        "</body></html>"
    )


def _facts(person: Document) -> list[str]:
    facts = list(person.get("enrolments") or person.get("strideRoles") or [])
    facts += [f"{name} {person[name]}" for name in ("nino", "utr", "postcode", "agentCode") if name in person]
    return facts


def _story(base_url: str) -> str:
    accept = "-H 'Accept: application/vnd.hmrc.1.0+json'"
    agent = "-H 'Authorization: Bearer sandbox-amelia'"
    client = '"clientIdType":"ni","clientId":"AB100002B","knownFact":"DH1 4EJ"'
    invite = f'{{"service":["MTD-IT"],"clientType":"personal",{client}}}'
    check = f'{{"service":["MTD-IT"],{client}}}'
    return "\n".join(
        (
            "# invite: the Location header names the invitation",
            f"curl -si {base_url}/agents/XARN1000001/invitations {agent} {accept} \\",
            f"  -H 'Content-Type: application/json' -d '{invite}'",
            "# accept as the client, with the id from that header",
            f"curl -si -X PUT {base_url}/agent-authorisation-test-support/invitations/ID {accept}",
            "# check: 204 means yes",
            f"curl -si {base_url}/agents/XARN1000001/relationships {agent} {accept} \\",
            f"  -H 'Content-Type: application/json' -d '{check}'",
        )
    )
