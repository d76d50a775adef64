"""Reads upstreams' JSON: a required member that is missing or of another type makes the whole answer unreadable.

Spec: upstreams 2.5 ("2xx whose JSON lacks a required field").
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TypeVar

Value = TypeVar("Value")


class Malformed(Exception):
    """The document is not what the operation promises."""


def as_object(document: object) -> Mapping[str, object]:
    """The document as an object."""
    if not isinstance(document, dict):
        raise Malformed
    return document


def as_list(document: object) -> list[object]:
    """The document as a list."""
    if not isinstance(document, list):
        raise Malformed
    return document


def as_text(document: object) -> str:
    """The document as a text."""
    if not isinstance(document, str):
        raise Malformed
    return document


def as_boolean(document: object) -> bool:
    """The document as true or false."""
    if not isinstance(document, bool):
        raise Malformed
    return document


def within(document: object, *names: str) -> Mapping[str, object]:
    """The object at the end of a path of required members."""
    found = as_object(document)
    for name in names:
        found = as_object(found.get(name))
    return found


def text(parent: Mapping[str, object], name: str) -> str:
    """A required text."""
    return as_text(parent.get(name))


def boolean(parent: Mapping[str, object], name: str) -> bool:
    """A required boolean."""
    return as_boolean(parent.get(name))


def each(parent: Mapping[str, object], name: str, read: Callable[[object], Value]) -> tuple[Value, ...]:
    """A required list, every item of it read."""
    return tuple(read(item) for item in as_list(parent.get(name)))


def optional(parent: Mapping[str, object], name: str, read: Callable[[object], Value]) -> Value | None:
    """An optional member: absent or null is None, anything else must be readable."""
    found = parent.get(name)
    return None if found is None else read(found)


def optional_text(parent: Mapping[str, object], name: str) -> str | None:
    """An optional text."""
    return optional(parent, name, as_text)


def iso_date(document: object) -> date:
    """A day, `yyyy-MM-dd`."""
    given = as_text(document)
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise Malformed from None
    if day.isoformat() != given:
        raise Malformed
    return day


def local_date_time(document: object) -> datetime:
    """A time without zone, `yyyy-MM-ddTHH:mm:ss[.SSS]`; an offset is left out of account."""
    try:
        return datetime.fromisoformat(as_text(document)).replace(tzinfo=None)
    except ValueError:
        raise Malformed from None


def full_name(person: Mapping[str, object]) -> str:
    """`firstName lastName`, both required."""
    return f"{text(person, 'firstName')} {text(person, 'lastName')}"
