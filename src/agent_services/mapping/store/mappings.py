"""Stored mappings. Identifiers and UTRs are sealed and found by keyed hash. Spec: mapping 6.

Rows are always locked in one order (UTR before ARN, then service, then hash), so that requests with overlapping
identifiers wait for each other and never deadlock.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from agent_services.identifiers import Arn, Utr
from agent_services.mapping.holders import ByArn, ByUtr, HowMapped, StoredMapping
from agent_services.mapping.legacy_services import LegacyIdentifier, LegacyService
from agent_services.platform.database import UnitOfWork
from agent_services.platform.encryption import FieldCipher

KEPT_FOR_UTR: Final = timedelta(hours=24)
"""How long a mapping waits for its agent to subscribe."""

_IDENTIFIER: Final = "mapping.identifier"
_UTR: Final = "mapping.utr"


class MappingStore:
    def __init__(self, pool: asyncpg.Pool, cipher: FieldCipher) -> None:
        self._pool = pool
        self._cipher = cipher

    async def add_for_arn(
        self, work: UnitOfWork, arn: Arn, identifiers: Sequence[LegacyIdentifier], how: HowMapped, *, now: datetime
    ) -> frozenset[LegacyIdentifier]:
        """Stores those that the ARN does not have yet, and says which they were."""
        by_hash = self._by_hash(identifiers)
        rows = await work.fetch(
            """
            WITH numbered AS MATERIALIZED (
                SELECT nextval('agent_services.mapping_id') AS id, service, identifier_hash, identifier_sealed
                  FROM unnest($2::text[], $3::bytea[], $4::text[])
                       WITH ORDINALITY AS given (service, identifier_hash, identifier_sealed, place)
                 ORDER BY place
            )
            INSERT INTO agent_services.mapping
                   (id, service, arn, identifier_hash, identifier_sealed, created, automapped)
            SELECT id, service, $1, identifier_hash, identifier_sealed, $5, $6
              FROM numbered
             ORDER BY service, identifier_hash
            ON CONFLICT (arn, service, identifier_hash) WHERE arn IS NOT NULL DO NOTHING
            RETURNING service, identifier_hash
            """,
            arn.value,
            [identifier.service.value for identifier in by_hash.values()],
            [identifier_hash for _, identifier_hash in by_hash],
            [self._seal(identifier) for identifier in by_hash.values()],
            now,
            how.value,
        )
        return frozenset(by_hash[row["service"], row["identifier_hash"]] for row in rows)

    async def add_for_utr(
        self, utr: Utr, identifiers: Sequence[LegacyIdentifier], *, now: datetime
    ) -> frozenset[LegacyIdentifier]:
        """As `add_for_arn`. One that has run out and was not purged yet counts as not there."""
        by_hash = self._by_hash(identifiers)
        rows = await self._pool.fetch(
            """
            WITH numbered AS MATERIALIZED (
                SELECT nextval('agent_services.mapping_id') AS id, service, identifier_hash, identifier_sealed
                  FROM unnest($3::text[], $4::bytea[], $5::text[])
                       WITH ORDINALITY AS given (service, identifier_hash, identifier_sealed, place)
                 ORDER BY place
            )
            INSERT INTO agent_services.mapping AS stored
                   (id, service, utr_hash, utr_sealed, identifier_hash, identifier_sealed,
                    pre_created_date, created, automapped)
            SELECT id, service, $1, $2, identifier_hash, identifier_sealed, $6, $6, false
              FROM numbered
             ORDER BY service, identifier_hash
            ON CONFLICT (utr_hash, service, identifier_hash) WHERE utr_hash IS NOT NULL DO UPDATE
               SET pre_created_date = excluded.pre_created_date, created = excluded.created
             WHERE stored.pre_created_date <= $7
            RETURNING service, identifier_hash
            """,
            self._utr_hash(utr),
            self._cipher.encrypt(utr.value, purpose=_UTR),
            [identifier.service.value for identifier in by_hash.values()],
            [identifier_hash for _, identifier_hash in by_hash],
            [self._seal(identifier) for identifier in by_hash.values()],
            now,
            now - KEPT_FOR_UTR,
        )
        return frozenset(by_hash[row["service"], row["identifier_hash"]] for row in rows)

    async def move(self, work: UnitOfWork, utr: Utr, arn: Arn, *, now: datetime) -> int:
        """Gives everything that waits for the UTR to the ARN; what the ARN has already is dropped.

        Each keeps its place in the order and its time of creation. Says how many moved.
        """
        waiting = await work.fetch(
            """
            WITH waiting AS MATERIALIZED (
                SELECT id
                  FROM agent_services.mapping
                 WHERE utr_hash = $1 AND pre_created_date > $2
                 ORDER BY service, identifier_hash
                   FOR UPDATE
            )
            DELETE FROM agent_services.mapping
             USING waiting
             WHERE mapping.id = waiting.id
            RETURNING mapping.id, mapping.service, mapping.identifier_hash, mapping.identifier_sealed, mapping.created
            """,
            self._utr_hash(utr),
            now - KEPT_FOR_UTR,
        )
        moved = await work.fetch(
            """
            INSERT INTO agent_services.mapping
                   (id, service, arn, identifier_hash, identifier_sealed, created, automapped)
            SELECT id, service, $1, identifier_hash, identifier_sealed, created, false
              FROM unnest($2::bigint[], $3::text[], $4::bytea[], $5::text[], $6::timestamptz[])
                   AS given (id, service, identifier_hash, identifier_sealed, created)
             ORDER BY service, identifier_hash
            ON CONFLICT (arn, service, identifier_hash) WHERE arn IS NOT NULL DO NOTHING
            RETURNING id
            """,
            arn.value,
            [row["id"] for row in waiting],
            [row["service"] for row in waiting],
            [row["identifier_hash"] for row in waiting],
            [row["identifier_sealed"] for row in waiting],
            [row["created"] for row in waiting],
        )
        return len(moved)

    async def remove_of_utr(self, utr: Utr) -> None:
        """Removes everything that waits for the UTR."""
        await self._pool.execute(
            """
            WITH doomed AS MATERIALIZED (
                SELECT id
                  FROM agent_services.mapping
                 WHERE utr_hash = $1
                 ORDER BY service, identifier_hash
                   FOR UPDATE
            )
            DELETE FROM agent_services.mapping USING doomed WHERE mapping.id = doomed.id
            """,
            self._utr_hash(utr),
        )

    async def remove_of_arn(self, work: UnitOfWork, arn: Arn) -> int:
        """Removes everything the ARN holds, and says how much that was."""
        count: int = await work.fetchval(
            """
            WITH doomed AS MATERIALIZED (
                SELECT id
                  FROM agent_services.mapping
                 WHERE arn = $1
                 ORDER BY service, identifier_hash
                   FOR UPDATE
            ), gone AS (
                DELETE FROM agent_services.mapping USING doomed WHERE mapping.id = doomed.id RETURNING mapping.id
            )
            SELECT count(*) FROM gone
            """,
            arn.value,
        )
        return count

    async def of_arn(self, arn: Arn, service: LegacyService) -> list[StoredMapping]:
        """The ARN's codes of one service, in the order in which they were stored."""
        rows = await self._pool.fetch(
            """
            SELECT service, arn, utr_sealed, identifier_sealed, pre_created_date, created, automapped
              FROM agent_services.mapping
             WHERE arn = $1 AND service = $2
             ORDER BY id
            """,
            arn.value,
            service.value,
        )
        return [self._mapping(row) for row in rows]

    async def purge(self, *, now: datetime) -> int:
        """Removes what has waited too long; says how much. What somebody else holds just now is left for next time."""
        count: int = await self._pool.fetchval(
            """
            WITH doomed AS MATERIALIZED (
                SELECT id
                  FROM agent_services.mapping
                 WHERE pre_created_date <= $1
                   FOR UPDATE SKIP LOCKED
            ), gone AS (
                DELETE FROM agent_services.mapping USING doomed WHERE mapping.id = doomed.id RETURNING mapping.id
            )
            SELECT count(*) FROM gone
            """,
            now - KEPT_FOR_UTR,
        )
        return count

    async def all(self, *, now: datetime) -> list[StoredMapping]:
        """Every mapping that has not run out, in the order in which they were stored."""
        rows = await self._pool.fetch(
            """
            SELECT service, arn, utr_sealed, identifier_sealed, pre_created_date, created, automapped
              FROM agent_services.mapping
             WHERE pre_created_date IS NULL OR pre_created_date > $1
             ORDER BY id
            """,
            now - KEPT_FOR_UTR,
        )
        return [self._mapping(row) for row in rows]

    async def put(self, work: UnitOfWork, mappings: Sequence[StoredMapping]) -> None:
        """Stores these as they are and in this order; what has the same holder and code is replaced."""
        services = [mapping.identifier.service.value for mapping in mappings]
        hashes = [self._hash(mapping.identifier) for mapping in mappings]
        arns = [mapping.holder.arn.value if isinstance(mapping.holder, ByArn) else None for mapping in mappings]
        utrs = [mapping.holder.utr if isinstance(mapping.holder, ByUtr) else None for mapping in mappings]
        utr_hashes = [None if utr is None else self._utr_hash(utr) for utr in utrs]
        await work.execute(
            """
            DELETE FROM agent_services.mapping AS stored
             USING unnest($1::text[], $2::bytea[], $3::text[], $4::bytea[])
                   AS given (service, identifier_hash, arn, utr_hash)
             WHERE stored.service = given.service AND stored.identifier_hash = given.identifier_hash
               AND (stored.arn = given.arn OR stored.utr_hash = given.utr_hash)
            """,
            services,
            hashes,
            arns,
            utr_hashes,
        )
        await work.execute(
            """
            INSERT INTO agent_services.mapping
                   (service, identifier_hash, arn, utr_hash, utr_sealed, identifier_sealed,
                    pre_created_date, created, automapped)
            SELECT service, identifier_hash, arn, utr_hash, utr_sealed, identifier_sealed,
                   pre_created_date, created, automapped
              FROM unnest($1::text[], $2::bytea[], $3::text[], $4::bytea[], $5::text[], $6::text[],
                          $7::timestamptz[], $8::timestamptz[], $9::boolean[])
                   WITH ORDINALITY AS given (service, identifier_hash, arn, utr_hash, utr_sealed, identifier_sealed,
                                             pre_created_date, created, automapped, place)
             ORDER BY place
            """,
            services,
            hashes,
            arns,
            utr_hashes,
            [None if utr is None else self._cipher.encrypt(utr.value, purpose=_UTR) for utr in utrs],
            [self._seal(mapping.identifier) for mapping in mappings],
            [mapping.holder.pre_created if isinstance(mapping.holder, ByUtr) else None for mapping in mappings],
            [mapping.created for mapping in mappings],
            [isinstance(mapping.holder, ByArn) and mapping.holder.how.value for mapping in mappings],
        )

    async def clear(self) -> None:
        await self._pool.execute("DELETE FROM agent_services.mapping")

    def _by_hash(self, identifiers: Sequence[LegacyIdentifier]) -> dict[tuple[str, bytes], LegacyIdentifier]:
        return {(identifier.service.value, self._hash(identifier)): identifier for identifier in identifiers}

    def _hash(self, identifier: LegacyIdentifier) -> bytes:
        return self._cipher.lookup_hash(identifier.value, purpose=_IDENTIFIER)

    def _utr_hash(self, utr: Utr) -> bytes:
        return self._cipher.lookup_hash(utr.value, purpose=_UTR)

    def _seal(self, identifier: LegacyIdentifier) -> str:
        return self._cipher.encrypt(identifier.value, purpose=_IDENTIFIER)

    def _mapping(self, row: asyncpg.Record) -> StoredMapping:
        holder: ByArn | ByUtr
        if row["arn"] is not None:
            holder = ByArn(Arn.as_given(row["arn"]), HowMapped(row["automapped"]))
        else:
            utr = self._cipher.decrypt(row["utr_sealed"], purpose=_UTR)
            holder = ByUtr(Utr.as_given(utr), row["pre_created_date"])
        return StoredMapping(
            identifier=LegacyIdentifier(
                LegacyService(row["service"]), self._cipher.decrypt(row["identifier_sealed"], purpose=_IDENTIFIER)
            ),
            holder=holder,
            created=row["created"],
        )
