"""Ends an agent's authority for a client: in the enrolment store, then in ETMP. Spec: relationships 5.2, 5.4."""

from dataclasses import dataclass
from uuid import uuid4

import asyncpg
import structlog

from agent_services.identifiers import Nino
from agent_services.platform.audit import Audit
from agent_services.platform.clock import Clock
from agent_services.platform.database import Database
from agent_services.platform.locks import LockHold, LockLost, Locks
from agent_services.relationships.auditing import relationship_ended
from agent_services.relationships.client_ids import requests_client_id
from agent_services.relationships.errors import RemovalNotRecorded
from agent_services.relationships.follow_up import CRASH_LOOK, FollowUp, pause_after
from agent_services.relationships.intents import DeleteRecord, RemovalStep, SyncStatus
from agent_services.relationships.requests import AuthorisationRequests, EndedAuthority
from agent_services.relationships.store import CreationIntents, DeleteRecords
from agent_services.relationships.wanted import Busy, EndAuthority, EndedBy, HowEnded, NothingToRemove, Removed
from agent_services.upstreams.agent_fi_relationship import AgentFiRelationship
from agent_services.upstreams.enrolment_store_proxy import EnrolmentStoreProxy
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.hip import Hip
from agent_services.upstreams.tax_enrolments import TaxEnrolments

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the systems had. `agent_is_unknown`: the ARN has no principal group."""

    delegation: bool = False
    relationship: bool = False
    agent_is_unknown: bool = False


class RelationshipRemoval:
    """Removes and resumes. A removal that fails half way stays on record until somebody finishes it."""

    def __init__(
        self,
        *,
        database: Database,
        removals: DeleteRecords,
        creations: CreationIntents,
        locks: Locks,
        enrolments: EnrolmentStoreProxy,
        tax_enrolments: TaxEnrolments,
        hip: Hip,
        income_records: AgentFiRelationship,
        requests: AuthorisationRequests,
        follow_up: FollowUp,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._database = database
        self._removals = removals
        self._creations = creations
        self._locks = locks
        self._enrolments = enrolments
        self._tax_enrolments = tax_enrolments
        self._hip = hip
        self._income_records = income_records
        self._requests = requests
        self._follow_up = follow_up
        self._audit = audit
        self._clock = clock

    async def remove(self, asked: EndAuthority) -> Removed | NothingToRemove | Busy:
        """Ends the authority, or resumes its removal if one has begun; a resumed one counts as removed.

        Busy, with nothing done, while another change of the same pair is under way. Raises UpstreamFailed, with
        the record kept and finished later, and RemovalNotRecorded when not even that could be written.
        """
        async with self._locks.pair(asked.arn.value, str(asked.key)) as hold:
            if not hold:
                return Busy()
            record = await self._removals.find(asked.arn, asked.key)
            if record is None:
                return await self._remove_afresh(asked, hold)
            await self.resume(record, hold, asked=asked)
            return Removed()

    async def _remove_afresh(self, asked: EndAuthority, hold: LockHold) -> Removed | NothingToRemove:
        record = await self._record(asked)
        found = await self._take_steps(record, hold)
        had_something = found.delegation or found.relationship
        await self._close(record, asked=asked, found=found, how=asked.audited_how if had_something else None)
        return Removed() if had_something else NothingToRemove(agent_is_unknown=found.agent_is_unknown)

    async def _record(self, asked: EndAuthority) -> DeleteRecord:
        is_income_record = asked.key.service.is_kept_by_agent_fi
        record = DeleteRecord(
            id=uuid4(),
            arn=asked.arn,
            key=asked.key,
            supplied_client_id=asked.client_id,
            date_time=self._clock.now(),
            # The first step begins at once; an income record has but one.
            es=SyncStatus.IN_PROGRESS,
            etmp=SyncStatus.SUCCESS if is_income_record else None,
            last_recovery_attempt=None,
            number_of_attempts=0,
            ended_by=asked.ended_by,
        )
        try:
            async with self._database.unit_of_work() as work:
                # Under the pair lock nobody else can have put one.
                await self._removals.insert(work, record)
                # Who ends a relationship that is half created ends the creation too; its request stays pending.
                await self._creations.drop_of_pair(work, asked.arn, asked.key)
                await self._follow_up.removal(work, record.id, attempt=0, after=CRASH_LOOK)
        except asyncpg.PostgresError as failure:
            raise RemovalNotRecorded from failure
        return record

    async def resume(self, record: DeleteRecord, hold: LockHold, *, asked: EndAuthority | None = None) -> None:
        """Does what is left of a removal, under the pair lock. What a crash left in progress is done again.

        Audited only when somebody asks for the removal again (5.4). Raises UpstreamFailed; the record then stays
        and the queue goes on with it.
        """
        found = _Found()
        if record.needs_es or record.needs_etmp:
            await self._removals.count_attempt(record.id, now=self._clock.now())
            found = await self._take_steps(record, hold)
        found = _Found(
            delegation=found.delegation or not record.needs_es,
            relationship=found.relationship or not record.needs_etmp,
        )
        await self._close(record, asked=asked, found=found, how=None if asked is None else asked.audited_how)

    async def _take_steps(self, record: DeleteRecord, hold: LockHold) -> _Found:
        """The enrolment store first, then ETMP: never the other way round (5.2)."""
        found = _Found()
        if record.needs_es:
            try:
                found = await self._end_delegation(record, hold)
            except UpstreamFailed as failure:
                await self._keep_for_later(record, RemovalStep.DELEGATION, failure)
                raise
            await self._mark_delegation_ended(record, found)
        if record.needs_etmp:
            try:
                _still(hold)
                relationship = await self._hip.remove_relationship(record.arn, record.key)
            except UpstreamFailed as failure:
                await self._keep_for_later(record, RemovalStep.ETMP, failure)
                raise
            found = _Found(found.delegation, relationship, found.agent_is_unknown)
        return found

    async def _end_delegation(self, record: DeleteRecord, hold: LockHold) -> _Found:
        if record.key.service.is_kept_by_agent_fi:
            _still(hold)
            nino = Nino.as_given(record.key.client_id)
            return _Found(delegation=await self._income_records.remove_relationship(record.arn, nino))
        group = await self._enrolments.principal_group(record.arn)
        if group is None:
            return _Found(agent_is_unknown=True)
        # Asks for the principal group a second time, as the reference does (upstreams 18, Remove).
        delegation = await self._enrolments.delegation(record.arn, record.key)
        if not delegation.is_held:
            return _Found(agent_is_unknown=delegation.agent_group is None)
        _still(hold)
        await self._tax_enrolments.deallocate(group, record.key)
        return _Found(delegation=True)

    async def _mark_delegation_ended(self, record: DeleteRecord, found: _Found) -> None:
        async with self._database.unit_of_work() as work:
            await self._removals.set_statuses(
                work,
                record.id,
                es=SyncStatus.SUCCESS,
                etmp=SyncStatus.IN_PROGRESS if record.needs_etmp else None,
            )
            if not record.key.service.is_kept_by_agent_fi and not found.agent_is_unknown:
                await self._follow_up.refresh_client_list(work, record.arn)

    async def _keep_for_later(self, record: DeleteRecord, step: RemovalStep, failure: UpstreamFailed) -> None:
        """The record stays, with the status of the step that failed (5.2), and is finished by the queue."""
        pause = pause_after(record.tries + 1)
        is_delegation = step is RemovalStep.DELEGATION
        async with self._database.unit_of_work() as work:
            await self._removals.postpone(
                work,
                record.id,
                es=SyncStatus.FAILED if is_delegation else None,
                etmp=None if is_delegation else SyncStatus.FAILED,
                until=self._clock.now() + pause,
                failure=str(failure),
            )
            await self._follow_up.removal(work, record.id, attempt=record.tries + 1, after=pause)
        log.warning(
            "removal_left_for_later",
            service=record.key.service_key,
            step=step.value,
            upstream=failure.upstream.value,
            operation=failure.operation,
            status=failure.status,
            delete_record=str(record.id),
        )

    async def _close(
        self, record: DeleteRecord, *, asked: EndAuthority | None, found: _Found, how: HowEnded | None
    ) -> None:
        client_id = await self._client_id(record, asked)
        service = record.key.service
        is_income_record = service.is_kept_by_agent_fi
        async with self._database.unit_of_work() as work:
            if not await self._removals.remove(work, record.id):
                return
            # An income record that nobody had leaves the requests as they are (6 step 4).
            if not is_income_record or found.delegation or asked is None:
                ended_by = record.ended_by or EndedBy.HMRC
                await self._requests.relationship_ended(
                    work, EndedAuthority(record.arn, service.service_key, client_id, ended_by)
                )
            if how is not None:
                await self._audit.record(
                    work,
                    relationship_ended(
                        record.arn,
                        record.key,
                        how,
                        deallocated=found.delegation and not is_income_record,
                        removed_in_etmp=found.relationship and not is_income_record,
                    ),
                )
        log.info("removal_finished", service=service.service_key, delete_record=str(record.id))

    async def _client_id(self, record: DeleteRecord, asked: EndAuthority | None) -> str:
        if asked is None or record.supplied_client_id is not None:
            return record.client_id
        return asked.client_id or await requests_client_id(self._hip, record.key)


def _still(hold: LockHold) -> None:
    if not hold.still():
        raise LockLost
