"""The events of this room. A field that was never set is left out. Spec: relationships 13, upstreams 20.2."""

from collections.abc import Mapping

from agent_services.identifiers import Arn, Nino
from agent_services.platform.audit import AuditEvent, AuditSource
from agent_services.platform.clock import iso_instant
from agent_services.relationships.intents import CreationIntent, DeleteRecord
from agent_services.relationships.wanted import HowCreated, HowEnded
from agent_services.tax_services import EnrolmentKey

_CREATED_FIELDS = (
    "agentCode",
    "credId",
    "agentReferenceNumber",
    "saAgentRef",
    "service",
    "clientId",
    "clientIdType",
    "cesaRelationship",
    "etmpRelationshipCreated",
    "enrolmentDelegated",
    "nino",
    "howRelationshipCreated",
    "invitationId",
)


def relationship_created(intent: CreationIntent, audit: Mapping[str, str]) -> AuditEvent:
    """`audit` are the values that the steps have set: credId, agentCode and the two flags."""
    wanted = intent.wanted
    values = {
        "etmpRelationshipCreated": "false",
        "enrolmentDelegated": "false",
        "agentReferenceNumber": wanted.arn.value,
        "service": wanted.key.service_key,
        "clientId": wanted.client_id or wanted.key.client_id,
        "clientIdType": wanted.client_id_type,
        "howRelationshipCreated": wanted.how.value,
        **({} if wanted.origin is None else {"invitationId": wanted.origin}),
        **wanted.extra_audit,
        **audit,
    }
    return _event("CreateRelationship", "create-relationship", _listed(_CREATED_FIELDS, values))


def partial_authorisation_created(
    arn: Arn, service: str, nino: Nino, how: HowCreated, invitation_id: str | None
) -> AuditEvent:
    return _event(
        "CreatePartialAuthorisation",
        "create-partial-auth",
        {
            "agentReferenceNumber": arn.value,
            "service": service,
            "clientId": nino.value,
            "clientIdType": "ni",
            "howPartialAuthorisationCreated": how.value,
            **({} if invitation_id is None else {"invitationId": invitation_id}),
        },
    )


def partial_authorisation_ended(arn: Arn, service: str, nino: Nino, how: HowEnded) -> AuditEvent:
    return _event(
        "TerminatePartialAuthorisation",
        "terminate-partial-auth",
        {
            "agentReferenceNumber": arn.value,
            "service": service,
            "clientId": nino.value,
            "clientIdType": "nino",
            "howPartialAuthorisationTerminated": how.value,
        },
    )


def relationship_ended(
    arn: Arn, key: EnrolmentKey, how: HowEnded, *, deallocated: bool, removed_in_etmp: bool
) -> AuditEvent:
    return _event(
        "TerminateRelationship",
        "terminate-relationship",
        {
            "agentReferenceNumber": arn.value,
            "service": key.service_key,
            "clientId": key.client_id,
            "clientIdType": key.client_id_type,
            "etmpRelationshipRemoved": _flag(removed_in_etmp),
            "enrolmentDeallocated": _flag(deallocated),
            "howRelationshipTerminated": how.value,
        },
    )


def cesa_checked(values: Mapping[str, str]) -> AuditEvent:
    fields = ("agentCode", "credId", "agentReferenceNumber", "saAgentRef", "cesaRelationship", "nino", "partialAuth")
    return _event("CheckCESA", "check-cesa", _listed(fields, values))


def legacy_vat_checked(arn: Arn, vrn: str, agent_codes: tuple[str, ...]) -> AuditEvent:
    """`agent_codes` are those that the client's and the agent's lists share."""
    return _event(
        "CheckES",
        "check-es",
        {
            "agentReferenceNumber": arn.value,
            "vrn": vrn,
            "oldAgentCodes": ",".join(agent_codes),
            "ESRelationship": _flag(bool(agent_codes)),
        },
    )


def removal_abandoned(record: DeleteRecord, *, reason: str, arn: Arn | None) -> AuditEvent:
    """`arn` is known to a check and not to the background recovery, which has no path either (13.1)."""
    return AuditEvent(
        source=AuditSource.RELATIONSHIPS,
        audit_type="RecoveryOfDeleteRelationshipHasBeenAbandoned",
        transaction_name="recovery-of-delete-relationship-abandoned",
        path="" if arn is None else None,
        detail={
            **({} if arn is None else {"agentReferenceNumber": arn.value}),
            "initialDeleteDateTime": iso_instant(record.date_time),
            "numberOfAttempts": str(record.number_of_attempts + 1),
            "abandonmentReason": reason,
        },
    )


def _event(audit_type: str, transaction_name: str, detail: Mapping[str, str]) -> AuditEvent:
    return AuditEvent(
        source=AuditSource.RELATIONSHIPS, audit_type=audit_type, transaction_name=transaction_name, detail=detail
    )


def _listed(fields: tuple[str, ...], values: Mapping[str, str]) -> dict[str, str]:
    return {field: values[field] for field in fields if field in values}


def _flag(value: bool) -> str:
    return "true" if value else "false"
