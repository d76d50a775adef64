"""What Create Test User asks of the sandbox's people. Spec: authorisation-api 8.6."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class UserType(StrEnum):
    """As `allowedUserTypes` says them."""

    INDIVIDUAL = "INDIVIDUAL"
    ORGANISATION = "ORGANISATION"
    AGENT = "AGENT"


@dataclass(frozen=True, slots=True)
class ServiceOnOffer:
    """A service that a test user can be enrolled for."""

    key: str
    name: str
    user_types: tuple[UserType, ...]


@dataclass(frozen=True, slots=True)
class NewTestUser:
    """What is asked for. Identifiers that nobody gave are made up."""

    user_type: UserType
    services: tuple[str, ...] = ()
    nino: str | None = None
    eori_number: str | None = None
    excise_number: str | None = None
    taxpayer_type: str | None = None
    pillar2_id: str | None = None


class NinoTaken(Exception):
    """Another test user has that NINO."""


class Pillar2IdTaken(Exception):
    """Another test user has that Pillar 2 id."""


class UserMaker(Protocol):
    """Makes test users with their groups, enrolments and records."""

    def services(self) -> Sequence[ServiceOnOffer]:
        """Every service there is."""

    async def create(self, wanted: NewTestUser) -> Mapping[str, Any]:
        """The new user as the answer of 8.6, password included.

        Raises NinoTaken and Pillar2IdTaken.
        """
