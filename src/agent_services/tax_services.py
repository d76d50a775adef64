"""The catalogue: every tax service an agent can act for, with each rule that depends on the service as a column.

Rooms ask a row, never compare a service's name. Spec: identifiers 18, relationships 12, invitations 2,
upstreams 3.1, 4.2 and 4.3, journey 4.3.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Self

from agent_services.identifiers import (
    CbcId,
    CgtRef,
    Identifier,
    MtdItId,
    Nino,
    PlrId,
    PptRef,
    TrustUtr,
    UrnClientId,
    Vrn,
    without_whitespace,
)

AGENT_SERVICE_KEY = "HMRC-AS-AGENT"
AGENT_IDENTIFIER_NAME = "AgentReferenceNumber"
PERSONAL_TAX_SERVICE_KEY = "HMRC-PT"
NATIONAL_INSURANCE_SERVICE_KEY = "HMRC-NI"
LEGACY_SA_SERVICE_KEY = "IR-SA"
LEGACY_VAT_SERVICE_KEY = "HMCE-VATDEC-ORG"
LEGACY_VAT_IDENTIFIER_NAME = "VATRegNo"


class ClientType(StrEnum):
    """What kind of client an authorisation request is for."""

    PERSONAL = "personal"
    BUSINESS = "business"
    TRUST = "trust"


class AgentRole(StrEnum):
    """What an agent is to a client of a service: the one main agent, or one of any number of supporting ones."""

    MAIN = "main"
    SUPPORTING = "supporting"


class KnownFactType(StrEnum):
    """What a client may be asked for to show that the agent knows them. Spec: invitations 16.2."""

    POSTAL_CODE = "PostalCode"
    COUNTRY_CODE = "CountryCode"
    COUNTRY = "Country"
    EMAIL = "Email"
    DATE = "Date"


class ClientDetailsSource(Enum):
    """Which record of the client tells the name and the known facts. Spec: invitations 16.3."""

    CITIZEN_WITH_ADDRESS = "itsa"
    CITIZEN_WITH_BIRTH_DATE = "pir"
    VAT_CUSTOMER = "vat"
    TRUST = "trust"
    CGT_SUBSCRIPTION = "cgt"
    PPT_SUBSCRIPTION = "ppt"
    CBC_SUBSCRIPTION = "cbc"
    PILLAR2_SUBSCRIPTION = "pillar2"


@dataclass(frozen=True, slots=True)
class ClientIdType:
    """A kind of client identifier under its two names. Names are compared in their exact case."""

    name: str
    """In requests and stored documents: `ni`, `vrn`, `CGTPDRef` …"""
    enrolment_name: str
    """In enrolments and enrolment keys: `NINO`, `VRN`, `CGTPDRef` …"""
    spec_name: str
    """In the contract's error texts: `NinoType` …"""
    identifier: type[Identifier]

    def is_valid(self, text: str) -> bool:
        """Whether the text exactly as given, blanks included, is of this type."""
        return self.identifier.is_valid(text)

    def value_of(self, text: str) -> str:
        """What is stored and compared: no whitespace, a NINO without suffix. Checks nothing."""
        return self.identifier.as_given(without_whitespace(text)).value


NI = ClientIdType("ni", "NINO", "NinoType", Nino)
MTDITID = ClientIdType("MTDITID", "MTDITID", "MtdItIdType", MtdItId)
VRN = ClientIdType("vrn", "VRN", "VrnType", Vrn)
UTR = ClientIdType("utr", "SAUTR", "UtrType", TrustUtr)
URN = ClientIdType("urn", "URN", "UrnType", UrnClientId)
CGT_REF = ClientIdType("CGTPDRef", "CGTPDRef", "CgtRefType", CgtRef)
PPT_REF = ClientIdType("EtmpRegistrationNumber", "EtmpRegistrationNumber", "PptRefType", PptRef)
CBC_ID = ClientIdType("cbcId", "cbcId", "CbcIdType", CbcId)
PLR_ID = ClientIdType("PLRID", "PLRID", "PlrIdType", PlrId)

CLIENT_ID_TYPES: tuple[ClientIdType, ...] = (NI, MTDITID, VRN, UTR, URN, CGT_REF, PPT_REF, CBC_ID, PLR_ID)

NINO_TYPE_NAMES = frozenset({"ni", "NI", "NINO"})
"""The names under which a check or a change takes a NINO for income tax. Spec: relationships 1.1."""


@dataclass(frozen=True, slots=True)
class EtmpTerms:
    """What ETMP is told of a relationship, and how it is asked. Spec: upstreams 4.2, 4.3."""

    regime: str
    id_type: str
    relationship_type: str | None
    auth_profile: str | None
    is_exclusive: bool
    """A new agent ends the previous one of the same client, regime and profile in ETMP itself."""
    query_id_type: str | None
    query_relationship_type: str | None
    query_auth_profile: str | None
    """Only for the question "active for a service"."""


def _etmp_with_profile(
    regime: str, id_type: str, *, auth_profile: str = "ALL00001", is_exclusive: bool = True
) -> EtmpTerms:
    return EtmpTerms(
        regime, id_type, "ZA01", auth_profile, is_exclusive, id_type, query_relationship_type="ZA01",
        query_auth_profile=auth_profile,
    )  # fmt: skip


def _etmp_without_profile(regime: str, id_type: str) -> EtmpTerms:
    return EtmpTerms(regime, id_type, None, None, True, id_type, None, None)


def _etmp_income_tax(auth_profile: str, *, is_exclusive: bool) -> EtmpTerms:
    # The look-up leaves the id type out for an MTDITID; the change names it.
    return EtmpTerms("ITSA", "MTDBSA", "ZA01", auth_profile, is_exclusive, None, "ZA01", auth_profile)


# The look-up of pillar 2 names neither relationship type nor profile; the change names both.
_ETMP_PILLAR2 = EtmpTerms("PLR", "ZPLR", "ZA01", "ALL00001", True, "ZPLR", None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxService:
    """One tax service and its rules."""

    service_key: str
    invitation_prefix: str
    supplied_id_type: ClientIdType
    """What a request and the client's agent name the client by."""
    client_id_type: ClientIdType
    """What the relationship is kept under: the identifier of the enrolment."""
    enrolment_service_key: str
    """The service of the enrolment by which a signed-in client is known; the service itself but for PIR."""
    enrolment_identifier_names: tuple[str, ...]
    etmp: EtmpTerms | None
    """None: the relationship is kept by agent-fi-relationship, not by ETMP and the enrolment store."""
    suspension_regime: str
    client_types: frozenset[ClientType]
    client_details: ClientDetailsSource
    known_fact_types: tuple[KnownFactType, ...]
    path_segment: str
    """In the addresses of the client's pages and in `clientActionUrl`: `income-tax`, `vat` …"""
    sign_in_service_keys: tuple[str, ...]
    """A client with an enrolment of any of these may answer. Spec: journey 4.3."""
    email_phrase: str
    """What the agent asks for, in e-mails. Spec: invitations 17."""
    api_name: str | None = None
    """In the public API: `MTD-IT`, `MTD-VAT`; None where that API does not serve it."""
    agent_role: AgentRole = AgentRole.MAIN
    counterpart_key: str | None = None
    """The service under which agents have the other role for the same client."""
    allows_partial_authorisation: bool = False
    """A client who has only a NINO yet can authorise an agent before signing up."""
    overseas_key: str | None = None
    """The service of clients abroad, where they are told apart by their record alone."""
    taxable_key: str | None = None
    """The service that a trust moves to when it becomes taxable."""

    def __str__(self) -> str:
        return self.service_key

    @property
    def has_one_main_agent(self) -> bool:
        """A new agent replaces the previous one. Otherwise any number act side by side and replace nobody."""
        return self.agent_role is AgentRole.MAIN

    @property
    def is_kept_by_agent_fi(self) -> bool:
        """Relationships live in agent-fi-relationship: no ETMP, no delegated enrolment."""
        return self.etmp is None

    @property
    def has_agent_roles(self) -> bool:
        """Main and supporting agents are told apart for this service."""
        return self.counterpart_key is not None

    @property
    def counterpart(self) -> "TaxService | None":
        """The same tax with the other agent role."""
        return _row_or_none(self.counterpart_key)

    @property
    def overseas(self) -> "TaxService | None":
        """The same tax for clients abroad, whose enrolment the store must be asked for (ES20)."""
        return _row_or_none(self.overseas_key)

    @property
    def taxable(self) -> "TaxService | None":
        """Where a trust's request goes when the trust becomes taxable. Spec: invitations 13."""
        return _row_or_none(self.taxable_key)

    def enrolment_key(self, client_id: str) -> "EnrolmentKey":
        """The key of the client with this id of `client_id_type`. Checks nothing; whitespace is removed."""
        return self._key(self.client_id_type, client_id)

    def supplied_key(self, client_id: str) -> "EnrolmentKey":
        """The key under the id as supplied: `HMRC-MTD-IT~NINO~…` for a client who has not signed up."""
        return self._key(self.supplied_id_type, client_id)

    def _key(self, id_type: ClientIdType, client_id: str) -> "EnrolmentKey":
        return EnrolmentKey.of(self.service_key, id_type.enrolment_name, id_type.value_of(client_id))


class InvalidEnrolmentKey(ValueError):
    """The text is no enrolment key. The message does not repeat it: it may be personal."""

    def __init__(self) -> None:
        super().__init__("not a valid enrolment key")


class UnknownTaxService(LookupError):
    """The key is of no service in the catalogue."""


@dataclass(frozen=True, slots=True)
class EnrolmentKey:
    """A service and the identifiers by which it knows somebody, in the order given. Spec: identifiers 18.

    Names keep their case and identifiers their order: the enrolment store's own order is sent back to it.
    """

    service_key: str
    identifiers: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, service_key: str, name: str, value: str) -> Self:
        """A key with one identifier."""
        return cls(service_key, ((name, value),))

    @classmethod
    def for_agent(cls, arn: str) -> Self:
        """`HMRC-AS-AGENT~AgentReferenceNumber~<arn>`."""
        return cls.of(AGENT_SERVICE_KEY, AGENT_IDENTIFIER_NAME, arn)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads `SERVICE~NAME~VALUE[~NAME~VALUE…]`. Raises InvalidEnrolmentKey."""
        service_key, *rest = text.split("~")
        if len(rest) < 2 or len(rest) % 2 or not service_key or not all(rest):
            raise InvalidEnrolmentKey
        return cls(service_key, tuple(zip(rest[::2], rest[1::2], strict=True)))

    def __str__(self) -> str:
        return "~".join((self.service_key, *(part for pair in self.identifiers for part in pair)))

    @property
    def service(self) -> TaxService:
        """The catalogue's row. Raises UnknownTaxService for any other service, such as the agents' own."""
        row = tax_service(self.service_key)
        if row is None:
            raise UnknownTaxService(self.service_key)
        return row

    @property
    def client_id(self) -> str:
        """The one identifier that the tax service knows the client by: `cbcId` among several, else the first."""
        return self._client_identifier()[1]

    @property
    def client_id_type(self) -> str:
        """The name of `client_id` as it stands in this key: `VRN`, `MTDITID`, `cbcId` …"""
        return self._client_identifier()[0]

    @property
    def has_nino(self) -> bool:
        """Keyed by NINO: an income record, or an income-tax client who has not signed up. Never sent to EACD."""
        return self.client_id_type == NI.enrolment_name

    def identifier(self, name: str) -> str | None:
        """The value of the identifier of this name, in any letter case."""
        wanted = name.casefold()
        return next((value for held, value in self.identifiers if held.casefold() == wanted), None)

    def _client_identifier(self) -> tuple[str, str]:
        row = tax_service(self.service_key)
        wanted = row.client_id_type.enrolment_name.casefold() if row else None
        return next((pair for pair in self.identifiers if pair[0].casefold() == wanted), self.identifiers[0])


_MTD_IT, _MTD_IT_SUPP, _MTD_VAT = "HMRC-MTD-IT", "HMRC-MTD-IT-SUPP", "HMRC-MTD-VAT"
_TERS, _TERSNT, _CBC, _CBC_NONUK = "HMRC-TERS-ORG", "HMRC-TERSNT-ORG", "HMRC-CBC-ORG", "HMRC-CBC-NONUK-ORG"
_PIR, _CGT, _PPT, _PILLAR2 = "PERSONAL-INCOME-RECORD", "HMRC-CGT-PD", "HMRC-PPT-ORG", "HMRC-PILLAR2-ORG"

_PERSONAL, _BUSINESS, _TRUST = ClientType.PERSONAL, ClientType.BUSINESS, ClientType.TRUST
_PERSON_SIGN_IN = (NATIONAL_INSURANCE_SERVICE_KEY, PERSONAL_TAX_SERVICE_KEY)

TAX_SERVICES: tuple[TaxService, ...] = (
    TaxService(
        service_key=_MTD_IT,
        invitation_prefix="A",
        supplied_id_type=NI,
        client_id_type=MTDITID,
        enrolment_service_key=_MTD_IT,
        enrolment_identifier_names=("MTDITID",),
        etmp=_etmp_income_tax("ALL00001", is_exclusive=True),
        suspension_regime="ITSA",
        client_types=frozenset({_PERSONAL}),
        client_details=ClientDetailsSource.CITIZEN_WITH_ADDRESS,
        known_fact_types=(KnownFactType.POSTAL_CODE, KnownFactType.COUNTRY),
        path_segment="income-tax",
        sign_in_service_keys=(_MTD_IT, *_PERSON_SIGN_IN),
        email_phrase="manage their Making Tax Digital for Income Tax.",
        api_name="MTD-IT",
        counterpart_key=_MTD_IT_SUPP,
        allows_partial_authorisation=True,
    ),
    TaxService(
        service_key=_MTD_VAT,
        invitation_prefix="C",
        supplied_id_type=VRN,
        client_id_type=VRN,
        enrolment_service_key=_MTD_VAT,
        enrolment_identifier_names=("VRN",),
        etmp=_etmp_with_profile("VATC", "VRN"),
        suspension_regime="VATC",
        client_types=frozenset({_PERSONAL, _BUSINESS}),
        client_details=ClientDetailsSource.VAT_CUSTOMER,
        known_fact_types=(KnownFactType.DATE,),
        path_segment="vat",
        sign_in_service_keys=(_MTD_VAT,),
        email_phrase="manage their Making Tax Digital for VAT.",
        api_name="MTD-VAT",
    ),
    TaxService(
        service_key=_PIR,
        invitation_prefix="B",
        supplied_id_type=NI,
        client_id_type=NI,
        enrolment_service_key=NATIONAL_INSURANCE_SERVICE_KEY,
        enrolment_identifier_names=("NINO",),
        etmp=None,
        suspension_regime="PIR",
        client_types=frozenset({_PERSONAL}),
        client_details=ClientDetailsSource.CITIZEN_WITH_BIRTH_DATE,
        known_fact_types=(KnownFactType.DATE,),
        path_segment="income-record-viewer",
        sign_in_service_keys=_PERSON_SIGN_IN,
        email_phrase="view their PAYE income record.",
    ),
    TaxService(
        service_key=_TERS,
        invitation_prefix="D",
        supplied_id_type=UTR,
        client_id_type=UTR,
        enrolment_service_key=_TERS,
        enrolment_identifier_names=("SAUTR",),
        etmp=_etmp_without_profile("TRS", "UTR"),
        suspension_regime="TRS",
        client_types=frozenset({_TRUST}),
        client_details=ClientDetailsSource.TRUST,
        known_fact_types=(),
        path_segment="trusts-and-estates",
        sign_in_service_keys=(_TERS, _TERSNT),
        email_phrase="maintain a trust or an estate.",
    ),
    TaxService(
        service_key=_TERSNT,
        invitation_prefix="F",
        supplied_id_type=URN,
        client_id_type=URN,
        enrolment_service_key=_TERSNT,
        enrolment_identifier_names=("URN",),
        etmp=_etmp_without_profile("TRS", "URN"),
        suspension_regime="TRS",
        client_types=frozenset({_TRUST}),
        client_details=ClientDetailsSource.TRUST,
        known_fact_types=(),
        path_segment="trusts-and-estates",
        sign_in_service_keys=(_TERS, _TERSNT),
        email_phrase="maintain a trust or an estate.",
        taxable_key=_TERS,
    ),
    TaxService(
        service_key=_CGT,
        invitation_prefix="E",
        supplied_id_type=CGT_REF,
        client_id_type=CGT_REF,
        enrolment_service_key=_CGT,
        enrolment_identifier_names=("CGTPDRef",),
        etmp=_etmp_with_profile("CGT", "ZCGT"),
        suspension_regime="CGT",
        client_types=frozenset({_PERSONAL, _TRUST}),
        client_details=ClientDetailsSource.CGT_SUBSCRIPTION,
        known_fact_types=(KnownFactType.POSTAL_CODE, KnownFactType.COUNTRY_CODE),
        path_segment="capital-gains-tax-uk-property",
        sign_in_service_keys=(_CGT,),
        email_phrase="manage their Capital Gains Tax on UK property account.",
    ),
    TaxService(
        service_key=_PPT,
        invitation_prefix="G",
        supplied_id_type=PPT_REF,
        client_id_type=PPT_REF,
        enrolment_service_key=_PPT,
        enrolment_identifier_names=("EtmpRegistrationNumber",),
        etmp=_etmp_with_profile("PPT", "ZPPT"),
        suspension_regime="PPT",
        client_types=frozenset({_PERSONAL, _BUSINESS, _TRUST}),
        client_details=ClientDetailsSource.PPT_SUBSCRIPTION,
        known_fact_types=(KnownFactType.DATE,),
        path_segment="plastic-packaging-tax",
        sign_in_service_keys=(_PPT,),
        email_phrase="manage their Plastic Packaging Tax.",
    ),
    TaxService(
        service_key=_CBC,
        invitation_prefix="H",
        supplied_id_type=CBC_ID,
        client_id_type=CBC_ID,
        enrolment_service_key=_CBC,
        enrolment_identifier_names=("UTR", "cbcId"),
        etmp=_etmp_without_profile("CBC", "CBC"),
        suspension_regime="CBC",
        client_types=frozenset({_BUSINESS, _TRUST}),
        client_details=ClientDetailsSource.CBC_SUBSCRIPTION,
        known_fact_types=(KnownFactType.EMAIL,),
        path_segment="country-by-country-reporting",
        sign_in_service_keys=(_CBC, _CBC_NONUK),
        email_phrase="manage their Country-by-Country.",
        overseas_key=_CBC_NONUK,
    ),
    TaxService(
        service_key=_CBC_NONUK,
        invitation_prefix="J",
        supplied_id_type=CBC_ID,
        client_id_type=CBC_ID,
        enrolment_service_key=_CBC_NONUK,
        enrolment_identifier_names=("cbcId",),
        etmp=_etmp_without_profile("CBC", "CBC"),
        suspension_regime="CBC",
        client_types=frozenset({_BUSINESS, _TRUST}),
        client_details=ClientDetailsSource.CBC_SUBSCRIPTION,
        known_fact_types=(KnownFactType.EMAIL,),
        path_segment="country-by-country-reporting",
        sign_in_service_keys=(_CBC, _CBC_NONUK),
        email_phrase="manage their Country-by-Country.",
    ),
    TaxService(
        service_key=_PILLAR2,
        invitation_prefix="K",
        supplied_id_type=PLR_ID,
        client_id_type=PLR_ID,
        enrolment_service_key=_PILLAR2,
        enrolment_identifier_names=("PLRID",),
        etmp=_ETMP_PILLAR2,
        suspension_regime="PLR",
        client_types=frozenset({_BUSINESS, _TRUST}),
        client_details=ClientDetailsSource.PILLAR2_SUBSCRIPTION,
        known_fact_types=(KnownFactType.DATE,),
        path_segment="pillar-2",
        sign_in_service_keys=(_PILLAR2,),
        email_phrase="manage their Pillar2 Tax.",
    ),
    TaxService(
        service_key=_MTD_IT_SUPP,
        invitation_prefix="L",
        supplied_id_type=NI,
        client_id_type=MTDITID,
        enrolment_service_key=_MTD_IT_SUPP,
        enrolment_identifier_names=("MTDITID",),
        etmp=_etmp_income_tax("ITSAS001", is_exclusive=False),
        suspension_regime="ITSA",
        client_types=frozenset({_PERSONAL}),
        client_details=ClientDetailsSource.CITIZEN_WITH_ADDRESS,
        known_fact_types=(KnownFactType.POSTAL_CODE, KnownFactType.COUNTRY),
        path_segment="income-tax",
        sign_in_service_keys=(_MTD_IT, *_PERSON_SIGN_IN),
        email_phrase="manage their Making Tax Digital for Income Tax.",
        api_name="MTD-IT",
        agent_role=AgentRole.SUPPORTING,
        counterpart_key=_MTD_IT,
        allows_partial_authorisation=True,
    ),
)
"""In the order of the source's list, which some answers keep. Spec: relationships 12.1."""

_BY_KEY: Mapping[str, TaxService] = MappingProxyType({row.service_key: row for row in TAX_SERVICES})
_BY_TYPE_NAME: Mapping[str, ClientIdType] = MappingProxyType({kind.name: kind for kind in CLIENT_ID_TYPES})
_BY_ENROLMENT_NAME: Mapping[str, ClientIdType] = MappingProxyType(
    {kind.enrolment_name: kind for kind in CLIENT_ID_TYPES}
)

ENROLMENT_SERVICES: tuple[TaxService, ...] = tuple(row for row in TAX_SERVICES if not row.is_kept_by_agent_fi)
"""Without the income record: the services of which ETMP and the enrolment store keep the relationships."""

API_SERVICES: tuple[TaxService, ...] = tuple(row for row in TAX_SERVICES if row.api_name is not None)
"""What the public API serves."""

_ALL_REGIMES_WORDS = frozenset({"ALL", "AGSV"})
# Country-by-country is not among them, as in the reference.
_REGIMES_OF_ALL = frozenset({"ITSA", "VATC", "TRS", "CGT", "PIR", "PPT", "PLR"})


def tax_service(service_key: str) -> TaxService | None:
    """The row of the service with exactly this key."""
    return _BY_KEY.get(service_key)


def _row_or_none(service_key: str | None) -> TaxService | None:
    return None if service_key is None else _BY_KEY[service_key]


def api_service(api_name: str, role: AgentRole = AgentRole.MAIN) -> TaxService | None:
    """The service that the public API calls `MTD-IT` or `MTD-VAT`, for agents in this role."""
    return next((row for row in API_SERVICES if row.api_name == api_name and row.agent_role is role), None)


def services_by_path_segment(path_segment: str) -> tuple[TaxService, ...]:
    """The services behind one address of the client's pages; empty for an unknown one."""
    return tuple(row for row in TAX_SERVICES if row.path_segment == path_segment)


def client_id_type(name: str) -> ClientIdType | None:
    """The type named `ni`, `vrn` … in requests, in exactly this case."""
    return _BY_TYPE_NAME.get(name)


def client_id_type_in_enrolment(enrolment_name: str) -> ClientIdType | None:
    """The type named `NINO`, `VRN` … in enrolments, in exactly this case."""
    return _BY_ENROLMENT_NAME.get(enrolment_name)


def suspended_regimes(regimes: Iterable[str]) -> frozenset[str]:
    """The regimes that an agent's suspension covers once `ALL` and `AGSV` are spelt out. Spec: identifiers 18."""
    given = frozenset(regimes)
    return given | _REGIMES_OF_ALL if given & _ALL_REGIMES_WORDS else given
