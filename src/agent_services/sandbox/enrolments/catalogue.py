"""The services that the enrolment store knows: whom for, identifiers, verifiers. Spec: sandbox 1.5."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from agent_services.sandbox.users.people import AffinityGroup

_POSTCODE = (
    r"([A-Za-z][A-Za-z]\d\d|[A-Za-z][A-Za-z]\d|[A-Za-z]\d|[A-Za-z]\d\d|[A-Za-z]\d[A-Za-z]|[A-Za-z]{2}\d[A-Za-z])"
    r" {0,1}\d[A-Za-z]{2}"
)
POSTCODE_PATTERN = re.compile(_POSTCODE, re.ASCII)
_POSTCODE_OR_EMPTY = rf"{_POSTCODE}|"
_SHORT_DATE = r"([1-2][0-9]|[0][1-9]|[3][0-1])\/([0][1-9]|[1][0]|[1][1]|[1][2])\/\d{2}"
_COUNTRY = r"[A-Za-z]{2}"
_EMAIL = r".{0,132}"
_FREE = r".{0,60}"

_INDIVIDUAL, _ORGANISATION, _AGENT = AffinityGroup.INDIVIDUAL, AffinityGroup.ORGANISATION, AffinityGroup.AGENT


@dataclass(frozen=True, slots=True)
class Term:
    """An identifier or verifier of a service."""

    name: str
    pattern: re.Pattern[str]

    def accepts(self, value: str) -> bool:
        return self.pattern.fullmatch(value) is not None


@dataclass(frozen=True, slots=True)
class CatalogueService:
    service: str
    affinity_groups: tuple[AffinityGroup, ...]
    identifiers: tuple[Term, ...]
    verifiers: tuple[Term, ...]
    has_multiple_enrolments: bool = False
    primary: str | None = None
    """The service whose supporting side this one is; never held as principal."""

    @property
    def is_for_agents(self) -> bool:
        return self.affinity_groups == (_AGENT,)

    def identifier(self, name: str) -> Term | None:
        return next((term for term in self.identifiers if term.name.lower() == name.lower()), None)

    def verifier(self, name: str) -> Term | None:
        return next((term for term in self.verifiers if term.name == name), None)


def _terms(**named: str) -> tuple[Term, ...]:
    return tuple(Term(name, re.compile(pattern, re.ASCII)) for name, pattern in named.items())


_BOTH = (_INDIVIDUAL, _ORGANISATION)
_ORG = (_ORGANISATION,)
_AGT = (_AGENT,)
_NINO = r"[A-Za-z0-9 ]{1,9}|.{0}"

_ROWS: tuple[CatalogueService, ...] = (
    CatalogueService(
        "HMRC-AS-AGENT",
        _AGT,
        _terms(AgentReferenceNumber=r"[0-9A-Za-z]{1,11}"),
        _terms(AgencyPostcode=_POSTCODE_OR_EMPTY, CountryCode=_COUNTRY),
    ),
    CatalogueService(
        "HMRC-MTD-IT",
        _BOTH,
        _terms(MTDITID=r"[0-9A-Za-z]{1,15}"),
        _terms(NINO=_NINO, businesspostcode=_POSTCODE_OR_EMPTY),
    ),
    CatalogueService(
        "HMRC-MTD-IT-SUPP",
        _BOTH,
        _terms(MTDITID=r"[0-9A-Za-z]{1,15}"),
        _terms(NINO=_NINO, businesspostcode=_POSTCODE_OR_EMPTY),
        primary="HMRC-MTD-IT",
    ),
    CatalogueService(
        "HMRC-MTD-VAT",
        _BOTH,
        _terms(VRN=r"[0-9]{1,9}"),
        _terms(Postcode=_POSTCODE_OR_EMPTY, VATRegistrationDate=_SHORT_DATE),
    ),
    CatalogueService("HMRC-PT", _BOTH, _terms(NINO=r"[0-9A-Za-z]{1,9}|.{0}"), _terms(NINO1=r"[0-9A-Za-z]{1,9}|.{0}")),
    CatalogueService("HMRC-TERS-ORG", _ORG, _terms(SAUTR=r"[0-9A-Za-z]{1,10}"), _terms(SAUTR1=r"[0-9A-Za-z]{1,10}")),
    CatalogueService("HMRC-TERSNT-ORG", _ORG, _terms(URN=r"[A-Z0-9]{1,15}"), _terms(URN1=r"[A-Z0-9]{1,15}")),
    CatalogueService(
        "HMRC-CGT-PD",
        _BOTH,
        _terms(CGTPDRef=r"X[A-Z]CGTP[0-9]{9}"),
        _terms(PostCode=_POSTCODE_OR_EMPTY, CountryCode=_COUNTRY),
    ),
    CatalogueService(
        "HMRC-PPT-ORG",
        _BOTH,
        _terms(EtmpRegistrationNumber=r"X[A-Z]PPT000[0-9]{7}"),
        _terms(PPTRegistrationDate=_SHORT_DATE, BusinessPostCode=_POSTCODE_OR_EMPTY),
    ),
    CatalogueService(
        "HMRC-CBC-ORG",
        _ORG,
        _terms(cbcId=r"X[A-Z]CBC[0-9]{10}", UTR=r"[0-9A-Za-z]{1,10}"),
        _terms(Email=_EMAIL),
    ),
    CatalogueService(
        "HMRC-CBC-NONUK-ORG",
        _ORG,
        _terms(cbcId=r"X[A-Z]CBC[0-9]{10}"),
        _terms(Email=_EMAIL, NonUKPostalCode=r"[0-9A-Za-z]{1,10}"),
    ),
    CatalogueService(
        "HMRC-PILLAR2-ORG",
        _ORG,
        _terms(PLRID=r"X[A-Z]{1}PLR[0-9]{10}"),
        _terms(UTR=r"[0-9A-Za-z]{1,10}", **{"Registration Date": _SHORT_DATE}),
    ),
    CatalogueService(
        "IR-SA",
        _BOTH,
        _terms(UTR=r"[A-Za-z0-9 ]{1,10}"),
        _terms(Postcode=_POSTCODE_OR_EMPTY, NINO=_NINO, IsVIP=_FREE, DAT=_FREE),
    ),
    CatalogueService(
        "IR-CT",
        _ORG,
        _terms(UTR=r"[A-Za-z0-9]{10}"),
        _terms(Postcode=_POSTCODE_OR_EMPTY, CRN=r"[A-Za-z0-9]{1,8}"),
    ),
    CatalogueService(
        "IR-PAYE",
        _ORG,
        _terms(TaxOfficeNumber=r"\d{3}", TaxOfficeReference=r"[A-Za-z0-9 ]{1,10}"),
        _terms(AccountsRef=_FREE),
    ),
    CatalogueService(
        "IR-SA-AGENT",
        _AGT,
        _terms(IRAgentReference=r"[A-Za-z0-9]{6}"),
        _terms(IRAgentPostcode=_POSTCODE_OR_EMPTY),
    ),
    CatalogueService(
        "IR-CT-AGENT", _AGT, _terms(IRAgentReference=r"[A-Za-z0-9]{6}"), _terms(Postcode=_POSTCODE_OR_EMPTY)
    ),
    CatalogueService(
        "IR-PAYE-AGENT",
        _AGT,
        _terms(IRAgentReference=r"[A-Za-z0-9]{6}"),
        _terms(IRAgentPostcode=_POSTCODE_OR_EMPTY),
    ),
    CatalogueService(
        "HMCE-VAT-AGNT",
        _AGT,
        _terms(AgentRefNo=r"([0-9]|[A-Za-z]){9}"),
        _terms(POSTCODE=_POSTCODE_OR_EMPTY, IREFFREGDATE=_SHORT_DATE, PEPDNO=_FREE, PETAXDUESALES=_FREE),
    ),
    CatalogueService(
        "HMRC-AGENT-AGENT",
        _AGT,
        _terms(AgentRefNumber=r"[0-9A-Za-z]{1,11}"),
        _terms(CTUTR=_FREE, SAUTR=_FREE, SAFEID=_FREE),
    ),
    # Not in the reference's catalogue, but mapping knows it (sandbox 1.5).
    CatalogueService("HMRC-CHAR-AGENT", _AGT, _terms(AgentCharId=r".{1,40}"), _terms(Postcode=_POSTCODE_OR_EMPTY)),
    CatalogueService(
        "HMRC-GTS-AGNT", _AGT, _terms(HMRCGTSAGENTREF=r"[0-9A-Za-z]{14}"), _terms(Postcode=_POSTCODE_OR_EMPTY)
    ),
    CatalogueService(
        "HMRC-MGD-AGNT", _AGT, _terms(HMRCMGDAGENTREF=r"[A-Za-z0-9 ]{10}"), _terms(Postcode=_POSTCODE_OR_EMPTY)
    ),
    CatalogueService(
        "HMRC-NOVRN-AGNT", _AGT, _terms(VATAgentRefNo=r"[0-9A-Za-z]{6}"), _terms(Postcode=_POSTCODE_OR_EMPTY)
    ),
    CatalogueService("IR-SDLT-AGENT", _AGT, _terms(STORN=r"[0-9]{1,10}"), _terms(STORN2=r"[0-9]{1,10}")),
    CatalogueService(
        "HMCE-VATDEC-ORG",
        _BOTH,
        _terms(VATREGNO=r"[0-9]{1,9}"),
        _terms(IRPCODE=_POSTCODE_OR_EMPTY, IREFFREGDATE=_SHORT_DATE, PEPDNO=_FREE, PETAXDUESALES=_FREE),
    ),
    CatalogueService("HMRC-CUS-ORG", _BOTH, _terms(EORINumber=r"[A-Za-z]{2}[0-9]{10,15}"), ()),
    CatalogueService("HMCE-ATWD-ORG", _ORG, _terms(TWAccNo=r"[0-9A-Za-z]{1,15}"), (), has_multiple_enrolments=True),
    CatalogueService("HMRC-OBTDS-ORG", _ORG, _terms(EtmpRegNo=r"[0-9A-Za-z]{1,15}"), (), has_multiple_enrolments=True),
    CatalogueService("HMRC-EMCS-ORG", _ORG, _terms(ExciseNumber=r"[0-9A-Za-z]{1,13}"), ()),
    CatalogueService("HMRC-LISA-ORG", _ORG, _terms(ZREF=r"Z[0-9]{4,6}"), ()),
    CatalogueService("HMRC-SET-ORG", _ORG, _terms(SRN=r"[0-9A-Za-z]{1,12}"), ()),
    CatalogueService("HMRC-PSA-ORG", _BOTH, _terms(PSAID=r"[0-9A-Za-z]{1,10}"), ()),
)

CATALOGUE: Mapping[str, CatalogueService] = MappingProxyType({row.service: row for row in _ROWS})
