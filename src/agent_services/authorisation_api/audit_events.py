"""The trail of what third-party software asked for. Spec: authorisation-api 6."""

from collections.abc import Mapping

from agent_services.authorisation_api.payloads import ClientInPayload
from agent_services.platform.audit import AuditEvent

_SOURCE = "agent-authorisation-api"
_SUCCESS, _FAIL = "Success", "Fail"


def authorisation_requested(
    arn: str, client: ClientInPayload, *, invitation_id: str | None, failure: str | None
) -> AuditEvent:
    """A create request that passed the payload checks; `failure` is the code answered."""
    return _event(
        "AgentAuthorisationCreatedViaApi",
        "Agent created invitation through third party software",
        {
            "factCheck": _result(failure),
            "invitationId": invitation_id,
            "agentReferenceNumber": arn,
            "clientIdType": client.client_id_type,
            "clientId": client.client_id,
            "service": client.service,
            "failureDescription": failure,
        },
    )


def cancellation_requested(arn: str, invitation_id: str, *, failure: str | None) -> AuditEvent:
    return _event(
        "AgentAuthorisedCancelledViaApi",
        "Agent cancelled invitation through third party software",
        {
            "result": _result(failure),
            "invitationId": invitation_id,
            "agentReferenceNumber": arn,
            "failureDescription": failure,
        },
    )


def invitation_read(
    arn: str, invitation_id: str, *, service: str | None, status: str | None, failure: str | None
) -> AuditEvent:
    """`service` is the external name; service and status are absent for a request not found."""
    return _event(
        "AgentGetInvitationApi",
        "Agent retrieved invitation through third party software",
        {
            "result": _result(failure),
            "invitationId": invitation_id,
            "agentReferenceNumber": arn,
            "service": service,
            "status": status,
            "failureDescription": failure,
        },
    )


def relationship_checked(arn: str, client: ClientInPayload, *, failure: str | None) -> AuditEvent:
    """A check that passed the payload checks; `failure` is the code answered, or by service for a missing one."""
    return _event(
        "AgentCheckRelationshipStatusApi",
        "Agent checked status of relationship through third party software",
        {
            "result": _result(failure),
            "agentReferenceNumber": arn,
            "service": client.service,
            "clientId": client.client_id,
            "clientIdType": client.client_id_type,
            "failureDescription": failure,
        },
    )


def _result(failure: str | None) -> str:
    return _SUCCESS if failure is None else _FAIL


def _event(audit_type: str, transaction_name: str, detail: Mapping[str, str | None]) -> AuditEvent:
    return AuditEvent(
        source=_SOURCE,
        audit_type=audit_type,
        transaction_name=transaction_name,
        # Empty members are left out.
        detail={name: value for name, value in detail.items() if value},
    )
