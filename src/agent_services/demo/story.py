"""The story: a test agent and test clients, from nothing to an authorised relationship and back."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp

from agent_services.demo.browser import consent
from agent_services.demo.telling import Differs, Narrator

_ACCEPT_1: Final = "application/vnd.hmrc.1.0+json"
_ACCEPT_2: Final = "application/vnd.hmrc.2.0+json"
_REDIRECT: Final = "http://localhost:8080/callback"
_SCOPES: Final = (
    "write:sent-invitations read:sent-invitations write:cancel-invitations read:check-relationship write:relationships"
)
_LONGER_THAN_A_REQUEST_LIVES: Final = timedelta(days=22)


@dataclass(frozen=True, slots=True)
class Application:
    """What the software signs in as."""

    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class _Agent:
    arn: str
    token: str


@dataclass(frozen=True, slots=True)
class _Client:
    user_id: str
    request: dict[str, Any]
    """Body of a create request."""

    @property
    def check(self) -> dict[str, Any]:
        return {name: value for name, value in self.request.items() if name != "clientType"}

    @property
    def deauthorise(self) -> dict[str, Any]:
        return {name: value for name, value in self.request.items() if name != "knownFact"}


class Story:
    """Told against `against`; sign-in, tokens and test users come from `gateway`."""

    def __init__(self, session: aiohttp.ClientSession, *, against: str, gateway: str, application: Application) -> None:
        self._session = session
        self._narrator = Narrator(session)
        self._against = against.rstrip("/")
        self._gateway = gateway.rstrip("/")
        self._application = application
        self._has_test_support = False

    async def tell(self) -> int:
        """The number of calls made. Raises Differs at the first answer that is not as it should be."""
        await self._look_around()
        application_token = await self._application_token()
        agent = await self._make_agent(application_token)
        income_tax = await self._make_income_tax_client(application_token)
        vat = await self._make_vat_client(application_token)
        accepted = await self._request(agent, income_tax, "The agent asks the first client for authority")
        await self._accept(agent, income_tax, accepted)
        await self._reject(agent, vat)
        await self._cancel(agent, vat)
        await self._let_one_expire(agent, vat)
        await self._end(agent, income_tax, accepted)
        return self._narrator.calls

    async def _look_around(self) -> None:
        self._narrator.chapter("Is everything up?")
        await self._narrator.call("GET", f"{self._against}/ping/ping", status=200)
        url = f"{self._against}/agent-authorisation-test-support/api/definition"
        async with self._session.get(url) as response:
            self._has_test_support = response.status == 200

    async def _application_token(self) -> str:
        self._narrator.chapter("The software gets a token of its own (client credentials)")
        answer = await self._narrator.call(
            "POST",
            f"{self._gateway}/oauth/token",
            status=200,
            form={
                "grant_type": "client_credentials",
                "client_id": self._application.client_id,
                "client_secret": self._application.client_secret,
            },
        )
        return _text(answer.json, "access_token")

    async def _make_user(self, kind: str, service: str, token: str) -> Any:
        answer = await self._narrator.call(
            "POST",
            f"{self._gateway}/create-test-user/{kind}",
            status=201,
            token=token,
            accept=_ACCEPT_1,
            body={"serviceNames": [service]},
        )
        return answer.json

    async def _make_agent(self, application_token: str) -> _Agent:
        self._narrator.chapter("A test agent is made")
        user = await self._make_user("agents", "agent-services", application_token)
        self._narrator.chapter("The agent signs in and lets the software act (authorisation code, PKCE)")
        token = await self._sign_in(_text(user, "userId"), _text(user, "password"))
        return _Agent(_text(user, "agentServicesAccountNumber"), token)

    async def _sign_in(self, user_id: str, password: str) -> str:
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        state = secrets.token_urlsafe(16)
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._application.client_id,
                "scope": _SCOPES,
                "redirect_uri": _REDIRECT,
                "state": state,
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            }
        )
        sent_back = await consent(
            self._session,
            f"{self._gateway}/oauth/authorize?{query}",
            redirect_uri=_REDIRECT,
            person={"user": user_id, "password": password},
        )
        given = parse_qs(urlsplit(sent_back).query)
        self._narrator.expect("state", given=given.get("state"), wanted=[state])
        if "code" not in given:
            raise Differs(f"no code came back but {sorted(given)}")
        answer = await self._narrator.call(
            "POST",
            f"{self._gateway}/oauth/token",
            status=200,
            form={
                "grant_type": "authorization_code",
                "client_id": self._application.client_id,
                "client_secret": self._application.client_secret,
                "redirect_uri": _REDIRECT,
                "code": given["code"][0],
                "code_verifier": verifier,
            },
        )
        return _text(answer.json, "access_token")

    async def _make_income_tax_client(self, application_token: str) -> _Client:
        self._narrator.chapter("A test client for income tax is made")
        user = await self._make_user("individuals", "mtd-income-tax", application_token)
        return _Client(
            _text(user, "userId"),
            {
                "service": ["MTD-IT"],
                "clientType": "personal",
                "clientIdType": "ni",
                "clientId": _text(user, "nino"),
                "knownFact": _text(user["individualDetails"]["address"], "postcode"),
            },
        )

    async def _make_vat_client(self, application_token: str) -> _Client:
        self._narrator.chapter("A test client for VAT is made")
        user = await self._make_user("organisations", "mtd-vat", application_token)
        return _Client(
            _text(user, "userId"),
            {
                "service": ["MTD-VAT"],
                "clientType": "business",
                "clientIdType": "vrn",
                "clientId": _text(user, "vrn"),
                "knownFact": _text(user, "vatRegistrationDate"),
            },
        )

    async def _request(self, agent: _Agent, client: _Client, title: str) -> str:
        self._narrator.chapter(title)
        answer = await self._narrator.call(
            "POST",
            f"{self._against}/agents/{agent.arn}/invitations",
            status=204,
            token=agent.token,
            accept=_ACCEPT_1,
            body=client.request,
        )
        invitation_id = answer.headers.get("Location", "").rpartition("/")[2]
        await self._expect_status(agent, invitation_id, "Pending")
        return invitation_id

    async def _expect_status(self, agent: _Agent, invitation_id: str, wanted: str) -> None:
        answer = await self._narrator.call(
            "GET",
            f"{self._against}/agents/{agent.arn}/invitations/{invitation_id}",
            status=200,
            token=agent.token,
            accept=_ACCEPT_1,
        )
        self._narrator.expect("status", given=answer.json.get("status"), wanted=wanted)

    async def _accept(self, agent: _Agent, client: _Client, invitation_id: str) -> None:
        self._narrator.chapter("The client accepts")
        await self._answer(client, invitation_id, "accept")
        await self._expect_status(agent, invitation_id, "Accepted")
        await self._check(agent, client, status=204)

    async def _reject(self, agent: _Agent, client: _Client) -> None:
        invitation_id = await self._request(agent, client, "Another client is asked, and says no")
        await self._answer(client, invitation_id, "reject")
        await self._expect_status(agent, invitation_id, "Rejected")
        await self._check(agent, client, status=404)

    async def _cancel(self, agent: _Agent, client: _Client) -> None:
        invitation_id = await self._request(agent, client, "Asked again, and cancelled by the agent")
        url = f"{self._against}/agents/{agent.arn}/invitations"
        duplicate = await self._narrator.call(
            "POST", url, status=403, token=agent.token, accept=_ACCEPT_1, body=client.request
        )
        self._narrator.expect("code", given=duplicate.json.get("code"), wanted="DUPLICATE_AUTHORISATION_REQUEST")
        await self._narrator.call("DELETE", f"{url}/{invitation_id}", status=204, token=agent.token, accept=_ACCEPT_1)
        await self._expect_status(agent, invitation_id, "Cancelled")

    async def _let_one_expire(self, agent: _Agent, client: _Client) -> None:
        invitation_id = await self._request(agent, client, "Asked once more; the clock is moved on by 22 days")
        later = (datetime.now(UTC) + _LONGER_THAN_A_REQUEST_LIVES).isoformat(timespec="seconds")
        try:
            await self._move_clock(later)
            await self._expect_status(agent, invitation_id, "Expired")
            listed = await self._narrator.call(
                "GET",
                f"{self._against}/agents/{agent.arn}/invitations",
                status=200,
                token=agent.token,
                accept=_ACCEPT_2,
            )
            statuses = [each["status"] for each in listed.json]
            self._narrator.expect("statuses", given=statuses, wanted=["Accepted", "Rejected", "Cancelled", "Expired"])
        finally:
            await self._reset_clock()

    async def _end(self, agent: _Agent, client: _Client, invitation_id: str) -> None:
        self._narrator.chapter("The agent ends its authority")
        await self._narrator.call(
            "PUT",
            f"{self._against}/agents/{agent.arn}/deauthorise-client",
            status=204,
            token=agent.token,
            accept=_ACCEPT_2,
            body=client.deauthorise,
        )
        await self._check(agent, client, status=404)
        await self._expect_status(agent, invitation_id, "Deauthorised")

    async def _check(self, agent: _Agent, client: _Client, *, status: int) -> None:
        await self._narrator.call(
            "POST",
            f"{self._against}/agents/{agent.arn}/relationships",
            status=status,
            token=agent.token,
            accept=_ACCEPT_1,
            body=client.check,
        )

    async def _answer(self, client: _Client, invitation_id: str, verb: str) -> None:
        if self._has_test_support:
            method = {"accept": "PUT", "reject": "DELETE"}[verb]
            url = f"{self._against}/agent-authorisation-test-support/invitations/{invitation_id}"
            await self._narrator.call(method, url, status=204, accept=_ACCEPT_1)
            return
        self._narrator.note("No test support here, so the client answers with a token of their own.")
        answer = await self._narrator.call(
            "POST", f"{self._gateway}/sandbox/tokens", status=200, body={"userId": client.user_id, "scope": ""}
        )
        path = {
            "accept": f"authorisation-response/accept/{invitation_id}",
            "reject": f"client/authorisation-response/reject/{invitation_id}",
        }[verb]
        await self._narrator.call(
            "PUT",
            f"{self._against}/agent-client-relationships/{path}",
            status=204,
            token=_text(answer.json, "access_token"),
        )

    async def _move_clock(self, now: str) -> None:
        """Both clocks where services and sandbox have a database each; setting one and the same twice is harmless."""
        await self._narrator.call(
            "PUT", f"{self._gateway}/sandbox/clock", status=200, body={"mode": "offset", "now": now}
        )
        if await self._has_clock_of_its_own():
            await self._narrator.call("PUT", f"{self._against}/test-only/clock", status=200, body={"now": now})

    async def _reset_clock(self) -> None:
        await self._narrator.call("DELETE", f"{self._gateway}/sandbox/clock", status=200)
        if await self._has_clock_of_its_own():
            await self._narrator.call("DELETE", f"{self._against}/test-only/clock", status=204)

    async def _has_clock_of_its_own(self) -> bool:
        if self._against == self._gateway:
            return False
        async with self._session.get(f"{self._against}/test-only/audit") as response:
            return response.status == 200


def _text(answer: Any, member: str) -> str:
    value = answer.get(member) if isinstance(answer, dict) else None
    if not isinstance(value, str):
        raise Differs(f"the answer lacks {member}")
    return value
