"""Reads a subscription journey's document. Spec: subscription 9.2."""

from agent_services.upstreams.agent_subscription import LegacyEnrolment, SubscriptionJourney, UserMapping
from agent_services.upstreams.reading import Malformed, as_object, each, optional_text, text


def read_journey(document: object) -> SubscriptionJourney:
    """The part that mapping uses; without `userMappings` there are none. Raises Malformed."""
    found = as_object(document)
    if found.get("userMappings") is None:
        return SubscriptionJourney(())
    return SubscriptionJourney(each(found, "userMappings", _user_mapping))


def _user_mapping(document: object) -> UserMapping:
    found = as_object(document)
    count = found.get("count")
    if not isinstance(count, int) or isinstance(count, bool):
        raise Malformed
    return UserMapping(
        auth_provider_id=text(found, "authProviderId"),
        agent_code=optional_text(found, "agentCode"),
        legacy_enrolments=each(found, "legacyEnrolments", _legacy_enrolment),
        count=count,
        gg_tag=text(found, "ggTag"),
    )


def _legacy_enrolment(document: object) -> LegacyEnrolment:
    found = as_object(document)
    return LegacyEnrolment(text(found, "enrolmentType"), text(found, "identifierValue"))
