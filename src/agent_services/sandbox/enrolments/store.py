"""All SQL about allocations and assignments. Spec: sandbox 1.5, 2.3."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import asyncpg

from agent_services.platform.database import UnitOfWork
from agent_services.sandbox.enrolments.keys import StoredKey, lookup_key_of


class Kind(StrEnum):
    PRINCIPAL = "principal"
    DELEGATED = "delegated"


@dataclass(frozen=True, slots=True)
class Allocation:
    """An enrolment that a group holds."""

    enrolment_key: str
    state: str
    friendly_name: str | None
    allocated_at: datetime

    @property
    def key(self) -> StoredKey:
        return StoredKey.of(self.enrolment_key)


@dataclass(frozen=True, slots=True)
class DelegatedClient:
    """One row of ES21."""

    enrolment_key: str
    friendly_name: str | None
    user_ids: tuple[str, ...]


class EnrolmentsStore:
    """Allocations and assignments in PostgreSQL: each question is one indexed query."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def delegation(self, arn: str, key: StoredKey) -> tuple[str | None, bool]:
        """The group that owns the ARN, and whether it holds the client's enrolment, in one round trip."""
        row = await self._pool.fetchrow(
            """
            SELECT owner.group_id,
                   EXISTS (
                       SELECT 1
                         FROM sandbox.allocation held
                        WHERE held.group_id = owner.group_id AND held.kind = 'delegated' AND held.lookup_key = $2
                   ) AS is_held
              FROM sandbox.allocation owner
             WHERE owner.kind = 'principal' AND owner.lookup_key = $1
            """,
            f"hmrc-as-agent~agentreferencenumber~{arn.lower()}",
            key.lookup_key,
        )
        return (None, False) if row is None else (row["group_id"], row["is_held"])

    async def lock(self, work: UnitOfWork, group_id: str, lookup_key: str) -> None:
        """Keeps other changes of this enrolment in this group waiting until the unit of work ends."""
        await work.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"sandbox:{group_id}:{lookup_key}")

    async def groups_holding(self, lookup_key: str, kind: Kind) -> list[str]:
        """ES1, oldest allocation first."""
        rows = await self._pool.fetch(
            """
            SELECT group_id
              FROM sandbox.allocation
             WHERE lookup_key = $1 AND kind = $2
             ORDER BY allocated_at, group_id
            """,
            lookup_key,
            kind.value,
        )
        return [row["group_id"] for row in rows]

    async def users_assigned(self, lookup_key: str, kind: Kind, *, limit: int) -> list[str]:
        """ES0, oldest assignment first."""
        rows = await self._pool.fetch(
            """
            SELECT user_id
              FROM sandbox.assignment
             WHERE lookup_key = $1 AND kind = $2
             ORDER BY assigned_at, user_id
             LIMIT $3
            """,
            lookup_key,
            kind.value,
            limit,
        )
        return [row["user_id"] for row in rows]

    async def held_by_group(
        self, group_id: str, kind: Kind, *, service: str | None, start: int, count: int
    ) -> list[Allocation]:
        """ES3: a page, records counted from 1, in the order of the keys.

        Where a page begins is read from the index alone, so that a late page of a big agency costs little more
        than its first; the service is therefore told by the key.
        """
        rows = await self._pool.fetch(
            """
            SELECT enrolment_key, state, friendly_name, allocated_at
              FROM sandbox.allocation
             WHERE group_id = $1 AND kind = $2 AND ($3::text IS NULL OR starts_with(lookup_key, $3::text))
               AND lookup_key >= (SELECT lookup_key
                                    FROM sandbox.allocation
                                   WHERE group_id = $1 AND kind = $2
                                     AND ($3::text IS NULL OR starts_with(lookup_key, $3::text))
                                   ORDER BY lookup_key
                                  OFFSET $4 LIMIT 1)
             ORDER BY lookup_key
             LIMIT $5
            """,
            group_id,
            kind.value,
            f"{service.lower()}~" if service is not None else None,
            start - 1,
            count,
        )
        return [_allocation_of(row) for row in rows]

    async def held_by_user(
        self, user_id: str, kind: Kind, *, service: str | None, start: int, count: int
    ) -> list[Allocation]:
        """ES2: what the user's group holds and the user is assigned."""
        rows = await self._pool.fetch(
            """
            SELECT held.enrolment_key, held.state, held.friendly_name, held.allocated_at
              FROM sandbox.person p
              JOIN sandbox.assignment given ON given.user_id = p.user_id AND given.kind = $2
              JOIN sandbox.allocation held
                ON held.group_id = p.group_id AND held.kind = $2 AND held.lookup_key = given.lookup_key
             WHERE p.user_id = $1 AND ($3::text IS NULL OR held.service = $3::text)
             ORDER BY given.lookup_key
            OFFSET $4 LIMIT $5
            """,
            user_id,
            kind.value,
            service,
            start - 1,
            count,
        )
        return [_allocation_of(row) for row in rows]

    async def allocation(self, group_id: str, lookup_key: str, kind: Kind) -> Allocation | None:
        """ES5."""
        row = await self._pool.fetchrow(
            """
            SELECT enrolment_key, state, friendly_name, allocated_at
              FROM sandbox.allocation
             WHERE group_id = $1 AND kind = $2 AND lookup_key = $3
            """,
            group_id,
            kind.value,
            lookup_key,
        )
        return _allocation_of(row) if row is not None else None

    async def holds_any_delegated(self, group_id: str, keys: Sequence[str]) -> bool:
        found = await self._pool.fetchval(
            """
            SELECT EXISTS (
                SELECT 1
                  FROM sandbox.allocation
                 WHERE group_id = $1 AND kind = 'delegated' AND lookup_key = ANY ($2::text[])
            )
            """,
            group_id,
            [lookup_key_of(key) for key in keys],
        )
        return bool(found)

    async def delegated_clients(self, group_id: str) -> list[DelegatedClient]:
        """ES21."""
        rows = await self._pool.fetch(
            """
            SELECT held.enrolment_key, held.friendly_name, array_remove(array_agg(member.user_id), NULL) AS user_ids
              FROM sandbox.allocation held
              LEFT JOIN (sandbox.assignment given
                         JOIN sandbox.person member ON member.user_id = given.user_id AND member.group_id = $1)
                ON given.lookup_key = held.lookup_key AND given.kind = 'delegated'
             WHERE held.group_id = $1 AND held.kind = 'delegated'
             GROUP BY held.lookup_key, held.enrolment_key, held.friendly_name
             ORDER BY held.lookup_key
            """,
            group_id,
        )
        return [DelegatedClient(row["enrolment_key"], row["friendly_name"], tuple(row["user_ids"])) for row in rows]

    async def principal_holder(self, work: UnitOfWork, lookup_key: str) -> tuple[str, str] | None:
        """Group id and affinity group of whoever holds the key as principal; no group row: no holder."""
        row = await work.fetchrow(
            """
            SELECT held.group_id, g.affinity_group
              FROM sandbox.allocation held
              JOIN sandbox.user_group g ON g.group_id = held.group_id
             WHERE held.lookup_key = $1 AND held.kind = 'principal'
            """,
            lookup_key,
        )
        return (row["group_id"], row["affinity_group"]) if row is not None else None

    async def holds(self, work: UnitOfWork, group_id: str, lookup_keys: Sequence[str], kind: Kind) -> bool:
        found = await work.fetchval(
            """
            SELECT EXISTS (
                SELECT 1 FROM sandbox.allocation WHERE group_id = $1 AND kind = $2 AND lookup_key = ANY ($3::text[])
            )
            """,
            group_id,
            kind.value,
            list(lookup_keys),
        )
        return bool(found)

    async def allocate(
        self,
        work: UnitOfWork,
        group_id: str,
        keys: Sequence[StoredKey],
        kind: Kind,
        *,
        now: datetime,
        friendly_names: Sequence[str | None] | None = None,
    ) -> int:
        """How many are new: what the group holds already stays as it is, and so does, for principal
        enrolments, what another group holds."""
        status: str = await work.execute(
            """
            INSERT INTO sandbox.allocation
                   (group_id, kind, lookup_key, enrolment_key, service, state, friendly_name, allocated_at)
            SELECT $1, $2, one.lookup_key, one.enrolment_key, one.service, 'Activated', one.friendly_name, $7
              FROM unnest($3::text[], $4::text[], $5::text[], $6::text[])
                AS one (lookup_key, enrolment_key, service, friendly_name)
            ON CONFLICT DO NOTHING
            """,
            group_id,
            kind.value,
            [key.lookup_key for key in keys],
            [str(key) for key in keys],
            [key.service for key in keys],
            list(friendly_names) if friendly_names is not None else [None] * len(keys),
            now,
        )
        return int(status.rpartition(" ")[2])

    async def deallocate(self, work: UnitOfWork, group_id: str, lookup_keys: Sequence[str], kind: Kind) -> None:
        """Takes the keys from the group; users of the group lose them first."""
        await work.execute(
            """
            DELETE FROM sandbox.assignment
             WHERE kind = $2 AND lookup_key = ANY ($3::text[])
               AND user_id IN (SELECT user_id FROM sandbox.person WHERE group_id = $1)
            """,
            group_id,
            kind.value,
            list(lookup_keys),
        )
        await work.execute(
            "DELETE FROM sandbox.allocation WHERE group_id = $1 AND kind = $2 AND lookup_key = ANY ($3::text[])",
            group_id,
            kind.value,
            list(lookup_keys),
        )

    async def unassign_in_group(self, work: UnitOfWork, group_id: str, lookup_key: str) -> None:
        await work.execute(
            """
            DELETE FROM sandbox.assignment
             WHERE lookup_key = $2 AND user_id IN (SELECT user_id FROM sandbox.person WHERE group_id = $1)
            """,
            group_id,
            lookup_key,
        )

    async def remove_all_of_group(self, work: UnitOfWork, group_id: str) -> None:
        await work.execute("DELETE FROM sandbox.allocation WHERE group_id = $1", group_id)

    async def assign(
        self, work: UnitOfWork, user_id: str, lookup_keys: Sequence[str], kind: Kind, *, now: datetime
    ) -> int:
        """How many are new."""
        status: str = await work.execute(
            """
            INSERT INTO sandbox.assignment (user_id, kind, lookup_key, assigned_at)
            SELECT $1, $2, lookup_key, $4 FROM unnest($3::text[]) AS one (lookup_key)
            ON CONFLICT DO NOTHING
            """,
            user_id,
            kind.value,
            list(lookup_keys),
            now,
        )
        return int(status.rpartition(" ")[2])

    async def unassign(self, work: UnitOfWork, user_id: str, lookup_key: str) -> None:
        await work.execute("DELETE FROM sandbox.assignment WHERE user_id = $1 AND lookup_key = $2", user_id, lookup_key)

    async def unassign_all(self, work: UnitOfWork, user_id: str) -> None:
        await work.execute("DELETE FROM sandbox.assignment WHERE user_id = $1", user_id)

    async def keys_of_group(self, group_id: str, kind: Kind, *, on: "UnitOfWork | None" = None) -> list[StoredKey]:
        """Everything of that kind, in the order of the keys."""
        rows = await (on or self._pool).fetch(
            """
            SELECT enrolment_key
              FROM sandbox.allocation
             WHERE group_id = $1 AND kind = $2
             ORDER BY lookup_key
            """,
            group_id,
            kind.value,
        )
        return [StoredKey.of(row["enrolment_key"]) for row in rows]

    async def assigned_keys(self, user_id: str, kind: Kind) -> list[str]:
        """The keys, as they were given, that are assigned to the user and held by the user's group."""
        return [
            each.enrolment_key for each in await self.held_by_user(user_id, kind, service=None, start=1, count=100_000)
        ]

    async def set_friendly_name(self, group_id: str, lookup_key: str, name: str) -> bool:
        """ES19; False when the group has no such delegated enrolment."""
        status: str = await self._pool.execute(
            """
            UPDATE sandbox.allocation
               SET friendly_name = $3
             WHERE group_id = $1 AND kind = 'delegated' AND lookup_key = $2
            """,
            group_id,
            lookup_key,
            name,
        )
        return status != "UPDATE 0"


def _allocation_of(row: asyncpg.Record) -> Allocation:
    return Allocation(row["enrolment_key"], row["state"], row["friendly_name"], row["allocated_at"])
