"""What is written down about a change before and while it is made, so that it can be finished or taken back.

Spec: relationships 4.1, 5.1, 11; design, How sagas work here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from agent_services.identifiers import Arn
from agent_services.relationships.wanted import EndedBy, NewRelationship
from agent_services.tax_services import EnrolmentKey


class Step(StrEnum):
    """What a creation does outside, each step noted once it has taken effect."""

    OTHER_ROLE = "other_role"
    ETMP = "etmp"
    DELEGATION = "delegation"
    INCOME_RECORD = "income_record"


class RemovalStep(StrEnum):
    """What a removal does outside."""

    DELEGATION = "delegation"
    ETMP = "etmp"


class CreationState(StrEnum):
    OPEN = "open"
    UNDOING = "undoing"


@dataclass(frozen=True, slots=True)
class Progress:
    """What has come about so far, besides the steps.

    `replaced` are the agents whose delegation this creation set out to end, `audit` the values that the
    closing event needs and that a later finisher could not find out again.
    """

    replaced: tuple[Arn, ...] = ()
    other_role_ended: bool = False
    audit: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CreationIntent:
    """A creation that has begun and is not finished.

    `is_resumed`: this is not its first run, so a step that is not noted may have taken effect all the same.
    `attempts` counts the runs that failed.
    """

    id: UUID
    wanted: NewRelationship
    state: CreationState
    done: frozenset[Step]
    progress: Progress
    attempts: int
    started_at: datetime
    is_resumed: bool
    next_attempt_at: datetime | None = None
    last_failure: str | None = None


class SyncStatus(StrEnum):
    """How far one system is with a copy or a removal, as stored; absent: not begun. Spec: relationships 5.1."""

    IN_PROGRESS = "InProgress"
    INCOMPLETE = "IncompleteInputParams"
    SUCCESS = "Success"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class CopyRecord:
    """A relationship copied from CESA, or being copied; it stays, so that it is never copied twice.

    A step counts as done only when it succeeded: what a crash left in progress is done again.
    """

    arn: Arn
    key: EnrolmentKey
    references: tuple[str, ...] | None
    date_time: datetime
    etmp: SyncStatus | None
    es: SyncStatus | None

    @property
    def steps_done(self) -> frozenset[Step]:
        done = {Step.ETMP} if self.etmp is SyncStatus.SUCCESS else set()
        return frozenset(done | ({Step.DELEGATION} if self.es is SyncStatus.SUCCESS else set()))

    @property
    def is_finished(self) -> bool:
        return self.etmp is SyncStatus.SUCCESS and self.es is SyncStatus.SUCCESS


@dataclass(frozen=True, slots=True)
class DeleteRecord:
    """A removal that has begun and is not finished.

    `number_of_attempts` and `last_recovery_attempt` are those of resumptions; `tries` counts every failed try.
    """

    id: UUID
    arn: Arn
    key: EnrolmentKey
    supplied_client_id: str | None
    date_time: datetime
    etmp: SyncStatus | None
    es: SyncStatus | None
    last_recovery_attempt: datetime | None
    number_of_attempts: int
    ended_by: EndedBy | None
    tries: int = 0
    next_attempt_at: datetime | None = None
    last_failure: str | None = None

    @property
    def needs_es(self) -> bool:
        return self.es is not SyncStatus.SUCCESS

    @property
    def needs_etmp(self) -> bool:
        return self.etmp is not SyncStatus.SUCCESS

    @property
    def client_id(self) -> str:
        """The id under which requests are stored."""
        return self.supplied_client_id or self.key.client_id
