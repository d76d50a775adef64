"""How refusals of callers look on the wire, by service. Spec: upstreams 19.5."""

from agent_services.platform.http.errors import CodeMessageError, EmptyError, FrameworkError


class NotAuthorised(FrameworkError):
    """401 with the framework body: the relationships service's answer to every refusal of auth."""

    status = 401


class NoPermission(CodeMessageError):
    """403: signed in, but not permitted. Spec: relationships 0.2."""

    status = 403
    code = "NO_PERMISSION"
    message = "The logged in user is not permitted to perform the operation."


class Unauthenticated(EmptyError):
    """401 without a body. Spec: mapping 3."""

    status = 401


class Forbidden(EmptyError):
    """403 without a body. Spec: mapping 3."""

    status = 403
