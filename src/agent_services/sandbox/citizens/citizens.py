"""Looks citizens up. The suffix of a NINO never matters. Spec: sandbox 2.5."""

import re

from agent_services.identifiers import Nino
from agent_services.sandbox.citizens.countries import country_name
from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.refusals import Refusal
from agent_services.sandbox.users.people import Person, compact_nino
from agent_services.sandbox.users.store import PeopleStore

_UTR = re.compile(r"[0-9]{10}")
_NINO_LENGTH = 8


class Citizens:
    """People by NINO or UTR."""

    def __init__(self, people: PeopleStore) -> None:
        self._people = people

    async def by_nino(self, nino: str) -> Document:
        """With suffix, without blanks. Raises Refusal 400 INVALID_NINO, 404 CITIZEN_RECORD_NOT_FOUND."""
        if " " in nino or not Nino.is_valid_with_suffix(nino):
            raise _invalid_nino(nino)
        return await self._by_short_nino(nino[:_NINO_LENGTH], nino)

    async def by_nino_without_suffix(self, nino: str) -> Document:
        """Exactly eight characters. Raises as `by_nino`."""
        if len(nino) != _NINO_LENGTH or not Nino.is_valid(nino):
            raise _invalid_nino(nino)
        return await self._by_short_nino(nino, nino)

    async def by_utr(self, utr: str) -> Document:
        """Ten digits. Raises Refusal 400 INVALID_UTR, 404 CITIZEN_RECORD_NOT_FOUND."""
        if _UTR.fullmatch(utr) is None:
            raise Refusal(400, "INVALID_UTR", f"Provided UTR {utr} is not valid")
        person = await self._people.person_by_utr(utr)
        if person is None:
            raise Refusal(404, "CITIZEN_RECORD_NOT_FOUND", f"Citizen record for sautr={utr} not found")
        return _citizen(person)

    async def person_by_nino(self, nino: str) -> Person | None:
        """Whoever has the NINO, in any form."""
        return await self._people.person_by_nino(compact_nino(nino)[:_NINO_LENGTH])

    async def designatory_details(self, nino: str) -> Document:
        """With suffix. Raises Refusal 400 INVALID_NINO, 404 NOT_FOUND."""
        person = await self._with_designatory_details(nino)
        address = person.address
        return without_absent(
            {
                "etag": "115",
                "person": without_absent(
                    {
                        "firstName": person.first_name,
                        "lastName": person.last_name,
                        "sex": "F",
                        "nino": compact_nino(person.nino or nino),
                        "dateOfBirth": person.date_of_birth.isoformat() if person.date_of_birth else None,
                        "deceased": person.deceased,
                    }
                ),
                "address": without_absent(
                    {
                        "line1": address.line1,
                        "line2": address.line2,
                        "line3": address.line3,
                        "postcode": address.postcode,
                        "country": country_name(address.country_code),
                        "type": "Residential",
                    }
                )
                if address is not None
                else None,
            }
        )

    async def basic_designatory_details(self, nino: str) -> Document:
        person = await self._with_designatory_details(nino)
        return {
            "etag": "115",
            "firstName": person.first_name,
            "lastName": person.last_name,
            "nino": compact_nino(person.nino or nino),
            "deceased": person.deceased,
        }

    async def _with_designatory_details(self, nino: str) -> Person:
        if " " in nino or not Nino.is_valid_with_suffix(nino):
            raise _invalid_nino(nino)
        person = await self.person_by_nino(nino)
        if person is None:
            raise Refusal(404, "NOT_FOUND", f"Citizen details are not found for {nino}")
        return person

    async def _by_short_nino(self, short: str, given: str) -> Document:
        person = await self._people.person_by_nino(short)
        if person is None:
            raise Refusal(404, "CITIZEN_RECORD_NOT_FOUND", f"Citizen record for nino={given} not found")
        return _citizen(person)


def _citizen(person: Person) -> Document:
    return without_absent(
        {
            "name": {"current": {"firstName": person.first_name, "lastName": person.last_name}, "previous": []},
            "ids": without_absent({"nino": compact_nino(person.nino) if person.nino else None, "sautr": person.utr}),
            "dateOfBirth": f"{person.date_of_birth:%d%m%Y}" if person.date_of_birth else None,
            "deceased": person.deceased,
        }
    )


def _invalid_nino(nino: str) -> Refusal:
    return Refusal(400, "INVALID_NINO", f"Provided NINO {nino} is not valid")
