"""All SQL about snapshots: every table of the sandbox as JSON, and back."""

from datetime import datetime
from typing import Any

import asyncpg

from agent_services.platform.database import UnitOfWork
from agent_services.sandbox.documents import Document

# In an order in which they can be filled. Journal, faults and snapshots are not part of a snapshot.
_COPIES: tuple[tuple[str, str, str], ...] = (
    (
        "state",
        "SELECT coalesce(jsonb_agg(to_jsonb(one)), '[]') FROM sandbox.state one",
        "INSERT INTO sandbox.state SELECT * FROM jsonb_populate_recordset(NULL::sandbox.state, $1)",
    ),
    (
        "user_group",
        "SELECT coalesce(jsonb_agg(to_jsonb(one)), '[]') FROM sandbox.user_group one",
        "INSERT INTO sandbox.user_group SELECT * FROM jsonb_populate_recordset(NULL::sandbox.user_group, $1)",
    ),
    (
        "person",
        "SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY seq), '[]') FROM sandbox.person one",
        """
        INSERT INTO sandbox.person
               (user_id, group_id, credential_role, credential_strength, confidence_level, nino, nino_without_suffix,
                utr, name, email, date_of_birth, address, deceased, vat_registration_date, stride_roles,
                compliance_issues, in_cast, password_hash, created_at)
        SELECT user_id, group_id, credential_role, credential_strength, confidence_level, nino, nino_without_suffix,
               utr, name, email, date_of_birth, address, deceased, vat_registration_date, stride_roles,
               compliance_issues, in_cast, password_hash, created_at
          FROM jsonb_populate_recordset(NULL::sandbox.person, $1)
         ORDER BY seq
        """,
    ),
    (
        "session",
        "SELECT coalesce(jsonb_agg(to_jsonb(one)), '[]') FROM sandbox.session one WHERE expires_at IS NULL",
        "INSERT INTO sandbox.session SELECT * FROM jsonb_populate_recordset(NULL::sandbox.session, $1)",
    ),
    (
        "allocation",
        "SELECT coalesce(jsonb_agg(to_jsonb(one)), '[]') FROM sandbox.allocation one",
        "INSERT INTO sandbox.allocation SELECT * FROM jsonb_populate_recordset(NULL::sandbox.allocation, $1)",
    ),
    (
        "assignment",
        "SELECT coalesce(jsonb_agg(to_jsonb(one)), '[]') FROM sandbox.assignment one",
        "INSERT INTO sandbox.assignment SELECT * FROM jsonb_populate_recordset(NULL::sandbox.assignment, $1)",
    ),
    (
        "known_fact",
        "SELECT coalesce(jsonb_agg(to_jsonb(one)), '[]') FROM sandbox.known_fact one",
        "INSERT INTO sandbox.known_fact SELECT * FROM jsonb_populate_recordset(NULL::sandbox.known_fact, $1)",
    ),
    (
        "known_fact_term",
        "SELECT coalesce(jsonb_agg(to_jsonb(one)), '[]') FROM sandbox.known_fact_term one",
        "INSERT INTO sandbox.known_fact_term SELECT * FROM jsonb_populate_recordset(NULL::sandbox.known_fact_term, $1)",
    ),
    (
        "record",
        "SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY seq), '[]') FROM sandbox.record one",
        """
        INSERT INTO sandbox.record (id, kind, unique_key, document, updated_at)
        SELECT id, kind, unique_key, document, updated_at
          FROM jsonb_populate_recordset(NULL::sandbox.record, $1)
         ORDER BY seq
        """,
    ),
    (
        "record_key",
        "SELECT coalesce(jsonb_agg(to_jsonb(one)), '[]') FROM sandbox.record_key one",
        "INSERT INTO sandbox.record_key SELECT * FROM jsonb_populate_recordset(NULL::sandbox.record_key, $1)",
    ),
    (
        "agent_relationship",
        "SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY seq), '[]') FROM sandbox.agent_relationship one",
        """
        INSERT INTO sandbox.agent_relationship
               (id, regime, arn, id_type, ref_number, relationship_type, auth_profile, active, start_date, end_date)
        SELECT id, regime, arn, id_type, ref_number, relationship_type, auth_profile, active, start_date, end_date
          FROM jsonb_populate_recordset(NULL::sandbox.agent_relationship, $1)
         ORDER BY seq
        """,
    ),
    (
        "income_record",
        "SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY id), '[]') FROM sandbox.income_record one",
        """
        INSERT INTO sandbox.income_record
               (arn, service, client_id, relationship_status, start_date, end_date, from_cesa)
        SELECT arn, service, client_id, relationship_status, start_date, end_date, from_cesa
          FROM jsonb_populate_recordset(NULL::sandbox.income_record, $1)
         ORDER BY id
        """,
    ),
    (
        "access_group",
        "SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY seq), '[]') FROM sandbox.access_group one",
        """
        INSERT INTO sandbox.access_group (group_id, arn, group_name, tax_service)
        SELECT group_id, arn, group_name, tax_service
          FROM jsonb_populate_recordset(NULL::sandbox.access_group, $1)
         ORDER BY seq
        """,
    ),
    (
        "access_group_client",
        "SELECT coalesce(jsonb_agg(to_jsonb(one)), '[]') FROM sandbox.access_group_client one",
        """
        INSERT INTO sandbox.access_group_client
        SELECT * FROM jsonb_populate_recordset(NULL::sandbox.access_group_client, $1)
        """,
    ),
    (
        "access_group_member",
        "SELECT coalesce(jsonb_agg(to_jsonb(one)), '[]') FROM sandbox.access_group_member one",
        """
        INSERT INTO sandbox.access_group_member
        SELECT * FROM jsonb_populate_recordset(NULL::sandbox.access_group_member, $1)
        """,
    ),
)


class SnapshotStore:
    """Snapshots in PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def content(self, work: UnitOfWork) -> Document:
        """Every table by name, as lists of rows."""
        return {name: await work.fetchval(read) for name, read, _ in _COPIES}

    async def fill(self, work: UnitOfWork, content: Document) -> None:
        """Fills the empty tables. Raises asyncpg.PostgresError for rows that no table takes."""
        for name, _, write in _COPIES:
            rows = content.get(name)
            if rows:
                await work.execute(write, rows)

    async def keep(self, work: UnitOfWork, name: str, content: Document, *, now: datetime) -> None:
        await work.execute(
            """
            INSERT INTO sandbox.snapshot (name, taken_at, content)
            VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET taken_at = excluded.taken_at, content = excluded.content
            """,
            name,
            now,
            content,
        )

    async def kept(self, name: str) -> Document | None:
        found: dict[str, Any] | None = await self._pool.fetchval(
            "SELECT content FROM sandbox.snapshot WHERE name = $1", name
        )
        return found

    async def names(self) -> list[Document]:
        rows = await self._pool.fetch("SELECT name, taken_at FROM sandbox.snapshot ORDER BY taken_at, name")
        return [{"name": row["name"], "takenAt": row["taken_at"].isoformat()} for row in rows]

    async def delete(self, name: str) -> bool:
        status: str = await self._pool.execute("DELETE FROM sandbox.snapshot WHERE name = $1", name)
        return status != "DELETE 0"
