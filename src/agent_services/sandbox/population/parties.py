"""A party: one group with its people and everything that upstreams know about it. Spec: sandbox 5.1."""

from dataclasses import dataclass, field

from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.known_facts.store import Pairs
from agent_services.sandbox.records.kinds import MasterRecord
from agent_services.sandbox.users.people import Group, Person


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A principal enrolment with its known facts; `verifiers` None writes none."""

    key: StoredKey
    verifiers: Pairs | None = ()

    @classmethod
    def of(cls, enrolment_key: str, **verifiers: str | None) -> "HeldKey":
        """Verifiers that are None are left out."""
        return cls(
            StoredKey.of(enrolment_key),
            tuple((name, value) for name, value in verifiers.items() if value is not None),
        )

    def verifier(self, name: str) -> str | None:
        return next((value for held, value in self.verifiers or () if held == name), None)


@dataclass(frozen=True, slots=True)
class Party:
    """Who enters the sandbox together. The first administrator is assigned what the group holds.

    `records` are entered as they are; records that follow from the rest are made by `records_of`.
    """

    people: tuple[Person, ...]
    group: Group | None = None
    enrolments: tuple[HeldKey, ...] = ()
    records: tuple[MasterRecord, ...] = field(default=())

    @property
    def administrator(self) -> Person | None:
        return next((person for person in self.people if person.is_administrator), None)

    def held(self, service: str) -> HeldKey | None:
        return next((each for each in self.enrolments if each.key.service == service), None)
