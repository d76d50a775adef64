"""The audit events of this room. Spec: mapping 8."""

from agent_services.identifiers import Arn
from agent_services.mapping.holders import HowMapped
from agent_services.mapping.legacy_services import LegacyIdentifier
from agent_services.platform.audit import AuditEvent, AuditSource


def mapping_created(
    arn: Arn, identifier: LegacyIdentifier, *, auth_provider_id: str, was_known: bool, how: HowMapped
) -> AuditEvent:
    """One code offered for an ARN, whether it was new or known."""
    return AuditEvent(
        source=AuditSource.MAPPING,
        audit_type="CreateMapping",
        transaction_name="create-mapping",
        detail={
            "authProviderId": auth_provider_id,
            "identifierType": identifier.service.value,
            "identifier": identifier.value,
            "agentReferenceNumber": arn.value,
            "duplicate": was_known,
            "automapped": how is HowMapped.AUTOMATICALLY,
        },
    )
