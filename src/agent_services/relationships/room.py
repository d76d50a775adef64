"""Puts the room together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from agent_services.identifiers import Arn
from agent_services.partial_authorisations import PartialAuthorisations, PartialAuthorisationStore, record_kind
from agent_services.platform.audit import Audit
from agent_services.platform.clock import Clock
from agent_services.platform.database import Database
from agent_services.platform.encryption import FieldCipher
from agent_services.platform.http.test_only import RecordKind
from agent_services.platform.jobs import Jobs
from agent_services.platform.locks import Locks
from agent_services.relationships.access_groups import AccessGroups
from agent_services.relationships.agents import Agents
from agent_services.relationships.cesa import Cesa
from agent_services.relationships.changing import RelationshipChanges
from agent_services.relationships.checking import RelationshipChecking
from agent_services.relationships.closing import CreationClosing
from agent_services.relationships.creation import RelationshipCreation
from agent_services.relationships.ending import AuthorityEnding
from agent_services.relationships.follow_up import (
    FINISH_CREATION,
    FINISH_REMOVAL,
    REFRESH_CLIENT_LIST,
    FollowUp,
)
from agent_services.relationships.keys import EnrolmentKeys
from agent_services.relationships.legacy_sa import LegacySelfAssessment
from agent_services.relationships.legacy_vat import LegacyVat
from agent_services.relationships.older_authority import OlderAuthorityCopying
from agent_services.relationships.records import copy_record_kind, delete_record_kind, recovery_schedule_kind
from agent_services.relationships.recovery import RelationshipRecovery
from agent_services.relationships.removal import RelationshipRemoval
from agent_services.relationships.replacement import AgentReplacement
from agent_services.relationships.requests import AuthorisationRequests
from agent_services.relationships.signing_up import SigningUp
from agent_services.relationships.steps import CreationSteps
from agent_services.relationships.store import CopyRecords, CreationIntents, DeleteRecords, RecoverySchedule
from agent_services.relationships.termination import AgentTermination
from agent_services.relationships.undoing import CreationUndoing
from agent_services.upstreams.agent_fi_relationship import AgentFiRelationship
from agent_services.upstreams.agent_mapping import AgentMapping
from agent_services.upstreams.agent_permissions import AgentPermissions
from agent_services.upstreams.agent_services_account import AgentServicesAccount
from agent_services.upstreams.agent_user_client_details import AgentUserClientDetails
from agent_services.upstreams.des import Des
from agent_services.upstreams.enrolment_store_proxy import EnrolmentStoreProxy
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.hip import Hip
from agent_services.upstreams.tax_enrolments import TaxEnrolments
from agent_services.upstreams.users_groups_search import UsersGroupsSearch

log = structlog.get_logger(__name__)

RECOVERY = "recovery"
RECOVERY_TICK = "recovery-tick"
_EVERY_MINUTE = "* * * * *"


@dataclass(frozen=True, slots=True)
class RelationshipsSettings:
    """Spec: relationships 15."""

    copies_income_tax: bool = True
    recovers: bool = True
    recovery_interval: timedelta = timedelta(seconds=60)
    recovery_timeout: timedelta = timedelta(days=7)
    termination_username: str = "username"
    termination_password: str = field(default="password", repr=False)


@dataclass(frozen=True, slots=True)
class Relationships:
    """What the room offers."""

    checking: RelationshipChecking
    keys: EnrolmentKeys
    creation: RelationshipCreation
    removal: AuthorityEnding
    changes: RelationshipChanges
    signing_up: SigningUp
    older_authority: OlderAuthorityCopying
    recovery: RelationshipRecovery
    termination: AgentTermination
    partial_authorisations: PartialAuthorisations
    copies: CopyRecords
    record_kinds: Mapping[str, RecordKind]
    settings: RelationshipsSettings
    clock: Clock


def build_relationships(
    *,
    database: Database,
    clock: Clock,
    locks: Locks,
    jobs: Jobs,
    audit: Audit,
    cipher: FieldCipher,
    enrolments: EnrolmentStoreProxy,
    tax_enrolments: TaxEnrolments,
    users: UsersGroupsSearch,
    hip: Hip,
    des: Des,
    agent_mapping: AgentMapping,
    agent_fi: AgentFiRelationship,
    agent_permissions: AgentPermissions,
    agents: AgentServicesAccount,
    agent_user_client_details: AgentUserClientDetails,
    requests: AuthorisationRequests,
    settings: RelationshipsSettings,
) -> Relationships:
    """Builds the room and registers its jobs."""
    intents, removals = CreationIntents(database.pool, cipher), DeleteRecords(database.pool, cipher)
    copies, schedule = CopyRecords(database.pool), RecoverySchedule(database.pool)
    partial_store = PartialAuthorisationStore(database.pool, cipher)
    partial_authorisations = PartialAuthorisations(partial_store)
    follow_up = FollowUp(jobs, recovery_enabled=settings.recovers)
    admins = Agents(enrolments, users)
    keys = EnrolmentKeys(enrolments, hip)
    cesa = Cesa(des, agent_mapping)
    removal = RelationshipRemoval(
        database=database,
        removals=removals,
        creations=intents,
        locks=locks,
        enrolments=enrolments,
        tax_enrolments=tax_enrolments,
        hip=hip,
        income_records=agent_fi,
        requests=requests,
        follow_up=follow_up,
        audit=audit,
        clock=clock,
    )
    replacement = AgentReplacement(
        database=database,
        creations=intents,
        removals=removals,
        enrolments=enrolments,
        tax_enrolments=tax_enrolments,
        follow_up=follow_up,
        audit=audit,
        clock=clock,
    )
    steps = CreationSteps(
        database=database,
        intents=intents,
        copies=copies,
        agents=admins,
        enrolments=enrolments,
        tax_enrolments=tax_enrolments,
        hip=hip,
        income_records=agent_fi,
        replacement=replacement,
        removal=removal,
        clock=clock,
    )
    closing = CreationClosing(
        database=database,
        intents=intents,
        copies=copies,
        removals=removals,
        partial_authorisations=partial_authorisations,
        requests=requests,
        follow_up=follow_up,
        audit=audit,
        clock=clock,
    )
    undoing = CreationUndoing(
        database=database,
        intents=intents,
        removals=removals,
        locks=locks,
        agents=admins,
        enrolments=enrolments,
        tax_enrolments=tax_enrolments,
        hip=hip,
        income_records=agent_fi,
        follow_up=follow_up,
        clock=clock,
    )
    creation = RelationshipCreation(
        database=database,
        intents=intents,
        copies=copies,
        removals=removals,
        locks=locks,
        steps=steps,
        closing=closing,
        undoing=undoing,
        requests=requests,
        follow_up=follow_up,
        clock=clock,
    )
    recovery = RelationshipRecovery(
        database=database,
        removals=removals,
        intents=intents,
        schedule=schedule,
        locks=locks,
        removal=removal,
        creation=creation,
        follow_up=follow_up,
        audit=audit,
        clock=clock,
        timeout=settings.recovery_timeout,
        interval=settings.recovery_interval,
    )
    older_authority = OlderAuthorityCopying(
        hip=hip,
        cesa=cesa,
        partial_authorisations=partial_authorisations,
        copies=copies,
        creation=creation,
        audit=audit,
        clock=clock,
    )
    checking = RelationshipChecking(
        keys=keys,
        removals=recovery,
        enrolments=enrolments,
        access_groups=AccessGroups(users, agent_permissions, enrolments),
        older_authority=older_authority if settings.copies_income_tax else None,
        legacy_sa=LegacySelfAssessment(agents, cesa, partial_authorisations, audit),
        legacy_vat=LegacyVat(enrolments, users, agent_mapping, audit),
        income_records=agent_fi,
        hip=hip,
    )
    _register_jobs(jobs, recovery, agent_user_client_details, settings)
    return Relationships(
        checking=checking,
        keys=keys,
        creation=creation,
        removal=AuthorityEnding(
            database=database,
            locks=locks,
            removal=removal,
            partial_authorisations=partial_authorisations,
            requests=requests,
            audit=audit,
            clock=clock,
        ),
        changes=RelationshipChanges(keys=keys, creation=creation, removal=removal, hip=hip, clock=clock),
        signing_up=SigningUp(hip, older_authority),
        older_authority=older_authority,
        recovery=recovery,
        termination=AgentTermination(database, removals, copies),
        partial_authorisations=partial_authorisations,
        copies=copies,
        record_kinds={
            "relationship-copy-record": copy_record_kind(copies, intents),
            "delete-record": delete_record_kind(removals),
            "recovery-schedule": recovery_schedule_kind(schedule),
            "partial-auth": record_kind(database, partial_store),
        },
        settings=settings,
        clock=clock,
    )


def _register_jobs(
    jobs: Jobs,
    recovery: RelationshipRecovery,
    client_lists: AgentUserClientDetails,
    settings: RelationshipsSettings,
) -> None:
    async def finish_creation(payload: Mapping[str, Any]) -> None:
        await recovery.finish_creation(UUID(payload["id"]), attempt=payload["attempt"])

    async def finish_removal(payload: Mapping[str, Any]) -> None:
        await recovery.finish_removal(UUID(payload["id"]), attempt=payload["attempt"])

    async def refresh_client_list(payload: Mapping[str, Any]) -> None:
        try:
            await client_lists.refresh_cache(Arn.as_given(payload["arn"]))
        except UpstreamFailed as failure:
            # "errors ignored" (4.1 step 5.4): the list is a convenience, refreshed with the next change.
            log.warning("client_list_not_refreshed", kind=failure.kind.value, status=failure.status)

    jobs.register(FINISH_CREATION, finish_creation)
    jobs.register(FINISH_REMOVAL, finish_removal)
    jobs.register(REFRESH_CLIENT_LIST, refresh_client_list)
    # By hand it takes up everything, whatever the switch says (5.6); by the clock only what is due.
    jobs.schedule(RECOVERY, None, recovery.run, lock="scheduled-job-recovery")
    if settings.recovers:
        jobs.schedule(RECOVERY_TICK, _EVERY_MINUTE, recovery.tick, lock="scheduled-job-recovery")
