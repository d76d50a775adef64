"""Partial authorisations as the test-only routes show and set them. Spec: relationships 11 (partial-auth)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agent_services.identifiers import Arn, Nino
from agent_services.partial_authorisations.store import PartialAuthorisation, PartialAuthorisationStore
from agent_services.platform.clock import iso_instant
from agent_services.platform.database import Database
from agent_services.platform.http.test_only import RecordKind


def record_kind(database: Database, store: PartialAuthorisationStore) -> RecordKind:
    """The kind `partial-auth`."""

    async def list_all() -> list[dict[str, Any]]:
        return [_document(held) for held in await store.every()]

    async def replace(documents: list[dict[str, Any]]) -> None:
        async with database.unit_of_work() as work:
            await store.put(work, [_partial_authorisation(document) for document in documents])

    return RecordKind(list_all=list_all, replace=replace, clear=store.clear)


def _document(held: PartialAuthorisation) -> dict[str, Any]:
    return {
        "created": iso_instant(held.created),
        "lastUpdated": iso_instant(held.last_updated),
        "arn": held.arn.value,
        "service": held.service,
        "nino": held.nino.value,
        "active": held.active,
    }


def _partial_authorisation(document: Mapping[str, Any]) -> PartialAuthorisation:
    created = datetime.fromisoformat(document["created"])
    updated = document.get("lastUpdated")
    return PartialAuthorisation(
        arn=Arn.as_given(document["arn"]),
        service=document["service"],
        nino=Nino.as_given(document["nino"]),
        active=document.get("active", True),
        created=created,
        last_updated=created if updated is None else datetime.fromisoformat(updated),
    )
