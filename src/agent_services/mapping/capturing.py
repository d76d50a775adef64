"""Which legacy codes a log-in brings along. Spec: mapping 2."""

from collections.abc import Iterable

from agent_services.auth import Principal
from agent_services.mapping.errors import NothingToMap
from agent_services.mapping.legacy_services import LegacyIdentifier, LegacyService
from agent_services.upstreams.agent_subscription import UserMapping
from agent_services.upstreams.auth import SessionEnrolment
from agent_services.upstreams.enrolment_store_proxy import StoredEnrolment


def is_eligible(caller: Principal) -> bool:
    """Whether the caller holds any enrolment that can be mapped. An agent code alone does not count."""
    return bool(_of_enrolments(caller.authorised.all_enrolments))


def codes_of_session(caller: Principal) -> tuple[LegacyIdentifier, ...]:
    """The codes of the caller's enrolments, in any state, then the session's agent code if there is one.

    Raises NothingToMap when no enrolment is eligible, whatever the agent code.
    """
    found = _of_enrolments(caller.authorised.all_enrolments)
    if not found:
        raise NothingToMap()
    if caller.authorised.agent_code is not None:
        found.append(LegacyIdentifier(LegacyService.AGENT_CODE, caller.authorised.agent_code))
    return _each_once(found)


def codes_of_group(enrolments: Iterable[StoredEnrolment]) -> tuple[LegacyIdentifier, ...]:
    """Every identifier of a group's activated legacy enrolments. Spec: mapping 5.7."""
    return _each_once(
        LegacyIdentifier(service, identifier.value)
        for enrolment in enrolments
        if enrolment.is_activated and (service := LegacyService.of_enrolment(enrolment.service_key)) is not None
        for identifier in enrolment.identifiers
    )


def codes_of_journey(user_mappings: Iterable[UserMapping]) -> tuple[LegacyIdentifier, ...]:
    """The agent codes and older references gathered in a journey. Raises ValueError for an unknown service."""
    mappings = tuple(user_mappings)
    codes = [
        LegacyIdentifier(LegacyService.AGENT_CODE, mapping.agent_code)
        for mapping in mappings
        if mapping.agent_code is not None
    ]
    references = [
        LegacyIdentifier(LegacyService(enrolment.enrolment_type), enrolment.identifier_value)
        for mapping in mappings
        for enrolment in mapping.legacy_enrolments
    ]
    return _each_once(codes + references)


def _of_enrolments(enrolments: Iterable[SessionEnrolment]) -> list[LegacyIdentifier]:
    # An enrolment with none or several identifiers is silently not eligible.
    return [
        LegacyIdentifier(service, enrolment.identifiers[0].value)
        for enrolment in enrolments
        if len(enrolment.identifiers) == 1 and (service := LegacyService.of_enrolment(enrolment.key)) is not None
    ]


def _each_once(found: Iterable[LegacyIdentifier]) -> tuple[LegacyIdentifier, ...]:
    return tuple(dict.fromkeys(found))
