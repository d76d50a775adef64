"""Enrolment keys as the store reads, checks and compares them. Spec: sandbox 1.5."""

from dataclasses import dataclass

from agent_services.sandbox.enrolments.catalogue import CATALOGUE, CatalogueService
from agent_services.sandbox.refusals import Refusal, Shape

_LONGEST_NAME, _LONGEST_VALUE = 40, 50


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A service and its identifiers in the order given."""

    service: str
    identifiers: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, text: str) -> "StoredKey":
        """Splits a key that is known to be well formed."""
        service, *rest = text.split("~")
        return cls(service, tuple(zip(rest[::2], rest[1::2], strict=True)))

    @classmethod
    def checked(cls, text: str) -> "StoredKey":
        """Reads a key from a path or body. Raises Refusal (400, framework shape) with the store's code."""
        service, *rest = text.split("~")
        if len(rest) < 2 or len(rest) % 2:
            raise _invalid("INVALID_ENROLMENT_KEY")
        row = CATALOGUE.get(service)
        if row is None:
            raise _invalid("INVALID_SERVICE")
        key = cls(service, tuple(zip(rest[::2], rest[1::2], strict=True)))
        if not all(_is_valid(row, name, value) for name, value in key.identifiers):
            raise _invalid("INVALID_IDENTIFIERS")
        names = [name.lower() for name, _ in key.identifiers]
        if names != sorted(names):
            raise _invalid("INVALID_IDENTIFIERS")
        return key

    @property
    def lookup_key(self) -> str:
        """What keys are compared by: lower case, no blanks, identifiers in alphabetical order of their names."""
        pairs = sorted((name.lower(), value.lower()) for name, value in self.identifiers)
        return "~".join((self.service.lower(), *(part for pair in pairs for part in pair))).replace(" ", "")

    @property
    def row(self) -> CatalogueService | None:
        return CATALOGUE.get(self.service)

    def as_service(self, service: str) -> "StoredKey":
        """The same identifiers under another service."""
        return StoredKey(service, self.identifiers)

    def __str__(self) -> str:
        return "~".join((self.service, *(part for pair in self.identifiers for part in pair)))


def lookup_key_of(text: str) -> str:
    return StoredKey.of(text).lookup_key


def _is_valid(row: CatalogueService, name: str, value: str) -> bool:
    if not name or not value or len(name) > _LONGEST_NAME or len(value) > _LONGEST_VALUE:
        return False
    term = row.identifier(name)
    return term is not None and term.accepts(value)


def _invalid(code: str) -> Refusal:
    return Refusal(400, code, shape=Shape.FRAMEWORK)
