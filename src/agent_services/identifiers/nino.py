"""National Insurance number."""

import re
from dataclasses import dataclass, field
from typing import ClassVar, Self

from agent_services.identifiers.base import Identifier, InvalidIdentifier, without_whitespace

_FORMAT = re.compile(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]")
_UNUSED_PREFIXES = frozenset({"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"})
_LENGTH_WITHOUT_SUFFIX = 8
SUFFIXES = ("A", "B", "C", "D")


@dataclass(frozen=True, slots=True)
class Nino(Identifier):
    """A National Insurance number, such as AB123456C. Spec: identifiers 4.

    `value` is its eight characters without suffix: by these it is stored and compared, so AB123456C equals
    AB123456. The suffix is kept, where one was given, for upstreams that want the full form.
    """

    suffix: str | None = field(default=None, compare=False)

    JSON_MEMBERS: ClassVar[tuple[str, ...]] = ("nino", "nino-without-suffix", "value")

    @classmethod
    def is_valid(cls, text: str) -> bool:
        """Whether the text is a NINO, or becomes one with a suffix. Spec: identifiers 4.2."""
        # A suffix after one blank too: a text that ends in a blank is therefore a NINO without suffix.
        return cls.is_valid_with_suffix(text) or cls.is_valid_with_suffix(text + "A")

    @classmethod
    def is_valid_with_suffix(cls, text: str) -> bool:
        """The stricter rule of the public API and citizen details. Spec: identifiers 4.1."""
        return _FORMAT.fullmatch(text) is not None and text[:2] not in _UNUSED_PREFIXES

    @classmethod
    def parse_with_suffix(cls, text: str) -> Self:
        """The NINO that the text is by the stricter rule. Raises InvalidIdentifier."""
        if not cls.is_valid_with_suffix(text):
            raise InvalidIdentifier(cls.__name__)
        return cls.as_given(text)

    @classmethod
    def as_given(cls, text: str) -> Self:
        """Whitespace is removed and everything after eight characters is the suffix, whatever the text is."""
        compact = without_whitespace(text)
        return cls(compact[:_LENGTH_WITHOUT_SUFFIX], compact[_LENGTH_WITHOUT_SUFFIX:] or None)

    @classmethod
    def _from_json_text(cls, text: str) -> Self:
        # The one identifier whose reading from JSON refuses an invalid text (Spec: identifiers 0, 5).
        return cls.parse(text)

    @property
    def with_given_suffix(self) -> str:
        """The nine characters if a suffix was given, else the eight."""
        return self.value + (self.suffix or "")

    @property
    def with_any_suffix(self) -> str:
        """Nine characters: the suffix that was given, else `A`."""
        return self.value + (self.suffix or SUFFIXES[0])

    def suffix_variants(self) -> tuple[str, ...]:
        """The forms under which an upstream that keeps suffixes may know it: A to D, then none."""
        return tuple(self.value + suffix for suffix in (*SUFFIXES, ""))

    def pretty(self) -> str:
        """`CS 10 07 00 A`; a value that is no NINO comes back unchanged."""
        full = self.with_given_suffix
        if not self.is_valid(full):
            return full
        return " ".join(filter(None, (full[:2], full[2:4], full[4:6], full[6:8], full[8:])))
