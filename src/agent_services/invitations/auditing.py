"""The audit events of this room. Spec: invitations 19, upstreams 20.2."""

from collections.abc import Sequence

from agent_services.identifiers import Arn, Nino, SaAgentReference
from agent_services.invitations.lifecycle import Invitation
from agent_services.platform.audit import AuditEvent, AuditSource


def invitation_created(invitation: Invitation) -> AuditEvent:
    return AuditEvent(
        source=AuditSource.RELATIONSHIPS,
        audit_type="CreateInvitation",
        transaction_name="create-invitation",
        detail={
            "agentReferenceNumber": invitation.arn.value,
            "service": invitation.service,
            "suppliedClientId": invitation.supplied_client_id,
            "suppliedClientIdType": invitation.supplied_client_id_type,
            "invitationId": invitation.invitation_id.value,
        },
    )


def invitation_answered(
    invitation: Invitation, *, client_id: str, client_id_type: str, is_accepted: bool, by_staff: bool
) -> AuditEvent:
    """The client's answer. `client_id` and its short type name are empty for a rejection. Spec: invitations 8."""
    return AuditEvent(
        source=AuditSource.RELATIONSHIPS,
        audit_type="RespondToInvitation",
        transaction_name="respond-to-invitation",
        detail={
            "agentReferenceNumber": invitation.arn.value,
            "service": invitation.service,
            "clientId": client_id,
            "clientIdType": client_id_type,
            "invitationId": invitation.invitation_id.value,
            "suppliedClientId": invitation.supplied_client_id,
            "response": "Accepted" if is_accepted else "Rejected",
            "respondedBy": "HMRC" if by_staff else "Client",
        },
    )


def legacy_relationship_found(arn: Arn, nino: Nino, matched: Sequence[SaAgentReference]) -> AuditEvent:
    """An older self assessment relationship that the agent has mapped. Spec: invitations 16.4 step 5."""
    return AuditEvent(
        source=AuditSource.RELATIONSHIPS,
        audit_type="CheckCESA",
        transaction_name="check-cesa",
        detail={
            "agentReferenceNumber": arn.value,
            "saAgentRef": ",".join(reference.value for reference in matched),
            "cesaRelationship": "true",
            "nino": nino.value,
        },
    )
