"""Spec: identifiers 0."""

from dataclasses import FrozenInstanceError

import pytest

from agent_services.identifiers import (
    AgentCode,
    Arn,
    Crn,
    Identifier,
    InvalidIdentifier,
    InvitationId,
    SaAgentReference,
    SafeId,
    Utr,
    Vrn,
    is_blank,
    without_whitespace,
)


@pytest.mark.parametrize(
    ("kind", "document", "value"),
    [
        (Arn, "TARN0000001", "TARN0000001"),
        (Arn, {"value": "not checked"}, "not checked"),
        (Vrn, {"vrn": "101747696"}, "101747696"),
        (AgentCode, {"agentCode": "TZRXXV"}, "TZRXXV"),
        (SaAgentReference, {"saAgentReference": "A1111A"}, "A1111A"),
        (Crn, "anything", "anything"),
        (SafeId, "XE0001234567890", "XE0001234567890"),
    ],
)
def test_json_may_be_a_string_or_an_object(kind: type[Identifier], document: object, value: str) -> None:
    assert kind.from_json(document) == kind(value)


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (Arn, {"arn": "TARN0000001"}),
        (Arn, {"value": 1}),
        (Arn, None),
        (Arn, ["TARN0000001"]),
        (Crn, {"value": "SC123456"}),
        (SafeId, {"value": "XE0001234567890"}),
        (SafeId, "safeId"),
    ],
)
def test_other_json_is_refused(kind: type[Identifier], document: object) -> None:
    with pytest.raises(InvalidIdentifier):
        kind.from_json(document)


def test_only_an_invitation_id_is_written_as_an_object() -> None:
    assert InvitationId("ABERULMHCKKW3").to_json() == {"value": "ABERULMHCKKW3"}


def test_two_kinds_with_one_value_differ() -> None:
    one: Identifier = Arn("1")
    other: Identifier = Utr("1")

    assert one != other


def test_an_identifier_cannot_be_changed() -> None:
    arn = Arn("TARN0000001")

    with pytest.raises(FrozenInstanceError):
        arn.value = "other"  # type: ignore[misc]


def test_a_refusal_names_the_kind_and_never_the_text() -> None:
    with pytest.raises(InvalidIdentifier) as refused:
        Utr.parse("secret")

    assert (str(refused.value), refused.value.kind) == ("not a valid Utr", "Utr")


def test_whitespace_is_ascii_whitespace() -> None:
    assert without_whitespace(" A\tB\r\nC\u00a0D") == "ABC\u00a0D"
    assert is_blank(" \t\n")
    assert not is_blank("\u00a0")
