"""What an endpoint may demand of a session, as auth's JSON says it. Spec: sandbox 2.2, upstreams 19.2."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent_services.sandbox.refusals import Refusal, Shape


@dataclass(frozen=True, slots=True)
class Enrolled:
    service: str
    identifiers: tuple[tuple[str, str], ...] = ()
    delegated_rule: str | None = None


@dataclass(frozen=True, slots=True)
class ProvidedBy:
    providers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfAffinity:
    affinity_group: str


@dataclass(frozen=True, slots=True)
class AtConfidence:
    level: int


@dataclass(frozen=True, slots=True)
class OfStrength:
    strength: str


@dataclass(frozen=True, slots=True)
class InRole:
    role: str


@dataclass(frozen=True, slots=True)
class NinoGiven:
    has_nino: bool
    nino: str | None


@dataclass(frozen=True, slots=True)
class AllOf:
    """A nested array: each must hold."""

    parts: tuple["Demand", ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    alternatives: tuple["Demand", ...]


Demand = Enrolled | ProvidedBy | OfAffinity | AtConfidence | OfStrength | InRole | NinoGiven | AllOf | OneOf


def demands_from_json(document: object) -> tuple[Demand, ...]:
    """Reads the array `authorise`. Raises Refusal (400, text) for a predicate that auth does not know."""
    if not isinstance(document, list):
        raise _unreadable("authorise must be an array")
    return tuple(_demand(each) for each in document)


def _demand(document: object) -> Demand:
    if isinstance(document, list):
        return AllOf(tuple(_demand(each) for each in document))
    if not isinstance(document, Mapping):
        raise _unreadable("a predicate must be an object")
    try:
        return _demand_of_object(document)
    except (KeyError, TypeError, ValueError):
        raise _unreadable("a predicate lacks a part or has one of the wrong form") from None


def _demand_of_object(document: Mapping[str, Any]) -> Demand:
    if "enrolment" in document:
        identifiers = tuple((each["key"], each["value"]) for each in document.get("identifiers") or ())
        return Enrolled(document["enrolment"], identifiers, document.get("delegatedAuthRule"))
    if "authProviders" in document:
        return ProvidedBy(tuple(document["authProviders"]))
    if "affinityGroup" in document:
        return OfAffinity(document["affinityGroup"])
    if "confidenceLevel" in document:
        return AtConfidence(int(document["confidenceLevel"]))
    if "credentialStrength" in document:
        return OfStrength(document["credentialStrength"])
    if "credentialRole" in document:
        return InRole(document["credentialRole"])
    if "nino" in document or "hasNino" in document:
        return NinoGiven(bool(document.get("hasNino", True)), document.get("nino"))
    if "$or" in document:
        return OneOf(tuple(_demand(each) for each in document["$or"]))
    raise _unreadable("unknown predicate")


def _unreadable(why: str) -> Refusal:
    return Refusal(400, f"Invalid authorise request: {why}", shape=Shape.TEXT)
