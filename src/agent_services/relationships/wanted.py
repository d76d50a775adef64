"""What callers ask the creation and the removal of relationships for, and the outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from agent_services.identifiers import Arn, Nino
from agent_services.tax_services import EnrolmentKey


class HowCreated(StrEnum):
    """The audit value `howRelationshipCreated`. Spec: relationships 13.1."""

    CLIENT_ACCEPTED = "ClientAcceptedInvitation"
    HMRC_ACCEPTED = "HMRCAcceptedInvitation"
    COPIED_FROM_CESA = "CopyExistingCESARelationship"
    PARTIAL_AUTHORISATION = "PartialAuth"


class RoleChange(StrEnum):
    """When the same agent's other ITSA role is ended. Spec: relationships 4.6."""

    NEVER = "never"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class NewRelationship:
    """An authority that an agent is to get.

    `key` is the refined key: with the MTDITID where the client has one, with the NINO for an ITSA client who
    has not signed up, who gets a partial authorisation. `origin` names the request that it comes from (an
    invitation's id), which is told when all is done. `client_id` and `client_id_type` are for the audit alone;
    without `client_id` the key's is used. `references` are the SA agent references of a copy from CESA.
    """

    arn: Arn
    key: EnrolmentKey
    how: HowCreated
    client_id_type: str
    accepted_at: datetime
    client_id: str | None = None
    origin: str | None = None
    nino: Nino | None = None
    role_change: RoleChange = RoleChange.BEFORE
    references: tuple[str, ...] = ()
    extra_audit: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_partial(self) -> bool:
        """The client has not signed up yet: nothing outside knows of it."""
        return self.key.has_nino and self.key.service.allows_partial_authorisation

    @property
    def nino_if_known(self) -> Nino | None:
        """The client's NINO, as given or from the key."""
        return Nino.as_given(self.key.client_id) if self.nino is None and self.key.has_nino else self.nino

    @property
    def is_copy(self) -> bool:
        """A copy from CESA: it has a copy record, and a failing enrolment store does not fail it."""
        return bool(self.references)


@dataclass(frozen=True, slots=True)
class Created:
    """The agent has the authority now; `partial` for a client who has not signed up yet."""

    partial: bool = False


@dataclass(frozen=True, slots=True)
class Busy:
    """Another change of the same relationship is under way; nothing was done."""


@dataclass(frozen=True, slots=True)
class OriginRefused:
    """The request it came from may no longer be answered; nothing was done."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What an open creation had done was taken back."""


@dataclass(frozen=True, slots=True)
class NothingOpen:
    """There is no open creation of that origin."""


class EndedBy(StrEnum):
    """Who ends an authority; the value is the stored `relationshipEndedBy`."""

    CLIENT = "Client"
    AGENT = "Agent"
    HMRC = "HMRC"
    UNKNOWN = "unknown"
    """A caller without affinity group: stored as HMRC, audited as `unknown`. Spec: relationships 5.2."""

    @property
    def stored(self) -> str:
        return EndedBy.HMRC.value if self is EndedBy.UNKNOWN else self.value


class HowEnded(StrEnum):
    """The audit value `howRelationshipTerminated`. Spec: relationships 13.1."""

    CLIENT_LED = "ClientLedTermination"
    AGENT_LED = "AgentLedTermination"
    HMRC_LED = "HMRCLedTermination"
    REPLACED = "AgentReplacement"
    ROLE_CHANGED = "AgentRoleChanged"
    UNKNOWN = "unknown"

    @classmethod
    def led_by(cls, ended_by: EndedBy) -> "HowEnded":
        return _LED_BY[ended_by]


_LED_BY = {
    EndedBy.CLIENT: HowEnded.CLIENT_LED,
    EndedBy.AGENT: HowEnded.AGENT_LED,
    EndedBy.HMRC: HowEnded.HMRC_LED,
    EndedBy.UNKNOWN: HowEnded.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class EndAuthority:
    """An authority that is to end.

    `key` is the refined key. `client_id` is the id under which requests are stored (for ITSA the NINO); None:
    the key's own.
    """

    arn: Arn
    key: EnrolmentKey
    client_id: str | None
    ended_by: EndedBy
    how: HowEnded | None = None

    @property
    def audited_how(self) -> HowEnded:
        return self.how or HowEnded.led_by(self.ended_by)


@dataclass(frozen=True, slots=True)
class Removed:
    """There was an authority, and it is gone."""


@dataclass(frozen=True, slots=True)
class NothingToRemove:
    """No system knew such an authority. `agent_is_unknown`: the ARN has no principal group either."""

    agent_is_unknown: bool = False
