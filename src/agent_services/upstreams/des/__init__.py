"""DES: older agents of a self assessment client, and two kinds of client details. Spec: upstreams 5."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from agent_services.identifiers import CgtRef, Nino, SaAgentReference, Vrn


@dataclass(frozen=True, slots=True)
class VatIndividual:
    """A natural person registered for VAT. `title` is upstream's four-digit code."""

    title: str | None
    first_name: str | None
    middle_name: str | None
    last_name: str | None


@dataclass(frozen=True, slots=True)
class VatCustomer:
    """What a VAT registration says."""

    organisation_name: str | None
    trading_name: str | None
    individual: VatIndividual | None
    effective_registration_date: date | None
    is_insolvent: bool


@dataclass(frozen=True, slots=True)
class CgtSubscription:
    """Who reports Capital Gains Tax. `name` is `first last` of an individual, or a trustee's organisation."""

    name: str
    postal_code: str | None
    country_code: str


class Des(Protocol):
    """DES. A failure answer keeps its status in `UpstreamFailed.status` and passes it on (raw)."""

    async def sa_agent_references(self, nino: Nino) -> tuple[SaAgentReference, ...]:
        """The agents that CESA knows for this client, ceased ones left out, in DES's order; nothing when unknown.

        The NINO as given is tried first, then the other suffixes and none, until one is known. The only call
        that retries: 429 and 5xx after the configured pauses, for each form of the NINO. Spec: upstreams 5.2.
        """
        ...

    async def vat_customer(self, vrn: Vrn) -> VatCustomer | None:
        """VAT customer information; None for 404."""
        ...

    async def cgt_subscription(self, cgt_ref: CgtRef) -> CgtSubscription | None:
        """Capital Gains Tax subscription; None for 404. An unknown kind of person is unreadable (500)."""
        ...
