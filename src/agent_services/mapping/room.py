"""The room as one object, as `app.py` composes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent_services.mapping.auto_mapping import AutoMapping
from agent_services.mapping.client_count import ClientCount
from agent_services.mapping.details import MappingDetails
from agent_services.mapping.holding import Mappings
from agent_services.mapping.journeys import OwnJourneys
from agent_services.mapping.neighbour import OwnMappings
from agent_services.mapping.records import details_records, journey_records, mapping_records
from agent_services.mapping.store import DetailsStore, JourneyStore, MappingStore
from agent_services.mapping.task_list import TaskList
from agent_services.mapping.terminating import Termination
from agent_services.platform.audit import Audit
from agent_services.platform.clock import Clock
from agent_services.platform.database import Database
from agent_services.platform.encryption import FieldCipher
from agent_services.platform.http.test_only import RecordKind
from agent_services.platform.jobs import Jobs
from agent_services.upstreams.agent_mapping import AgentMapping
from agent_services.upstreams.agent_subscription import SubscriptionJourneys
from agent_services.upstreams.enrolment_store_proxy import EnrolmentStoreProxy


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingSettings:
    """Spec: mapping 9."""

    client_count_batch_size: int = 500
    client_count_max_records: int = 2000
    agent_termination_username: str = field(repr=False)
    agent_termination_password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingRoom:
    """`app.state.mapping`."""

    mappings: Mappings
    auto_mapping: AutoMapping
    client_count: ClientCount
    task_list: TaskList
    details: MappingDetails
    termination: Termination
    own_journeys: OwnJourneys
    own_mappings: AgentMapping
    """What other rooms ask in-process instead of a mapping service elsewhere."""
    record_kinds: Mapping[str, RecordKind]
    settings: MappingSettings

    def register_jobs(self, jobs: Jobs) -> None:
        """The sweeps of what has run out; nothing reads it any more, so they may come late."""
        jobs.schedule("purge-pre-subscription-mappings", "*/15 * * * *", self.mappings.purge)
        jobs.schedule("purge-subscription-journeys", "43 * * * *", self.own_journeys.purge)


def build_mapping(
    *,
    database: Database,
    clock: Clock,
    audit: Audit,
    cipher: FieldCipher,
    enrolment_store_proxy: EnrolmentStoreProxy,
    settings: MappingSettings,
    journeys: SubscriptionJourneys | None = None,
) -> MappingRoom:
    """Puts the room together. Without `journeys` the task list asks the journeys kept in this process."""
    store = MappingStore(database.pool, cipher)
    details_store = DetailsStore(database.pool)
    journey_store = JourneyStore(database.pool, cipher)
    mappings = Mappings(database=database, store=store, audit=audit, clock=clock)
    details = MappingDetails(database=database, store=details_store, clock=clock)
    own_journeys = OwnJourneys(journey_store, clock)
    return MappingRoom(
        mappings=mappings,
        auto_mapping=AutoMapping(mappings, enrolment_store_proxy),
        client_count=ClientCount(
            enrolment_store_proxy,
            batch_size=settings.client_count_batch_size,
            max_records=settings.client_count_max_records,
        ),
        task_list=TaskList(mappings=mappings, details=details, journeys=journeys or own_journeys, clock=clock),
        details=details,
        termination=Termination(database=database, mappings=store, details=details_store),
        own_journeys=own_journeys,
        own_mappings=OwnMappings(store),
        record_kinds={
            "mapping": mapping_records(database, store, clock),
            "mapping-details": details_records(database, details_store),
            "subscription-journey": journey_records(database, journey_store, clock),
        },
        settings=settings,
    )
