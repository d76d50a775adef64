"""invitations 15.1, 15.4"""

import pytest

from agent_services.invitations.client_details import ClientDetails
from agent_services.invitations.known_facts import is_known, refusal_at_creation
from agent_services.invitations.outcomes import ApiCode
from agent_services.tax_services import KnownFactType

_AT_HOME = ClientDetails(name="A", known_facts=("AA111AA",), known_fact_type=KnownFactType.POSTAL_CODE)
_REGISTERED = ClientDetails(name="B", known_facts=("2007-05-18",), known_fact_type=KnownFactType.DATE)
_ABROAD = ClientDetails(name="C", known_facts=("FRANCE",), known_fact_type=KnownFactType.COUNTRY)


@pytest.mark.parametrize(
    ("details", "fact", "refusal"),
    [
        (_AT_HOME, "AA11 1AA", None),
        (_AT_HOME, "aa1 11aa", None),
        (_AT_HOME, "AA11 1AB", ApiCode.POSTCODE_DOES_NOT_MATCH),
        (_AT_HOME, "", ApiCode.POSTCODE_FORMAT_INVALID),
        (_AT_HOME, "BFPO 1", ApiCode.POSTCODE_FORMAT_INVALID),
        (_REGISTERED, "2007-05-18", None),
        (_REGISTERED, "2007-05-19", ApiCode.VAT_REG_DATE_DOES_NOT_MATCH),
        (_REGISTERED, "2007-5-18", ApiCode.VAT_REG_DATE_FORMAT_INVALID),
        (_REGISTERED, "2007-02-30", ApiCode.VAT_REG_DATE_FORMAT_INVALID),
        (_REGISTERED, "20070518", ApiCode.VAT_REG_DATE_FORMAT_INVALID),
        (_ABROAD, "FRANCE", ApiCode.INVALID_PAYLOAD),
    ],
)
def test_fact_at_creation(details: ClientDetails, fact: str, refusal: ApiCode | None) -> None:
    assert refusal_at_creation(details, fact) is refusal


@pytest.mark.parametrize(
    ("details", "fact", "known"),
    [
        (_AT_HOME, "aa11 1aa", True),
        (_AT_HOME, "AA11", False),
        (_REGISTERED, "2007-05-18", True),
        (_ABROAD, "fr ance", True),
        (ClientDetails(name="D"), "", False),
    ],
)
def test_fact_at_a_check_is_equal_to_one_of_the_clients(details: ClientDetails, fact: str, known: bool) -> None:
    assert is_known(details, fact) is known
