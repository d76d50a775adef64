"""E-mail, audit, internal-auth and the stub's test users in the same process. Spec: sandbox 2.9, 2.10, 3."""

import json
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog

from agent_services.identifiers import Nino, Vrn
from agent_services.sandbox.auto_provision.provisioning import Provisioning
from agent_services.sandbox.citizens.citizens import Citizens
from agent_services.sandbox.documents import Document
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.enrolments.store import EnrolmentsStore, Kind
from agent_services.sandbox.mailbox.mailbox import Mailbox
from agent_services.sandbox.ports.door import Door, Surfacing
from agent_services.sandbox.records.kinds import RecordKind
from agent_services.sandbox.records.store import RecordStore
from agent_services.sandbox.refusals import Refusal
from agent_services.sandbox.users.registration import Registration
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.agents_external_stubs import StubSession
from agent_services.upstreams.audit import AuditAnswer
from agent_services.upstreams.email import TemplatedEmail
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.names import Upstream

log = structlog.get_logger(__name__)

_STUBS = "/agents-external-stubs"
_NEVER_ACCEPTABLE = (400, 413)


class SandboxEmail:
    """The port `Email`: everything lands in the outbox."""

    def __init__(self, door: Door, mailbox: Mailbox) -> None:
        self._door = door
        self._mailbox = mailbox

    async def send(self, email: TemplatedEmail) -> bool:
        try:
            await self._door.ask(
                Upstream.EMAIL,
                "send email",
                lambda: self._mailbox.take_email(
                    email.to, email.template_id, email.parameters, is_forced=email.is_forced
                ),
                path="/hmrc/email",
                method="POST",
                body={"templateId": email.template_id},
                status=202,
                known=range(300, 600),
            )
        except Refusal:
            return False
        return True


class SandboxAudit:
    """The port `AuditSink`: events can be read at `/sandbox/audit`."""

    def __init__(self, door: Door, mailbox: Mailbox) -> None:
        self._door = door
        self._mailbox = mailbox

    async def deliver(self, event: bytes) -> AuditAnswer:
        async def take() -> None:
            await self._mailbox.take_audit_events([_event(event)], merged=False)

        return await self._offer("audit", "/write/audit", take)

    async def deliver_merged(self, event: bytes) -> AuditAnswer:
        async def take() -> None:
            await self._mailbox.take_audit_events([_event(event)], merged=True)

        return await self._offer("audit merged", "/write/audit/merged", take)

    async def deliver_together(self, events: Sequence[bytes]) -> int:
        """As `deliver` one after the other, but written at once: how many are done with, from the first on.

        The first that meets a fault ends it. Under load, writing each by itself would cost as much as the requests.
        """
        taken: list[Document] = []

        async def take(event: bytes) -> None:
            taken.append(_event(event))

        done = 0
        try:
            for event in events:
                await self._offer("audit", "/write/audit", partial(take, event))
                done += 1
        except UpstreamFailed as failure:
            log.warning("audit_delivery_failed", kind=failure.kind.value)
        await self._mailbox.take_audit_events(taken, merged=False)
        return done

    async def _offer(self, operation: str, path: str, take: Callable[[], Awaitable[None]]) -> AuditAnswer:
        try:
            await self._door.ask(
                Upstream.AUDIT,
                operation,
                take,
                path=path,
                method="POST",
                status=204,
                surfacing=Surfacing.AUTO,
                known=_NEVER_ACCEPTABLE,
            )
        except Refusal:
            return AuditAnswer.REJECTED
        return AuditAnswer.ACCEPTED


class SandboxInternalAuth:
    """The port `InternalAuth`: every token is taken, so there is nothing to register."""

    async def ensure_token(self) -> None:
        return None


class SandboxStubs:
    """The port `AgentsExternalStubs`: test users made on first sight."""

    def __init__(
        self,
        door: Door,
        registration: Registration,
        provisioning: Provisioning,
        records: RecordStore,
        enrolments: EnrolmentsStore,
        citizens: Citizens,
    ) -> None:
        self._door = door
        self._registration = registration
        self._provisioning = provisioning
        self._records = records
        self._enrolments = enrolments
        self._citizens = citizens

    async def sign_in(self, user_id: str) -> StubSession:
        session = await self._door.ask(
            Upstream.AGENTS_EXTERNAL_STUBS,
            "stub sign in",
            lambda: self._registration.sign_in(user_id),
            path=f"{_STUBS}/sign-in",
            method="POST",
            body={"userId": user_id},
            status=202,
            surfacing=Surfacing.AUTO,
        )
        return StubSession(f"Bearer {session.token}", session.session_id, f"{_STUBS}/session?authToken={session.token}")

    async def create_vat_client(self, session: StubSession, vrn: Vrn) -> None:
        await self._create(lambda: self._provisioning.vat_client(vrn.value))

    async def create_income_tax_client(self, session: StubSession, nino: Nino) -> None:
        # An example NINO often comes without its suffix; a whole one is needed for citizen records.
        await self._create(lambda: self._provisioning.income_tax_client(nino.with_any_suffix))

    async def vat_registration_date(self, session: StubSession, vrn: Vrn) -> str | None:
        record = await self._record(
            "stub VAT customer", RecordKind.VAT_CUSTOMER, "vrn", vrn.value, f"/vat/customer/vrn/{vrn}/information"
        )
        if record is None:
            return None
        found = record["approvedInformation"]["customerDetails"].get("effectiveRegistrationDate")
        return found if isinstance(found, str) else None

    async def business_postcode(self, session: StubSession, nino: Nino) -> str | None:
        path = f"/registration/business-details/nino/{nino.with_given_suffix}"
        record = await self._record("stub business details", RecordKind.BUSINESS_DETAILS, "nino", nino.value, path)
        if record is None:
            person = await self._citizens.person_by_nino(nino.value)
            return person.address.postcode if person is not None and person.address is not None else None
        businesses = record.get("businessData") or [{}]
        found = (businesses[0].get("businessAddressDetails") or {}).get("postalCode")
        return found if isinstance(found, str) else None

    async def user_of_enrolment(self, session: StubSession, key: EnrolmentKey) -> str | None:
        lookup_key = StoredKey(key.service_key, key.identifiers).lookup_key
        found = await self._door.ask(
            Upstream.AGENTS_EXTERNAL_STUBS,
            "stub known facts",
            lambda: self._enrolments.users_assigned(lookup_key, Kind.PRINCIPAL, limit=1),
            path=f"{_STUBS}/known-facts/{key}",
            surfacing=Surfacing.AUTO,
        )
        return found[0] if found else None

    async def user_of_nino(self, session: StubSession, nino: Nino) -> str | None:
        person = await self._door.ask(
            Upstream.AGENTS_EXTERNAL_STUBS,
            "stub user by NINO",
            lambda: self._citizens.person_by_nino(nino.value),
            path=f"{_STUBS}/users/nino/{nino}",
            surfacing=Surfacing.AUTO,
        )
        return person.user_id if person is not None else None

    async def _create(self, act: Callable[[], Awaitable[None]]) -> None:
        try:
            await self._door.ask(
                Upstream.AGENTS_EXTERNAL_STUBS,
                "stub create user",
                act,
                path=f"{_STUBS}/users",
                method="POST",
                status=201,
                known=range(300, 600),
            )
        except Refusal:
            # Whatever it answers: the read that follows decides (test-support 3).
            return

    async def _record(self, operation: str, kind: RecordKind, name: str, value: str, path: str) -> Document | None:
        try:
            return await self._door.ask(
                Upstream.AGENTS_EXTERNAL_STUBS,
                operation,
                lambda: self._records.find(kind, name, value),
                path=path,
                known=range(300, 600),
            )
        except Refusal:
            return None


def _event(event: bytes) -> Document:
    try:
        document = json.loads(event)
    except ValueError:
        raise Refusal(400) from None
    if not isinstance(document, dict):
        raise Refusal(400)
    return document
