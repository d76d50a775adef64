"""The parts of an agent's link: its uid and its name as it stands in the address."""

import random
import re
from secrets import SystemRandom

from agent_services.identifiers.invitation_id import ALPHABET

_UID_LENGTH = 8
_WHITESPACE_RUN = re.compile(r"\s+", re.ASCII)
_NOT_IN_LINK = re.compile(r"[^A-Za-z0-9-]")


def new_agent_link_uid(source: random.Random | None = None) -> str:
    """Eight symbols of the invitation ids' alphabet, by default from the system's cryptographic source.

    Spec: invitations 11.1.
    """
    chooser = source or SystemRandom()
    return "".join(chooser.choice(ALPHABET) for _ in range(_UID_LENGTH))


def normalised_agent_name(agency_name: str) -> str:
    """`My Agency & Co. ` gives `my-agency--co-`: nothing is trimmed, no dashes are joined. Spec: invitations 11.1."""
    return _NOT_IN_LINK.sub("", _WHITESPACE_RUN.sub("-", agency_name.lower()))
