"""Ends the delegation of whoever acted for a client before. Spec: relationships 4.2."""

import asyncio
from uuid import UUID, uuid4

import structlog

from agent_services.identifiers import Arn
from agent_services.platform.audit import Audit
from agent_services.platform.clock import Clock
from agent_services.platform.database import Database
from agent_services.relationships.auditing import relationship_ended
from agent_services.relationships.follow_up import CRASH_LOOK, FollowUp
from agent_services.relationships.intents import DeleteRecord, SyncStatus
from agent_services.relationships.store import CreationIntents, DeleteRecords
from agent_services.relationships.wanted import HowEnded
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.enrolment_store_proxy import EnrolmentStoreProxy
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.tax_enrolments import TaxEnrolments

log = structlog.get_logger(__name__)


class AgentReplacement:
    """ETMP is not told: there the new exclusive relationship has ended the previous one already."""

    def __init__(
        self,
        *,
        database: Database,
        creations: CreationIntents,
        removals: DeleteRecords,
        enrolments: EnrolmentStoreProxy,
        tax_enrolments: TaxEnrolments,
        follow_up: FollowUp,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._database = database
        self._creations = creations
        self._removals = removals
        self._enrolments = enrolments
        self._tax_enrolments = tax_enrolments
        self._follow_up = follow_up
        self._audit = audit
        self._clock = clock

    async def end_previous(self, intent_id: UUID, arn: Arn, key: EnrolmentKey, *, keep_group: str | None) -> None:
        """Takes the delegation from every group that holds it, all at once; the new agent's own included.

        `keep_group` is the new agent's group where it holds the delegation through this very creation. A group
        for which a call fails keeps its delegation for now: its removal stays on record and is finished later.
        Raises UpstreamFailed when the groups cannot be found out.
        """
        groups = [group for group in await self._enrolments.delegated_groups(key) if group != keep_group]
        async with asyncio.TaskGroup() as chains:
            for group in groups:
                chains.create_task(self._end_one(intent_id, arn, key, group))

    async def _end_one(self, intent_id: UUID, new_arn: Arn, key: EnrolmentKey, group: str) -> None:
        try:
            arn = await self._enrolments.agent_of_group(group)
            if arn is None:
                await self._tax_enrolments.deallocate(group, key)
                return
            await self._record(intent_id, new_arn, arn, key)
            await self._tax_enrolments.deallocate(group, key)
            await self._close(arn, key)
        except UpstreamFailed as failure:
            # "any exception in this chain is logged and ignored" (4.2): the new agent's authority does not
            # depend on it.
            log.warning(
                "previous_agent_kept_for_now",
                service=key.service_key,
                upstream=failure.upstream.value,
                operation=failure.operation,
                status=failure.status,
                intent_id=str(intent_id),
            )

    async def _record(self, intent_id: UUID, new_arn: Arn, arn: Arn, key: EnrolmentKey) -> None:
        """A removal of the same pair that is on record already stays as it is (4.2)."""
        record = DeleteRecord(
            id=uuid4(),
            arn=arn,
            key=key,
            supplied_client_id=None,
            date_time=self._clock.now(),
            etmp=SyncStatus.SUCCESS,
            es=None,
            last_recovery_attempt=None,
            number_of_attempts=0,
            ended_by=None,
        )
        async with self._database.unit_of_work() as work:
            if arn != new_arn:
                await self._creations.note_replaced(work, intent_id, arn)
            if await self._removals.insert(work, record):
                await self._follow_up.removal(work, record.id, attempt=0, after=CRASH_LOOK)

    async def _close(self, arn: Arn, key: EnrolmentKey) -> None:
        async with self._database.unit_of_work() as work:
            await self._follow_up.refresh_client_list(work, arn)
            if await self._removals.drop_of_pair(work, arn, key):
                await self._audit.record(
                    work, relationship_ended(arn, key, HowEnded.REPLACED, deallocated=True, removed_in_etmp=True)
                )
