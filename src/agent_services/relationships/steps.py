"""The steps of a creation, in the order of the spec: relationships 4.1, 4.2, 4.6.

Each is noted once it has taken effect. A first run makes the spec's calls and no others; a resumption looks
whether a step that is not noted has taken effect all the same.
"""

from agent_services.identifiers import Nino
from agent_services.platform.clock import Clock
from agent_services.platform.database import Database
from agent_services.relationships.agents import AgentAdmin, Agents
from agent_services.relationships.errors import UnknownAgent
from agent_services.relationships.intents import Step, SyncStatus
from agent_services.relationships.removal import RelationshipRemoval
from agent_services.relationships.replacement import AgentReplacement
from agent_services.relationships.running import CreationRun, OtherPairIsBusy
from agent_services.relationships.store import CopyRecords, CreationIntents
from agent_services.relationships.wanted import (
    Busy,
    EndAuthority,
    EndedBy,
    HowEnded,
    RoleChange,
)
from agent_services.upstreams.agent_fi_relationship import AgentFiRelationship
from agent_services.upstreams.enrolment_store_proxy import EnrolmentStoreProxy
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.hip import Hip
from agent_services.upstreams.tax_enrolments import TaxEnrolments


class DelegationLeftForLater(Exception):
    """A copy from CESA is in ETMP and the enrolment store failed. Spec: relationships 4.1 step 5."""

    def __init__(self, failure: UpstreamFailed) -> None:
        super().__init__()
        self.failure = failure


class CreationSteps:
    def __init__(
        self,
        *,
        database: Database,
        intents: CreationIntents,
        copies: CopyRecords,
        agents: Agents,
        enrolments: EnrolmentStoreProxy,
        tax_enrolments: TaxEnrolments,
        hip: Hip,
        income_records: AgentFiRelationship,
        replacement: AgentReplacement,
        removal: RelationshipRemoval,
        clock: Clock,
    ) -> None:
        self._database = database
        self._intents = intents
        self._copies = copies
        self._agents = agents
        self._enrolments = enrolments
        self._tax_enrolments = tax_enrolments
        self._hip = hip
        self._income_records = income_records
        self._replacement = replacement
        self._removal = removal
        self._clock = clock

    async def take(self, run: CreationRun) -> None:
        """All that are not done yet. Raises UpstreamFailed, UnknownAgent, NoAdminUser, and the two of this file."""
        if run.wanted.role_change is RoleChange.BEFORE and not await self._has_ended_other_role(run):
            raise OtherPairIsBusy
        if run.wanted.key.service.is_kept_by_agent_fi:
            await self._give_income_record(run)
        else:
            await self._create_in_etmp_and_enrolment_store(run)
        if run.wanted.role_change is RoleChange.AFTER:
            # "its result is not looked at" (4.6): a busy one stays.
            await self._has_ended_other_role(run)

    async def _create_in_etmp_and_enrolment_store(self, run: CreationRun) -> None:
        if Step.DELEGATION in run.done:
            if Step.ETMP not in run.done:
                await self._create_in_etmp(run)
            return
        admin = await self._agents.admin_of(run.wanted.arn)
        run.audit |= {"credId": admin.user_id, "agentCode": admin.agent_code.value}
        # ETMP first: there is no delegation without a relationship in ETMP (4.5).
        if Step.ETMP not in run.done:
            await self._create_in_etmp(run)
        try:
            await self._delegate(run, admin)
        except UpstreamFailed as failure:
            if not run.wanted.is_copy:
                raise
            raise DelegationLeftForLater(failure) from failure

    async def _create_in_etmp(self, run: CreationRun) -> None:
        wanted = run.wanted
        if wanted.is_copy:
            await self._copies.begin(wanted.arn, wanted.key, wanted.references, now=self._clock.now())
        try:
            if not await self._is_in_etmp(run):
                with run.outside_effect():
                    await self._hip.create_relationship(wanted.arn, wanted.key)
        except UpstreamFailed:
            if wanted.is_copy:
                async with self._database.unit_of_work() as work:
                    await self._copies.set_etmp(work, wanted.arn, wanted.key, SyncStatus.FAILED)
            raise
        await self._mark(run, Step.ETMP, {"etmpRelationshipCreated": "true"})

    async def _is_in_etmp(self, run: CreationRun) -> bool:
        if not run.intent.is_resumed:
            return False
        return await self._hip.has_relationship(run.wanted.arn, run.wanted.key, self._clock.today())

    async def _delegate(self, run: CreationRun, admin: AgentAdmin) -> None:
        wanted = run.wanted
        is_held = run.intent.is_resumed and admin.group_id in await self._enrolments.delegated_groups(wanted.key)
        if wanted.key.service.has_one_main_agent:
            with run.outside_effect():
                await self._replacement.end_previous(
                    run.intent.id, wanted.arn, wanted.key, keep_group=admin.group_id if is_held else None
                )
        if not is_held:
            with run.outside_effect():
                await self._tax_enrolments.allocate_delegated(
                    admin.group_id, wanted.key, user_id=admin.user_id, agent_code=admin.agent_code
                )
        await self._mark(run, Step.DELEGATION, {"enrolmentDelegated": "true"})

    async def _give_income_record(self, run: CreationRun) -> None:
        """agent-fi-relationship ends the previous agent's authority by itself (4.3)."""
        if Step.INCOME_RECORD in run.done:
            return
        arn, nino = run.wanted.arn, Nino.as_given(run.wanted.key.client_id)
        if not (run.intent.is_resumed and await self._income_records.relationship(arn, nino.value)):
            with run.outside_effect():
                await self._income_records.create_relationship(arn, nino, run.wanted.accepted_at)
        await self._mark(run, Step.INCOME_RECORD, {})

    async def _has_ended_other_role(self, run: CreationRun) -> bool:
        """Ends what the same agent has for the client in the other role; False when that is busy (4.6 step 2)."""
        wanted, counterpart = run.wanted, run.wanted.key.service.counterpart
        if counterpart is None or Step.OTHER_ROLE in run.done:
            return True
        other_key = counterpart.enrolment_key(wanted.key.client_id)
        delegation = await self._enrolments.delegation(wanted.arn, other_key)
        if delegation.agent_group is None:
            raise UnknownAgent
        if not delegation.is_held:
            return True
        ending = EndAuthority(
            arn=wanted.arn,
            key=other_key,
            client_id=None if wanted.nino is None else wanted.nino.value,
            # "always Client, even when the agent triggered it" (4.6 step 3)
            ended_by=EndedBy.CLIENT,
            how=HowEnded.ROLE_CHANGED,
        )
        # Noted before it is done, so that an undoing gives it back however far this comes.
        async with self._database.unit_of_work() as work:
            await self._intents.note_other_role_ended(work, run.intent.id)
        try:
            with run.outside_effect():
                outcome = await self._removal.remove(ending)
        except UpstreamFailed:
            # A removal that has begun is finished whatever comes, so this creation is, too.
            run.may_have_had_effect = True
            raise
        if isinstance(outcome, Busy):
            return False
        await self._mark(run, Step.OTHER_ROLE, {})
        return True

    async def _mark(self, run: CreationRun, step: Step, audit: dict[str, str]) -> None:
        run.audit |= audit
        run.done.add(step)
        wanted = run.wanted
        async with self._database.unit_of_work() as work:
            await self._intents.mark_done(work, run.intent.id, step, now=self._clock.now(), audit=run.audit)
            if wanted.is_copy and step is Step.ETMP:
                await self._copies.set_etmp(work, wanted.arn, wanted.key, SyncStatus.SUCCESS)
                if Step.DELEGATION not in run.done:
                    await self._copies.set_es(work, wanted.arn, wanted.key, SyncStatus.IN_PROGRESS)
            if wanted.is_copy and step is Step.DELEGATION:
                await self._copies.set_es(work, wanted.arn, wanted.key, SyncStatus.SUCCESS)
