"""What the gateway asks of the rest of the sandbox: people, their sessions, and new test users."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from agent_services.platform.database import UnitOfWork


class Person(Protocol):
    """Somebody who can sign in."""

    @property
    def user_id(self) -> str: ...

    @property
    def name(self) -> str | None: ...

    @property
    def stride_roles(self) -> Sequence[str]: ...


class People(Protocol):
    """Who exists, and whether a password is theirs."""

    async def find(self, user_id: str) -> Person | None:
        """None: nobody of that id."""

    async def password_is_right(self, user_id: str, password: str) -> bool:
        """False as well for an unknown id or a person without password."""

    async def cast(self) -> Sequence[Person]:
        """The people of the first day, in the order of the cast's table."""


class Session(Protocol):
    """Somebody signed in."""

    @property
    def session_id(self) -> str: ...

    @property
    def user_id(self) -> str: ...


class Sessions(Protocol):
    """Who is signed in with what. By real time."""

    async def open(
        self,
        user_id: str,
        *,
        provider_type: str,
        token: str,
        expires_at: datetime,
        work: UnitOfWork,
    ) -> Session:
        """A session under that name, visible when the unit of work is."""

    async def end_all(self, session_ids: Sequence[str], *, work: UnitOfWork) -> None:
        """Ends these sessions together with the unit of work."""

    async def find(self, token: str) -> Session | None:
        """The living session of a bearer."""
