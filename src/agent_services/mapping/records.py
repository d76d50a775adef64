"""The stored documents of this room as the test-only routes show and take them.

Spec: mapping 5.10, 6; subscription 9.2.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from agent_services.identifiers import Arn, Utr
from agent_services.mapping.capturing import codes_of_journey
from agent_services.mapping.holders import ByArn, ByUtr, HowMapped, StoredMapping
from agent_services.mapping.legacy_services import LegacyIdentifier, LegacyService
from agent_services.mapping.store import (
    DetailsRecord,
    DetailsStore,
    JourneyStore,
    MappingStore,
    ProviderDetails,
    StoredJourney,
)
from agent_services.mapping.wire import details_document, read_instant
from agent_services.platform.clock import Clock, iso_instant
from agent_services.platform.database import Database
from agent_services.platform.http.test_only import RecordKind
from agent_services.upstreams.agent_subscription.documents import read_journey
from agent_services.upstreams.reading import Malformed

_BRITISH: Final = ZoneInfo("Europe/London")


def mapping_records(database: Database, store: MappingStore, clock: Clock) -> RecordKind:
    """The kind `mapping`: one list for all ten services, in the order of storing."""

    async def list_all() -> list[dict[str, Any]]:
        return [_document(mapping) for mapping in await store.all(now=clock.now())]

    async def replace(documents: list[dict[str, Any]]) -> None:
        now = clock.now()
        mappings = [_mapping(document, now=now) for document in documents]
        # The last of two with the same holder and code counts.
        last = {(mapping.identifier, _holder_key(mapping)): mapping for mapping in mappings}
        async with database.unit_of_work() as work:
            await store.put(work, list(last.values()))

    return RecordKind(list_all=list_all, replace=replace, clear=store.clear)


def details_records(database: Database, store: DetailsStore) -> RecordKind:
    """The kind `mapping-details`."""

    async def list_all() -> list[dict[str, Any]]:
        return [details_document(record) for record in await store.all()]

    async def replace(documents: list[dict[str, Any]]) -> None:
        records = [_details(document) for document in documents]
        async with database.unit_of_work() as work:
            for record in records:
                await store.remove(work, record.arn)
                await store.open(work, record.arn)
                await store.append(work, record.arn, record.details)

    return RecordKind(list_all=list_all, replace=replace, clear=store.clear)


def journey_records(database: Database, store: JourneyStore, clock: Clock) -> RecordKind:
    """The kind `subscription-journey`: each document comes back as it was given."""

    async def list_all() -> list[dict[str, Any]]:
        return [dict(document) for document in await store.all(now=clock.now())]

    async def replace(documents: list[dict[str, Any]]) -> None:
        journeys = {journey.auth_provider_id: journey for journey in map(_journey, documents)}
        async with database.unit_of_work() as work:
            await store.put(work, list(journeys.values()))

    return RecordKind(list_all=list_all, replace=replace, clear=store.clear)


def _document(mapping: StoredMapping) -> dict[str, Any]:
    document: dict[str, Any] = {
        "service": mapping.identifier.service.value,
        "identifier": mapping.identifier.value,
    }
    match mapping.holder:
        case ByArn(arn, how):
            document |= {"arn": arn.value, "automapped": how.value}
        case ByUtr(utr, pre_created):
            document |= {"utr": utr.value, "preCreatedDate": iso_instant(pre_created)}
    document["created"] = iso_instant(mapping.created)
    return document


def _mapping(document: Mapping[str, Any], *, now: datetime) -> StoredMapping:
    created = document.get("created")
    return StoredMapping(
        identifier=LegacyIdentifier(LegacyService(document["service"]), _text(document, "identifier")),
        holder=_holder(document),
        created=now if created is None else _instant_or_day(created),
    )


def _holder(document: Mapping[str, Any]) -> ByArn | ByUtr:
    if ("arn" in document) == ("utr" in document):
        raise ValueError("a mapping has an arn or a utr")
    if "utr" in document:
        return ByUtr(Utr.as_given(_text(document, "utr")), read_instant(document["preCreatedDate"]))
    return ByArn(Arn.as_given(_text(document, "arn")), HowMapped(document.get("automapped", False)))


def _holder_key(mapping: StoredMapping) -> Arn | Utr:
    match mapping.holder:
        case ByArn(arn):
            return arn
        case ByUtr(utr):
            return utr


def _instant_or_day(given: object) -> datetime:
    try:
        day = date.fromisoformat(str(given))
    except ValueError:
        return read_instant(given)
    # Noon, so that the day is the same one in London and in UTC.
    return datetime.combine(day, time(12), tzinfo=_BRITISH)


def _details(document: Mapping[str, Any]) -> DetailsRecord:
    return DetailsRecord(
        arn=Arn.as_given(_text(document, "arn")),
        details=tuple(
            ProviderDetails(
                auth_provider_id=_text(details, "authProviderId"),
                gg_tag=_text(details, "ggTag"),
                count=int(details["count"]),
                created_on=read_instant(details["createdOn"]),
            )
            for details in document["mappingDetails"]
        ),
    )


def _journey(document: Mapping[str, Any]) -> StoredJourney:
    try:
        user_mappings = read_journey(document).user_mappings
    except Malformed:
        raise ValueError("userMappings cannot be read") from None
    codes_of_journey(user_mappings)
    modified = document.get("lastModifiedDate")
    return StoredJourney(
        auth_provider_id=_text(document, "authProviderId"),
        clean_creds_auth_provider_id=_optional_text(document, "cleanCredsAuthProviderId"),
        continue_id=_optional_text(document, "continueId"),
        utr=_optional_text(_object(document, "businessDetails"), "utr"),
        mapped_auth_provider_ids=tuple(mapping.auth_provider_id for mapping in user_mappings),
        last_modified=None if modified is None else read_instant(modified),
        document=document,
    )


def _text(document: Mapping[str, Any], member: str) -> str:
    value = document[member]
    if not isinstance(value, str):
        raise TypeError(f"{member} is a text")
    return value


def _optional_text(document: Mapping[str, Any], member: str) -> str | None:
    return None if document.get(member) is None else _text(document, member)


def _object(document: Mapping[str, Any], member: str) -> Mapping[str, Any]:
    value = document.get(member, {})
    if not isinstance(value, dict):
        raise TypeError(f"{member} is an object")
    return value
