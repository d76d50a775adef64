"""audit: where audit events are delivered (DataStream). Spec: upstreams 20.1."""

from enum import StrEnum
from typing import Protocol


class AuditAnswer(StrEnum):
    """What became of a delivered event."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    """The service will never take this event (400, 413): drop it, with a log line."""


class AuditSink(Protocol):
    """The audit service. No header of any caller is forwarded."""

    async def deliver(self, event: bytes) -> AuditAnswer:
        """Delivers one event, a JSON document (`/write/audit`). Raises UpstreamFailed when it should be tried again."""
        ...

    async def deliver_merged(self, event: bytes) -> AuditAnswer:
        """Delivers one pair of outbound request and answer (`/write/audit/merged`); else as `deliver`."""
        ...
