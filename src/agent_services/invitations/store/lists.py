"""All SQL that reads many authorisation requests at once. Spec: invitations 6.3, 12, 15.3, 18."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from agent_services.identifiers import Arn
from agent_services.invitations.lifecycle import Invitation
from agent_services.invitations.store.rows import RowSealing
from agent_services.platform.database import Database
from agent_services.platform.encryption import FieldCipher


@dataclass(frozen=True, slots=True)
class TrackingPage:
    """One page of an agent's requests, with what the page's filters offer. Spec: invitations 6.3."""

    requests: tuple[Invitation, ...]
    total: int
    client_names: tuple[str, ...]
    statuses: tuple[str, ...]


class RequestLists:
    """Reads requests by agent, by client and by what is due. Store order is the order of `position`."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._pool = database.pool
        self._sealing = RowSealing(cipher)

    async def of_agent(
        self, arn: Arn, services: Sequence[str], *, created_since: datetime | None
    ) -> tuple[Invitation, ...]:
        """The agent's requests for these services in store order."""
        rows = await self._pool.fetch(
            """
            SELECT invitation_id, arn, service, supplied_client_id, supplied_client_id_type, client_name,
                   agency_name, agency_email, warning_email_sent, expired_email_sent, status,
                   relationship_ended_by, client_type, expiry_date, created, last_updated
              FROM agent_services.invitation
             WHERE arn = $1 AND service = ANY($2::text[]) AND ($3::timestamptz IS NULL OR created >= $3)
             ORDER BY position
            """,
            arn.value,
            list(services),
            created_since,
        )
        return tuple(self._sealing.invitation(row) for row in rows)

    async def matching(self, arn: Arn, services: Sequence[str], client_ids: Sequence[str]) -> tuple[Invitation, ...]:
        """The agent's requests, of every status, with any of the services and any of the clients; store order."""
        rows = await self._pool.fetch(
            """
            SELECT invitation_id, arn, service, supplied_client_id, supplied_client_id_type, client_name,
                   agency_name, agency_email, warning_email_sent, expired_email_sent, status,
                   relationship_ended_by, client_type, expiry_date, created, last_updated
              FROM agent_services.invitation
             WHERE supplied_client_id_hash = ANY($1::bytea[]) AND service = ANY($2::text[]) AND arn = $3
             ORDER BY position
            """,
            self._sealing.client_id_hashes(client_ids),
            list(services),
            arn.value,
        )
        return tuple(self._sealing.invitation(row) for row in rows)

    async def tracking_page(
        self,
        arn: Arn,
        *,
        status: str | None,
        client_name: str | None,
        skip: int,
        limit: int,
        today: date,
    ) -> TrackingPage:
        """Newest first, equal ones in store order; what is offered ignores the filters. Spec: invitations 6.3."""
        wanted_name = None if client_name is None else self._sealing.client_name_hash(client_name)
        rows = await self._pool.fetch(
            """
            SELECT invitation_id, arn, service, supplied_client_id, supplied_client_id_type, client_name,
                   agency_name, agency_email, warning_email_sent, expired_email_sent, status,
                   relationship_ended_by, client_type, expiry_date, created, last_updated
              FROM agent_services.invitation
             WHERE arn = $1
               AND ($2::text IS NULL
                    OR CASE WHEN status = 'Pending' AND expiry_date < $3 THEN 'Expired' ELSE status END = $2)
               AND ($4::bytea IS NULL OR client_name_hash = $4)
             ORDER BY created DESC, position
            OFFSET $5
             LIMIT $6
            """,
            arn.value,
            status,
            today,
            wanted_name,
            skip,
            limit,
        )
        offered = await self._pool.fetchrow(
            """
            SELECT count(*) FILTER (
                       WHERE ($2::text IS NULL OR reads_as = $2) AND ($4::bytea IS NULL OR client_name_hash = $4)
                   ) AS total,
                   array_agg(DISTINCT reads_as) AS statuses
              FROM (
                    SELECT client_name_hash,
                           CASE WHEN status = 'Pending' AND expiry_date < $3 THEN 'Expired' ELSE status END AS reads_as
                      FROM agent_services.invitation
                     WHERE arn = $1
                   ) AS theirs
            """,
            arn.value,
            status,
            today,
            wanted_name,
        )
        names = await self._pool.fetch(
            """
            SELECT DISTINCT ON (client_name_hash) client_name
              FROM agent_services.invitation
             WHERE arn = $1
            """,
            arn.value,
        )
        total, statuses = (0, None) if offered is None else (offered["total"], offered["statuses"])
        return TrackingPage(
            requests=tuple(self._sealing.invitation(row) for row in rows),
            total=total,
            client_names=tuple(sorted(self._sealing.open_client_name(row["client_name"]) for row in names)),
            statuses=tuple(sorted(statuses or ())),
        )

    async def due_for_warning(self, *, today: date, until: date) -> tuple[Invitation, ...]:
        """Pending, not warned of, expiring from today to `until`; store order. Spec: invitations 18."""
        rows = await self._pool.fetch(
            """
            SELECT invitation_id, arn, service, supplied_client_id, supplied_client_id_type, client_name,
                   agency_name, agency_email, warning_email_sent, expired_email_sent, status,
                   relationship_ended_by, client_type, expiry_date, created, last_updated
              FROM agent_services.invitation
             WHERE status = 'Pending' AND expiry_date BETWEEN $1 AND $2 AND NOT warning_email_sent
             ORDER BY position
            """,
            today,
            until,
        )
        return tuple(self._sealing.invitation(row) for row in rows)

    async def due_for_expiry(self, *, today: date) -> tuple[Invitation, ...]:
        """Pending with an expiry date of today or before; store order. Spec: invitations 18."""
        rows = await self._pool.fetch(
            """
            SELECT invitation_id, arn, service, supplied_client_id, supplied_client_id_type, client_name,
                   agency_name, agency_email, warning_email_sent, expired_email_sent, status,
                   relationship_ended_by, client_type, expiry_date, created, last_updated
              FROM agent_services.invitation
             WHERE status = 'Pending' AND expiry_date <= $1
             ORDER BY position
            """,
            today,
        )
        return tuple(self._sealing.invitation(row) for row in rows)

    async def all(self) -> tuple[Invitation, ...]:
        rows = await self._pool.fetch(
            """
            SELECT invitation_id, arn, service, supplied_client_id, supplied_client_id_type, client_name,
                   agency_name, agency_email, warning_email_sent, expired_email_sent, status,
                   relationship_ended_by, client_type, expiry_date, created, last_updated
              FROM agent_services.invitation
             ORDER BY position
            """
        )
        return tuple(self._sealing.invitation(row) for row in rows)
