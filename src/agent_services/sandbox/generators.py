"""Values made from a seed: the same seed gives the same value, on every machine and after every reset.

Spec: sandbox 1.11 (forms and check characters), 6.11.
"""

import hashlib
from datetime import date, timedelta
from random import Random

from agent_services.identifiers.generation import (
    random_agent_code,
    random_arn,
    random_cbc_id,
    random_cgt_ref,
    random_eori,
    random_group_id,
    random_mtd_it_id,
    random_nino,
    random_plr_id,
    random_ppt_ref,
    random_safe_id,
    random_urn,
    random_utr,
    random_vrn,
)

_FIRST_NAMES = (
    "Agnes", "Basil", "Clara", "Duncan", "Edith", "Felix", "Greta", "Hugh", "Isla", "Jasper", "Keira", "Lewis",
    "Mabel", "Nathan", "Olive", "Percy", "Rhona", "Silas", "Tessa", "Victor", "Winnie", "Yusuf",
)  # fmt: skip
_LAST_NAMES = (
    "Ashdown", "Birchall", "Cartmell", "Dunmore", "Eastwood", "Farnham", "Gladwin", "Hartley", "Ingleby", "Jarrow",
    "Kerswell", "Lockwood", "Marlowe", "Northam", "Oakhurst", "Pemberton", "Redfern", "Stanbury", "Tremayne",
    "Underhill", "Wetherby", "Yardley",
)  # fmt: skip
_STREETS = ("Mill Lane", "Station Road", "Quay Street", "Orchard Close", "Church Walk", "Harbour Terrace")
_TOWNS = (
    ("Telford", "TF3 4ER"),
    ("Leeds", "LS1 4BD"),
    ("Durham", "DH1 3NE"),
    ("Cardiff", "CF10 1EP"),
    ("Manchester", "M2 5DB"),
    ("Edinburgh", "EH3 9DR"),
    ("Brighton", "BN1 1EL"),
    ("Bristol", "BS1 4ST"),
)
_TRADES = ("Joinery", "Catering", "Plant Hire", "Textiles", "Consulting", "Haulage", "Ceramics", "Printing")


def number(seed: str, what: str, below: int) -> int:
    """A number from 0 to `below` - 1 that belongs to the seed and the purpose."""
    digest = hashlib.sha256(f"{what}\0{seed}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % below


def digits(seed: str, what: str, length: int) -> str:
    return f"{number(seed, what, 10**length):0{length}d}"


def _source(seed: str, what: str) -> Random:
    return Random(f"{what}\0{seed}")  # noqa: S311 (made-up people, nothing secret)


def arn(seed: str) -> str:
    return random_arn(_source(seed, "arn")).value


def utr(seed: str) -> str:
    return random_utr(_source(seed, "utr")).value


def vrn(seed: str) -> str:
    return random_vrn(_source(seed, "vrn")).value


def nino(seed: str) -> str:
    """Nine characters, suffix included."""
    return random_nino(_source(seed, "nino")).with_given_suffix


def mtd_it_id(seed: str) -> str:
    return random_mtd_it_id(_source(seed, "mtd-it-id")).value


def safe_id(seed: str) -> str:
    return random_safe_id(_source(seed, "safe-id")).value


def cgt_reference(seed: str) -> str:
    return random_cgt_ref(_source(seed, "cgt")).value


def ppt_reference(seed: str) -> str:
    return random_ppt_ref(_source(seed, "ppt")).value


def cbc_id(seed: str) -> str:
    return random_cbc_id(_source(seed, "cbc")).value


def plr_id(seed: str) -> str:
    return random_plr_id(_source(seed, "plr")).value


def urn(seed: str) -> str:
    return random_urn(_source(seed, "urn")).value


def crn(seed: str) -> str:
    return digits(seed, "crn", 8)


def eori(seed: str) -> str:
    return random_eori(_source(seed, "eori")).value


def agent_code(seed: str) -> str:
    return random_agent_code(_source(seed, "agent-code")).value


def agent_id(seed: str) -> str:
    return digits(seed, "agent-id", 6)


def group_id(seed: str) -> str:
    """`9Z9Z-Z9Z9-9Z9Z-Z9Z9`."""
    return random_group_id(_source(seed, "group"))


def first_name(seed: str) -> str:
    return _FIRST_NAMES[number(seed, "first-name", len(_FIRST_NAMES))]


def last_name(seed: str) -> str:
    return _LAST_NAMES[number(seed, "last-name", len(_LAST_NAMES))]


def company_name(seed: str) -> str:
    return f"{last_name(seed)} {_TRADES[number(seed, 'trade', len(_TRADES))]} Ltd"


def address_lines(seed: str) -> tuple[str, str, str]:
    """House and street, town, postcode."""
    town, postcode = _TOWNS[number(seed, "town", len(_TOWNS))]
    street = _STREETS[number(seed, "street", len(_STREETS))]
    return f"{1 + number(seed, 'house', 99)} {street}", town, postcode


def birth_date(seed: str) -> date:
    """Between 1940 and 2000."""
    return date(1940, 1, 1) + timedelta(days=number(seed, "birth", 60 * 365))


def past_date(seed: str, what: str) -> date:
    """Between 2006 and 2024: fixed, so that the same identifier keeps its date whenever it is first seen."""
    return date(2006, 1, 1) + timedelta(days=number(seed, what, 18 * 365))


def date_in(year: int, seed: str, what: str) -> date:
    """Some day of that year."""
    return date(year, 1, 1) + timedelta(days=number(seed, what, 365))


def telephone(seed: str) -> str:
    return "01632 " + digits(seed, "telephone", 6)


def email(seed: str, name: str) -> str:
    """An address below example.com, which belongs to nobody."""
    local = ".".join("".join(filter(str.isalnum, part)) for part in name.lower().split()[:2]) or "person"
    return f"{local[:20]}.{digits(seed, 'email', 3)}@example.com"


def record_id(seed: str) -> str:
    """24 hexadecimal characters."""
    return hashlib.sha256(seed.encode()).hexdigest()[:24]


def identifier(name: str, seed: str) -> str:
    """An identifier of an enrolment by its name there."""
    match name:
        case "SAUTR" | "UTR":
            return utr(f"{name}:{seed}")
        case "MTDITID":
            return mtd_it_id(seed)
        case "VRN" | "VATREGNO" | "VATRegNo":
            return vrn(seed)
        case "NINO":
            return nino(seed)
        case "AgentReferenceNumber":
            return arn(seed)
        case "URN":
            return urn(seed)
        case "CGTPDRef":
            return cgt_reference(seed)
        case "EtmpRegistrationNumber":
            return ppt_reference(seed)
        case "cbcId":
            return cbc_id(seed)
        case "PLRID":
            return plr_id(seed)
        case "CRN":
            return crn(seed)
        case "TaxOfficeNumber":
            return digits(seed, "tax-office", 3)
        case "TaxOfficeReference":
            return "XZ" + digits(seed, "tax-office-reference", 5)
        case "EORINumber":
            return eori(seed)
        case "ExciseNumber":
            return "GBWK" + digits(seed, "excise", 9)
        case "ZREF":
            return "Z" + digits(seed, "lisa", 6)
        case "IRAgentReference" | "VATAgentRefNo":
            return chr(65 + number(seed, "reference", 26)) + digits(seed, name, 5)
        case "AgentRefNo":
            return digits(seed, name, 9)
        case "HMRCGTSAGENTREF":
            return "XG" + digits(seed, name, 12)
        case _:
            return digits(seed, name, 10)
