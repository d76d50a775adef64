"""Stored documents as the test-only routes show and set them. Spec: relationships 11; design, Test-only routes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from agent_services.identifiers import Arn
from agent_services.platform.clock import iso_instant
from agent_services.platform.http.test_only import RecordKind
from agent_services.relationships.intents import CopyRecord, DeleteRecord, SyncStatus
from agent_services.relationships.store import (
    CopyRecords,
    CreationIntents,
    DeleteRecords,
    RecoverySchedule,
    RecoveryTurn,
)
from agent_services.relationships.wanted import EndedBy
from agent_services.tax_services import EnrolmentKey

Document = dict[str, Any]


def copy_record_kind(copies: CopyRecords, creations: CreationIntents) -> RecordKind:
    """The kind `relationship-copy-record`. Clearing it forgets open creations too."""

    async def list_all() -> list[Document]:
        return [_copy_document(record) for record in await copies.every()]

    async def replace(documents: list[Document]) -> None:
        await copies.put([_copy_record(document) for document in documents])

    async def clear() -> None:
        await copies.clear()
        await creations.clear()

    return RecordKind(list_all=list_all, replace=replace, clear=clear)


def delete_record_kind(removals: DeleteRecords) -> RecordKind:
    """The kind `delete-record`. A bearer token in `headerCarrier` is never stored."""

    async def list_all() -> list[Document]:
        return [_delete_document(record) for record in await removals.every()]

    async def replace(documents: list[Document]) -> None:
        await removals.put([_delete_record(document) for document in documents])

    return RecordKind(list_all=list_all, replace=replace, clear=removals.clear)


def recovery_schedule_kind(schedule: RecoverySchedule) -> RecordKind:
    """The kind `recovery-schedule`: at most one document."""

    async def list_all() -> list[Document]:
        turn = await schedule.find()
        return [] if turn is None else [{"uid": turn.uid, "runAt": iso_instant(turn.run_at)}]

    async def replace(documents: list[Document]) -> None:
        for document in documents:
            await schedule.put(RecoveryTurn(document["uid"], _instant(document["runAt"])))

    return RecordKind(list_all=list_all, replace=replace, clear=schedule.clear)


def _copy_document(record: CopyRecord) -> Document:
    document: Document = {
        "arn": record.arn.value,
        "enrolmentKey": str(record.key),
        "dateTime": iso_instant(record.date_time),
        "syncToETMPStatus": record.etmp,
        "syncToESStatus": record.es,
    }
    if record.references is not None:
        document["references"] = [{"saAgentReference": reference} for reference in record.references]
    return _without_absent(document)


def _copy_record(document: Mapping[str, Any]) -> CopyRecord:
    references = document.get("references")
    return CopyRecord(
        arn=Arn.as_given(document["arn"]),
        key=EnrolmentKey.parse(document["enrolmentKey"]),
        references=None
        if references is None
        else tuple(one.get("saAgentReference") or one["oldAgentCode"] for one in references),
        date_time=_instant(document["dateTime"]),
        etmp=_status(document.get("syncToETMPStatus")),
        es=_status(document.get("syncToESStatus")),
    )


def _delete_document(record: DeleteRecord) -> Document:
    attempted = record.last_recovery_attempt
    return _without_absent(
        {
            "arn": record.arn.value,
            "enrolmentKey": str(record.key),
            "suppliedClientId": record.supplied_client_id,
            "dateTime": iso_instant(record.date_time),
            "syncToETMPStatus": record.etmp,
            "syncToESStatus": record.es,
            "lastRecoveryAttempt": None if attempted is None else iso_instant(attempted),
            "numberOfAttempts": record.number_of_attempts,
            "relationshipEndedBy": None if record.ended_by is None else record.ended_by.stored,
        }
    )


def _delete_record(document: Mapping[str, Any]) -> DeleteRecord:
    attempted, ended_by = document.get("lastRecoveryAttempt"), document.get("relationshipEndedBy")
    return DeleteRecord(
        id=uuid4(),
        arn=Arn.as_given(document["arn"]),
        key=EnrolmentKey.parse(document["enrolmentKey"]),
        supplied_client_id=document.get("suppliedClientId"),
        date_time=_instant(document["dateTime"]),
        etmp=_status(document.get("syncToETMPStatus")),
        es=_status(document.get("syncToESStatus")),
        last_recovery_attempt=None if attempted is None else _instant(attempted),
        number_of_attempts=document.get("numberOfAttempts", 0),
        ended_by=None if ended_by is None else EndedBy(ended_by),
    )


def _status(text: str | None) -> SyncStatus | None:
    return None if text is None else SyncStatus(text)


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return at


def _without_absent(document: Document) -> Document:
    return {name: value for name, value in document.items() if value is not None}
