"""The port `Email` with a memory. Spec: design, Test-only routes."""

import json
from typing import Any

from agent_services.platform.clock import Clock, iso_instant
from agent_services.platform.encryption import FieldCipher
from agent_services.upstreams.email import Email, TemplatedEmail
from agent_services.upstreams.email.recording.store import SentEmailStore

_PURPOSE = "sent_email"


class SentEmails:
    """What was sent since somebody last forgot it."""

    def __init__(self, store: SentEmailStore, cipher: FieldCipher, clock: Clock) -> None:
        self._store = store
        self._cipher = cipher
        self._clock = clock

    async def add(self, email: TemplatedEmail) -> None:
        """Notes one that the e-mail service has taken over."""
        letter = {
            "to": list(email.to),
            "templateId": email.template_id,
            "parameters": dict(email.parameters),
            "force": email.is_forced,
            "sentAt": iso_instant(self._clock.now()),
        }
        await self._store.add(self._cipher.encrypt_bytes(json.dumps(letter).encode(), purpose=_PURPOSE))

    async def all(self) -> list[dict[str, Any]]:
        """Oldest first, with the names that they have on the wire."""
        return [json.loads(self._cipher.decrypt_bytes(each, purpose=_PURPOSE)) for each in await self._store.all()]

    async def forget(self) -> None:
        await self._store.clear()


class RecordingEmail:
    """The port `Email`: another one sends, and what it has taken over is remembered."""

    def __init__(self, email: Email, sent: SentEmails) -> None:
        self._email = email
        self._sent = sent

    async def send(self, email: TemplatedEmail) -> bool:
        is_taken_over = await self._email.send(email)
        if is_taken_over:
            await self._sent.add(email)
        return is_taken_over
