"""citizen-details: a person's name, birth date, UTR and address. Spec: upstreams 12."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from agent_services.identifiers import Nino, Utr


@dataclass(frozen=True, slots=True)
class Citizen:
    """A person as the citizen record has them."""

    first_name: str | None
    last_name: str | None
    date_of_birth: date | None
    sa_utr: Utr | None

    @property
    def name(self) -> str | None:
        """First and last name with a space between, a missing part skipped; None without both."""
        return " ".join(part for part in (self.first_name, self.last_name) if part) or None


@dataclass(frozen=True, slots=True)
class DesignatoryDetails:
    """Where a person lives. `country` is a name in capitals, such as `GREAT BRITAIN`."""

    postcode: str | None
    country: str | None


class CitizenDetails(Protocol):
    """Citizen records. None means 404; other failure answers surface as 500 or 502, with `status` as answered."""

    async def citizen(self, nino: Nino) -> Citizen | None:
        """`/citizen-details/nino-no-suffix/<8 characters>`."""
        ...

    async def designatory_details(self, nino: Nino) -> DesignatoryDetails | None:
        """`/citizen-details/<nino>/designatory-details`; a NINO without suffix gets `A`."""
        ...
