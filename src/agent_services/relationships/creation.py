"""Gives an agent authority for a client, and finishes or takes back what was left open.

Spec: relationships 4, 4.1, 4.3, 4.6; design, How sagas work here.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import structlog

from agent_services.platform.clock import Clock
from agent_services.platform.database import Database, UnitOfWork
from agent_services.platform.locks import LockHold, Locks
from agent_services.relationships.closing import CreationClosing
from agent_services.relationships.errors import NoAdminUser, UnknownAgent
from agent_services.relationships.follow_up import CRASH_LOOK, FollowUp, pause_after
from agent_services.relationships.intents import CreationIntent, CreationState, Progress
from agent_services.relationships.requests import AuthorisationRequests
from agent_services.relationships.running import CreationRun, OtherPairIsBusy
from agent_services.relationships.steps import CreationSteps, DelegationLeftForLater
from agent_services.relationships.store import CopyRecords, CreationIntents, DeleteRecords
from agent_services.relationships.undoing import CreationUndoing
from agent_services.relationships.wanted import (
    Busy,
    Created,
    NewRelationship,
    NothingOpen,
    OriginRefused,
    Undone,
)
from agent_services.upstreams.errors import UpstreamFailed

log = structlog.get_logger(__name__)

CREATION_FAILURES = (UpstreamFailed, UnknownAgent, NoAdminUser)
"""What stops a creation and is known to its callers; everything else is unexpected."""


class RelationshipCreation:
    """One creation at a time for a pair, and one at a time for a client where agents replace each other."""

    def __init__(
        self,
        *,
        database: Database,
        intents: CreationIntents,
        copies: CopyRecords,
        removals: DeleteRecords,
        locks: Locks,
        steps: CreationSteps,
        closing: CreationClosing,
        undoing: CreationUndoing,
        requests: AuthorisationRequests,
        follow_up: FollowUp,
        clock: Clock,
    ) -> None:
        self._database = database
        self._intents = intents
        self._copies = copies
        self._removals = removals
        self._locks = locks
        self._steps = steps
        self._closing = closing
        self._undoing = undoing
        self._requests = requests
        self._follow_up = follow_up
        self._clock = clock

    async def create(self, wanted: NewRelationship) -> Created | Busy | OriginRefused:
        """Gives the authority: in ETMP, then in the enrolment store; or for a client who has not signed up, here.

        Busy, with nothing done, while another change of the same relationship is under way. OriginRefused when
        the request it came from may no longer be answered. Raises UnknownAgent, NoAdminUser and UpstreamFailed:
        before the first effect nothing has happened then; after it the intent stays open, and the queue or the
        next call finishes it. May be called again at any point. Spec: relationships 4.1, 4.3.
        """
        async with self._exclusively(wanted) as hold:
            if not hold:
                return Busy()
            if wanted.is_partial:
                return await self._closing.authorise_partially(wanted)
            return await self._create(wanted, hold)

    async def is_open(self, work: UnitOfWork, origin: str) -> bool:
        """Whether a creation for this request has begun and is not finished."""
        return await self._intents.is_open(work, origin)

    async def undo_creation(
        self, origin: str, *, and_then: Callable[[UnitOfWork], Awaitable[None]]
    ) -> Undone | NothingOpen | Busy:
        """Takes back what an open creation of this origin has done; `and_then` runs in the closing transaction.

        Raises as `create`; the undoing is then gone on with by the queue or the next call.
        """
        intent = await self._intents.of_origin(origin)
        if intent is None:
            return NothingOpen()
        async with self._exclusively(intent.wanted) as hold:
            if not hold:
                return Busy()
            intent = await self._intents.find(intent.id)
            if intent is None:
                return NothingOpen()
            try:
                await self._undo(intent, hold, and_then)
            except OtherPairIsBusy:
                return Busy()
            return Undone()

    async def finish(self, intent_id: UUID, *, attempt: int | None = None) -> bool:
        """Goes on with an open creation from where it stands; for the queue. Says whether it did anything.

        `attempt` is the number of failed runs that the caller knows of: with more, somebody else has ordered the
        next one. None: whatever their number. Its failures are noted and ordered anew, never raised.
        """
        intent = await self._intents.find(intent_id)
        if intent is None or attempt not in (None, intent.attempts):
            return False
        async with self._exclusively(intent.wanted) as hold:
            if not hold:
                await self._look_again(intent)
                return False
            intent = await self._intents.find(intent_id)
            if intent is None or attempt not in (None, intent.attempts):
                return False
            try:
                await self._settle(intent, hold)
            except CREATION_FAILURES:
                # `_run` and `_undo` have logged it and ordered the next run.
                return True
        return True

    async def _create(self, wanted: NewRelationship, hold: LockHold) -> Created | Busy | OriginRefused:
        open_one = await self._intents.of_pair(wanted.arn, wanted.key)
        if open_one is not None:
            outcome = await self._settle(open_one, hold)
            if isinstance(outcome, Busy) or (outcome is not None and open_one.wanted.origin == wanted.origin):
                return outcome
        intent = await self._open(wanted)
        if intent is None:
            return OriginRefused()
        return await self._run(CreationRun(intent, hold))

    async def _open(self, wanted: NewRelationship) -> CreationIntent | None:
        """Writes the intent, in the transaction that makes sure of its origin; None when that refuses."""
        removal = await self._removals.find(wanted.arn, wanted.key)
        copy = await self._copies.find(wanted.arn, wanted.key) if wanted.is_copy else None
        now = self._clock.now()
        intent = CreationIntent(
            id=uuid4(),
            wanted=wanted,
            state=CreationState.OPEN,
            done=frozenset() if copy is None or copy.is_finished else copy.steps_done,
            progress=Progress(),
            attempts=0,
            started_at=now,
            # After a half done removal or copy, either system may have the relationship already.
            is_resumed=removal is not None or copy is not None,
        )
        async with self._database.unit_of_work() as work:
            if wanted.origin is not None and not await self._requests.may_begin(work, wanted.origin):
                return None
            await self._intents.open(work, intent, now=now)
            await self._follow_up.creation(work, intent.id, attempt=0, after=CRASH_LOOK)
        return intent

    async def _settle(self, intent: CreationIntent, hold: LockHold) -> Created | Busy | None:
        """Finishes what is open; None when it was being undone, and is now."""
        if intent.state is CreationState.UNDOING:
            try:
                await self._undo(intent, hold, None)
            except OtherPairIsBusy:
                return Busy()
            return None
        return await self._run(CreationRun(intent, hold))

    async def _run(self, run: CreationRun) -> Created | Busy:
        try:
            await self._steps.take(run)
        except OtherPairIsBusy as busy:
            await self._give_up_or_keep(run, busy)
            return Busy()
        except DelegationLeftForLater as left:
            # A copy counts as done without its delegation (4.1), and the queue brings that in.
            await self._closing.note_copied_without_delegation(run)
            await self._keep_for_later(run.intent, left.failure)
            return Created()
        except CREATION_FAILURES as failure:
            await self._give_up_or_keep(run, failure)
            raise
        await self._closing.close(run)
        return Created()

    async def _give_up_or_keep(self, run: CreationRun, failure: Exception) -> None:
        if run.may_have_had_effect:
            await self._keep_for_later(run.intent, failure)
            return
        async with self._database.unit_of_work() as work:
            await self._intents.close(work, run.intent.id)

    async def _undo(
        self,
        intent: CreationIntent,
        hold: LockHold,
        and_then: Callable[[UnitOfWork], Awaitable[None]] | None,
    ) -> None:
        try:
            await self._undoing.undo(intent, hold, and_then)
        except (*CREATION_FAILURES, OtherPairIsBusy) as failure:
            await self._keep_for_later(intent, failure)
            raise

    async def _keep_for_later(self, intent: CreationIntent, failure: Exception) -> None:
        pause = pause_after(intent.attempts + 1)
        now = self._clock.now()
        async with self._database.unit_of_work() as work:
            await self._intents.postpone(work, intent.id, now=now, until=now + pause, failure=_described(failure))
            await self._follow_up.creation(work, intent.id, attempt=intent.attempts + 1, after=pause)
        log.warning(
            "creation_left_for_later",
            service=intent.wanted.key.service_key,
            state=intent.state.value,
            failure=_described(failure),
            attempt=intent.attempts + 1,
            intent_id=str(intent.id),
        )

    async def _look_again(self, intent: CreationIntent) -> None:
        # Whoever holds the lock may crash before ordering anything.
        async with self._database.unit_of_work() as work:
            await self._follow_up.creation(work, intent.id, attempt=intent.attempts, after=CRASH_LOOK)

    @asynccontextmanager
    async def _exclusively(self, wanted: NewRelationship) -> AsyncIterator[LockHold]:
        arn, key = wanted.arn.value, str(wanted.key)
        # The client lock spans both systems, so that of two new main agents the same one stays in each.
        lock = self._locks.for_replacing if wanted.key.service.has_one_main_agent else self._locks.pair
        async with lock(arn, key) as hold:
            yield hold


def _described(failure: Exception) -> str:
    return str(failure) if isinstance(failure, UpstreamFailed) else type(failure).__name__
