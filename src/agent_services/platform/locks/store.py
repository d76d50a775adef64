"""Advisory locks, and the locks that a test has set down by hand."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from agent_services.platform.encryption import FieldCipher

_PURPOSE = "held_lock"


async def try_lock(connection: asyncpg.Connection, key: int) -> bool:
    """Takes the lock for this session if it is free and no test holds it by hand."""
    # CASE, because AND promises no order: a lock taken beside a refusal would never be given back.
    taken = await connection.fetchval(
        """
        SELECT CASE
                 WHEN EXISTS (SELECT FROM platform.held_lock WHERE key = $1::bigint) THEN false
                 ELSE pg_try_advisory_lock($1::bigint)
               END
        """,
        key,
    )
    return taken is True


async def unlock(connection: asyncpg.Connection, keys: Sequence[int]) -> None:
    """Gives back locks that this session holds."""
    await connection.fetch("SELECT pg_advisory_unlock(key) FROM unnest($1::bigint[]) AS held (key)", keys)


def lock_key(name: str) -> int:
    """The 64-bit number of a lock's name, the same in every process and release."""
    digest = hashlib.blake2b(name.encode(), digest_size=8, person=b"agent-svc-lock").digest()
    return int.from_bytes(digest, signed=True)


@dataclass(frozen=True, slots=True)
class HeldLock:
    """A lock set down by hand. `name` is the lock's id; owner and times are shown and mean nothing else."""

    name: str
    owner: str
    time_created: datetime
    expiry_time: datetime


class HeldLocks:
    """Locks that are held until they are deleted, whoever asks. Spec: design, Test-only routes (`lock`)."""

    def __init__(self, pool: asyncpg.Pool, cipher: FieldCipher) -> None:
        self._pool = pool
        self._cipher = cipher

    async def put(self, locks: Sequence[HeldLock]) -> None:
        """Adds these; one of the same name is replaced. A present holder of such a lock keeps it to its end."""
        # The last of equal names counts: one statement may not touch a row twice.
        by_name = {lock.name: lock for lock in locks}
        await self._pool.execute(
            """
            INSERT INTO platform.held_lock (key, name_sealed, owner, time_created, expiry_time)
            SELECT key, name_sealed, owner, time_created, expiry_time
              FROM unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
                   AS given (key, name_sealed, owner, time_created, expiry_time)
            ON CONFLICT (key) DO UPDATE
               SET name_sealed = excluded.name_sealed,
                   owner = excluded.owner,
                   time_created = excluded.time_created,
                   expiry_time = excluded.expiry_time
            """,
            [lock_key(name) for name in by_name],
            [self._cipher.encrypt(name, purpose=_PURPOSE) for name in by_name],
            [lock.owner for lock in by_name.values()],
            [lock.time_created for lock in by_name.values()],
            [lock.expiry_time for lock in by_name.values()],
        )

    async def all(self) -> list[HeldLock]:
        rows = await self._pool.fetch(
            "SELECT name_sealed, owner, time_created, expiry_time FROM platform.held_lock ORDER BY time_created, key"
        )
        return [
            HeldLock(
                name=self._cipher.decrypt(row["name_sealed"], purpose=_PURPOSE),
                owner=row["owner"],
                time_created=row["time_created"],
                expiry_time=row["expiry_time"],
            )
            for row in rows
        ]

    async def clear(self) -> None:
        await self._pool.execute("DELETE FROM platform.held_lock")
