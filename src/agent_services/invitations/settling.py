"""Ends a pending request otherwise than by acceptance, and takes back what an unfinished accept has done.

Of an accept and a rejection, cancellation or expiry at the same instant one wins. Who holds the request's row
decides: an accept begins only while the request is pending (and then stands open until it is finished), and
nothing here changes a request whose accept stands open. Spec: invitations 4; design, How sagas work here, 6.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from agent_services.identifiers import InvitationId
from agent_services.invitations.lifecycle import Invitation, InvitationStatus, Transition
from agent_services.invitations.store import RequestStore
from agent_services.platform.clock import Clock
from agent_services.platform.database import Database, UnitOfWork
from agent_services.relationships import Busy, NothingOpen, Undone

Along = Callable[[UnitOfWork, Invitation], Awaitable[None]]
"""What belongs into the transaction that changes the status."""


class OpenAccepts(Protocol):
    """What is asked of the creation of relationships about accepts that have begun and are not finished."""

    async def is_open(self, work: UnitOfWork, origin: str) -> bool:
        """Whether an accept of the request `origin` stands open."""
        ...

    async def undo_creation(
        self, origin: str, *, and_then: Callable[[UnitOfWork], Awaitable[None]]
    ) -> Undone | NothingOpen | Busy:
        """Takes back what the accept has done, and runs `and_then` in the transaction that closes it."""
        ...


@dataclass(frozen=True, slots=True)
class Settled:
    """The transition was made; the request as it stands now."""

    invitation: Invitation


@dataclass(frozen=True, slots=True)
class Met:
    """The request could not make the transition: as it reads now."""

    invitation: Invitation


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no such request."""


@dataclass(frozen=True, slots=True)
class AcceptUnderWay:
    """Somebody is accepting it, or finishing an accept, this instant."""


class Settling:
    """Rejects, cancels and expires."""

    def __init__(self, *, database: Database, clock: Clock, store: RequestStore, creation: OpenAccepts) -> None:
        self._database = database
        self._clock = clock
        self._store = store
        self._creation = creation

    async def settle(
        self,
        invitation_id: InvitationId,
        transition: Transition,
        *,
        may: Callable[[Invitation], bool],
        along: Along | None = None,
    ) -> Settled | Met | Missing | AcceptUnderWay:
        """Makes the transition if the request, as it reads now, is pending and `may` agrees.

        An overdue request reads as expired and is pending for nobody but its own expiry.
        """
        while True:
            settled = await self._unless_open(invitation_id, transition, may, along)
            if settled is not None:
                return settled
            undone = await self._undo(invitation_id, transition, along)
            if undone is not None:
                return undone
            # The accept was finished meanwhile: the next look meets what it left.

    async def _unless_open(
        self,
        invitation_id: InvitationId,
        transition: Transition,
        may: Callable[[Invitation], bool],
        along: Along | None,
    ) -> Settled | Met | Missing | None:
        async with self._database.unit_of_work() as work:
            held = await self._store.lock(work, invitation_id)
            if held is None:
                return Missing()
            reads = held if transition is Transition.EXPIRE else held.as_of(self._clock.today())
            if reads.status is not InvitationStatus.PENDING or not may(reads):
                return Met(reads)
            if await self._creation.is_open(work, invitation_id.value):
                return None
            return await self._move(work, invitation_id, transition, along)

    async def _undo(
        self, invitation_id: InvitationId, transition: Transition, along: Along | None
    ) -> Settled | Met | Missing | AcceptUnderWay | None:
        settled: Settled | Missing | None = None

        async def move(work: UnitOfWork) -> None:
            nonlocal settled
            settled = await self._move(work, invitation_id, transition, along)

        match await self._creation.undo_creation(invitation_id.value, and_then=move):
            case Undone():
                return settled
            case NothingOpen():
                return None
            case Busy():
                return AcceptUnderWay()

    async def _move(
        self, work: UnitOfWork, invitation_id: InvitationId, transition: Transition, along: Along | None
    ) -> Settled | Missing:
        moved = await self._store.move(work, invitation_id, transition, now=self._clock.now())
        if moved is None:
            return Missing()
        if along is not None:
            await along(work, moved)
        return Settled(moved)
