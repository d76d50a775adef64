"""The payload checks, in the order in which they decide. Spec: authorisation-api 3.1, 4.2, 4.5, 4.6, 7.4."""

from typing import Any

import pytest

from agent_services.authorisation_api.errors import ApiCode, Refusal
from agent_services.authorisation_api.payloads import (
    authorisation_from,
    deauthorisation_from,
    relationship_from,
)

INCOME_TAX = {
    "service": "MTD-IT",
    "clientType": "personal",
    "clientIdType": "ni",
    "clientId": "AA999999A",
    "knownFact": "AA11 1AA",
}
VAT = {
    "service": ["MTD-VAT"],
    "clientType": "business",
    "clientIdType": "vrn",
    "clientId": "101747696",
    "knownFact": "2007-05-18",
}
SEED_INCOME_TAX = {
    "service": ["MTD-IT"],
    "clientIdType": "ni",
    "clientId": "AA999999A",
    "knownFact": "AA11 1AA",
}
SEED_VAT = {"service": ["MTD-VAT"], "clientIdType": "vrn", "clientId": "101747696", "knownFact": "2007-05-18"}


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {each: value for each, value in body.items() if each != name}


def code_of_create(body: Any, version: str = "2.0") -> ApiCode:
    with pytest.raises(Refusal) as refused:
        authorisation_from(body, version=version, checks_vrn_digits=False)
    return refused.value.code


@pytest.mark.parametrize(
    ("body", "service", "client_type"),
    [
        (INCOME_TAX, "HMRC-MTD-IT", "personal"),
        (INCOME_TAX | {"service": ["MTD-IT"]}, "HMRC-MTD-IT", "personal"),
        (INCOME_TAX | {"agentType": "main"}, "HMRC-MTD-IT", "personal"),
        (INCOME_TAX | {"agentType": None}, "HMRC-MTD-IT", "personal"),
        (INCOME_TAX | {"agentType": "supporting"}, "HMRC-MTD-IT-SUPP", "personal"),
        (INCOME_TAX | {"clientIdType": "anything at all"}, "HMRC-MTD-IT", "personal"),
        (INCOME_TAX | {"unknown": [1]}, "HMRC-MTD-IT", "personal"),
        (VAT, "HMRC-MTD-VAT", "business"),
        (VAT | {"clientType": "personal"}, "HMRC-MTD-VAT", "personal"),
    ],
)
def test_todays_body_is_understood(body: dict[str, Any], service: str, client_type: str) -> None:
    asked = authorisation_from(body, version="2.0", checks_vrn_digits=False)

    assert (asked.client.service, asked.client_type) == (service, client_type)


@pytest.mark.parametrize(
    ("body", "service", "client_type"),
    [(SEED_INCOME_TAX, "HMRC-MTD-IT", "personal"), (SEED_VAT, "HMRC-MTD-VAT", None)],
)
def test_a_body_of_the_seeds_time_is_understood_under_1_0(
    body: dict[str, Any], service: str, client_type: str | None
) -> None:
    asked = authorisation_from(body, version="1.0", checks_vrn_digits=False)

    assert (asked.client.service, asked.client_type) == (service, client_type)


def test_spaces_in_the_client_id_do_not_count() -> None:
    asked = authorisation_from(INCOME_TAX | {"clientId": " AA 99 99 99 A"}, version="2.0", checks_vrn_digits=False)

    assert asked.client.client_id == "AA999999A"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (None, ApiCode.INVALID_PAYLOAD),
        ([], ApiCode.INVALID_PAYLOAD),
        ("text", ApiCode.INVALID_PAYLOAD),
        (without(INCOME_TAX, "service"), ApiCode.INVALID_PAYLOAD),
        (without(INCOME_TAX, "clientType"), ApiCode.INVALID_PAYLOAD),
        (without(INCOME_TAX, "clientIdType"), ApiCode.INVALID_PAYLOAD),
        (without(INCOME_TAX, "clientId"), ApiCode.INVALID_PAYLOAD),
        (without(INCOME_TAX, "knownFact"), ApiCode.INVALID_PAYLOAD),
        (INCOME_TAX | {"clientType": None}, ApiCode.INVALID_PAYLOAD),
        (INCOME_TAX | {"clientId": 1}, ApiCode.INVALID_PAYLOAD),
        (INCOME_TAX | {"agentType": 1}, ApiCode.INVALID_PAYLOAD),
        (INCOME_TAX | {"service": []}, ApiCode.INVALID_PAYLOAD),
        (INCOME_TAX | {"service": ["MTD-IT", "MTD-VAT"]}, ApiCode.INVALID_PAYLOAD),
        (INCOME_TAX | {"service": [1]}, ApiCode.INVALID_PAYLOAD),
        (INCOME_TAX | {"service": {"a": 1}}, ApiCode.INVALID_PAYLOAD),
        (INCOME_TAX | {"service": "HMRC-MTD-IT"}, ApiCode.SERVICE_NOT_SUPPORTED),
        (INCOME_TAX | {"agentType": "other"}, ApiCode.AGENT_TYPE_NOT_SUPPORTED),
        (VAT | {"agentType": "other"}, ApiCode.AGENT_TYPE_NOT_SUPPORTED),
        (VAT | {"agentType": "main"}, ApiCode.INVALID_PAYLOAD),
        (INCOME_TAX | {"clientType": "business"}, ApiCode.CLIENT_TYPE_NOT_SUPPORTED),
        (VAT | {"clientType": "trust"}, ApiCode.CLIENT_TYPE_NOT_SUPPORTED),
        (INCOME_TAX | {"clientId": "101747696"}, ApiCode.CLIENT_ID_DOES_NOT_MATCH_SERVICE),
        (VAT | {"clientId": "AA999999A"}, ApiCode.CLIENT_ID_DOES_NOT_MATCH_SERVICE),
        (INCOME_TAX | {"clientId": "AA999999"}, ApiCode.CLIENT_ID_FORMAT_INVALID),
        (INCOME_TAX | {"clientId": "aa999999a"}, ApiCode.CLIENT_ID_FORMAT_INVALID),
        (INCOME_TAX | {"clientId": "GB999999A"}, ApiCode.CLIENT_ID_FORMAT_INVALID),
        (VAT | {"clientId": "10174769"}, ApiCode.CLIENT_ID_FORMAT_INVALID),
        (INCOME_TAX | {"knownFact": "aa11 1aa"}, ApiCode.POSTCODE_FORMAT_INVALID),
        (INCOME_TAX | {"knownFact": "AA11  1AA"}, ApiCode.POSTCODE_FORMAT_INVALID),
        (INCOME_TAX | {"knownFact": ""}, ApiCode.POSTCODE_FORMAT_INVALID),
        (VAT | {"knownFact": "2007-5-8"}, ApiCode.VAT_REG_DATE_FORMAT_INVALID),
        (VAT | {"knownFact": "2007-02-30"}, ApiCode.VAT_REG_DATE_FORMAT_INVALID),
        (VAT | {"knownFact": "20070518"}, ApiCode.VAT_REG_DATE_FORMAT_INVALID),
    ],
)
def test_todays_body_is_refused(body: Any, code: ApiCode) -> None:
    assert code_of_create(body) is code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (SEED_VAT | {"clientIdType": "ni"}, ApiCode.SERVICE_NOT_SUPPORTED),
        (SEED_INCOME_TAX | {"clientIdType": "crn"}, ApiCode.SERVICE_NOT_SUPPORTED),
        (SEED_INCOME_TAX | {"service": []}, ApiCode.SERVICE_NOT_SUPPORTED),
        (SEED_INCOME_TAX | {"service": ["MTD-IT", "MTD-VAT"]}, ApiCode.SERVICE_NOT_SUPPORTED),
        (SEED_INCOME_TAX | {"service": ["OTHER"]}, ApiCode.SERVICE_NOT_SUPPORTED),
        (without(SEED_INCOME_TAX, "knownFact"), ApiCode.INVALID_PAYLOAD),
        (SEED_INCOME_TAX | {"clientId": "101747696"}, ApiCode.CLIENT_ID_DOES_NOT_MATCH_SERVICE),
        (SEED_INCOME_TAX | {"clientId": "A"}, ApiCode.CLIENT_ID_FORMAT_INVALID),
        (SEED_INCOME_TAX | {"knownFact": "1"}, ApiCode.POSTCODE_FORMAT_INVALID),
        (SEED_VAT | {"knownFact": "1"}, ApiCode.VAT_REG_DATE_FORMAT_INVALID),
    ],
)
def test_a_body_of_the_seeds_time_is_refused(body: Any, code: ApiCode) -> None:
    assert code_of_create(body, version="1.0") is code


def test_check_digits_are_looked_at_where_the_operator_wants_the_seeds_rule() -> None:
    body = SEED_VAT | {"clientId": "123456789"}

    assert authorisation_from(body, version="1.0", checks_vrn_digits=False).client.client_id == "123456789"
    with pytest.raises(Refusal) as refused:
        authorisation_from(body, version="1.0", checks_vrn_digits=True)
    assert refused.value.code is ApiCode.CLIENT_ID_FORMAT_INVALID


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (None, ApiCode.INVALID_PAYLOAD),
        (without(INCOME_TAX, "clientIdType"), ApiCode.INVALID_PAYLOAD),
        (INCOME_TAX | {"service": []}, ApiCode.INVALID_PAYLOAD),
        (INCOME_TAX | {"service": "X"}, ApiCode.SERVICE_NOT_SUPPORTED),
        (INCOME_TAX | {"agentType": "X"}, ApiCode.AGENT_TYPE_NOT_SUPPORTED),
        (VAT | {"agentType": "supporting"}, ApiCode.INVALID_PAYLOAD),
        (INCOME_TAX | {"clientId": "101747696"}, ApiCode.CLIENT_ID_DOES_NOT_MATCH_SERVICE),
        (INCOME_TAX | {"knownFact": "x"}, ApiCode.POSTCODE_FORMAT_INVALID),
    ],
)
def test_a_check_is_refused(body: Any, code: ApiCode) -> None:
    with pytest.raises(Refusal) as refused:
        relationship_from(body)
    assert refused.value.code is code


@pytest.mark.parametrize("more", [{}, {"clientType": "nonsense"}, {"clientType": 5}, {"clientIdType": "crn"}])
def test_a_check_looks_neither_at_client_type_nor_at_the_id_type(more: dict[str, Any]) -> None:
    assert relationship_from(INCOME_TAX | more).client.service == "HMRC-MTD-IT"


DEAUTHORISE = without(INCOME_TAX, "knownFact")
DEAUTHORISE_VAT = without(VAT, "knownFact")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (None, ApiCode.INVALID_PAYLOAD),
        (without(DEAUTHORISE, "clientType"), ApiCode.INVALID_PAYLOAD),
        (DEAUTHORISE | {"service": "X"}, ApiCode.SERVICE_NOT_SUPPORTED),
        (DEAUTHORISE | {"agentType": "X"}, ApiCode.AGENT_TYPE_NOT_SUPPORTED),
        (DEAUTHORISE | {"clientType": "business"}, ApiCode.CLIENT_TYPE_NOT_SUPPORTED),
        (DEAUTHORISE | {"clientIdType": "vrn"}, ApiCode.CLIENT_ID_DOES_NOT_MATCH_SERVICE),
        (DEAUTHORISE_VAT | {"clientIdType": "ni"}, ApiCode.CLIENT_ID_DOES_NOT_MATCH_SERVICE),
        (DEAUTHORISE | {"clientId": "101747696"}, ApiCode.CLIENT_ID_FORMAT_INVALID),
    ],
)
def test_ending_is_refused(body: Any, code: ApiCode) -> None:
    with pytest.raises(Refusal) as refused:
        deauthorisation_from(body)
    assert refused.value.code is code


def test_ending_for_vat_does_not_look_at_the_agent_type() -> None:
    assert deauthorisation_from(DEAUTHORISE_VAT | {"agentType": "X"}).service == "HMRC-MTD-VAT"
