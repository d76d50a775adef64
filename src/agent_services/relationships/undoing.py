"""Takes back a creation that was begun and whose request is answered otherwise. Spec: design, sagas 6."""

from collections.abc import Awaitable, Callable

from agent_services.identifiers import Arn, Nino
from agent_services.platform.clock import Clock
from agent_services.platform.database import Database, UnitOfWork
from agent_services.platform.locks import LockHold, LockLost, Locks
from agent_services.relationships.agents import Agents
from agent_services.relationships.errors import NoAdminUser, UnknownAgent
from agent_services.relationships.follow_up import FollowUp
from agent_services.relationships.intents import CreationIntent, CreationState
from agent_services.relationships.running import OtherPairIsBusy
from agent_services.relationships.store import CreationIntents, DeleteRecords
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.agent_fi_relationship import AgentFiRelationship
from agent_services.upstreams.enrolment_store_proxy import EnrolmentStoreProxy
from agent_services.upstreams.hip import Hip
from agent_services.upstreams.tax_enrolments import TaxEnrolments


class CreationUndoing:
    """Brings back what was before: nothing of the new agent, and whoever acted for the client before."""

    def __init__(
        self,
        *,
        database: Database,
        intents: CreationIntents,
        removals: DeleteRecords,
        locks: Locks,
        agents: Agents,
        enrolments: EnrolmentStoreProxy,
        tax_enrolments: TaxEnrolments,
        hip: Hip,
        income_records: AgentFiRelationship,
        follow_up: FollowUp,
        clock: Clock,
    ) -> None:
        self._database = database
        self._intents = intents
        self._removals = removals
        self._locks = locks
        self._agents = agents
        self._enrolments = enrolments
        self._tax_enrolments = tax_enrolments
        self._hip = hip
        self._income_records = income_records
        self._follow_up = follow_up
        self._clock = clock

    async def undo(
        self,
        intent: CreationIntent,
        hold: LockHold,
        and_then: Callable[[UnitOfWork], Awaitable[None]] | None,
    ) -> None:
        """Every step looks first, so it may be called again after any failure. Raises UpstreamFailed, and
        OtherPairIsBusy while what must be given back is being changed.

        An income record's previous agent cannot be given back: agent-fi-relationship ended that by itself and
        names nobody.
        """
        if intent.state is not CreationState.UNDOING:
            await self._intents.turn_to_undoing(intent.id, now=self._clock.now())
        arn, key = intent.wanted.arn, intent.wanted.key
        if key.service.is_kept_by_agent_fi:
            _still(hold)
            await self._income_records.remove_relationship(arn, Nino.as_given(key.client_id))
        else:
            await self._take_back(intent, hold)
        async with self._database.unit_of_work() as work:
            if not await self._intents.close(work, intent.id):
                return
            if and_then is not None:
                await and_then(work)

    async def _take_back(self, intent: CreationIntent, hold: LockHold) -> None:
        arn, key = intent.wanted.arn, intent.wanted.key
        own_group = await self._enrolments.principal_group(arn)
        groups = await self._enrolments.delegated_groups(key)
        if own_group is not None and own_group in groups:
            _still(hold)
            await self._tax_enrolments.deallocate(own_group, key)
        _still(hold)
        await self._hip.remove_relationship(arn, key)
        if key.service.has_one_main_agent:
            others = [group for group in groups if group != own_group]
            for previous in await self._previous_agents(intent, others):
                await self._give_back(previous, key)
        counterpart = key.service.counterpart
        if counterpart is not None and intent.progress.other_role_ended:
            await self._give_back(arn, counterpart.enrolment_key(key.client_id))
        async with self._database.unit_of_work() as work:
            await self._follow_up.refresh_client_list(work, arn)

    async def _previous_agents(self, intent: CreationIntent, groups: list[str]) -> list[Arn]:
        """Those whose delegation was ended, and those whose relationship ETMP ended by itself meanwhile."""
        held_still = [await self._enrolments.agent_of_group(group) for group in groups]
        found = [*intent.progress.replaced, *(arn for arn in held_still if arn is not None)]
        return list(dict.fromkeys(found))

    async def _give_back(self, arn: Arn, key: EnrolmentKey) -> None:
        try:
            admin = await self._agents.admin_of(arn)
        except (UnknownAgent, NoAdminUser):
            # An agency that has gone since cannot get anything back.
            return
        async with self._locks.pair(arn.value, str(key)) as hold:
            if not hold:
                raise OtherPairIsBusy
            if not await self._hip.has_relationship(arn, key, self._clock.today()):
                _still(hold)
                await self._hip.create_relationship(arn, key)
            if admin.group_id not in await self._enrolments.delegated_groups(key):
                _still(hold)
                await self._tax_enrolments.allocate_delegated(
                    admin.group_id, key, user_id=admin.user_id, agent_code=admin.agent_code
                )
            async with self._database.unit_of_work() as work:
                # The removal of its delegation, if that failed half way, is no longer wanted.
                await self._removals.drop_of_pair(work, arn, key)
                await self._follow_up.refresh_client_list(work, arn)


def _still(hold: LockHold) -> None:
    if not hold.still():
        raise LockLost
