"""The sandbox as a whole: its rooms, and the upstreams that it stands in for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter
from starlette.types import ASGIApp

from agent_services.platform.clock import Clock, MovableClock
from agent_services.platform.database import Database
from agent_services.sandbox.access_groups.store import AccessGroupStore
from agent_services.sandbox.agents.records import AgentRecords
from agent_services.sandbox.auto_provision.provisioning import Provisioning
from agent_services.sandbox.cast.seeding import CastChoice, CastSeeding
from agent_services.sandbox.citizens.citizens import Citizens
from agent_services.sandbox.consistency.checking import Consistency
from agent_services.sandbox.enrolments.changing import EnrolmentChanges
from agent_services.sandbox.enrolments.reading import EnrolmentReading
from agent_services.sandbox.enrolments.store import EnrolmentsStore
from agent_services.sandbox.etmp.relationships import EtmpRelationships
from agent_services.sandbox.etmp.store import RelationshipStore
from agent_services.sandbox.faults.faults import Faults
from agent_services.sandbox.income_records.authority import IncomeRecords
from agent_services.sandbox.journal.journal import Journal
from agent_services.sandbox.journal.watching import Watch
from agent_services.sandbox.known_facts.store import KnownFactStore
from agent_services.sandbox.levers.levers import Levers
from agent_services.sandbox.mailbox.mailbox import Mailbox
from agent_services.sandbox.management import routers as management_routers
from agent_services.sandbox.population.entry import Entry
from agent_services.sandbox.population.relating import Relating
from agent_services.sandbox.ports.agents import (
    SandboxAgentFiRelationship,
    SandboxAgentPermissions,
    SandboxAgentServicesAccount,
    SandboxAgentUserClientDetails,
    SandboxUsersGroupsSearch,
)
from agent_services.sandbox.ports.auth import SandboxAuth
from agent_services.sandbox.ports.clients import SandboxCitizenDetails, SandboxDes, SandboxIf, SandboxIfs
from agent_services.sandbox.ports.enrolment_store import SandboxEnrolmentStoreProxy, SandboxTaxEnrolments
from agent_services.sandbox.ports.hip import SandboxHip
from agent_services.sandbox.ports.platform import SandboxAudit, SandboxEmail, SandboxInternalAuth, SandboxStubs
from agent_services.sandbox.records.cesa import Cesa
from agent_services.sandbox.records.live import LiveDetails
from agent_services.sandbox.records.store import RecordStore
from agent_services.sandbox.sessions.authorising import Authorising
from agent_services.sandbox.sessions.sessions import Sessions
from agent_services.sandbox.snapshots.snapshots import Snapshots
from agent_services.sandbox.test_users import TestUsers
from agent_services.sandbox.users.directory import People
from agent_services.sandbox.users.registration import Registration
from agent_services.sandbox.users.store import PeopleStore
from agent_services.sandbox.wire.app import wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """The embedded upstreams. The first block is who stands in for whom; the second are the rooms behind."""

    routers: ClassVar[tuple[APIRouter, ...]] = management_routers
    """`/sandbox/*` and `/agents-external-stubs/*`; they want `app.state.sandbox`."""
    wire: ClassVar[ASGIApp] = wire
    """Answers the upstreams' own paths; it wants `app.state.sandbox` of the application that mounts it."""

    auth: SandboxAuth
    enrolment_store_proxy: SandboxEnrolmentStoreProxy
    tax_enrolments: SandboxTaxEnrolments
    users_groups_search: SandboxUsersGroupsSearch
    hip: SandboxHip
    des: SandboxDes
    if_cbc: SandboxIf
    ifs: SandboxIfs
    citizen_details: SandboxCitizenDetails
    agent_services_account: SandboxAgentServicesAccount
    agent_permissions: SandboxAgentPermissions
    agent_user_client_details: SandboxAgentUserClientDetails
    agent_fi_relationship: SandboxAgentFiRelationship
    email: SandboxEmail
    audit: SandboxAudit
    internal_auth: SandboxInternalAuth
    agents_external_stubs: SandboxStubs

    database: Database
    clock: Clock
    real_clock: Clock
    sessions: Sessions
    authorising: Authorising
    people: People
    people_store: PeopleStore
    registration: Registration
    test_users: TestUsers
    provisioning: Provisioning
    entry: Entry
    enrolments: EnrolmentsStore
    enrolment_reading: EnrolmentReading
    enrolment_changes: EnrolmentChanges
    known_facts: KnownFactStore
    relationships: EtmpRelationships
    relationship_store: RelationshipStore
    records: RecordStore
    cesa: Cesa
    live: LiveDetails
    citizens: Citizens
    agents: AgentRecords
    access_groups: AccessGroupStore
    income_records: IncomeRecords
    mailbox: Mailbox
    watch: Watch
    faults: Faults
    journal: Journal
    snapshots: Snapshots
    levers: Levers
    consistency: Consistency
    relating: Relating
    cast: CastChoice
    cast_seeding: CastSeeding
    also_reset: list[Callable[[], Awaitable[None]]]
    """What else begins anew with the sandbox: whoever composes adds the services' own stores and the gateway's."""

    @property
    def movable_clock(self) -> MovableClock | None:
        """The clock as `/sandbox/clock` moves it; None where the clock cannot be moved."""
        return self.clock if isinstance(self.clock, MovableClock) else None

    async def start(self) -> bool:
        """Enters the cast at the first start on this database, and forgets sessions that are over.

        Whether this was the first start.
        """
        await self.sessions.sweep()
        return self.cast is CastChoice.CAST and await self.seed_cast()

    async def stop(self) -> None:
        """Writes down what the journal still holds."""
        await self.journal.stop()

    async def seed_cast(self) -> bool:
        """Enters the cast unless that was done before. Whether it did."""
        return await self.cast_seeding.seed()

    async def reset(self, choice: CastChoice | None = None) -> None:
        """The first day again: everything goes, and the cast (by default as at the start) comes back."""
        await self.cast_seeding.reset(self.cast if choice is None else choice)
        self.faults.forget()
        for reset in self.also_reset:
            await reset()
