"""An audit event, and the envelope in which it is delivered. Spec: upstreams 20.1."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from agent_services.platform.http.context import RequestContext

_ABSENT = "-"


class AuditSource(StrEnum):
    """The services by their names in the audit store."""

    RELATIONSHIPS = "agent-client-relationships"
    SUBSCRIPTION = "agent-subscription"
    MAPPING = "agent-mapping"
    AUTHORISATION_API = "agent-authorisation-api"


# Their details hold strings only, booleans as "true" and "false"; the others' are JSON with native types.
_OF_STRINGS = frozenset({AuditSource.RELATIONSHIPS, AuditSource.MAPPING, AuditSource.AUTHORISATION_API})


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One thing that happened. `source` is one of AuditSource or its text.

    Members of `detail` that are `None` were never set and are left out, at every depth. `path` stands in
    for the present request's path where the spec wants another ("" from a scheduler, for instance).
    """

    source: str
    audit_type: str
    transaction_name: str
    detail: Mapping[str, Any]
    path: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEnvelope:
    """An event as it is delivered: its id, by which a receiver knows a repetition, and the JSON document."""

    event_id: UUID
    document: bytes


def envelope(
    event: AuditEvent,
    *,
    event_id: UUID,
    generated_at: datetime,
    request: RequestContext | None,
    provider: str | None,
    metrics_key: str | None,
) -> AuditEnvelope:
    """The event with the headers of the request that caused it; without a request they read `-`."""
    document: dict[str, Any] = {} if provider is None else {"auditProvider": provider}
    document |= {
        "auditSource": event.source,
        "auditType": event.audit_type,
        "eventId": str(event_id),
        "tags": {"transactionName": event.transaction_name, **_tags(event, request)},
        "detail": _strings(event.detail) if event.source in _OF_STRINGS else _without_absent(event.detail),
        "generatedAt": generated_at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{generated_at.microsecond // 1000:03d}Z",
        "dataPipeline": {"redaction": {"containsRedactions": False}},
        "metadata": {"metricsKey": metrics_key},
    }
    return AuditEnvelope(event_id, json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())


def _tags(event: AuditEvent, request: RequestContext | None) -> dict[str, str]:
    path = "" if request is None else request.path
    return {
        "path": path if event.path is None else event.path,
        "X-Request-ID": _ABSENT if request is None else request.request_id,
        "X-Session-ID": _ABSENT if request is None else request.session_id or _ABSENT,
        "clientIP": _ABSENT if request is None else request.true_client_ip or _ABSENT,
        "clientPort": _ABSENT if request is None else request.true_client_port or _ABSENT,
        "Akamai-Reputation": _ABSENT if request is None else request.akamai_reputation or _ABSENT,
        "deviceID": _ABSENT if request is None else request.device_id or _ABSENT,
    }


def _strings(detail: Mapping[str, Any]) -> dict[str, str]:
    return {name: _string(value) for name, value in detail.items() if value is not None}


def _string(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _without_absent(detail: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _without_absent(value) if isinstance(value, Mapping) else value
        for name, value in detail.items()
        if value is not None
    }
