"""Random valid identifiers for test users, samples and tests, with the check characters that the real ones carry.

Each maker draws from the `random.Random` that it is given: `Random("seed text")` gives the same values every time,
`secrets.SystemRandom()` fresh ones. Spec: sandbox 1.11.
"""

from random import Random
from string import ascii_uppercase, digits

from agent_services.identifiers.arn import Arn
from agent_services.identifiers.business_partner import AmlsRegistrationNumber, Crn, SafeId
from agent_services.identifiers.check_characters import (
    modulus_11_digit,
    modulus_23_letter,
    vat_check_97,
    vat_check_9755,
)
from agent_services.identifiers.eori import Eori
from agent_services.identifiers.legacy_references import (
    AgentCode,
    GtsAgentReference,
    MgdAgentReference,
    NovrnAgentReference,
    SaAgentReference,
    Storn,
    VatAgentReference,
)
from agent_services.identifiers.mtd_it_id import MtdItId
from agent_services.identifiers.nino import SUFFIXES, Nino
from agent_services.identifiers.postcode import Postcode
from agent_services.identifiers.tax_references import CbcId, CgtRef, PlrId, PptRef
from agent_services.identifiers.urn import Urn
from agent_services.identifiers.utr import TrustUtr, Utr
from agent_services.identifiers.vrn import Vrn

_NINO_FIRST = "ABCEGHJKLMNOPRSTWXYZ"
_NINO_SECOND = "ABCEGHJKLMNPRSTWXYZ"


def random_arn(source: Random) -> Arn:
    rest = "ARN" + _digits(source, 7)
    return Arn(modulus_23_letter(rest) + rest)


def random_utr(source: Random) -> Utr:
    return Utr(_utr(source))


def random_trust_utr(source: Random) -> TrustUtr:
    """With a check digit all the same, as every UTR that was ever issued."""
    return TrustUtr(_utr(source))


def random_vrn(source: Random) -> Vrn:
    """With check digits of the older, 97, rule."""
    start = _digits(source, 7)
    return Vrn(start + vat_check_97(start))


def random_vrn_9755(source: Random) -> Vrn:
    """With check digits of the newer, 97-55, rule."""
    start = _digits(source, 7)
    return Vrn(start + vat_check_9755(start))


def random_nino(source: Random) -> Nino:
    """With a suffix."""
    while True:
        prefix = source.choice(_NINO_FIRST) + source.choice(_NINO_SECOND)
        text = prefix + _digits(source, 6) + source.choice(SUFFIXES)
        if Nino.is_valid_with_suffix(text):
            return Nino.as_given(text)


def random_mtd_it_id(source: Random) -> MtdItId:
    return MtdItId(_etmp_reference("IT" + _digits(source, 11)))


def random_urn(source: Random) -> Urn:
    return Urn(_etmp_reference("TRUST" + _digits(source, 8)))


def random_cgt_ref(source: Random) -> CgtRef:
    return CgtRef(_etmp_reference("CGTP" + _digits(source, 9)))


def random_ppt_ref(source: Random) -> PptRef:
    return PptRef(_etmp_reference("PPT000" + _digits(source, 7)))


def random_cbc_id(source: Random) -> CbcId:
    return CbcId(_etmp_reference("CBC" + _digits(source, 10)))


def random_plr_id(source: Random) -> PlrId:
    return PlrId(_etmp_reference("PLR" + _digits(source, 10)))


def random_safe_id(source: Random) -> SafeId:
    return SafeId(_etmp_reference("000" + _digits(source, 10)))


def random_amls_registration_number(source: Random) -> AmlsRegistrationNumber:
    return AmlsRegistrationNumber(_etmp_reference("ML00000" + _digits(source, 6)))


def random_eori(source: Random) -> Eori:
    """Of the UK: `GB` and twelve digits, which test users and records both take."""
    return Eori("GB" + _digits(source, 12))


def random_crn(source: Random) -> Crn:
    return Crn(_letters(source, 2) + _digits(source, 6))


def random_agent_code(source: Random) -> AgentCode:
    """Six letters, six digits."""
    return AgentCode(_letters(source, 6) + _digits(source, 6))


def random_sa_agent_reference(source: Random) -> SaAgentReference:
    return SaAgentReference(_digits(source, 6))


def random_vat_agent_reference(source: Random) -> VatAgentReference:
    return VatAgentReference(_digits(source, 9))


def random_novrn_agent_reference(source: Random) -> NovrnAgentReference:
    return NovrnAgentReference(_digits(source, 6))


def random_gts_agent_reference(source: Random) -> GtsAgentReference:
    return GtsAgentReference(_digits(source, 14))


def random_mgd_agent_reference(source: Random) -> MgdAgentReference:
    return MgdAgentReference(_digits(source, 10))


def random_storn(source: Random) -> Storn:
    return Storn(_digits(source, 10))


def random_group_id(source: Random) -> str:
    """Such as 9Z9Z-Z9Z9-9Z9Z-Z9Z9, digits and letters by turns."""
    characters = "".join(_digits(source, 1) + _letters(source, 1) for _ in range(4))
    swapped = "".join(_letters(source, 1) + _digits(source, 1) for _ in range(4))
    return f"{characters[:4]}-{swapped[:4]}-{characters[4:]}-{swapped[4:]}"


def random_postcode(source: Random) -> Postcode:
    """Valid by every rule that any service has: one or two letters, a digit, a blank, a digit, two letters."""
    area = _letters(source, source.choice((1, 2)))
    return Postcode(f"{area}{source.choice('123456789')} {_digits(source, 1)}{_letters(source, 2)}")


def _utr(source: Random) -> str:
    rest = _digits(source, 9)
    return modulus_11_digit(rest) + rest


def _etmp_reference(rest: str) -> str:
    return "X" + modulus_23_letter(rest) + rest


def _digits(source: Random, count: int) -> str:
    return "".join(source.choice(digits) for _ in range(count))


def _letters(source: Random, count: int) -> str:
    return "".join(source.choice(ascii_uppercase) for _ in range(count))
