"""HIP: relationships and income tax identifiers in ETMP. Spec: upstreams 4."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from agent_services.identifiers import Arn, MtdItId, Nino
from agent_services.tax_services import EnrolmentKey


@dataclass(frozen=True, slots=True)
class EtmpRelationship:
    """One relationship of a client as ETMP has it. The ARN is not validated."""

    arn: Arn
    date_from: date | None
    date_to: date | None
    auth_profile: str | None

    def is_active(self, today: date) -> bool:
        """No end, or an end after `today` (UTC); one that ends today is over."""
        return self.date_to is None or self.date_to > today


class Which(StrEnum):
    """Which relationships of a client."""

    ACTIVE = "active"
    ALL = "all"


class Hip(Protocol):
    """ETMP. A failure answer surfaces as 500 (4xx) or 502 (5xx) unless the method says otherwise.

    A key's reference is its first identifier, for `HMRC-CBC-ORG` its cbcId. Income tax needs an MTDITID.
    """

    async def create_relationship(self, arn: Arn, key: EnrolmentKey) -> None:
        """Authorises the agent (action 0001). ETMP itself ends a previous exclusive relationship."""
        ...

    async def remove_relationship(self, arn: Arn, key: EnrolmentKey) -> bool:
        """De-authorises the agent (action 0002). False when there was no active relationship; that is no error."""
        ...

    async def has_relationship(self, arn: Arn, key: EnrolmentKey, today: date) -> bool:
        """Whether the agent is active for the client in this service. For resumptions: a first run never asks.

        One `relationships` call with `Which.ACTIVE`.
        """
        ...

    async def active_relationship(self, key: EnrolmentKey, today: date) -> EtmpRelationship | None:
        """The first active relationship in the key's service. Every failure status counts as none, and is noted;
        only silence and a missing connection raise UpstreamFailed."""
        ...

    async def relationships(self, key: EnrolmentKey, which: Which, today: date) -> tuple[EtmpRelationship, ...]:
        """The client's relationships; both income tax services come in one answer, told apart by `auth_profile`.

        `Which.ACTIVE` is upstream's own choice, so test `is_active` all the same. Not found (404, or 422 with
        `009`) and suspended (422) are empty. Everything else raises UpstreamFailed, whose `status` tells a bad
        request (400) from the rest. Spec: relationships 3 "ETMP all".
        """
        ...

    async def mtd_it_id_of(self, nino: Nino) -> MtdItId | None:
        """API 5266 by NINO (8 characters). None: 404, or 422 with 008 or 006. Other failure answers surface as 500."""
        ...

    async def nino_of(self, mtd_it_id: MtdItId) -> Nino | None:
        """API 5266 by MTDITID, as `mtd_it_id_of`. The NINO comes as upstream has it, suffix included."""
        ...
