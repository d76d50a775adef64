"""Makes the client of an identifier that was never seen before; the same identifier always gives the same client."""

from agent_services.sandbox.population.clients import NewClient, filled, party_of
from agent_services.sandbox.population.entry import Entry
from agent_services.sandbox.records.kinds import RecordKind
from agent_services.sandbox.records.store import RecordStore
from agent_services.sandbox.refusals import Duplicate
from agent_services.sandbox.users.people import AffinityGroup, compact_nino
from agent_services.sandbox.users.store import PeopleStore


class Provisioning:
    """Spec: test-support 3.1, 3.2."""

    def __init__(self, entry: Entry, people: PeopleStore, records: RecordStore) -> None:
        self._entry = entry
        self._people = people
        self._records = records

    async def vat_client(self, vrn: str) -> None:
        """An organisation with that VRN, unless there is somebody. Two at once make one."""
        if await self._records.find(RecordKind.VAT_CUSTOMER, "vrn", vrn) is not None:
            return
        client = NewClient(
            seed=f"vat:{vrn}",
            affinity_group=AffinityGroup.ORGANISATION,
            services=frozenset({"HMRC-MTD-VAT"}),
            vrn=vrn,
        )
        await self._enter(client)

    async def income_tax_client(self, nino: str) -> None:
        """An individual with that NINO and an MTDITID, unless there is somebody. Two at once make one."""
        short = compact_nino(nino)[:8]
        if await self._people.person_by_nino(short) is not None:
            return
        client = NewClient(
            seed=f"nino:{short}",
            affinity_group=AffinityGroup.INDIVIDUAL,
            services=frozenset({"HMRC-MTD-IT", "IR-SA"}),
            nino=compact_nino(nino),
        )
        await self._enter(client)

    async def _enter(self, client: NewClient) -> None:
        try:
            await self._entry.enter(party_of(filled(client)))
        except Duplicate:
            # Somebody entered the same client at the same instant, or one like it by hand: what is there stands.
            return
