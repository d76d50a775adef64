"""All SQL about e-mails, audit events and internal tokens."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from agent_services.platform.clock import iso_instant
from agent_services.sandbox.documents import Document, without_absent

_KEPT = 10_000
_SWEPT_EVERY = 100


class MailboxStore:
    """E-mails and audit events in PostgreSQL; the newest ten thousand of each are kept."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add_email(
        self,
        recipients: list[str],
        template_id: str,
        parameters: dict[str, Any],
        *,
        is_known_template: bool,
        is_forced: bool | None,
        now: datetime,
    ) -> None:
        number = await self._pool.fetchval(
            """
            INSERT INTO sandbox.email (recipients, template_id, known_template, parameters, forced, received_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            RETURNING id
            """,
            recipients,
            template_id,
            is_known_template,
            parameters,
            is_forced,
            now,
        )
        await self._pool.execute("DELETE FROM sandbox.email WHERE id <= $1", number - _KEPT)

    async def emails(self, *, to: str | None, limit: int) -> list[Document]:
        """Oldest first, those to this address where one is given."""
        rows = await self._pool.fetch(
            """
            SELECT id, recipients, template_id, known_template, parameters, forced, received_at
              FROM (SELECT id, recipients, template_id, known_template, parameters, forced, received_at
                      FROM sandbox.email
                     WHERE ($1::text IS NULL OR $1::text = ANY (recipients))
                     ORDER BY id DESC
                     LIMIT $2) newest
             ORDER BY id
            """,
            to,
            limit,
        )
        return [
            without_absent(
                {
                    "id": row["id"],
                    "to": row["recipients"],
                    "templateId": row["template_id"],
                    "knownTemplate": row["known_template"],
                    "parameters": row["parameters"],
                    "force": row["forced"],
                    "receivedAt": iso_instant(row["received_at"]),
                }
            )
            for row in rows
        ]

    async def clear_emails(self) -> None:
        await self._pool.execute("DELETE FROM sandbox.email")

    async def add_audit_events(self, events: Sequence[Document], *, merged: bool, now: datetime) -> None:
        numbers = await self._pool.fetchrow(
            """
            WITH added AS (
                INSERT INTO sandbox.audit_event (merged, audit_type, event, received_at)
                SELECT $1, given.event ->> 'auditType', given.event, $3
                  FROM unnest($2::jsonb[]) WITH ORDINALITY AS given (event, place)
                 ORDER BY given.place
             RETURNING id
            )
            SELECT min(id) AS first, max(id) AS last FROM added
            """,
            merged,
            events,
            now,
        )
        assert numbers is not None  # an aggregate has one row
        if (numbers["first"] - 1) // _SWEPT_EVERY < numbers["last"] // _SWEPT_EVERY:
            await self._pool.execute("DELETE FROM sandbox.audit_event WHERE id <= $1", numbers["last"] - _KEPT)

    async def audit_events(self, *, audit_type: str | None, limit: int) -> list[Document]:
        """Oldest first."""
        rows = await self._pool.fetch(
            """
            SELECT id, event
              FROM (SELECT id, event
                      FROM sandbox.audit_event
                     WHERE ($1::text IS NULL OR audit_type = $1::text)
                     ORDER BY id DESC
                     LIMIT $2) newest
             ORDER BY id
            """,
            audit_type,
            limit,
        )
        return [row["event"] for row in rows]

    async def clear_audit_events(self) -> None:
        await self._pool.execute("DELETE FROM sandbox.audit_event")

    async def add_token(self, token: str, principal: str, permissions: list[Any]) -> None:
        await self._pool.execute(
            """
            INSERT INTO sandbox.internal_token (token, principal, permissions)
            VALUES ($1, $2, $3)
            ON CONFLICT (token) DO UPDATE SET principal = excluded.principal, permissions = excluded.permissions
            """,
            token,
            principal,
            permissions,
        )

    async def has_token(self, token: str) -> bool:
        return bool(
            await self._pool.fetchval("SELECT EXISTS (SELECT 1 FROM sandbox.internal_token WHERE token = $1)", token)
        )
