"""IF: client details for country-by-country reporting (upstream `if`). Spec: upstreams 6."""

from dataclasses import dataclass
from typing import Protocol

from agent_services.identifiers import CbcId


@dataclass(frozen=True, slots=True)
class CbcContact:
    """Somebody to write to. `name` is the individual's `first last`, else the organisation's; None without both."""

    email: str
    name: str | None


@dataclass(frozen=True, slots=True)
class CbcSubscription:
    """A country-by-country registration. Contacts: primary ones first, then secondary."""

    is_gb_user: bool
    trading_name: str | None
    contacts: tuple[CbcContact, ...]


class If(Protocol):
    """IF."""

    async def cbc_subscription(self, cbc_id: CbcId) -> CbcSubscription | None:
        """The subscription; None for 404. Any other failure answer keeps its status and passes it on (raw)."""
        ...
