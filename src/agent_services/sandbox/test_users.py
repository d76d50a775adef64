"""Create Test User: whole test users from a few wishes. Spec: authorisation-api 8.6."""

import asyncio
import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from agent_services.sandbox import generators
from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.gateway.test_users import NewTestUser, NinoTaken, Pillar2IdTaken, ServiceOnOffer, UserType
from agent_services.sandbox.population.agents import NewAgent, agent_party_of, filled_agent
from agent_services.sandbox.population.clients import NewClient, filled, party_of
from agent_services.sandbox.population.entry import Entry
from agent_services.sandbox.records.kinds import RecordKind
from agent_services.sandbox.records.store import RecordStore
from agent_services.sandbox.refusals import Duplicate
from agent_services.sandbox.users import passwords
from agent_services.sandbox.users.people import AffinityGroup, compact_nino
from agent_services.sandbox.users.store import PeopleStore

_INDIVIDUAL, _ORGANISATION, _AGENT = UserType.INDIVIDUAL, UserType.ORGANISATION, UserType.AGENT
_BOTH = (_INDIVIDUAL, _ORGANISATION)
_PASSWORD_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class _Offer:
    name: str
    user_types: tuple[UserType, ...]
    enrolments: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    """Members of the answer that this service brings."""


_OFFERS: Mapping[str, _Offer] = MappingProxyType(
    {
        "agent-services": _Offer("Agent Services", (_AGENT,), ("HMRC-AS-AGENT",)),
        "national-insurance": _Offer("National Insurance", (_INDIVIDUAL,), (), ("nino",)),
        "self-assessment": _Offer("Self Assessment", _BOTH, ("IR-SA",), ("saUtr",)),
        "mtd-income-tax": _Offer("Making Tax Digital Income Tax", _BOTH, ("HMRC-MTD-IT",), ("nino", "mtdItId")),
        "mtd-vat": _Offer("Making Tax Digital VAT", _BOTH, ("HMRC-MTD-VAT",), ("vrn", "vatRegistrationDate")),
        "submit-vat-returns": _Offer(
            "Submit VAT Returns", (_ORGANISATION,), ("HMCE-VATDEC-ORG",), ("vrn", "vatRegistrationDate")
        ),
        "corporation-tax": _Offer("Corporation Tax", (_ORGANISATION,), ("IR-CT",), ("ctUtr", "crn")),
        "paye-for-employers": _Offer("PAYE for Employers", (_ORGANISATION,), ("IR-PAYE",), ("empRef",)),
        "pillar-2": _Offer("Pillar 2", (_ORGANISATION,), ("HMRC-PILLAR2-ORG",), ("pillar2Id",)),
        "lisa": _Offer("Lifetime ISA", (_ORGANISATION,), ("HMRC-LISA-ORG",), ("lisaManagerReferenceNumber",)),
        "secure-electronic-transfer": _Offer(
            "Secure Electronic Transfer",
            (_ORGANISATION,),
            ("HMRC-SET-ORG",),
            ("secureElectronicTransferReferenceNumber",),
        ),
        "relief-at-source": _Offer(
            "Relief at Source", (_ORGANISATION,), ("HMRC-PSA-ORG",), ("pensionSchemeAdministratorIdentifier",)
        ),
        "customs-services": _Offer("Customs Services", _BOTH, ("HMRC-CUS-ORG",), ("eoriNumber",)),
        "goods-vehicle-movements": _Offer("Goods Vehicle Movements", _BOTH, ("HMRC-CUS-ORG",), ("eoriNumber",)),
        "import-control-system": _Offer("Import Control System", _BOTH, ("HMRC-CUS-ORG",), ("eoriNumber",)),
        "safety-and-security": _Offer("Safety and Security", _BOTH, ("HMRC-CUS-ORG",), ("eoriNumber",)),
        "common-transit-convention-traders": _Offer(
            "Common Transit Convention Traders", _BOTH, ("HMRC-CUS-ORG",), ("eoriNumber",)
        ),
        "common-transit-convention-traders-legacy": _Offer(
            "Common Transit Convention Traders (legacy)", _BOTH, ("HMRC-CUS-ORG",), ("eoriNumber",)
        ),
        "excise-movement-control-system": _Offer(
            "Excise Movement Control System", (_ORGANISATION,), ("HMRC-EMCS-ORG",), ("exciseNumber",)
        ),
        "tax-free-childcare-payments": _Offer("Tax-Free Childcare Payments", (_INDIVIDUAL,), (), ("nino",)),
        "modernisation-of-authorisations": _Offer(
            "Modernisation of Authorisations", (_ORGANISATION,), ("HMRC-EMCS-ORG",), ("exciseNumber",)
        ),
    }
)


class TestUsers:
    """Makes test users whose group, enrolments, known facts and records agree. Implements the gateway's UserMaker."""

    __test__ = False

    def __init__(self, entry: Entry, people: PeopleStore, records: RecordStore) -> None:
        self._entry = entry
        self._people = people
        self._records = records

    def services(self) -> Sequence[ServiceOnOffer]:
        """Every service there is."""
        return [ServiceOnOffer(key, offer.name, offer.user_types) for key, offer in _OFFERS.items()]

    async def create(self, wanted: NewTestUser) -> Mapping[str, Any]:
        """The new user as the answer of 8.6, password included. Raises NinoTaken and Pillar2IdTaken.

        Service keys that this type of user cannot have are left out.
        """
        password = "".join(secrets.choice(_PASSWORD_LETTERS) for _ in range(12))
        password_hash = await asyncio.to_thread(passwords.hashed, password)
        # Random, not sequential: the identifiers of two instances that share a cast should not meet.
        seed = f"test-user:{secrets.token_hex(8)}"
        if wanted.user_type is UserType.AGENT:
            return await self._agent(wanted, seed, password, password_hash)
        return await self._client(wanted, seed, password, password_hash)

    async def _agent(self, wanted: NewTestUser, seed: str, password: str, password_hash: str) -> Document:
        agent = filled_agent(
            NewAgent(
                seed=seed,
                group_id=_twelve_digits(),
                agent_code="".join(secrets.choice(string.digits) for _ in range(10)),
                is_subscribed="agent-services" in wanted.services,
                password_hash=password_hash,
            )
        )
        await self._entry.enter(agent_party_of(agent))
        return without_absent(
            {
                "userId": agent.user_id,
                "password": password,
                "userFullName": agent.name,
                "emailAddress": agent.email,
                "groupIdentifier": agent.group_id,
                "agentCode": agent.agent_code,
                "agentServicesAccountNumber": agent.arn,
            }
        )

    async def _client(self, wanted: NewTestUser, seed: str, password: str, password_hash: str) -> Document:
        offers = [_OFFERS[key] for key in wanted.services if wanted.user_type in _OFFERS[key].user_types]
        is_individual = wanted.user_type is UserType.INDIVIDUAL
        shown = {member for offer in offers for member in offer.shown}
        given_identifiers = {
            "EORINumber": wanted.eori_number,
            "ExciseNumber": wanted.excise_number,
            "PLRID": wanted.pillar2_id,
        }
        nino = compact_nino(wanted.nino) if wanted.nino else None
        if nino is not None and await self._people.person_by_nino(nino[:8]) is not None:
            raise NinoTaken
        if wanted.pillar2_id is not None and await self._pillar2_taken(wanted.pillar2_id):
            raise Pillar2IdTaken
        client = filled(
            NewClient(
                seed=seed,
                affinity_group=AffinityGroup.INDIVIDUAL if is_individual else AffinityGroup.ORGANISATION,
                services=frozenset(service for offer in offers for service in offer.enrolments),
                group_id=_twelve_digits(),
                password_hash=password_hash,
                nino=nino,
                has_nino=bool(offers),
                identifiers=tuple((name, value) for name, value in given_identifiers.items() if value is not None),
            )
        )
        if not is_individual and "nino" in shown and client.nino is None:
            client = filled(_with_generated_nino(client))
        try:
            await self._entry.enter(party_of(client))
        except Duplicate as taken:
            # Somebody else took it between the look and the entry.
            if nino is not None:
                raise NinoTaken from taken
            if wanted.pillar2_id is not None:
                raise Pillar2IdTaken from taken
            raise
        return _answer(client, wanted, password, shown)

    async def _pillar2_taken(self, pillar2_id: str) -> bool:
        return await self._records.find(RecordKind.PILLAR2_SUBSCRIPTION, "plrReference", pillar2_id) is not None


def _with_generated_nino(client: NewClient) -> NewClient:
    return replace(client, nino=generators.nino(client.seed))


def _answer(client: NewClient, wanted: NewTestUser, password: str, shown: set[str]) -> Document:
    address = client.address
    lines = (
        without_absent({"line1": address.line1, "line2": address.line2, "postcode": address.postcode})
        if address is not None
        else {}
    )
    name = client.name or ""
    registered = client.vat_registration_date
    tax_office = client.identifier("TaxOfficeNumber"), client.identifier("TaxOfficeReference")
    by_service = {
        "saUtr": client.utr,
        "nino": client.nino,
        "mtdItId": client.mtd_it_id,
        "vrn": client.vrn,
        "vatRegistrationDate": registered.isoformat() if registered else None,
        "eoriNumber": client.identifier("EORINumber"),
        "empRef": "/".join(part for part in tax_office if part) or None,
        "ctUtr": client.identifier("UTR"),
        "crn": client.identifier("CRN"),
        "lisaManagerReferenceNumber": client.identifier("ZREF"),
        "secureElectronicTransferReferenceNumber": client.identifier("SRN"),
        "pensionSchemeAdministratorIdentifier": client.identifier("PSAID"),
        "exciseNumber": client.identifier("ExciseNumber"),
        "pillar2Id": client.identifier("PLRID"),
    }
    given = {
        "nino": wanted.nino is not None,
        "eoriNumber": wanted.eori_number is not None,
        "exciseNumber": wanted.excise_number is not None,
        "pillar2Id": wanted.pillar2_id is not None,
    }
    details: Document
    if client.is_individual:
        first_name, _, last_name = name.rpartition(" ")
        born = client.date_of_birth
        details = {
            "individualDetails": {
                "firstName": first_name,
                "lastName": last_name,
                "dateOfBirth": born.isoformat() if born else None,
                "address": lines,
            }
        }
    else:
        details = {"organisationDetails": {"name": name, "address": lines}}
    return without_absent(
        {
            "userId": client.user_id,
            "password": password,
            "userFullName": name,
            "emailAddress": client.email,
            **details,
            **{member: value for member, value in by_service.items() if member in shown or given.get(member)},
            "taxpayerType": wanted.taxpayer_type,
            "groupIdentifier": client.group_id,
        }
    )


def _twelve_digits() -> str:
    return "".join(secrets.choice(string.digits) for _ in range(12))
