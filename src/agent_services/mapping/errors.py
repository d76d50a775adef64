"""The failures of this room, as callers see them. Spec: mapping 3, 5."""

from agent_services.platform.http.errors import EmptyError, PlainTextError


class NothingToMap(EmptyError):
    """The caller holds no eligible enrolment. Spec: mapping 3, wrapper C."""

    status = 403


class NotOwnArn(EmptyError):
    """The ARN of the path is not the session's. Spec: mapping 5.7."""

    status = 403


class NoMappings(EmptyError):
    """The agent has no such code. Spec: mapping 5.6."""

    status = 404


class UnknownLookupKey(PlainTextError):
    """No legacy service is called so. The text holds the caller's own input and is contract. Spec: mapping 5.6."""

    status = 400

    def __init__(self, key: str) -> None:
        super().__init__(f"No service found for the key {key}")


class InvalidDetails(PlainTextError):
    """The body of POST details lacks a member or has one of the wrong type. Spec: mapping 5.10."""

    status = 400

    def __init__(self, member: str) -> None:
        super().__init__(f"Invalid MappingDetailsRequest payload: {member} is missing or not of the expected form")


class NoDetails(PlainTextError):
    """Nothing is recorded for this ARN. Spec: mapping 5.10."""

    status = 404

    def __init__(self, arn: str) -> None:
        super().__init__(f"no record found for this arn: Arn({arn})")


class NoJourney(PlainTextError):
    """This log-in has no subscription journey. Spec: mapping 5.10."""

    status = 404

    def __init__(self, auth_provider_id: str) -> None:
        super().__init__(f"no user mappings found for this auth provider id: {auth_provider_id}")


class WrongBasicCredentials(EmptyError):
    """Termination was asked without the right basic credentials. Spec: mapping 5.11."""

    status = 401


class TerminationFailed(EmptyError):
    """The store could not remove what the agent has. Spec: mapping 5.11."""

    status = 500
