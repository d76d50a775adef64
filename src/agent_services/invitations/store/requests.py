"""All SQL about authorisation requests. Store order is the order of `position`. Spec: invitations 3.2."""

from collections.abc import Sequence
from datetime import date, datetime

from agent_services.identifiers import Arn, InvitationId
from agent_services.invitations.lifecycle import TRANSITIONS, EndedBy, Invitation, Transition
from agent_services.invitations.store.rows import RowSealing
from agent_services.platform.database import Database, UnitOfWork
from agent_services.platform.encryption import FieldCipher


class RequestStore:
    """The authorisation requests of all agents."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._pool = database.pool
        self._sealing = RowSealing(cipher)

    async def insert(self, work: UnitOfWork, invitation: Invitation) -> bool:
        """Stores a new request. False when the agent has such a pending one already, or the id is taken.

        Of two insertions at the same instant the indexes let one through; the other waits for it.
        """
        inserted = await work.fetchval(
            """
            INSERT INTO agent_services.invitation (
                invitation_id, arn, service, supplied_client_id, supplied_client_id_hash, supplied_client_id_type,
                client_name, client_name_hash, agency_name, agency_email, warning_email_sent, expired_email_sent,
                status, relationship_ended_by, client_type, expiry_date, created, last_updated
            )
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
            ON CONFLICT DO NOTHING
            RETURNING true
            """,
            *self._sealing.values(invitation),
        )
        return inserted is True

    async def find(self, invitation_id: InvitationId) -> Invitation | None:
        if _is_unstorable(invitation_id.value):
            return None
        row = await self._pool.fetchrow(
            """
            SELECT invitation_id, arn, service, supplied_client_id, supplied_client_id_type, client_name,
                   agency_name, agency_email, warning_email_sent, expired_email_sent, status,
                   relationship_ended_by, client_type, expiry_date, created, last_updated
              FROM agent_services.invitation
             WHERE invitation_id = $1
            """,
            invitation_id.value,
        )
        return None if row is None else self._sealing.invitation(row)

    async def find_with_link(self, arn: Arn, invitation_id: InvitationId) -> tuple[Invitation | None, str | None]:
        """The request, whoever made it, and the uid of that agent's link, each None where there is none.

        One question, because it is asked at every reading through the public API.
        """
        row = await self._pool.fetchrow(
            """
            SELECT link.uid, request.invitation_id, request.arn, request.service, request.supplied_client_id,
                   request.supplied_client_id_type, request.client_name, request.agency_name,
                   request.agency_email, request.warning_email_sent, request.expired_email_sent, request.status,
                   request.relationship_ended_by, request.client_type, request.expiry_date, request.created,
                   request.last_updated
              FROM (VALUES ($1::text, $2::text)) AS asked (invitation_id, arn)
              LEFT JOIN agent_services.invitation AS request ON request.invitation_id = asked.invitation_id
              LEFT JOIN agent_services.agent_reference AS link ON link.arn = asked.arn
            """,
            invitation_id.value.replace("\0", ""),
            arn.value,
        )
        if row is None:
            return None, None
        return None if row["invitation_id"] is None else self._sealing.invitation(row), row["uid"]

    async def lock(self, work: UnitOfWork, invitation_id: InvitationId) -> Invitation | None:
        """The request, its row held until the transaction ends."""
        if _is_unstorable(invitation_id.value):
            return None
        row = await work.fetchrow(
            """
            SELECT invitation_id, arn, service, supplied_client_id, supplied_client_id_type, client_name,
                   agency_name, agency_email, warning_email_sent, expired_email_sent, status,
                   relationship_ended_by, client_type, expiry_date, created, last_updated
              FROM agent_services.invitation
             WHERE invitation_id = $1
               FOR UPDATE
            """,
            invitation_id.value,
        )
        return None if row is None else self._sealing.invitation(row)

    async def pending_ids(
        self, arn: Arn, services: Sequence[str], client_id: str, *, today: date
    ) -> dict[str, InvitationId]:
        """By service, the agent's request for this client that waits for an answer. Overdue ones do not."""
        rows = await self._pool.fetch(
            """
            SELECT service, invitation_id
              FROM agent_services.invitation
             WHERE arn = $1 AND service = ANY($2::text[]) AND supplied_client_id_hash = $3
               AND status = 'Pending' AND expiry_date >= $4
            """,
            arn.value,
            list(services),
            self._sealing.client_id_hash(client_id),
            today,
        )
        return {row["service"]: InvitationId.as_given(row["invitation_id"]) for row in rows}

    async def overdue_id(self, arn: Arn, service: str, client_id: str, *, today: date) -> InvitationId | None:
        """The agent's overdue request for this client that no job has touched yet. Spec: invitations 3.5."""
        found = await self._pool.fetchval(
            """
            SELECT invitation_id
              FROM agent_services.invitation
             WHERE arn = $1 AND service = $2 AND supplied_client_id_hash = $3
               AND status = 'Pending' AND expiry_date < $4
            """,
            arn.value,
            service,
            self._sealing.client_id_hash(client_id),
            today,
        )
        return None if found is None else InvitationId.as_given(found)

    async def move(
        self, work: UnitOfWork, invitation_id: InvitationId, transition: Transition, *, now: datetime
    ) -> Invitation | None:
        """Makes the transition if the request is in a state that it leaves; else None and nothing changed."""
        move = TRANSITIONS[transition]
        row = await work.fetchrow(
            """
            UPDATE agent_services.invitation
               SET status = $3, last_updated = $4
             WHERE invitation_id = $1 AND status = ANY($2::text[])
         RETURNING invitation_id, arn, service, supplied_client_id, supplied_client_id_type, client_name,
                   agency_name, agency_email, warning_email_sent, expired_email_sent, status,
                   relationship_ended_by, client_type, expiry_date, created, last_updated
            """,
            invitation_id.value,
            list(move.leaves),
            move.enters.value,
            now,
        )
        return None if row is None else self._sealing.invitation(row)

    async def deauthorise(
        self,
        work: UnitOfWork,
        *,
        service: str,
        client_id: str,
        arn: Arn | None,
        but: InvitationId | None,
        ended_by: EndedBy,
        now: datetime,
    ) -> bool:
        """Ends what is in force for the client and service, of one agent or of all; true if there was any.

        Spec: invitations 4.
        """
        move = TRANSITIONS[Transition.DEAUTHORISE]
        ended = await work.fetch(
            """
            UPDATE agent_services.invitation
               SET status = $1, relationship_ended_by = $2, last_updated = $3
             WHERE service = $4 AND supplied_client_id_hash = $5 AND status = ANY($6::text[])
               AND ($7::text IS NULL OR arn = $7)
               AND ($8::text IS NULL OR invitation_id <> $8)
         RETURNING position
            """,
            move.enters.value,
            ended_by.value,
            now,
            service,
            self._sealing.client_id_hash(client_id),
            list(move.leaves),
            None if arn is None else arn.value,
            None if but is None else but.value,
        )
        return bool(ended)

    async def sign_up(self, work: UnitOfWork, *, arn: Arn, service: str, client_id: str, now: datetime) -> bool:
        """Turns the first partial authorisation of the pair into an accepted one. Spec: invitations 4."""
        move = TRANSITIONS[Transition.SIGN_UP]
        changed = await work.fetchval(
            """
            UPDATE agent_services.invitation
               SET status = $1, last_updated = $2
             WHERE status = ANY($3::text[]) AND position = (
                    SELECT min(position)
                      FROM agent_services.invitation
                     WHERE supplied_client_id_hash = $4 AND service = $5 AND arn = $6 AND status = ANY($3::text[])
                   )
         RETURNING position
            """,
            move.enters.value,
            now,
            list(move.leaves),
            self._sealing.client_id_hash(client_id),
            service,
            arn.value,
        )
        return changed is not None

    async def note_warned(self, invitation_ids: Sequence[InvitationId]) -> None:
        await self._pool.execute(
            """
            UPDATE agent_services.invitation
               SET warning_email_sent = true
             WHERE invitation_id = ANY($1::text[])
            """,
            [invitation_id.value for invitation_id in invitation_ids],
        )

    async def note_expiry_mailed(self, invitation_id: InvitationId) -> None:
        await self._pool.execute(
            "UPDATE agent_services.invitation SET expired_email_sent = true WHERE invitation_id = $1",
            invitation_id.value,
        )

    async def rename_trust(self, urn: str, utr: str, *, now: datetime) -> bool:
        """Moves one request of a non-taxable trust to its UTR, in any status. Spec: invitations 13."""
        changed = await self._pool.fetchval(
            """
            UPDATE agent_services.invitation
               SET service = 'HMRC-TERS-ORG', supplied_client_id = $2, supplied_client_id_hash = $3,
                   supplied_client_id_type = 'utr', last_updated = $4
             WHERE position = (
                    SELECT min(position)
                      FROM agent_services.invitation
                     WHERE supplied_client_id_hash = $1 AND service = 'HMRC-TERSNT-ORG'
                       AND supplied_client_id_type = 'urn'
                   )
         RETURNING position
            """,
            self._sealing.client_id_hash(urn),
            self._sealing.seal_client_id(utr),
            self._sealing.client_id_hash(utr),
            now,
        )
        return changed is not None

    async def sweep(self, *, created_before: datetime) -> int:
        """Drops what was created before that, whatever its status. Spec: invitations 3.2, timeToLive."""
        dropped = await self._pool.fetch(
            "DELETE FROM agent_services.invitation WHERE created < $1 RETURNING position", created_before
        )
        return len(dropped)

    async def put(self, work: UnitOfWork, invitations: Sequence[Invitation]) -> None:
        """Inserts or replaces exactly these; a replaced one keeps its place in the store order."""
        await work.executemany(
            """
            INSERT INTO agent_services.invitation (
                invitation_id, arn, service, supplied_client_id, supplied_client_id_hash, supplied_client_id_type,
                client_name, client_name_hash, agency_name, agency_email, warning_email_sent, expired_email_sent,
                status, relationship_ended_by, client_type, expiry_date, created, last_updated
            )
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
            ON CONFLICT (invitation_id) DO UPDATE
               SET arn = EXCLUDED.arn, service = EXCLUDED.service,
                   supplied_client_id = EXCLUDED.supplied_client_id,
                   supplied_client_id_hash = EXCLUDED.supplied_client_id_hash,
                   supplied_client_id_type = EXCLUDED.supplied_client_id_type,
                   client_name = EXCLUDED.client_name, client_name_hash = EXCLUDED.client_name_hash,
                   agency_name = EXCLUDED.agency_name, agency_email = EXCLUDED.agency_email,
                   warning_email_sent = EXCLUDED.warning_email_sent,
                   expired_email_sent = EXCLUDED.expired_email_sent,
                   status = EXCLUDED.status, relationship_ended_by = EXCLUDED.relationship_ended_by,
                   client_type = EXCLUDED.client_type, expiry_date = EXCLUDED.expiry_date,
                   created = EXCLUDED.created, last_updated = EXCLUDED.last_updated
            """,
            [self._sealing.values(invitation) for invitation in invitations],
        )

    async def clear(self) -> None:
        await self._pool.execute("DELETE FROM agent_services.invitation")


def _is_unstorable(text: str) -> bool:
    # PostgreSQL's texts hold no NUL, so no stored id has one; asked for it, the database would raise.
    return "\0" in text
