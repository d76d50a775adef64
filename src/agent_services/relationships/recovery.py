"""Finishes what is left open: removals met by a check, and everything that the queue takes up.

Spec: relationships 5.5, 5.6; design, How sagas work here.
"""

import random
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog

from agent_services.identifiers import Arn
from agent_services.platform import telemetry
from agent_services.platform.audit import Audit
from agent_services.platform.clock import Clock
from agent_services.platform.database import Database
from agent_services.platform.locks import Locks
from agent_services.relationships.auditing import removal_abandoned
from agent_services.relationships.creation import RelationshipCreation
from agent_services.relationships.follow_up import CRASH_LOOK, FIRST_PAUSE, FollowUp
from agent_services.relationships.intents import DeleteRecord
from agent_services.relationships.removal import RelationshipRemoval
from agent_services.relationships.store import CreationIntents, DeleteRecords, RecoverySchedule, RecoveryTurn
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.errors import UpstreamFailed

log = structlog.get_logger(__name__)

_TIMEOUT, _UNAUTHORISED = "timeout", "unauthorised"
_UNAUTHORISED_STATUS = 401


class RelationshipRecovery:
    """Resumes or abandons removals, and resumes creations."""

    def __init__(
        self,
        *,
        database: Database,
        removals: DeleteRecords,
        intents: CreationIntents,
        schedule: RecoverySchedule,
        locks: Locks,
        removal: RelationshipRemoval,
        creation: RelationshipCreation,
        follow_up: FollowUp,
        audit: Audit,
        clock: Clock,
        timeout: timedelta,
        interval: timedelta,
    ) -> None:
        self._database = database
        self._removals = removals
        self._intents = intents
        self._schedule = schedule
        self._locks = locks
        self._removal = removal
        self._creation = creation
        self._follow_up = follow_up
        self._audit = audit
        self._clock = clock
        self._timeout = timeout
        self._interval = interval

    async def settled(self, arn: Arn, key: EnrolmentKey) -> bool:
        """Whether no removal of this relationship is pending; one that is gets finished or abandoned, if it can.

        For a request: an upstream that refuses its session (401) ends the removal. Spec: relationships 5.5.
        """
        record = await self._removals.pending(arn, key)
        if record is None:
            return True
        if self._is_too_old(record):
            await self._abandon(record, _TIMEOUT, arn)
            return True
        async with self._locks.pair(arn.value, str(key)) as hold:
            if not hold:
                return False
            present = await self._removals.pending(arn, key)
            if present is None:
                return True
            try:
                await self._removal.resume(present, hold)
            except UpstreamFailed as failure:
                if failure.status != _UNAUTHORISED_STATUS:
                    return False
                await self._abandon(present, _UNAUTHORISED, arn)
            return True

    async def run(self, *, only_due: bool = False) -> int:
        """Takes up every removal and creation that has been waiting for 30 s, each by itself; says how many.

        `only_due` leaves out those whose next try the queue has put off further.
        """
        now = self._clock.now()
        await self._take_turn(now)
        taken = 0
        for record in await self._removals.due(now=now, minimum_age=FIRST_PAUSE):
            if not only_due or _is_due(record.next_attempt_at, now):
                await self._finish_removal(record)
                taken += 1
        for intent in await self._intents.unfinished():
            if intent.started_at <= now - FIRST_PAUSE and (not only_due or _is_due(intent.next_attempt_at, now)):
                taken += await self._creation.finish(intent.id)
        return taken

    async def tick(self) -> int:
        """`run` by the clock: what is due, once the turn on record has come."""
        now = self._clock.now()
        turn = await self._schedule.find()
        # A turn further away than any that we give was set before the clock was moved back.
        if turn is not None and now < turn.run_at <= now + 2 * self._interval + FIRST_PAUSE:
            return 0
        return await self.run(only_due=True)

    async def finish_removal(self, record_id: UUID, *, attempt: int) -> None:
        """One order of the queue; overtaken when more tries have failed than its `attempt`."""
        record = await self._removals.find_by_id(record_id)
        if record is None or record.tries != attempt:
            return
        await self._finish_removal(record)

    async def finish_creation(self, intent_id: UUID, *, attempt: int) -> None:
        await self._creation.finish(intent_id, attempt=attempt)

    async def _finish_removal(self, record: DeleteRecord) -> None:
        """As `settled`, but a job that is refused (401) keeps the record and tries again (5.5)."""
        if self._is_too_old(record):
            await self._abandon(record, _TIMEOUT, None)
            return
        async with self._locks.pair(record.arn.value, str(record.key)) as hold:
            if not hold:
                # Whoever holds the lock may crash before ordering anything.
                async with self._database.unit_of_work() as work:
                    await self._follow_up.removal(work, record.id, attempt=record.tries, after=CRASH_LOOK)
                return
            present = await self._removals.pending(record.arn, record.key)
            if present is None or present.id != record.id:
                return
            try:
                await self._removal.resume(present, hold)
            except UpstreamFailed as failure:
                # `resume` has logged it and ordered the next try; this is for the operator besides.
                if failure.status == _UNAUTHORISED_STATUS:
                    log.error(  # noqa: TRY400  (a refusal, whose trace says nothing)
                        "recovery_refused", upstream=failure.upstream.value, operation=failure.operation
                    )

    def _is_too_old(self, record: DeleteRecord) -> bool:
        return record.date_time + self._timeout <= self._clock.now()

    async def _abandon(self, record: DeleteRecord, reason: str, arn: Arn | None) -> None:
        async with self._database.unit_of_work() as work:
            if not await self._removals.remove(work, record.id):
                return
            await self._audit.record(work, removal_abandoned(record, reason=reason, arn=arn))
        telemetry.sagas_abandoned.labels("relationship_removal").inc()
        log.error("removal_abandoned", reason=reason, service=record.key.service_key, delete_record=str(record.id))

    async def _take_turn(self, now: datetime) -> None:
        """Leaves one turn on record, the next one, somewhat spread (5.6)."""
        turn = await self._schedule.find()
        begin = now if turn is None else max(turn.run_at, now)
        seconds = int(self._interval.total_seconds())
        spread = timedelta(seconds=random.randrange(max(1, min(60, seconds))))  # noqa: S311 (guards nothing)
        await self._schedule.put(RecoveryTurn(str(uuid4()), begin + self._interval + spread))


def _is_due(next_attempt_at: datetime | None, now: datetime) -> bool:
    return next_attempt_at is None or next_attempt_at <= now
