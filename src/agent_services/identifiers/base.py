"""What every identifier is: an immutable text with a format, made by `parse` or, unchecked, by `as_given`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

# The formats are ASCII: a non-breaking space or an Arabic digit is no blank and no digit here.
_WHITESPACE = re.compile(r"\s+", re.ASCII)


class InvalidIdentifier(ValueError):
    """The text is not of the wanted kind. The message names the kind alone: the text may be personal."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"not a valid {kind}")
        self.kind = kind


def without_whitespace(text: str) -> str:
    """The text without its blanks, tabs and line ends, wherever they stand."""
    return _WHITESPACE.sub("", text)


def is_blank(text: str) -> bool:
    """True for a text that is empty once all whitespace is removed."""
    return without_whitespace(text) == ""


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier. Two are equal when they are of one kind and have the same value.

    A kind states its `PATTERN` (matched against the whole text, in the letter case given), the check that its
    digits or letters must pass, if any, and the JSON members that it is also read from. Spec: identifiers 0.
    """

    value: str

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r".*", re.DOTALL)
    JSON_MEMBERS: ClassVar[tuple[str, ...]] = ("value",)

    @classmethod
    def is_valid(cls, text: str) -> bool:
        """Whether the text, exactly as given, is of this kind."""
        return cls.PATTERN.fullmatch(text) is not None and cls._check_holds(text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The identifier that the text is. Raises InvalidIdentifier."""
        if not cls.is_valid(text):
            raise InvalidIdentifier(cls.__name__)
        return cls.as_given(text)

    @classmethod
    def as_given(cls, text: str) -> Self:
        """The text taken as it stands, for the places where the spec checks no format."""
        return cls(text)

    @classmethod
    def from_json(cls, document: object) -> Self:
        """Reads a JSON string, or an object that holds the text in one of `JSON_MEMBERS`.

        Checks no format, except for a NINO. Raises InvalidIdentifier for any other JSON.
        """
        if isinstance(document, str):
            return cls._from_json_text(document)
        if isinstance(document, Mapping):
            for member in cls.JSON_MEMBERS:
                text = document.get(member)
                if isinstance(text, str):
                    return cls._from_json_text(text)
        raise InvalidIdentifier(cls.__name__)

    @classmethod
    def _from_json_text(cls, text: str) -> Self:
        return cls.as_given(text)

    @classmethod
    def _check_holds(cls, text: str) -> bool:
        return True

    def __str__(self) -> str:
        return self.value
