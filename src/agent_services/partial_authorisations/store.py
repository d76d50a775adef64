"""Stored partial authorisations. NINOs are sealed and found by keyed hash. Spec: relationships 11, 11.1."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from agent_services.identifiers import Arn, Nino
from agent_services.partial_authorisations.errors import DuplicatePartialAuthorisation
from agent_services.platform.database import UnitOfWork
from agent_services.platform.encryption import FieldCipher

_PURPOSE = "partial_auth.nino"


@dataclass(frozen=True, slots=True)
class PartialAuthorisation:
    """Authority for a client who has not signed up yet. `created` and `last_updated` are UTC."""

    arn: Arn
    service: str
    nino: Nino
    active: bool
    created: datetime
    last_updated: datetime


class PartialAuthorisationStore:
    def __init__(self, pool: asyncpg.Pool, cipher: FieldCipher) -> None:
        self._pool = pool
        self._cipher = cipher

    async def insert_active(self, work: UnitOfWork, arn: Arn, service: str, nino: Nino, *, at: datetime) -> None:
        """Raises DuplicatePartialAuthorisation when an active one exists."""
        inserted = await work.fetchval(
            """
            INSERT INTO agent_services.partial_auth
                   (arn, service, nino_hash, nino_sealed, active, created, last_updated)
            VALUES ($1, $2, $3, $4, true, $5, $5)
            ON CONFLICT (service, nino_hash, arn) WHERE active DO NOTHING
            RETURNING position
            """,
            arn.value,
            service,
            self._hash(nino),
            self._seal(nino),
            at,
        )
        if inserted is None:
            raise DuplicatePartialAuthorisation(arn, nino)

    async def deactivate(self, work: UnitOfWork, arn: Arn, service: str, nino: Nino, *, at: datetime) -> bool:
        """True when there was an active one."""
        return (
            await work.fetchval(
                """
                UPDATE agent_services.partial_auth
                   SET active = false, last_updated = $4
                 WHERE service = $1 AND nino_hash = $2 AND arn = $3 AND active
             RETURNING true
                """,
                service,
                self._hash(nino),
                arn.value,
                at,
            )
            is True
        )

    async def deactivate_all(self, work: UnitOfWork, service: str, nino: Nino, *, at: datetime) -> list[Arn]:
        """Whose active ones ended."""
        rows = await work.fetch(
            """
            UPDATE agent_services.partial_auth
               SET active = false, last_updated = $3
             WHERE service = $1 AND nino_hash = $2 AND active
         RETURNING arn
            """,
            service,
            self._hash(nino),
            at,
        )
        return [Arn.as_given(row["arn"]) for row in rows]

    async def delete_active(self, work: UnitOfWork, arn: Arn, service: str, nino: Nino) -> bool:
        """True when there was an active one; it leaves no history."""
        return (
            await work.fetchval(
                """
                DELETE FROM agent_services.partial_auth
                 WHERE service = $1 AND nino_hash = $2 AND arn = $3 AND active
             RETURNING true
                """,
                service,
                self._hash(nino),
                arn.value,
            )
            is True
        )

    async def of_client(self, nino: Nino) -> list[PartialAuthorisation]:
        """Active or not, oldest first."""
        rows = await self._pool.fetch(
            """
            SELECT arn, service, nino_sealed, active, created, last_updated
              FROM agent_services.partial_auth
             WHERE nino_hash = $1
             ORDER BY position
            """,
            self._hash(nino),
        )
        return [self._partial_authorisation(row) for row in rows]

    async def every(self) -> list[PartialAuthorisation]:
        rows = await self._pool.fetch(
            """
            SELECT arn, service, nino_sealed, active, created, last_updated
              FROM agent_services.partial_auth
             ORDER BY position
            """
        )
        return [self._partial_authorisation(row) for row in rows]

    async def put(self, work: UnitOfWork, records: Sequence[PartialAuthorisation]) -> None:
        """Inserts these as they are; an active one in the way, or an equal one, is replaced."""
        hashes = [self._hash(record.nino) for record in records]
        await work.execute(
            """
            DELETE FROM agent_services.partial_auth AS stored
             USING unnest($1::text[], $2::bytea[], $3::text[], $4::boolean[], $5::timestamptz[])
                   AS given (service, nino_hash, arn, active, created)
             WHERE stored.service = given.service AND stored.nino_hash = given.nino_hash AND stored.arn = given.arn
               AND ((stored.active AND given.active) OR stored.created = given.created)
            """,
            [record.service for record in records],
            hashes,
            [record.arn.value for record in records],
            [record.active for record in records],
            [record.created for record in records],
        )
        await work.execute(
            """
            INSERT INTO agent_services.partial_auth
                   (arn, service, nino_hash, nino_sealed, active, created, last_updated)
            SELECT arn, service, nino_hash, nino_sealed, active, created, last_updated
              FROM unnest($1::text[], $2::text[], $3::bytea[], $4::text[], $5::boolean[], $6::timestamptz[],
                          $7::timestamptz[]) WITH ORDINALITY
                   AS given (arn, service, nino_hash, nino_sealed, active, created, last_updated, place)
             ORDER BY place
            """,
            [record.arn.value for record in records],
            [record.service for record in records],
            hashes,
            [self._seal(record.nino) for record in records],
            [record.active for record in records],
            [record.created for record in records],
            [record.last_updated for record in records],
        )

    async def clear(self) -> None:
        await self._pool.execute("DELETE FROM agent_services.partial_auth")

    def _hash(self, nino: Nino) -> bytes:
        return self._cipher.lookup_hash(nino.value, purpose=_PURPOSE)

    def _seal(self, nino: Nino) -> str:
        return self._cipher.encrypt(nino.value, purpose=_PURPOSE)

    def _partial_authorisation(self, row: asyncpg.Record) -> PartialAuthorisation:
        return PartialAuthorisation(
            arn=Arn.as_given(row["arn"]),
            service=row["service"],
            nino=Nino.as_given(self._cipher.decrypt(row["nino_sealed"], purpose=_PURPOSE)),
            active=row["active"],
            created=row["created"],
            last_updated=row["last_updated"],
        )
