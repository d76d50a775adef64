"""The refusals of this room that are not outcomes, and what callers are told."""

from agent_services.platform.http.errors import CodeMessageError, EmptyError, FrameworkError


class BadCreationBody(EmptyError):
    """No JSON, or JSON of another shape. Spec: invitations 5, check 1."""

    status = 400


class NoSuchArn(FrameworkError):
    """A path's ARN of the wrong form that no agency has. Spec: README, settled (bad input)."""

    status = 400
    message = "arn: not an agent reference number"


class ServiceUnsupported(CodeMessageError):
    """No such tax service. Spec: invitations 5, check 3."""

    status = 400
    code = "UNSUPPORTED_SERVICE"

    def __init__(self, service: str) -> None:
        super().__init__()
        self.message = f'Unsupported service "{service}"'


class ClientIdInvalid(CodeMessageError):
    """Not an identifier of the service's kind. Spec: invitations 5, checks 4 and 6."""

    status = 400
    code = "INVALID_CLIENT_ID"

    def __init__(self, client_id: str, service: str) -> None:
        super().__init__()
        self.message = f'Invalid clientId "{client_id}", for service type "{service}"'


class ClientIdTypeUnsupported(CodeMessageError):
    """Not the service's kind of identifier. Spec: invitations 5, check 5."""

    status = 400
    code = "UNSUPPORTED_CLIENT_ID_TYPE"

    def __init__(self, id_type: str, service: str) -> None:
        super().__init__()
        self.message = f'Unsupported clientIdType "{id_type}", for service type "{service}"'


class ClientTypeUnsupported(CodeMessageError):
    """Neither personal nor business nor trust. Spec: invitations 5, check 7."""

    status = 400
    code = "UNSUPPORTED_CLIENT_TYPE"

    def __init__(self, client_type: str) -> None:
        super().__init__()
        # The word Some(…) is on the wire.
        self.message = f'Unsupported clientType "Some({client_type})"'


class ClientNotRegistered(CodeMessageError):
    """An income tax client without MTDITID, while partial authorisation is switched off. Spec: invitations 5."""

    status = 403
    code = "CLIENT_REGISTRATION_NOT_FOUND"
    message = "The Client's MTDfB registration or SAUTR (if alt-itsa is enabled) was not found."


class DuplicateRequest(CodeMessageError):
    """The agent has asked this client already. Spec: invitations 5, check 9."""

    status = 403
    code = "DUPLICATE_AUTHORISATION_REQUEST"
    message = (
        "An authorisation request for this service has already been created and is awaiting the client\u2019s response."
    )


class StoredKeyInvalid(FrameworkError):
    """A stored request whose client no longer gives an enrolment key. Spec: invitations 2.1."""

    status = 500

    def __init__(self, reason: str) -> None:
        super().__init__(f"Failed to build enrolment key because: {reason}")


class AgentNameNotAdded(FrameworkError):
    """The agent's link vanished while a name was being added. Spec: invitations 11.1."""

    status = 500
    message = "could not update agent reference name, no matching uid found."


class NotFound(EmptyError):
    """404 without a body."""

    status = 404


class SuspendedAgent(EmptyError):
    """403 without a body. Spec: invitations 11.2, 12."""

    status = 403


class ArnMismatch(EmptyError):
    """403 without a body: the caller's agency is another one. Spec: invitations 6.3."""

    status = 403


class MissingParameter(FrameworkError):
    """A query parameter that must be given. Spec: invitations 1.2."""

    status = 400

    def __init__(self, name: str) -> None:
        super().__init__(f"Missing parameter: {name}")


class ParameterNotANumber(FrameworkError):
    """A query parameter that is no whole number. Spec: invitations 1.2."""

    status = 400

    def __init__(self, name: str) -> None:
        super().__init__(f'Cannot parse parameter {name} as Int: For input string: "REDACTED"')


class ParameterOutOfRange(FrameworkError):
    """A page number or size below one. Spec: invitations 6.3."""

    status = 400

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} must be 1 or more")


class MalformedFilter(FrameworkError):
    """A client name with a broken escape. Spec: invitations 6.3."""

    status = 400
    message = "clientName holds a malformed escape"


class UnknownService(FrameworkError):
    """A service in a path or body that is none of ours here. Spec: invitations 16.1."""

    status = 400
    message = "service is not supported"


class MalformedNino(FrameworkError):
    """A client id in a path that must be a NINO and is none. Spec: invitations 16.1."""

    status = 400
    message = "clientId is not a valid NINO"


class ClientDetailsFailed(EmptyError):
    """500 without a body: the client's record could not be had. Spec: invitations 16.1; README, settled."""

    status = 500


class NoServiceKey(FrameworkError):
    """A service key in a body that is held, but is no service of ours. Spec: README, settled (bad input)."""

    status = 400
    message = "serviceKeys: not a service that authorisation requests know"


class UnknownIdentifier(FrameworkError):
    """An enrolment of the client's that is known by no identifier of ours. Spec: invitations 12."""

    status = 500
    message = "the enrolment has no identifier that authorisation requests know"


class KeyNotBuildable(FrameworkError):
    """A service and client id in a body that give no enrolment key. Spec: invitations 2.1, 10."""

    status = 400


class RelationshipNotFound(CodeMessageError):
    """There was no authority to end. Spec: invitations 10."""

    status = 404
    code = "RELATIONSHIP_NOT_FOUND"
    message = "The specified relationship was not found."


class BeingProcessed(CodeMessageError):
    """Another change of the same relationship is under way. Spec: invitations 10."""

    status = 423
    code = "ALREADY_BEING_PROCESSED"
    message = "More than one request received to create the same invitation."
