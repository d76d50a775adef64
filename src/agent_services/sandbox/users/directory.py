"""Looking people and groups up: for sign-in, for other rooms and for users-groups-search."""

import asyncio

from agent_services.sandbox.users import passwords
from agent_services.sandbox.users.people import Group, Person
from agent_services.sandbox.users.store import PeopleStore


class People:
    """The people of the sandbox."""

    def __init__(self, store: PeopleStore) -> None:
        self._store = store

    async def find(self, user_id: str) -> Person | None:
        return await self._store.person(user_id)

    async def find_by_nino(self, nino: str) -> Person | None:
        """Suffix and blanks do not matter."""
        return await self._store.person_by_nino("".join(nino.split()).upper()[:8])

    async def group_of(self, person: Person) -> Group | None:
        return await self._store.group(person.group_id) if person.group_id else None

    async def cast(self) -> list[Person]:
        """The people of the first day, in the order of the spec's tables."""
        return await self._store.cast()

    async def password_is_right(self, user_id: str, password: str) -> bool:
        """False for unknown people and for people without a password."""
        person = await self._store.person(user_id)
        if person is None:
            return False
        return await asyncio.to_thread(passwords.is_right, password, person.password_hash)
