"""Postcodes: one value, five readings of what is valid, two ways to compare."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from agent_services.identifiers.base import Identifier, without_whitespace

_CURRENT = r"[A-Z]{1,2}[0-9][0-9A-Z]?\s?[0-9][A-Z]{2}|BFPO\s?"
_GATEWAY_OUTWARD = (
    r"[A-Za-z][A-Za-z]\d\d|[A-Za-z][A-Za-z]\d|[A-Za-z]\d|[A-Za-z]\d\d|[A-Za-z]\d[A-Za-z]|[A-Za-z]{2}\d[A-Za-z]"
)


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


class PostcodeRule(Enum):
    """Who asks what of a postcode. Spec: identifiers 19, which names the rules S, A, R, E and D."""

    SUBSCRIPTION = _compiled(_CURRENT + r"[0-9]{1,5}"), True
    AUTHORISATION_API = _compiled(_CURRENT + r"[0-9]{1,5}"), False
    RELATIONSHIPS = _compiled(r"[A-Za-z]{1,2}[0-9]{1,2}[A-Za-z]?[0-9][A-Za-z]{2}"), True
    GATEWAY = _compiled(rf"(({_GATEWAY_OUTWARD}) ?\d[A-Za-z]{{2}})?"), False
    RECORDS = _compiled(_CURRENT + r"[0-9]{1,10}"), False

    def __init__(self, pattern: re.Pattern[str], ignores_whitespace: bool) -> None:
        self.pattern = pattern
        self.ignores_whitespace = ignores_whitespace

    def accepts(self, text: str) -> bool:
        """Whether the text is a postcode by this rule. An empty text is one for the Gateway alone."""
        prepared = without_whitespace(text) if self.ignores_whitespace else text
        return self.pattern.fullmatch(prepared) is not None


@dataclass(frozen=True, slots=True)
class Postcode(Identifier):
    """A UK or forces' postcode, kept as given, blanks and all. Valid by the public API's rule."""

    PATTERN: ClassVar[re.Pattern[str]] = PostcodeRule.AUTHORISATION_API.pattern

    def compact(self) -> str:
        """Upper case, no whitespace: what is compared."""
        return without_whitespace(self.value).upper()

    def is_same_as(self, other: str) -> bool:
        """Equality that sees neither letter case nor whitespace. Spec: identifiers 19."""
        return self.compact() == Postcode(other).compact()

    def contains(self, supplied: str) -> bool:
        """Whether this postcode, as held, contains the supplied one: the relationships' known-fact test."""
        return Postcode(supplied).compact() in self.compact()
