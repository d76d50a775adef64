"""agents-external-stubs: test users and their records, for the test support API. Spec: test-support 3, 4."""

from dataclasses import dataclass, field
from typing import Protocol

from agent_services.identifiers import Nino, Vrn
from agent_services.tax_services import EnrolmentKey


@dataclass(frozen=True, slots=True)
class StubSession:
    """Somebody signed in at the stub. `location` is the session's address, as the stub gives it."""

    authorization: str = field(repr=False)
    session_id: str = field(repr=False)
    location: str


class AgentsExternalStubs(Protocol):
    """The stub, planet `hmrc`. An answer that is neither named nor expected raises UpstreamFailed (500)."""

    async def sign_in(self, user_id: str) -> StubSession:
        """Signs in, making the user when missing. A missing header in the answer is unreadable (500)."""
        ...

    async def create_vat_client(self, session: StubSession, vrn: Vrn) -> None:
        """Makes an organisation with that VRN. Any answer is fine: what follows reads what is there."""
        ...

    async def create_income_tax_client(self, session: StubSession, nino: Nino) -> None:
        """Makes an individual with that NINO and an MTDITID. Any answer is fine."""
        ...

    async def vat_registration_date(self, session: StubSession, vrn: Vrn) -> str | None:
        """The known fact of a VAT client, `yyyy-MM-dd`; None when the record does not name one."""
        ...

    async def business_postcode(self, session: StubSession, nino: Nino) -> str | None:
        """The known fact of an income tax client, as the business details have it; where the stub has no such
        route any more (404), as the citizen's designatory details have it. None when not named."""
        ...

    async def user_of_enrolment(self, session: StubSession, key: EnrolmentKey) -> str | None:
        """The user id of whoever owns the enrolment; None for 404."""
        ...

    async def user_of_nino(self, session: StubSession, nino: Nino) -> str | None:
        """The user id of whoever has the NINO (sent as it is); None for 404."""
        ...
