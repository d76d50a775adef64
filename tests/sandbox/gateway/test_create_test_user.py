"""Create Test User. Spec: authorisation-api 8.6."""

from typing import Any

import pytest
from tests.sandbox.gateway.running import Answer, OfferedUsers, Running

from agent_services.sandbox.gateway.test_users import NewTestUser, UserType


def create(running: Running, kind: str, **sent: Any) -> Answer:
    token = running.token(grant_type="client_credentials").json["access_token"]
    headers = {"Accept": "application/vnd.hmrc.1.0+json", "Authorization": f"Bearer {token}", **sent.pop("headers", {})}
    return running.call("POST", f"/create-test-user/{kind}", headers=headers, **sent)


def asked(running: Running) -> NewTestUser:
    users = running.gateway.test_users
    assert isinstance(users, OfferedUsers)
    return users.asked[-1]


@pytest.mark.parametrize(
    ("kind", "body", "wanted"),
    [
        ("agents", {"serviceNames": ["agent-services"]}, NewTestUser(UserType.AGENT, ("agent-services",))),
        ("agents", {}, NewTestUser(UserType.AGENT)),
        (
            "individuals",
            {"serviceNames": ["mtd-vat", "mtd-vat"], "nino": "AA000001A", "eoriNumber": "GB123456789000"},
            NewTestUser(UserType.INDIVIDUAL, ("mtd-vat",), nino="AA000001A", eori_number="GB123456789000"),
        ),
        (
            "organisations",
            {"exciseNumber": "GBWK254706100", "taxpayerType": "Partnership", "pillar2Id": "XMPLR1234567890"},
            NewTestUser(
                UserType.ORGANISATION,
                excise_number="GBWK254706100",
                taxpayer_type="Partnership",
                pillar2_id="XMPLR1234567890",
            ),
        ),
    ],
)
def test_user_is_created(running: Running, kind: str, body: dict[str, Any], wanted: NewTestUser) -> None:
    answer = create(running, kind, json=body)

    assert (answer.status, answer.json) == (201, {"userId": "945350439195", "password": "bLohysg8utsa"})
    assert asked(running) == wanted


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"nino": "AA999999A"}, "NINO_ALREADY_USED", "The nino specified has already been used"),
        (
            {"pillar2Id": "XMPLR0000000001"},
            "PILLAR2_ID_ALREADY_USED",
            "The pillar2Id specified has already been used",
        ),
    ],
)
def test_taken_identifier(running: Running, body: dict[str, Any], code: str, message: str) -> None:
    answer = create(running, "organisations", json=body)

    assert (answer.status, answer.json) == (400, {"code": code, "message": message})


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({"serviceNames": ["nothing"]}, "/serviceNames"),
        ({"serviceNames": "mtd-vat"}, "/serviceNames"),
        ({"serviceNames": [7]}, "/serviceNames/0"),
        ({"nino": "rubbish"}, "/nino"),
        ({"nino": 7}, "/nino"),
        ({"eoriNumber": ""}, "/eoriNumber"),
        ({"eoriNumber": "a\0b"}, "/eoriNumber"),
        ({"exciseNumber": "x" * 101}, "/exciseNumber"),
        ({"pillar2Id": "rubbish"}, "/pillar2Id"),
        ([], "/"),
    ],
)
def test_body_of_the_wrong_form(running: Running, body: Any, member: str) -> None:
    answer = create(running, "organisations", json=body)

    message = f"Json validation error at {member}: missing or not of the expected form"
    assert (answer.status, answer.json) == (400, {"statusCode": 400, "message": message})


def test_body_is_required(running: Running) -> None:
    answer = create(running, "agents", data="", headers={"Content-Type": "application/json"})

    assert (answer.status, answer.json["statusCode"]) == (400, 400)


def test_unexpected_failure(running: Running) -> None:
    answer = create(running, "individuals", json={"nino": "AA000003D"})

    expected = {"code": "INTERNAL_SERVER_ERROR", "message": "An unexpected error occurred"}
    assert (answer.status, answer.json) == (500, expected)


def test_services_are_listed(running: Running) -> None:
    token = running.token(grant_type="client_credentials").json["access_token"]

    answer = running.call("GET", "/create-test-user/services", headers={"Authorization": f"Bearer {token}"})

    assert (answer.status, answer.json) == (
        200,
        [
            {"key": "agent-services", "name": "Agent Services", "allowedUserTypes": ["AGENT"]},
            {"key": "mtd-vat", "name": "MTD VAT", "allowedUserTypes": ["INDIVIDUAL", "ORGANISATION"]},
        ],
    )


@pytest.mark.parametrize("kind", ["agents", "individuals", "organisations"])
def test_nobody_creates_without_a_token(running: Running, kind: str) -> None:
    answer = running.call("POST", f"/create-test-user/{kind}", json={})

    assert (answer.status, answer.json["code"]) == (401, "MISSING_CREDENTIALS")


def test_a_persons_token_names_its_application_too(running: Running) -> None:
    token = running.tokens_of()["access_token"]

    answer = running.call("POST", "/create-test-user/agents", json={}, headers={"Authorization": f"Bearer {token}"})

    assert answer.status == 201
