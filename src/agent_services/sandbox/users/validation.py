"""What is wrong with a user or group that somebody wants to store. Spec: sandbox 1.3, 1.4."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from agent_services.sandbox.enrolments.catalogue import CATALOGUE, POSTCODE_PATTERN
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.users.documents import UserData
from agent_services.sandbox.users.people import AffinityGroup, CredentialRole

_CONFIDENCE_LEVELS = (50, 200, 250, 600)
_STRENGTHS = ("weak", "strong")
_COUNTRY = re.compile(r"[A-Z]{2}")
SUSPENDABLE_REGIMES = frozenset({"ALL", "ITSA", "VATC", "TRS", "CGT", "PPT", "PIR", "AGSV"})
_LONGEST_LINE = 35


def affinity_of(text: str | None) -> AffinityGroup | None:
    """None for nothing, `none` or an empty text. Raises ValueError for any other unknown text."""
    if text is None or text in ("", "none"):
        return None
    return AffinityGroup(text)


def problems_of_user(
    user: UserData, affinity: AffinityGroup | None, principal: Sequence[StoredKey], delegated: Sequence[StoredKey]
) -> list[str]:
    """All problems, in the spec's order."""
    return [
        *_confidence_problems(user, affinity),
        *_credential_problems(user, affinity),
        *enrolment_problems(affinity, principal, delegated),
        *_address_problems(user),
    ]


def _confidence_problems(user: UserData, affinity: AffinityGroup | None) -> Iterator[str]:
    level = user.confidence_level
    is_individual = affinity is AffinityGroup.INDIVIDUAL
    if level is not None and (not is_individual or level not in _CONFIDENCE_LEVELS):
        yield "confidenceLevel can only be set for Individuals and has to be one of [50, 200, 250, 600]"
    if is_individual and level is not None and not user.nino:
        yield "confidenceLevel must be accompanied by NINO"
    if is_individual and user.nino and level is None:
        yield "NINO must be accompanied by confidenceLevel"


def _credential_problems(user: UserData, affinity: AffinityGroup | None) -> Iterator[str]:
    if user.credential_strength is not None and user.credential_strength not in _STRENGTHS:
        yield "credentialStrength must be none, or one of [weak, strong]"
    if user.credential_role is None:
        return
    if affinity is AffinityGroup.ORGANISATION:
        if user.role not in (CredentialRole.ADMIN, CredentialRole.USER):
            yield "credentialRole must be Admin or User for Organisation"
    elif user.role is None:
        yield "credentialRole must be none, or one of [Admin, User, Assistant] for Individual or Agent"


def enrolment_problems(
    affinity: AffinityGroup | None, principal: Sequence[StoredKey], delegated: Sequence[StoredKey]
) -> Iterator[str]:
    """Services that are not for this affinity, repeated ones, and delegations that cannot be."""
    for key in principal:
        row = CATALOGUE.get(key.service)
        if row is None or affinity not in row.affinity_groups:
            yield f"Service {key.service} is not available for this user's affinity group"
    counts = Counter(key.service for key in principal)
    repeated = [
        service for service, count in counts.items() if count > 1 and not CATALOGUE[service].has_multiple_enrolments
    ]
    if repeated:
        yield f"Repeated principal enrolments: {', '.join(repeated)}"
    if delegated and affinity is not AffinityGroup.AGENT:
        yield "Only Agents can have delegated enrolments"
    for key in delegated:
        row = CATALOGUE.get(key.service)
        if row is None or row.is_for_agents:
            yield f"Enrolment for {key.service} may not be delegated to an Agent."
    if len({key.lookup_key for key in delegated}) != len(delegated):
        yield "Delegated enrolment values must be distinct"


def _address_problems(user: UserData) -> Iterator[str]:
    address = user.address
    if address is None:
        return
    for name, line in (
        ("line1", address.line1),
        ("line2", address.line2),
        ("line3", address.line3),
        ("line4", address.line4),
    ):
        if line is not None and not 1 <= len(line) <= _LONGEST_LINE:
            yield f"address {name} must have 1 to {_LONGEST_LINE} characters"
    is_foreign = address.country_code is not None and address.country_code != "GB"
    if address.postcode is not None and not is_foreign and POSTCODE_PATTERN.fullmatch(address.postcode) is None:
        yield "address postcode is not valid"
    if address.country_code is not None and _COUNTRY.fullmatch(address.country_code) is None:
        yield "address countryCode is not valid"


def membership_problems(roles: Sequence[CredentialRole | None]) -> list[str]:
    """A group needs an administrator. (Ours allows several; the reference exactly one.)"""
    if not roles or any(role is not None and role.is_administrator for role in roles):
        return []
    return ["Group MAY NOT consist of Assistants only"]


def problems_of_regimes(regimes: Sequence[str]) -> list[str]:
    return [f"suspended regime {regime} not valid" for regime in regimes if regime not in SUSPENDABLE_REGIMES]
