"""How this room's values look on the wire and in records. Spec: mapping 5.6, 5.10."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from agent_services.mapping.holders import ByArn, StoredMapping
from agent_services.mapping.store import DetailsRecord

_BRITISH: Final = ZoneInfo("Europe/London")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def mappings_document(mappings: list[StoredMapping], *, value_member: str) -> dict[str, Any]:
    """The look-ups' answer; `value_member` is what the endpoint calls the code. `created` is a British day."""
    return {
        "mappings": [
            {
                "arn": mapping.holder.arn.value,
                value_member: mapping.identifier.value,
                "created": mapping.created.astimezone(_BRITISH).date().isoformat(),
            }
            for mapping in mappings
            if isinstance(mapping.holder, ByArn)
        ]
    }


def details_document(record: DetailsRecord) -> dict[str, Any]:
    """A details record, on the API and as stored."""
    return {
        "arn": record.arn.value,
        "mappingDetails": [
            {
                "authProviderId": details.auth_provider_id,
                "ggTag": details.gg_tag,
                "count": details.count,
                "createdOn": number_long(details.created_on),
            }
            for details in record.details
        ],
    }


def number_long(instant: datetime) -> dict[str, Any]:
    """An instant in the extended JSON of the reference's database: `{"$date":{"$numberLong":"1700000000000"}}`."""
    return {"$date": {"$numberLong": str((instant - _EPOCH) // _MILLISECOND)}}


def read_instant(given: object) -> datetime:
    """An instant in extended JSON, its number as text or number, or in ISO 8601 (without offset: UTC).

    Raises ValueError.
    """
    if isinstance(given, dict):
        date = given.get("$date")
        milliseconds = date.get("$numberLong") if isinstance(date, dict) else date
        try:
            return _EPOCH + timedelta(milliseconds=int(str(milliseconds)))
        except OverflowError:
            raise ValueError("$date lies beyond the calendar") from None
    if not isinstance(given, str):
        raise TypeError("an instant is a text or {$date}")
    instant = datetime.fromisoformat(given)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
