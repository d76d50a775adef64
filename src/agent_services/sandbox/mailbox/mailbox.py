"""Takes e-mails and audit events in. Spec: sandbox 2.9, 2.10, 6.5."""

from collections.abc import Mapping, Sequence
from typing import Any

from agent_services.platform.clock import Clock
from agent_services.sandbox.documents import Document
from agent_services.sandbox.mailbox.store import MailboxStore

_TEMPLATES = frozenset(
    {
        "client_accepted_authorisation_request",
        "client_rejected_authorisation_request",
        "client_expired_authorisation_request",
        "agent_invitation_about_to_expire_single",
        "agent_invitations_about_to_expire",
        "agent_services_account_created",
        "agent_services_account_created_cy",
    }
)


class Mailbox:
    """Everything that was sent, to be read at `/sandbox/outbox` and `/sandbox/audit`."""

    def __init__(self, store: MailboxStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def take_email(
        self, to: Sequence[str], template_id: str, parameters: Mapping[str, str], *, is_forced: bool | None
    ) -> None:
        """Every template is taken; one that the platform does not know is marked."""
        await self._store.add_email(
            list(to),
            template_id,
            dict(parameters),
            is_known_template=template_id in _TEMPLATES,
            is_forced=is_forced,
            now=self._clock.now(),
        )

    async def take_audit_event(self, event: Document, *, merged: bool) -> None:
        await self.take_audit_events([event], merged=merged)

    async def take_audit_events(self, events: Sequence[Document], *, merged: bool) -> None:
        """In this order, by one statement."""
        if events:
            await self._store.add_audit_events(events, merged=merged, now=self._clock.now())

    async def emails(self, *, to: str | None = None, limit: int = 1000) -> list[Document]:
        """What was sent, oldest first; the newest `limit`."""
        return await self._store.emails(to=to, limit=limit)

    async def forget_emails(self) -> None:
        await self._store.clear_emails()

    async def audit_events(self, *, audit_type: str | None = None, limit: int = 1000) -> list[Document]:
        """What was audited, oldest first; the newest `limit`."""
        return await self._store.audit_events(audit_type=audit_type, limit=limit)

    async def forget_audit_events(self) -> None:
        await self._store.clear_audit_events()

    async def register_token(self, token: str, principal: str, permissions: list[Any]) -> None:
        """Notes a token of internal-auth."""
        await self._store.add_token(token, principal, permissions)

    async def knows_token(self, token: str) -> bool:
        return await self._store.has_token(token)
