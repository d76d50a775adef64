"""What happens to authorisation requests, told by the sandbox's cast over HTTP."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import aiohttp

PREFIX = "/agent-client-relationships"
AMELIA_ARN, HARRIET_ARN, NINA_ARN = "XARN1000001", "ZARN1000004", "MARN1000002"
JONAH_NINO, JONAH_MTDITID, NOOR_NINO, MARION_NINO = "AB100002", "XEIT00000020002", "AB100006", "AB100005"
ROWAN_VRN, VESTER_VRN, THORNE_VRN = "101000181", "101000573", "101000377"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `json` is None for any other content."""

    status: int
    text: str
    json: Any

    @property
    def seen(self) -> tuple[int, Any]:
        """Status and whole body."""
        return self.status, self.json if self.json is not None else self.text


@dataclass(slots=True)
class Caller:
    """One of the cast, or nobody."""

    client: aiohttp.ClientSession
    headers: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> Reply:
        sent = {**self.headers, **(headers or {})}
        async with self.client.request(method, path, headers=sent, **more) as answer:
            is_json = answer.headers.get("content-type", "").startswith("application/json")
            return Reply(answer.status, await answer.text(), await answer.json() if is_json else None)

    async def get(self, path: str, **more: Any) -> Reply:
        return await self.call("GET", PREFIX + path, **more)

    async def put(self, path: str) -> Reply:
        return await self.call("PUT", PREFIX + path)

    async def post(self, path: str, body: Any) -> Reply:
        return await self.call("POST", PREFIX + path, json=body)


@dataclass(frozen=True, slots=True)
class Agent:
    """A subscribed agent that no client knows."""

    arn: str
    caller: Caller


@dataclass(frozen=True, slots=True)
class Client:
    """A client without an agent. `nino` and `mtd_it_id` are those of income tax, `vrn` that of VAT."""

    caller: Caller
    vrn: str = ""
    nino: str = ""
    mtd_it_id: str = ""


@dataclass(slots=True)
class Story:
    """The running application with nothing stored."""

    client: aiohttp.ClientSession

    async def begin(self) -> None:
        """Empties the services' stores and goes back to the real time; the sandbox's people stay as they are."""
        nobody = self.nobody()
        replies = (
            await nobody.call("DELETE", "/test-only/records"),
            await nobody.call("DELETE", "/sandbox/faults"),
            await nobody.call("DELETE", "/sandbox/journal"),
            await nobody.call("DELETE", "/test-only/clock"),
        )
        assert all(reply.status == 204 for reply in replies), replies

    async def new_agent(self) -> Agent:
        user = await self._new_user("agents", "agent-services")
        return Agent(user["agentServicesAccountNumber"], await self._signed_in(user))

    async def new_vat_client(self) -> Client:
        user = await self._new_user("organisations", "mtd-vat")
        return Client(await self._signed_in(user), vrn=user["vrn"])

    async def new_income_tax_client(self) -> Client:
        user = await self._new_user("individuals", "mtd-income-tax")
        return Client(await self._signed_in(user), nino=user["nino"][:8], mtd_it_id=user["mtdItId"])

    async def _new_user(self, kind: str, service: str) -> dict[str, Any]:
        form = {
            "grant_type": "client_credentials",
            "client_id": "sandbox-application",
            "client_secret": "sandbox-client-secret",
        }
        token = (await self.nobody().call("POST", "/oauth/token", data=form)).json["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.hmrc.1.0+json"}
        path = f"/create-test-user/{kind}"
        reply = await self.nobody().call("POST", path, headers=headers, json={"serviceNames": [service]})
        assert reply.status == 201, reply
        user: dict[str, Any] = reply.json
        return user

    async def _signed_in(self, user: dict[str, Any]) -> Caller:
        body = {"userId": user["userId"], "scope": "read:sent-invitations"}
        reply = await self.nobody().call("POST", "/sandbox/tokens", json=body)
        assert reply.status == 200, reply
        return Caller(self.client, {"Authorization": f"Bearer {reply.json['access_token']}"})

    def person(self, user_id: str) -> Caller:
        """Somebody of the sandbox's cast, signed in."""
        return Caller(self.client, {"Authorization": f"Bearer sandbox-{user_id}"})

    def nobody(self) -> Caller:
        return Caller(self.client)

    async def asks(self, arn: str, service: str, client_id: str, **more: str) -> str:
        """A new request of the agent; its id."""
        id_type = "vrn" if service == "HMRC-MTD-VAT" else "ni"
        body = {
            "clientId": client_id,
            "suppliedClientIdType": id_type,
            "clientName": "Some Client",
            "service": service,
            **more,
        }
        reply = await self.person("amelia").post(f"/agent/{arn}/authorisation-request", body)
        assert reply.status == 201, reply
        invitation_id: str = reply.json["invitationId"]
        return invitation_id

    async def accepts(self, caller: Caller, invitation_id: str) -> Reply:
        return await caller.put(f"/authorisation-response/accept/{invitation_id}")

    async def rejects(self, caller: Caller, invitation_id: str) -> Reply:
        return await caller.put(f"/client/authorisation-response/reject/{invitation_id}")

    async def cancels(self, caller: Caller, invitation_id: str) -> Reply:
        return await caller.put(f"/agent/cancel-invitation/{invitation_id}")

    async def record(self, invitation_id: str) -> dict[str, Any]:
        """The stored request."""
        return next(each for each in await self.records("invitation") if each["invitationId"] == invitation_id)

    async def status(self, invitation_id: str) -> str:
        status: str = (await self.record(invitation_id))["status"]
        return status

    async def records(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.nobody().call("GET", f"/test-only/records/{kind}")).json
        return found

    async def put_records(self, kind: str, *records: dict[str, Any]) -> None:
        reply = await self.nobody().call("PUT", f"/test-only/records/{kind}", json=list(records))
        assert reply.status == 204, reply

    async def changes(self, invitation_id: str, **fields: Any) -> None:
        """Rewrites fields of a stored request."""
        await self.put_records("invitation", {**await self.record(invitation_id), **fields})

    async def audited(self, audit_type: str) -> list[dict[str, Any]]:
        """The details of all events of that type."""
        events = (await self.nobody().call("GET", "/test-only/audit")).json
        return [event["detail"] for event in events if event["auditType"] == audit_type]

    async def emails(self, *, at_least: int = 0) -> list[dict[str, Any]]:
        """What was sent; waits a bounded time for so many."""
        sent: list[dict[str, Any]] = (await self.nobody().call("GET", "/test-only/emails")).json
        async with asyncio.timeout(20):
            while len(sent) < at_least:
                await asyncio.sleep(0.1)
                sent = (await self.nobody().call("GET", "/test-only/emails")).json
        return sent

    async def runs(self, job: str) -> int:
        processed: int = (await self.nobody().call("POST", f"/test-only/jobs/{job}")).json["processed"]
        return processed

    async def advances(self, days: int) -> None:
        reply = await self.nobody().call("PUT", "/test-only/clock", json={"advance": f"P{days}D"})
        assert reply.status == 200, reply

    async def fails(self, upstream: str, operation: str, *, status: int) -> None:
        """The next call of that operation fails with that status, before anything happens."""
        fault = {"match": {"upstream": upstream, "operation": operation}, "action": {"status": status}, "times": 1}
        reply = await self.nobody().call("POST", "/sandbox/faults", json=fault)
        assert reply.status == 201, reply

    async def is_called(self, operation: str) -> bool:
        """Whether the upstreams' operation is called, sooner or later; fails after a bounded wait."""
        async with asyncio.timeout(20):
            while True:
                entries = (await self.nobody().call("GET", "/sandbox/journal?limit=200")).json["calls"]
                if any(entry["operation"] == operation for entry in entries):
                    return True
                await asyncio.sleep(0.1)

    async def agents_in_etmp(self, reference: str) -> list[str]:
        """The ARNs of the client's active relationships in ETMP."""
        kinds = (await self.person("amelia").call("GET", "/agents-external-stubs/records")).json
        rows = [row for rows in kinds.values() if isinstance(rows, list) for row in rows]
        return [row["arn"] for row in rows if row.get("refNumber") == reference and row.get("active")]

    async def related(self, arn: str, service: str, id_type: str, client_id: str) -> bool:
        """What the relationship check says."""
        path = f"/agent/{arn}/service/{service}/client/{id_type}/{client_id}"
        return (await self.person("amelia").get(path)).status == 200
