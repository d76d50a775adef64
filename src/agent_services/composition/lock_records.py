"""The stored locks as test-only records. Spec: relationships 11 (`locks`), design (Test-only routes)."""

from datetime import datetime, timedelta
from typing import Any

from agent_services.platform.clock import Clock, iso_instant
from agent_services.platform.http.test_only import RecordKind
from agent_services.platform.locks import HeldLock, HeldLocks

_LIFE = timedelta(minutes=5)


def lock_records(locks: HeldLocks, clock: Clock) -> RecordKind:
    """`_id` is the lock's id; `owner`, `timeCreated` and `expiryTime` may be left out and mean nothing."""

    async def list_all() -> list[dict[str, Any]]:
        return [
            {
                "_id": lock.name,
                "owner": lock.owner,
                "timeCreated": iso_instant(lock.time_created),
                "expiryTime": iso_instant(lock.expiry_time),
            }
            for lock in await locks.all()
        ]

    async def replace(records: list[dict[str, Any]]) -> None:
        now = clock.now()
        await locks.put(
            [
                HeldLock(
                    name=str(record["_id"]),
                    owner=str(record.get("owner", "test-only")),
                    time_created=_read(record.get("timeCreated"), now),
                    expiry_time=_read(record.get("expiryTime"), now + _LIFE),
                )
                for record in records
            ]
        )

    return RecordKind(list_all=list_all, replace=replace, clear=locks.clear)


def _read(given: object, otherwise: datetime) -> datetime:
    return otherwise if given is None else datetime.fromisoformat(str(given))
