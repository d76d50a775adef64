"""Access groups inside an agency (agent-permissions). Spec: sandbox 2.10."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from agent_services.platform.database import UnitOfWork
from agent_services.sandbox.documents import Document, without_absent


@dataclass(frozen=True, slots=True)
class AccessGroup:
    """A custom group has clients and members; a tax group has a service and all its clients."""

    group_id: UUID
    arn: str
    group_name: str
    tax_service: str | None
    lookup_keys: tuple[str, ...] = ()
    user_ids: tuple[str, ...] = ()

    def summary(self) -> Document:
        """As agent-permissions lists it."""
        return without_absent(
            {
                "groupId": str(self.group_id),
                "groupName": self.group_name,
                "clientCount": len(self.lookup_keys) if self.tax_service is None else None,
                "teamMemberCount": len(self.user_ids),
                "taxService": self.tax_service,
            }
        )


class AccessGroupStore:
    """Access groups in PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def of_client(self, arn: str, lookup_key: str, service: str) -> list[AccessGroup]:
        """The agency's groups that the client is in, by name or by the service's tax group."""
        rows = await self._pool.fetch(
            """
            SELECT g.group_id, g.arn, g.group_name, g.tax_service,
                   ARRAY(SELECT c.lookup_key FROM sandbox.access_group_client c WHERE c.group_id = g.group_id
                          ORDER BY c.lookup_key) AS lookup_keys,
                   ARRAY(SELECT m.user_id FROM sandbox.access_group_member m WHERE m.group_id = g.group_id
                          ORDER BY m.user_id) AS user_ids
              FROM sandbox.access_group g
             WHERE g.arn = $1
               AND (g.tax_service = $3
                    OR EXISTS (SELECT 1 FROM sandbox.access_group_client c
                                WHERE c.group_id = g.group_id AND c.lookup_key = $2))
             ORDER BY g.seq
            """,
            arn,
            lookup_key,
            service,
        )
        return [_group_of(row) for row in rows]

    async def of_agency(self, arn: str) -> list[AccessGroup]:
        rows = await self._pool.fetch(
            """
            SELECT g.group_id, g.arn, g.group_name, g.tax_service,
                   ARRAY(SELECT c.lookup_key FROM sandbox.access_group_client c WHERE c.group_id = g.group_id
                          ORDER BY c.lookup_key) AS lookup_keys,
                   ARRAY(SELECT m.user_id FROM sandbox.access_group_member m WHERE m.group_id = g.group_id
                          ORDER BY m.user_id) AS user_ids
              FROM sandbox.access_group g
             WHERE g.arn = $1
             ORDER BY g.seq
            """,
            arn,
        )
        return [_group_of(row) for row in rows]

    async def add(self, work: UnitOfWork, group: AccessGroup) -> None:
        await work.execute(
            "INSERT INTO sandbox.access_group (group_id, arn, group_name, tax_service) VALUES ($1, $2, $3, $4)",
            group.group_id,
            group.arn,
            group.group_name,
            group.tax_service,
        )
        await work.execute(
            """
            INSERT INTO sandbox.access_group_client (group_id, lookup_key)
            SELECT $1, lookup_key FROM unnest($2::text[]) AS one (lookup_key)
            """,
            group.group_id,
            list(group.lookup_keys),
        )
        await work.execute(
            """
            INSERT INTO sandbox.access_group_member (group_id, user_id)
            SELECT $1, user_id FROM unnest($2::text[]) AS one (user_id)
            """,
            group.group_id,
            list(group.user_ids),
        )

    async def delete(self, group_id: UUID) -> bool:
        status: str = await self._pool.execute("DELETE FROM sandbox.access_group WHERE group_id = $1", group_id)
        return status != "DELETE 0"


def _group_of(row: asyncpg.Record) -> AccessGroup:
    return AccessGroup(
        row["group_id"],
        row["arn"],
        row["group_name"],
        row["tax_service"],
        tuple(row["lookup_keys"]),
        tuple(row["user_ids"]),
    )
