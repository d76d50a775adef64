"""The stored documents of this room as the test-only routes show and take them. Spec: invitations 3.1, 3.7."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from agent_services.identifiers import Arn, InvitationId
from agent_services.invitations.lifecycle import Invitation, InvitationStatus
from agent_services.invitations.store import AgentReference, LinkStore, RequestLists, RequestStore
from agent_services.platform.clock import whole_milliseconds
from agent_services.platform.database import Database
from agent_services.platform.http.test_only import RecordKind


def invitation_records(database: Database, store: RequestStore, lists: RequestLists) -> RecordKind:
    """The kind `invitation`."""

    async def list_all() -> list[dict[str, Any]]:
        return [invitation_document(invitation) for invitation in await lists.all()]

    async def replace(documents: list[dict[str, Any]]) -> None:
        async with database.unit_of_work() as work:
            await store.put(work, [_invitation(document) for document in documents])

    return RecordKind(list_all=list_all, replace=replace, clear=store.clear)


def agent_reference_records(database: Database, store: LinkStore) -> RecordKind:
    """The kind `agent-reference`."""

    async def list_all() -> list[dict[str, Any]]:
        return [
            {
                "uid": reference.uid,
                "arn": reference.arn.value,
                "normalisedAgentNames": list(reference.names),
            }
            for reference in await store.all()
        ]

    async def replace(documents: list[dict[str, Any]]) -> None:
        async with database.unit_of_work() as work:
            await store.put(work, tuple(_reference(document) for document in documents))

    return RecordKind(list_all=list_all, replace=replace, clear=store.clear)


def invitation_document(invitation: Invitation) -> dict[str, Any]:
    """A request's wire JSON; what is absent is left out. Spec: invitations 3.1."""
    document: dict[str, Any] = {
        "invitationId": invitation.invitation_id.value,
        "arn": invitation.arn.value,
        "service": invitation.service,
        "suppliedClientId": invitation.supplied_client_id,
        "suppliedClientIdType": invitation.supplied_client_id_type,
        "clientName": invitation.client_name,
        "agencyName": invitation.agency_name,
        "agencyEmail": invitation.agency_email,
        "warningEmailSent": invitation.warning_email_sent,
        "expiredEmailSent": invitation.expired_email_sent,
        "status": invitation.status.value,
    }
    if invitation.relationship_ended_by is not None:
        document["relationshipEndedBy"] = invitation.relationship_ended_by
    if invitation.client_type is not None:
        document["clientType"] = invitation.client_type
    document["expiryDate"] = invitation.expiry_date.isoformat()
    document["created"] = instant_text(invitation.created)
    document["lastUpdated"] = instant_text(invitation.last_updated)
    return document


def instant_text(at: datetime) -> str:
    """ISO 8601 in UTC; three fraction digits when there is a fraction, else none. Spec: invitations 3.1."""
    utc = at.astimezone(UTC)
    precision = "milliseconds" if utc.microsecond else "seconds"
    return utc.isoformat(timespec=precision).replace("+00:00", "Z")


def _invitation(document: Mapping[str, Any]) -> Invitation:
    created = _instant(document["created"])
    updated = document.get("lastUpdated")
    return Invitation(
        invitation_id=InvitationId.as_given(_text(document, "invitationId")),
        arn=Arn.as_given(_text(document, "arn")),
        service=_text(document, "service"),
        supplied_client_id=_text(document, "suppliedClientId"),
        supplied_client_id_type=_text(document, "suppliedClientIdType"),
        client_name=_text(document, "clientName"),
        agency_name=document.get("agencyName") or "",
        agency_email=document.get("agencyEmail") or "",
        warning_email_sent=bool(document.get("warningEmailSent", False)),
        expired_email_sent=bool(document.get("expiredEmailSent", False)),
        status=InvitationStatus.parse(_text(document, "status")),
        relationship_ended_by=document.get("relationshipEndedBy"),
        client_type=document.get("clientType"),
        expiry_date=_day(_text(document, "expiryDate")),
        created=created,
        last_updated=created if updated is None else _instant(updated),
    )


def _reference(document: Mapping[str, Any]) -> AgentReference:
    return AgentReference(
        uid=_text(document, "uid"),
        arn=Arn.as_given(_text(document, "arn")),
        names=tuple(str(name) for name in document["normalisedAgentNames"]),
    )


def _text(document: Mapping[str, Any], field: str) -> str:
    value = document[field]
    if not isinstance(value, str):
        raise TypeError(field)
    return value


def _day(text: str) -> date:
    # A day, or the instant of its midnight as a document store would show it.
    return date.fromisoformat(text[:10])


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return whole_milliseconds(at if at.tzinfo is not None else at.replace(tzinfo=UTC)).astimezone(UTC)
