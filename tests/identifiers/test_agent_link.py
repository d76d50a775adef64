"""Spec: invitations 11.1."""

from random import Random

import pytest

from agent_services.identifiers import new_agent_link_uid, normalised_agent_name
from agent_services.identifiers.invitation_id import ALPHABET


@pytest.mark.parametrize(
    ("name", "normalised"),
    [
        ("My Agency & Co. ", "my-agency--co-"),
        ("my-agency", "my-agency"),
        ("  Tabs\t and  blanks", "-tabs-and-blanks"),
        ("Société (2000) Ltd", "socit-2000-ltd"),
        ("", ""),
    ],
)
def test_a_name_is_made_fit_for_an_address(name: str, normalised: str) -> None:
    assert normalised_agent_name(name) == normalised


def test_a_uid_is_eight_symbols() -> None:
    uid = new_agent_link_uid()

    assert len(uid) == 8
    assert set(uid) <= set(ALPHABET)


def test_a_uid_follows_the_source_it_is_given() -> None:
    assert new_agent_link_uid(Random("one")) == new_agent_link_uid(Random("one"))
    assert new_agent_link_uid(Random("one")) != new_agent_link_uid(Random("other"))
