"""The room that keeps authorisation requests, seen from below: what it is asked and told.

Invitations implement it and `app.py` plugs it in, so that nothing here imports them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agent_services.identifiers import Arn, Nino
from agent_services.platform.database import UnitOfWork
from agent_services.relationships.wanted import EndedBy, HowCreated
from agent_services.tax_services import EnrolmentKey


@dataclass(frozen=True, slots=True)
class FinishedCreation:
    """The authority that the request `origin` asked for exists now."""

    origin: str
    arn: Arn
    key: EnrolmentKey
    partial: bool
    how: HowCreated
    client_id_type: str
    nino: Nino | None
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class EndedAuthority:
    """The agent's authority for the client has ended. `client_id` as requests store it (ITSA: the NINO)."""

    arn: Arn
    service: str
    client_id: str
    ended_by: EndedBy


@dataclass(frozen=True, slots=True)
class ConvertedPartialAuthorisation:
    """A partial authorisation has become a relationship. Spec: relationships 1.8."""

    arn: Arn
    service: str
    nino: Nino


class AuthorisationRequests(Protocol):
    """Told, in the transaction that makes it so, of what changes the requests."""

    async def may_begin(self, work: UnitOfWork, origin: str) -> bool:
        """Whether the request still waits for its answer. Holds it in that state until `work` ends."""
        ...

    async def creation_finished(self, work: UnitOfWork, finished: FinishedCreation) -> None:
        """The request is accepted, with all that follows from it."""
        ...

    async def relationship_ended(self, work: UnitOfWork, ended: EndedAuthority) -> None:
        """Accepted requests of this agent, service and client are de-authorised; none is fine."""
        ...

    async def partial_authorisation_converted(self, work: UnitOfWork, converted: ConvertedPartialAuthorisation) -> None:
        """The partially authorised request, if there is one, is accepted."""
        ...


class LateBoundRequests:
    """Stands in until the invitations, which are built later than relationships, exist."""

    def __init__(self) -> None:
        self._bound: AuthorisationRequests | None = None

    def bind(self, requests: AuthorisationRequests) -> None:
        self._bound = requests

    async def may_begin(self, work: UnitOfWork, origin: str) -> bool:
        return await self._requests.may_begin(work, origin)

    async def creation_finished(self, work: UnitOfWork, finished: FinishedCreation) -> None:
        await self._requests.creation_finished(work, finished)

    async def relationship_ended(self, work: UnitOfWork, ended: EndedAuthority) -> None:
        await self._requests.relationship_ended(work, ended)

    async def partial_authorisation_converted(self, work: UnitOfWork, converted: ConvertedPartialAuthorisation) -> None:
        await self._requests.partial_authorisation_converted(work, converted)

    @property
    def _requests(self) -> AuthorisationRequests:
        if self._bound is None:
            raise RuntimeError("relationships run before anything keeps their requests")
        return self._bound
