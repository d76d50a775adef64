"""Known facts: what proves that an enrolment exists, and what ES20 finds it by. Spec: sandbox 1.6."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from agent_services.platform.database import UnitOfWork
from agent_services.sandbox.documents import to_text
from agent_services.sandbox.enrolments.keys import StoredKey

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class KnownFact:
    key: StoredKey
    verifiers: Pairs

    def verifier(self, name: str) -> str | None:
        return next((value for held, value in self.verifiers if held == name), None)


class KnownFactStore:
    """Known facts in PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def find(self, lookup_key: str) -> KnownFact | None:
        row = await self._pool.fetchrow(
            "SELECT enrolment_key, verifiers FROM sandbox.known_fact WHERE lookup_key = $1", lookup_key
        )
        return _fact_of(row) if row is not None else None

    async def exists(self, work: UnitOfWork, lookup_key: str) -> bool:
        return bool(
            await work.fetchval("SELECT EXISTS (SELECT 1 FROM sandbox.known_fact WHERE lookup_key = $1)", lookup_key)
        )

    async def put(self, work: UnitOfWork, facts: Sequence[KnownFact]) -> None:
        """Adds or replaces."""
        keys = [fact.key.lookup_key for fact in facts]
        await work.execute(
            """
            INSERT INTO sandbox.known_fact (lookup_key, enrolment_key, service, verifiers)
            SELECT one.lookup_key, one.enrolment_key, one.service, one.verifiers::jsonb
              FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
                AS one (lookup_key, enrolment_key, service, verifiers)
            ON CONFLICT (lookup_key) DO UPDATE
               SET enrolment_key = excluded.enrolment_key, verifiers = excluded.verifiers
            """,
            keys,
            [str(fact.key) for fact in facts],
            [fact.key.service for fact in facts],
            # As texts: asyncpg would take a list of lists for an array of two dimensions.
            [to_text([{"key": name, "value": value} for name, value in fact.verifiers]) for fact in facts],
        )
        await work.execute("DELETE FROM sandbox.known_fact_term WHERE lookup_key = ANY ($1::text[])", keys)
        terms = [
            (fact.key.service, term_of(name, value), fact.key.lookup_key)
            for fact in facts
            for name, value in (*fact.key.identifiers, *fact.verifiers)
        ]
        await work.execute(
            """
            INSERT INTO sandbox.known_fact_term (service, term, lookup_key)
            SELECT one.service, one.term, one.lookup_key
              FROM unnest($1::text[], $2::text[], $3::text[]) AS one (service, term, lookup_key)
            ON CONFLICT DO NOTHING
            """,
            [service for service, _, _ in terms],
            [term for _, term, _ in terms],
            [lookup_key for _, _, lookup_key in terms],
        )

    async def put_empty_if_missing(self, work: UnitOfWork, key: StoredKey) -> None:
        """A delegated allocation without known facts makes empty ones."""
        if not await self.exists(work, key.lookup_key):
            await self.put(work, [KnownFact(key, ())])

    async def delete(self, work: UnitOfWork, lookup_keys: Sequence[str]) -> int:
        status: str = await work.execute(
            "DELETE FROM sandbox.known_fact WHERE lookup_key = ANY ($1::text[])", list(lookup_keys)
        )
        return int(status.rpartition(" ")[2])

    async def search(self, service: str, terms: Sequence[tuple[str, str]], *, limit: int = 100) -> list[KnownFact]:
        """ES20: the enrolments of which every given identifier or verifier is known."""
        rows = await self._pool.fetch(
            """
            SELECT fact.enrolment_key, fact.verifiers
              FROM sandbox.known_fact_term term
              JOIN sandbox.known_fact fact ON fact.lookup_key = term.lookup_key
             WHERE term.service = $1 AND term.term = ANY ($2::text[])
             GROUP BY fact.lookup_key, fact.enrolment_key, fact.verifiers
            HAVING count(*) = cardinality($2::text[])
             ORDER BY fact.lookup_key
             LIMIT $3
            """,
            service,
            sorted({term_of(name, value) for name, value in terms}),
            limit,
        )
        return [_fact_of(row) for row in rows]


def term_of(name: str, value: str) -> str:
    return f"{name}={value}".upper().replace(" ", "")


def _fact_of(row: asyncpg.Record) -> KnownFact:
    return KnownFact(
        StoredKey.of(row["enrolment_key"]), tuple((each["key"], each["value"]) for each in row["verifiers"])
    )
