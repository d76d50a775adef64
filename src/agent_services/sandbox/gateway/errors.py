"""The gateway's failures: OAuth's body (authorisation-api 8.3), the envelope (8.4), and pages (8.2)."""

from starlette.responses import JSONResponse, Response

from agent_services.platform.http.errors import CodeMessageError, ServiceError

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="HMRC API Platform"'}
NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class OAuthError(ServiceError):
    """`{"error", "error_description"}`. RFC 6749 5.2; texts: authorisation-api 8.3."""

    status = 400

    def __init__(self, error: str, description: str) -> None:
        super().__init__(headers=NOT_KEPT)
        self.error = error
        self.description = description

    def response(self) -> Response:
        body = {"error": self.error, "error_description": self.description}
        return JSONResponse(body, status_code=self.status, headers=self.headers)


class InvalidRequest(OAuthError):
    def __init__(self, description: str) -> None:
        super().__init__("invalid_request", description)


class InvalidGrant(OAuthError):
    def __init__(self, description: str) -> None:
        super().__init__("invalid_grant", description)


class InvalidScope(OAuthError):
    def __init__(self) -> None:
        super().__init__("invalid_scope", "scope is invalid")


class InvalidClient(OAuthError):
    """Wrong client id or secret. Who tried with HTTP Basic is told so, as RFC 6749 5.2 demands."""

    status = 401

    def __init__(self, *, by_basic: bool) -> None:
        super().__init__("invalid_client", "invalid client id or secret")
        if by_basic:
            self.headers["WWW-Authenticate"] = 'Basic realm="oauth"'


class AuthorizeProblem(Exception):
    """What is wrong with an authorise request; shown in the browser, HTTP 400. Spec: authorisation-api 8.2."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(error)
        self.error = error
        self.message = message


class JourneyLost(Exception):
    """No such sign-in under way in this browser: over, answered before, or another browser's."""


class ForgedForm(Exception):
    """A form without the token of its journey."""


class GatewayRefusal(CodeMessageError):
    """A refusal before the API is reached. Spec: authorisation-api 8.4."""

    def __init__(self) -> None:
        super().__init__(headers=CHALLENGE if self.status in (401, 403) else None)


class MissingCredentials(GatewayRefusal):
    status = 401
    code = "MISSING_CREDENTIALS"
    message = "Authentication information is not provided"


class InvalidCredentials(GatewayRefusal):
    status = 401
    code = "INVALID_CREDENTIALS"
    message = "Invalid Authentication information provided"


class IncorrectAccessTokenType(GatewayRefusal):
    status = 401
    code = "INCORRECT_ACCESS_TOKEN_TYPE"
    message = "The access token type used is not supported when invoking the API"


class ResourceForbidden(GatewayRefusal):
    status = 403
    code = "RESOURCE_FORBIDDEN"
    message = "The application is not subscribed to the API which it is attempting to invoke"


class ScopeMissing(GatewayRefusal):
    status = 403
    code = "INVALID_SCOPE"
    message = "Cannot access the required resource. Ensure this token has all the required scopes."


class MatchingResourceNotFound(GatewayRefusal):
    status = 404
    code = "MATCHING_RESOURCE_NOT_FOUND"
    message = "A resource with the name in the request can not be found in the API"


class VersionNotPublished(GatewayRefusal):
    """Also an unknown API."""

    status = 404
    code = "NOT_FOUND"
    message = "The requested resource could not be found."


class MethodNotAllowed(GatewayRefusal):
    """The reference's text is in no public source (authorisation-api 9)."""

    status = 405
    code = "METHOD_NOT_ALLOWED"
    message = "The HTTP method is not allowed. Use one of GET, PUT, POST, PATCH, DELETE, OPTIONS."


class ThrottledOut(GatewayRefusal):
    status = 429
    code = "MESSAGE_THROTTLED_OUT"
    message = "The request for the API is throttled as you have exceeded your quota."
