"""Who a client is: name, standing and known facts, from the tax that keeps the record. Spec: invitations 16.3."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from agent_services.identifiers import CbcId, CgtRef, Nino, PlrId, PptRef, Urn, Vrn, without_whitespace
from agent_services.tax_services import ClientDetailsSource, KnownFactType
from agent_services.upstreams.citizen_details import CitizenDetails
from agent_services.upstreams.des import Des, VatCustomer, VatIndividual
from agent_services.upstreams.errors import FailureKind, UpstreamFailed
from agent_services.upstreams.if_cbc import If
from agent_services.upstreams.ifs import Ifs

_UNITED_KINGDOM = "GB"
_UNITED_KINGDOM_COUNTRIES = frozenset({"GREAT BRITAIN", "ENGLAND", "WALES", "NORTHERN IRELAND", "SCOTLAND"})
_TITLES = {
    "0001": "Mr",
    "0002": "Mrs",
    "0003": "Miss",
    "0004": "Ms",
    "0005": "Dr",
    "0006": "Sir",
    "0007": "Rev",
    "0008": "Personal Representative of",
    "0009": "Professor",
    "0010": "Lord",
    "0011": "Lady",
    "0012": "Dame",
}


class ClientStatus(StrEnum):
    """What is the matter with a client. Spec: invitations 16.2."""

    INSOLVENT = "Insolvent"
    DEREGISTERED = "Deregistered"
    INACTIVE = "Inactive"


@dataclass(frozen=True, slots=True)
class ClientDetails:
    """A client as their tax's record has them. `is_overseas` is None where the record does not tell."""

    name: str
    status: ClientStatus | None = None
    is_overseas: bool | None = None
    known_facts: tuple[str, ...] = ()
    known_fact_type: KnownFactType | None = None


class ClientRecords:
    """Looks clients up. Identifiers are taken as given, but for their type."""

    def __init__(
        self,
        *,
        citizen_details: CitizenDetails,
        des: Des,
        ifs: Ifs,
        if_cbc: If,
        overseas_itsa_enabled: bool,
    ) -> None:
        self._citizens = citizen_details
        self._des = des
        self._ifs = ifs
        self._cbc = if_cbc
        self._overseas_itsa_enabled = overseas_itsa_enabled
        self._look_ups: Mapping[ClientDetailsSource, Callable[[str, date], Awaitable[ClientDetails | None]]] = {
            ClientDetailsSource.CITIZEN_WITH_ADDRESS: self._income_tax,
            ClientDetailsSource.CITIZEN_WITH_BIRTH_DATE: self._income_record,
            ClientDetailsSource.VAT_CUSTOMER: self._vat,
            ClientDetailsSource.TRUST: self._trust,
            ClientDetailsSource.CGT_SUBSCRIPTION: self._capital_gains,
            ClientDetailsSource.PPT_SUBSCRIPTION: self._plastic_packaging,
            ClientDetailsSource.CBC_SUBSCRIPTION: self._country_by_country,
            ClientDetailsSource.PILLAR2_SUBSCRIPTION: self._pillar2,
        }

    async def find(self, source: ClientDetailsSource, client_id: str, *, today: date) -> ClientDetails | None:
        """The client, or None when the record does not hold all that is needed.

        Raises UpstreamFailed; for income tax a failure answer counts as "not found".
        """
        return await self._look_ups[source](client_id, today)

    async def _income_tax(self, client_id: str, today: date) -> ClientDetails | None:
        nino = Nino.as_given(client_id)
        try:
            citizen = await self._citizens.citizen(nino)
            if citizen is None:
                return None
            address = await self._citizens.designatory_details(nino)
        except UpstreamFailed as failure:
            # Any answer but 200 is "not found" here, a failure too. Silence is not an answer.
            if failure.kind is FailureKind.ANSWERED:
                return None
            raise
        if address is None or citizen.name is None or citizen.sa_utr is None or address.country is None:
            return None
        if address.country in _UNITED_KINGDOM_COUNTRIES and address.postcode is not None:
            return ClientDetails(
                name=citizen.name,
                is_overseas=False,
                known_facts=(without_whitespace(address.postcode),),
                known_fact_type=KnownFactType.POSTAL_CODE,
            )
        if not self._overseas_itsa_enabled:
            return None
        return ClientDetails(
            name=citizen.name,
            is_overseas=True,
            known_facts=(address.country,),
            known_fact_type=KnownFactType.COUNTRY,
        )

    async def _income_record(self, client_id: str, today: date) -> ClientDetails | None:
        citizen = await self._citizens.citizen(Nino.as_given(client_id))
        if citizen is None or citizen.name is None or citizen.date_of_birth is None:
            return None
        return ClientDetails(
            name=citizen.name,
            known_facts=(citizen.date_of_birth.isoformat(),),
            known_fact_type=KnownFactType.DATE,
        )

    async def _vat(self, client_id: str, today: date) -> ClientDetails | None:
        customer = await self._des.vat_customer(Vrn.as_given(client_id))
        name = None if customer is None else _vat_name(customer)
        if customer is None or name is None or customer.effective_registration_date is None:
            return None
        return ClientDetails(
            name=name,
            status=ClientStatus.INSOLVENT if customer.is_insolvent else None,
            known_facts=(customer.effective_registration_date.isoformat(),),
            known_fact_type=KnownFactType.DATE,
        )

    async def _trust(self, client_id: str, today: date) -> ClientDetails | None:
        name = await self._ifs.trust_name(Urn.as_given(client_id))
        return None if name is None else ClientDetails(name=name)

    async def _capital_gains(self, client_id: str, today: date) -> ClientDetails | None:
        subscription = await self._des.cgt_subscription(CgtRef.as_given(client_id))
        if subscription is None:
            return None
        if subscription.country_code.upper() == _UNITED_KINGDOM and subscription.postal_code is not None:
            return ClientDetails(
                name=subscription.name,
                is_overseas=False,
                known_facts=(without_whitespace(subscription.postal_code),),
                known_fact_type=KnownFactType.POSTAL_CODE,
            )
        return ClientDetails(
            name=subscription.name,
            is_overseas=True,
            known_facts=(subscription.country_code,),
            known_fact_type=KnownFactType.COUNTRY_CODE,
        )

    async def _plastic_packaging(self, client_id: str, today: date) -> ClientDetails | None:
        subscription = await self._ifs.ppt_subscription(PptRef.as_given(client_id))
        if subscription is None:
            return None
        ended = subscription.deregistration_date
        return ClientDetails(
            name=subscription.name,
            status=ClientStatus.DEREGISTERED if ended is not None and ended < today else None,
            known_facts=(subscription.date_of_application.isoformat(),),
            known_fact_type=KnownFactType.DATE,
        )

    async def _country_by_country(self, client_id: str, today: date) -> ClientDetails | None:
        subscription = await self._cbc.cbc_subscription(CbcId.as_given(client_id))
        if subscription is None or not subscription.contacts:
            return None
        name = subscription.trading_name or subscription.contacts[0].name
        if name is None:
            return None
        return ClientDetails(
            name=name,
            is_overseas=not subscription.is_gb_user,
            known_facts=tuple(contact.email for contact in subscription.contacts),
            known_fact_type=KnownFactType.EMAIL,
        )

    async def _pillar2(self, client_id: str, today: date) -> ClientDetails | None:
        subscription = await self._ifs.pillar2_subscription(PlrId.as_given(client_id))
        if subscription is None:
            return None
        return ClientDetails(
            name=subscription.organisation_name,
            status=ClientStatus.INACTIVE if subscription.is_inactive else None,
            is_overseas=subscription.country_code.upper() != _UNITED_KINGDOM,
            known_facts=(subscription.registration_date,),
            known_fact_type=KnownFactType.DATE,
        )


def _vat_name(customer: VatCustomer) -> str | None:
    if customer.trading_name is not None:
        return customer.trading_name
    if customer.organisation_name is not None:
        return customer.organisation_name
    return None if customer.individual is None else _individual_name(customer.individual)


def _individual_name(individual: VatIndividual) -> str:
    title = None if individual.title is None else _TITLES.get(individual.title)
    parts = (title, individual.first_name, individual.middle_name, individual.last_name)
    return " ".join(stripped for part in parts if part and (stripped := part.strip()))
