"""Does the agent know something about the client that only the client could have told? Spec: invitations 15.1, 15.4."""

import re
from datetime import date

from agent_services.identifiers import Postcode, PostcodeRule, without_whitespace
from agent_services.invitations.client_details import ClientDetails
from agent_services.invitations.outcomes import ApiCode
from agent_services.tax_services import KnownFactType

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def refusal_at_creation(details: ClientDetails, known_fact: str) -> ApiCode | None:
    """Why the fact does not do for a new request; None when it does. By the type of the client's fact."""
    match details.known_fact_type:
        case KnownFactType.POSTAL_CODE:
            return _postcode_refusal(details, known_fact)
        case KnownFactType.DATE:
            return _date_refusal(details, known_fact)
        case _:
            # Nothing that software can give, such as the country of somebody who lives abroad.
            return ApiCode.INVALID_PAYLOAD


def is_known(details: ClientDetails, known_fact: str) -> bool:
    """Whether the fact is one of the client's, whatever its type; neither white space nor letter case counts."""
    given = _normalised(known_fact)
    return any(_normalised(fact) == given for fact in details.known_facts)


def _postcode_refusal(details: ClientDetails, known_fact: str) -> ApiCode | None:
    if not PostcodeRule.RELATIONSHIPS.accepts(known_fact):
        return ApiCode.POSTCODE_FORMAT_INVALID
    # Contained, not equal: the record may hold more than the postcode.
    if any(Postcode.as_given(fact).contains(known_fact) for fact in details.known_facts):
        return None
    return ApiCode.POSTCODE_DOES_NOT_MATCH


def _date_refusal(details: ClientDetails, known_fact: str) -> ApiCode | None:
    given = _iso_date(known_fact)
    if given is None:
        return ApiCode.VAT_REG_DATE_FORMAT_INVALID
    if given.isoformat() in details.known_facts:
        return None
    return ApiCode.VAT_REG_DATE_DOES_NOT_MATCH


def _iso_date(text: str) -> date | None:
    if _ISO_DATE.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _normalised(text: str) -> str:
    return without_whitespace(text).upper()
