"""Puts the sandbox together."""

from agent_services.platform.clock import Clock, SystemClock
from agent_services.platform.database import Database
from agent_services.sandbox.access_groups.store import AccessGroupStore
from agent_services.sandbox.agents.records import AgentRecords
from agent_services.sandbox.auto_provision.provisioning import Provisioning
from agent_services.sandbox.cast.seeding import CastChoice, CastSeeding
from agent_services.sandbox.cast.store import StateStore
from agent_services.sandbox.citizens.citizens import Citizens
from agent_services.sandbox.consistency.checking import Consistency
from agent_services.sandbox.consistency.store import ConsistencyStore
from agent_services.sandbox.enrolments.changing import EnrolmentChanges
from agent_services.sandbox.enrolments.reading import EnrolmentReading
from agent_services.sandbox.enrolments.store import EnrolmentsStore
from agent_services.sandbox.etmp.relationships import EtmpRelationships
from agent_services.sandbox.etmp.store import RelationshipStore
from agent_services.sandbox.faults.faults import Faults
from agent_services.sandbox.faults.store import FaultStore
from agent_services.sandbox.income_records.authority import IncomeRecords
from agent_services.sandbox.income_records.store import IncomeRecordStore
from agent_services.sandbox.journal.journal import Journal
from agent_services.sandbox.journal.store import JournalStore
from agent_services.sandbox.journal.watching import Watch
from agent_services.sandbox.known_facts.store import KnownFactStore
from agent_services.sandbox.levers.levers import Levers
from agent_services.sandbox.mailbox.mailbox import Mailbox
from agent_services.sandbox.mailbox.store import MailboxStore
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
from agent_services.sandbox.ports.door import Door
from agent_services.sandbox.ports.enrolment_store import SandboxEnrolmentStoreProxy, SandboxTaxEnrolments
from agent_services.sandbox.ports.hip import SandboxHip
from agent_services.sandbox.ports.platform import SandboxAudit, SandboxEmail, SandboxInternalAuth, SandboxStubs
from agent_services.sandbox.records.cesa import Cesa
from agent_services.sandbox.records.live import LiveDetails
from agent_services.sandbox.records.store import RecordStore
from agent_services.sandbox.sandbox import Sandbox
from agent_services.sandbox.sessions.authorising import Authorising
from agent_services.sandbox.sessions.delegated_rules import DelegatedAuthority
from agent_services.sandbox.sessions.sessions import Sessions
from agent_services.sandbox.sessions.store import SessionStore
from agent_services.sandbox.snapshots.snapshots import Snapshots
from agent_services.sandbox.snapshots.store import SnapshotStore
from agent_services.sandbox.test_users import TestUsers
from agent_services.sandbox.users.directory import People
from agent_services.sandbox.users.registration import Registration
from agent_services.sandbox.users.store import PeopleStore


def build_sandbox(*, database: Database, clock: Clock, cast: CastChoice = CastChoice.CAST) -> Sandbox:
    """The sandbox on this database; sign-in sessions live by real time, everything else by `clock`."""
    pool, real_clock = database.pool, SystemClock()
    people_store, enrolments, known_facts = PeopleStore(pool), EnrolmentsStore(pool), KnownFactStore(pool)
    records, relationship_store, session_store = RecordStore(pool), RelationshipStore(pool), SessionStore(pool)
    access_groups = AccessGroupStore(pool)
    sessions = Sessions(session_store, real_clock)
    authorising = Authorising(sessions, DelegatedAuthority(enrolments))
    entry = Entry(database, clock, people_store, enrolments, known_facts, records)
    registration = Registration(database, clock, people_store, enrolments, known_facts, records, entry, sessions)
    reading = EnrolmentReading(enrolments, known_facts, people_store)
    changes = EnrolmentChanges(database, clock, enrolments, known_facts, people_store)
    relationships = EtmpRelationships(database, clock, relationship_store, records)
    provisioning = Provisioning(entry, people_store, records)
    citizens, agents = Citizens(people_store), AgentRecords(records)
    cesa, live = Cesa(records, people_store), LiveDetails(enrolments, people_store)
    income_record_store = IncomeRecordStore(database)
    income_records = IncomeRecords(income_record_store, clock)
    mailbox = Mailbox(MailboxStore(pool), clock)
    journal, faults = Journal(JournalStore(pool)), Faults(FaultStore(pool), sessions)
    watch = Watch(faults, journal, clock)
    door = Door(watch)
    return Sandbox(
        auth=SandboxAuth(door, authorising),
        enrolment_store_proxy=SandboxEnrolmentStoreProxy(door, reading, changes),
        tax_enrolments=SandboxTaxEnrolments(door, changes),
        users_groups_search=SandboxUsersGroupsSearch(door, people_store),
        hip=SandboxHip(door, relationships, records),
        des=SandboxDes(door, records, cesa, live),
        if_cbc=SandboxIf(door, records),
        ifs=SandboxIfs(door, records, live),
        citizen_details=SandboxCitizenDetails(door, citizens),
        agent_services_account=SandboxAgentServicesAccount(door, agents),
        agent_permissions=SandboxAgentPermissions(door, access_groups),
        agent_user_client_details=SandboxAgentUserClientDetails(door),
        agent_fi_relationship=SandboxAgentFiRelationship(door, income_records, sessions),
        email=SandboxEmail(door, mailbox),
        audit=SandboxAudit(door, mailbox),
        internal_auth=SandboxInternalAuth(),
        agents_external_stubs=SandboxStubs(door, registration, provisioning, records, enrolments, citizens),
        database=database,
        clock=clock,
        real_clock=real_clock,
        sessions=sessions,
        authorising=authorising,
        people=People(people_store),
        people_store=people_store,
        registration=registration,
        test_users=TestUsers(entry, people_store, records),
        provisioning=provisioning,
        entry=entry,
        enrolments=enrolments,
        enrolment_reading=reading,
        enrolment_changes=changes,
        known_facts=known_facts,
        relationships=relationships,
        relationship_store=relationship_store,
        records=records,
        cesa=cesa,
        live=live,
        citizens=citizens,
        agents=agents,
        access_groups=access_groups,
        income_records=income_records,
        mailbox=mailbox,
        watch=watch,
        faults=faults,
        journal=journal,
        snapshots=Snapshots(database, clock, SnapshotStore(pool), StateStore()),
        consistency=Consistency(ConsistencyStore(pool)),
        levers=Levers(database, clock, people_store, enrolments, records, entry),
        relating=Relating(
            database,
            clock,
            people_store,
            enrolments,
            known_facts,
            relationship_store,
            income_records,
            income_record_store,
        ),
        cast=cast,
        cast_seeding=CastSeeding(
            database,
            clock,
            entry,
            StateStore(),
            enrolments,
            known_facts,
            relationship_store,
            access_groups,
            session_store,
        ),
        also_reset=[],
    )
