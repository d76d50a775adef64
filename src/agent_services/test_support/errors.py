"""What the test support API refuses. Spec: test-support 2, 3, 4."""

from agent_services.platform.http.errors import CodeMessageError, EmptyError, PlainTextError


class BadPath(CodeMessageError):
    """A NINO or VRN in the path that is none."""

    status = 400
    code = "BAD_REQUEST"
    message = "Bad Request"


class NoVatRegistrationDate(PlainTextError):
    """The stub holds no registration date for the VRN."""

    status = 500
    text = "Missing VAT Registration Date verifier"


class NoBusinessPostcode(PlainTextError):
    """The stub holds no postcode for the NINO."""

    status = 500
    text = "Missing business postcode verifier"


class ServiceWithoutRule(CodeMessageError):
    """A request for a service whose client this API cannot find."""

    status = 500
    code = "INTERNAL_SERVER_ERROR"
    message = "Internal server error"


class RequestUnknown(EmptyError):
    """No such authorisation request."""

    status = 404


class RequestGone(PlainTextError):
    """The request vanished while it was being answered."""

    status = 404


class AnsweredOtherwise(EmptyError):
    """The request has been answered the other way, or has expired."""

    status = 409


class NotAnswerable(EmptyError):
    """The request was cancelled or its authority ended, or the client's user may not answer it."""

    status = 403


class AnswerFailed(EmptyError):
    """Accepting or declining did not come off."""

    status = 500
