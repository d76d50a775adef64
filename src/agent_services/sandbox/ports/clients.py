"""DES, IF, IFS and citizen-details in the same process: what is known about clients. Spec: sandbox 2.5 to 2.7."""

import asyncio
from datetime import date, timedelta

from agent_services.identifiers import CbcId, CgtRef, Nino, PlrId, PptRef, SaAgentReference, Urn, Utr, Vrn
from agent_services.sandbox.citizens.citizens import Citizens
from agent_services.sandbox.citizens.countries import country_name
from agent_services.sandbox.documents import Document
from agent_services.sandbox.ports.door import Door, Surfacing
from agent_services.sandbox.records.cesa import Cesa
from agent_services.sandbox.records.kinds import RecordKind
from agent_services.sandbox.records.live import LiveDetails
from agent_services.sandbox.records.store import RecordStore
from agent_services.sandbox.refusals import Refusal
from agent_services.sandbox.users.people import Person
from agent_services.upstreams.citizen_details import Citizen, DesignatoryDetails
from agent_services.upstreams.des import CgtSubscription, VatCustomer, VatIndividual
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.if_cbc import CbcContact, CbcSubscription
from agent_services.upstreams.ifs import Pillar2Subscription, PptSubscription
from agent_services.upstreams.names import Upstream

_UTR_LENGTH = 10
_FIRST_SERVER_ERROR, _TOO_MANY = 500, 429
_RETRY_INTERVALS = tuple(timedelta(milliseconds=pause) for pause in (500, 1000, 2000, 4000, 8000))


class SandboxDes:
    """The port `Des`."""

    def __init__(
        self,
        door: Door,
        records: RecordStore,
        cesa: Cesa,
        live: LiveDetails,
        *,
        retry_intervals: tuple[timedelta, ...] = _RETRY_INTERVALS,
    ) -> None:
        self._door = door
        self._records = records
        self._cesa = cesa
        self._live = live
        self._retry_intervals = retry_intervals

    async def sa_agent_references(self, nino: Nino) -> tuple[SaAgentReference, ...]:
        for form in dict.fromkeys((nino.with_given_suffix, *nino.suffix_variants())):
            try:
                agents = await self._agents(form)
            except Refusal as refusal:
                if refusal.code == "NOT_FOUND_NINO":
                    continue
                raise UpstreamFailed.answered_raw(Upstream.DES, "CESA", refusal.status) from None
            return tuple(
                SaAgentReference.as_given(agent["agentId"])
                for agent in agents
                if agent["hasAgent"] and agent.get("agentCeasedDate") is None
            )
        return ()

    async def _agents(self, nino: str) -> list[Document]:
        """The one call that is tried again after 429 and 5xx, which only a fault makes here. Spec: upstreams 2.4."""
        for interval in self._retry_intervals:
            try:
                return await self._cesa_once(nino)
            except UpstreamFailed as failure:
                if failure.status is None or (failure.status < _FIRST_SERVER_ERROR and failure.status != _TOO_MANY):
                    raise
                await asyncio.sleep(interval.total_seconds())
        return await self._cesa_once(nino)

    async def _cesa_once(self, nino: str) -> list[Document]:
        return await self._door.ask(
            Upstream.DES,
            "CESA",
            lambda: self._cesa.agents_by_nino(nino),
            path=f"/registration/relationship/nino/{nino}",
            known=(404,),
        )

    async def vat_customer(self, vrn: Vrn) -> VatCustomer | None:
        record = await self._door.find(
            Upstream.DES,
            "VAT customer",
            lambda: self._records.find(RecordKind.VAT_CUSTOMER, "vrn", vrn.value),
            path=f"/vat/customer/vrn/{vrn}/information",
        )
        if record is None:
            return None
        try:
            return _vat_customer(record)
        except (KeyError, ValueError, TypeError):
            raise UpstreamFailed.unreadable(Upstream.DES, "VAT customer") from None

    async def cgt_subscription(self, cgt_ref: CgtRef) -> CgtSubscription | None:
        found = await self._door.find(
            Upstream.DES,
            "CGT subscription",
            lambda: self._live.cgt_subscription(cgt_ref.value),
            path=f"/subscriptions/CGT/ZCGT/{cgt_ref}",
        )
        if found is None:
            return None
        details = found["subscriptionDetails"]
        named, address = details["typeOfPersonDetails"], details["addressDetails"]
        name = named.get("organisationName") or f"{named.get('firstName')} {named.get('lastName')}"
        return CgtSubscription(name, address.get("postalCode"), address["countryCode"])


class SandboxIf:
    """The port `If`."""

    def __init__(self, door: Door, records: RecordStore) -> None:
        self._door = door
        self._records = records

    async def cbc_subscription(self, cbc_id: CbcId) -> CbcSubscription | None:
        record = await self._door.find(
            Upstream.IF,
            "CBC subscription",
            lambda: self._records.find(RecordKind.CBC_SUBSCRIPTION, "cbcId", cbc_id.value),
            path="/dac6/dct50d/v1",
            method="POST",
            body={"IDNumber": cbc_id.value},
        )
        if record is None:
            return None
        contacts = [*record.get("primaryContact", ()), *(record.get("secondaryContact") or ())]
        return CbcSubscription(
            is_gb_user=bool(record["isGBUser"]),
            trading_name=record.get("tradingName"),
            contacts=tuple(CbcContact(contact["email"], _contact_name(contact)) for contact in contacts),
        )


class SandboxIfs:
    """The port `Ifs`."""

    def __init__(self, door: Door, records: RecordStore, live: LiveDetails) -> None:
        self._door = door
        self._records = records
        self._live = live

    async def trust_name(self, trust: Utr | Urn) -> str | None:
        is_utr = len(trust.value) == _UTR_LENGTH and trust.value.isdigit()
        found = await self._door.find(
            Upstream.IFS,
            "trust",
            lambda: self._live.trust(utr=trust.value) if is_utr else self._live.trust(urn=trust.value),
            path=f"/trusts/agent-known-fact-check/{'UTR' if is_utr else 'URN'}/{trust}",
        )
        return None if found is None else str(found["trustDetails"]["trustName"])

    async def ppt_subscription(self, ppt_ref: PptRef) -> PptSubscription | None:
        record = await self._door.find(
            Upstream.IFS,
            "PPT subscription",
            lambda: self._records.find(RecordKind.PPT_SUBSCRIPTION, "pptReference", ppt_ref.value),
            path=f"/plastic-packaging-tax/subscriptions/PPT/{ppt_ref}/display",
        )
        if record is None:
            return None
        entity = record["legalEntityDetails"]
        customer = entity["customerDetails"]
        person = customer.get("individualDetails")
        name = (
            f"{person['firstName']} {person['lastName']}"
            if person is not None
            else customer["organisationDetails"]["organisationName"]
        )
        ended = record.get("changeOfCircumstanceDetails", {}).get("deregistrationDetails", {}).get("deregistrationDate")
        return PptSubscription(
            name, date.fromisoformat(entity["dateOfApplication"]), date.fromisoformat(ended) if ended else None
        )

    async def pillar2_subscription(self, plr_id: PlrId) -> Pillar2Subscription | None:
        record = await self._door.find(
            Upstream.IFS,
            "Pillar 2 subscription",
            lambda: self._records.find(RecordKind.PILLAR2_SUBSCRIPTION, "plrReference", plr_id.value),
            path=f"/pillar2/subscription/{plr_id}",
        )
        if record is None:
            return None
        return Pillar2Subscription(
            organisation_name=record["upeDetails"]["organisationName"],
            registration_date=record["upeDetails"]["registrationDate"],
            country_code=record["upeCorrespAddressDetails"]["countryCode"],
            is_inactive=bool((record.get("accountStatus") or {}).get("inactive", False)),
        )


class SandboxCitizenDetails:
    """The port `CitizenDetails`."""

    def __init__(self, door: Door, citizens: Citizens) -> None:
        self._door = door
        self._citizens = citizens

    async def citizen(self, nino: Nino) -> Citizen | None:
        person = await self._person("citizen", nino, f"/citizen-details/nino-no-suffix/{nino}")
        if person is None:
            return None
        return Citizen(
            first_name=person.first_name,
            last_name=person.last_name,
            date_of_birth=person.date_of_birth,
            sa_utr=Utr.as_given(person.utr) if person.utr else None,
        )

    async def designatory_details(self, nino: Nino) -> DesignatoryDetails | None:
        path = f"/citizen-details/{nino.with_any_suffix}/designatory-details"
        person = await self._person("designatory details", nino, path)
        if person is None:
            return None
        address = person.address
        if address is None:
            return DesignatoryDetails(None, None)
        return DesignatoryDetails(address.postcode, country_name(address.country_code))

    async def _person(self, operation: str, nino: Nino, path: str) -> Person | None:
        return await self._door.find(
            Upstream.CITIZEN_DETAILS,
            operation,
            lambda: self._citizens.person_by_nino(nino.value),
            path=path,
            surfacing=Surfacing.AUTO,
        )


def _vat_customer(record: Document) -> VatCustomer:
    details = record["approvedInformation"]["customerDetails"]
    individual = details.get("individual")
    registered = details.get("effectiveRegistrationDate")
    return VatCustomer(
        organisation_name=details.get("organisationName"),
        trading_name=details.get("tradingName"),
        individual=VatIndividual(
            individual.get("title"),
            individual.get("firstName"),
            individual.get("middleName"),
            individual.get("lastName"),
        )
        if individual is not None
        else None,
        effective_registration_date=date.fromisoformat(registered) if registered else None,
        is_insolvent=bool(details["isInsolvent"]),
    )


def _contact_name(contact: Document) -> str | None:
    person = contact.get("individual")
    if person is not None:
        return f"{person['firstName']} {person['lastName']}"
    organisation = contact.get("organisation")
    return str(organisation["organisationName"]) if organisation is not None else None
