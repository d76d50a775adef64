"""Creations that have begun and are not finished."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from agent_services.identifiers import Arn, Nino
from agent_services.platform.database import UnitOfWork
from agent_services.platform.encryption import FieldCipher
from agent_services.relationships.intents import CreationIntent, CreationState, Progress, Step
from agent_services.relationships.wanted import HowCreated, NewRelationship, RoleChange
from agent_services.tax_services import EnrolmentKey

_PURPOSE = "relationship_creation.wanted"


class CreationIntents:
    def __init__(self, pool: asyncpg.Pool, cipher: FieldCipher) -> None:
        self._pool = pool
        self._cipher = cipher

    async def open(self, work: UnitOfWork, intent: CreationIntent, *, now: datetime) -> None:
        """Writes a new intent. The pair lock makes sure that there is none of the same pair."""
        await work.execute(
            """
            INSERT INTO agent_services.relationship_creation
                   (id, arn, enrolment_key, origin, state, wanted_sealed, steps_done, progress, attempts,
                    started_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7::text[], $8::jsonb, 0, $9, $9)
            """,
            intent.id,
            intent.wanted.arn.value,
            str(intent.wanted.key),
            intent.wanted.origin,
            intent.state.value,
            self._cipher.encrypt(_as_json(intent.wanted), purpose=_PURPOSE),
            sorted(step.value for step in intent.done),
            _progress_as_json(intent.progress),
            now,
        )

    async def find(self, intent_id: UUID) -> CreationIntent | None:
        row = await self._pool.fetchrow(
            """
            SELECT id, arn, enrolment_key, origin, state, wanted_sealed, steps_done, progress, attempts,
                   started_at, next_attempt_at, last_failure
              FROM agent_services.relationship_creation
             WHERE id = $1
            """,
            intent_id,
        )
        return None if row is None else self._intent(row)

    async def of_pair(self, arn: Arn, key: EnrolmentKey) -> CreationIntent | None:
        row = await self._pool.fetchrow(
            """
            SELECT id, arn, enrolment_key, origin, state, wanted_sealed, steps_done, progress, attempts,
                   started_at, next_attempt_at, last_failure
              FROM agent_services.relationship_creation
             WHERE arn = $1 AND enrolment_key = $2
            """,
            arn.value,
            str(key),
        )
        return None if row is None else self._intent(row)

    async def of_origin(self, origin: str) -> CreationIntent | None:
        row = await self._pool.fetchrow(
            """
            SELECT id, arn, enrolment_key, origin, state, wanted_sealed, steps_done, progress, attempts,
                   started_at, next_attempt_at, last_failure
              FROM agent_services.relationship_creation
             WHERE origin = $1
            """,
            origin,
        )
        return None if row is None else self._intent(row)

    async def is_open(self, work: UnitOfWork, origin: str) -> bool:
        return (
            await work.fetchval(
                "SELECT EXISTS (SELECT FROM agent_services.relationship_creation WHERE origin = $1)", origin
            )
            is True
        )

    async def mark_done(
        self, work: UnitOfWork, intent_id: UUID, step: Step, *, now: datetime, audit: Mapping[str, str]
    ) -> None:
        """Notes that `step` has taken effect outside, and what the audit needs of it. Twice changes nothing."""
        await work.execute(
            """
            UPDATE agent_services.relationship_creation
               SET steps_done = CASE WHEN $2::text = ANY (steps_done) THEN steps_done
                                     ELSE array_append(steps_done, $2::text) END,
                   progress = jsonb_set(progress, '{audit}', (progress -> 'audit') || $3::jsonb),
                   updated_at = $4
             WHERE id = $1
            """,
            intent_id,
            step.value,
            dict(audit),
            now,
        )

    async def note_other_role_ended(self, work: UnitOfWork, intent_id: UUID) -> None:
        await work.execute(
            """
            UPDATE agent_services.relationship_creation
               SET progress = jsonb_set(progress, '{other_role_ended}', 'true'::jsonb)
             WHERE id = $1
            """,
            intent_id,
        )

    async def note_replaced(self, work: UnitOfWork, intent_id: UUID, arn: Arn) -> None:
        """Notes an agent whose delegation is about to end, so that an undoing can give it back."""
        await work.execute(
            """
            UPDATE agent_services.relationship_creation
               SET progress = jsonb_set(progress, '{replaced}', (progress -> 'replaced') || to_jsonb($2::text))
             WHERE id = $1 AND NOT (progress -> 'replaced') ? $2::text
            """,
            intent_id,
            arn.value,
        )

    async def turn_to_undoing(self, intent_id: UUID, *, now: datetime) -> None:
        await self._pool.execute(
            "UPDATE agent_services.relationship_creation SET state = 'undoing', updated_at = $2 WHERE id = $1",
            intent_id,
            now,
        )

    async def postpone(
        self, work: UnitOfWork, intent_id: UUID, *, now: datetime, until: datetime, failure: str
    ) -> None:
        """Counts a failed run and says when the next is due."""
        await work.execute(
            """
            UPDATE agent_services.relationship_creation
               SET attempts = attempts + 1, updated_at = $2, next_attempt_at = $3, last_failure = $4
             WHERE id = $1
            """,
            intent_id,
            now,
            until,
            failure,
        )

    async def close(self, work: UnitOfWork, intent_id: UUID) -> bool:
        """False when somebody else has closed it."""
        return (
            await work.fetchval(
                "DELETE FROM agent_services.relationship_creation WHERE id = $1 RETURNING true", intent_id
            )
            is True
        )

    async def drop_of_pair(self, work: UnitOfWork, arn: Arn, key: EnrolmentKey) -> None:
        """A removal of the same relationship supersedes its creation."""
        await work.execute(
            "DELETE FROM agent_services.relationship_creation WHERE arn = $1 AND enrolment_key = $2",
            arn.value,
            str(key),
        )

    async def unfinished(self) -> list[CreationIntent]:
        """All, the longest untouched first."""
        rows = await self._pool.fetch(
            """
            SELECT id, arn, enrolment_key, origin, state, wanted_sealed, steps_done, progress, attempts,
                   started_at, next_attempt_at, last_failure
              FROM agent_services.relationship_creation
             ORDER BY updated_at, id
            """
        )
        return [self._intent(row) for row in rows]

    async def clear(self) -> None:
        await self._pool.execute("DELETE FROM agent_services.relationship_creation")

    def _intent(self, row: asyncpg.Record) -> CreationIntent:
        wanted = json.loads(self._cipher.decrypt(row["wanted_sealed"], purpose=_PURPOSE))
        return CreationIntent(
            id=row["id"],
            wanted=_from_json(Arn.as_given(row["arn"]), EnrolmentKey.parse(row["enrolment_key"]), wanted),
            state=CreationState(row["state"]),
            done=frozenset(Step(step) for step in row["steps_done"]),
            progress=Progress(
                replaced=tuple(Arn.as_given(arn) for arn in row["progress"]["replaced"]),
                other_role_ended=row["progress"]["other_role_ended"],
                audit=row["progress"]["audit"],
            ),
            attempts=row["attempts"],
            started_at=row["started_at"],
            is_resumed=True,
            next_attempt_at=row["next_attempt_at"],
            last_failure=row["last_failure"],
        )


def _progress_as_json(progress: Progress) -> dict[str, Any]:
    return {
        "replaced": [arn.value for arn in progress.replaced],
        "other_role_ended": progress.other_role_ended,
        "audit": dict(progress.audit),
    }


def _as_json(wanted: NewRelationship) -> str:
    return json.dumps(
        {
            "how": wanted.how.value,
            "client_id_type": wanted.client_id_type,
            "client_id": wanted.client_id,
            "accepted_at": wanted.accepted_at.isoformat(),
            "origin": wanted.origin,
            "nino": None if wanted.nino is None else wanted.nino.with_given_suffix,
            "role_change": wanted.role_change.value,
            "references": list(wanted.references),
            "extra_audit": dict(wanted.extra_audit),
        }
    )


def _from_json(arn: Arn, key: EnrolmentKey, stored: dict[str, Any]) -> NewRelationship:
    return NewRelationship(
        arn=arn,
        key=key,
        how=HowCreated(stored["how"]),
        client_id_type=stored["client_id_type"],
        client_id=stored["client_id"],
        accepted_at=datetime.fromisoformat(stored["accepted_at"]),
        origin=stored["origin"],
        nino=None if stored["nino"] is None else Nino.as_given(stored["nino"]),
        role_change=RoleChange(stored["role_change"]),
        references=tuple(stored["references"]),
        extra_audit=stored["extra_audit"],
    )
