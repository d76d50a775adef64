"""What happened, and who did it, for the auditors.

The event of a state change is written in the change's own transaction (an outbox) and delivered later, in
order, by one process at a time. Spec: upstreams 20; design, Audit.
"""

from agent_services.platform.audit.audit import Audit, Retention
from agent_services.platform.audit.delivery import AuditDelivery, AuditSink, OneByOne
from agent_services.platform.audit.event import AuditEnvelope, AuditEvent, AuditSource

__all__ = [
    "Audit",
    "AuditDelivery",
    "AuditEnvelope",
    "AuditEvent",
    "AuditSink",
    "AuditSource",
    "OneByOne",
    "Retention",
]
