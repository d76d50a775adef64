"""IFS: client details of trusts, Plastic Packaging Tax and Pillar 2. Spec: upstreams 6."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from agent_services.identifiers import PlrId, PptRef, Urn, Utr


@dataclass(frozen=True, slots=True)
class PptSubscription:
    """A Plastic Packaging Tax registration. `name` is `first last` of an individual, or the organisation's."""

    name: str
    date_of_application: date
    deregistration_date: date | None


@dataclass(frozen=True, slots=True)
class Pillar2Subscription:
    """A Pillar 2 registration. `registration_date` is upstream's text, shown verbatim."""

    organisation_name: str
    registration_date: str
    country_code: str
    is_inactive: bool


class Ifs(Protocol):
    """IFS. None means 404; any other failure answer keeps its status and passes it on (raw)."""

    async def trust_name(self, trust: Utr | Urn) -> str | None:
        """The trust's name. Asked as UTR when the value is ten digits, else as URN, whatever its type here."""
        ...

    async def ppt_subscription(self, ppt_ref: PptRef) -> PptSubscription | None:
        """Plastic Packaging Tax. An unknown kind of customer is unreadable (500)."""
        ...

    async def pillar2_subscription(self, plr_id: PlrId) -> Pillar2Subscription | None:
        """Pillar 2."""
        ...
