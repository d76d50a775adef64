"""Known facts of invented clients, ready to be posted to the public API. Spec: test-support 3."""

from dataclasses import dataclass
from typing import Final

import structlog

from agent_services.identifiers import Nino, Vrn
from agent_services.test_support.errors import NoBusinessPostcode, NoVatRegistrationDate
from agent_services.upstreams.agents_external_stubs import AgentsExternalStubs
from agent_services.upstreams.errors import UpstreamFailed

STUB_USER: Final = "Alf"
"""The stub's user as whom this API prepares and looks up clients."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """Makes the client where the stub has none, and tells its known fact; the same one every time."""

    stubs: AgentsExternalStubs

    async def vat_registration_date(self, vrn: Vrn) -> str:
        """`yyyy-MM-dd`. Raises NoVatRegistrationDate; UpstreamFailed when the stub lets nobody in. Spec: 3.1."""
        session = await self.stubs.sign_in(STUB_USER)
        await self.stubs.create_vat_client(session, vrn)
        try:
            known_fact = await self.stubs.vat_registration_date(session, vrn)
        except UpstreamFailed as failure:
            log.warning("known_fact_unreadable", operation=failure.operation, status=failure.status)
            raise NoVatRegistrationDate() from failure
        if known_fact is None:
            raise NoVatRegistrationDate()
        return known_fact

    async def postcode(self, nino: Nino) -> str:
        """As the record has it. Raises NoBusinessPostcode; UpstreamFailed as above. Spec: 3.2."""
        session = await self.stubs.sign_in(STUB_USER)
        await self.stubs.create_income_tax_client(session, nino)
        try:
            known_fact = await self.stubs.business_postcode(session, nino)
        except UpstreamFailed as failure:
            log.warning("known_fact_unreadable", operation=failure.operation, status=failure.status)
            raise NoBusinessPostcode() from failure
        if known_fact is None:
            raise NoBusinessPostcode()
        return known_fact
