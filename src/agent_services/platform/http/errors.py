"""The failures that a caller is told about, one base class for each body shape that the specs know.

A room's `errors.py` derives from these; a class says its status and what the caller is told.
Rendering happens here alone.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response


class ServiceError(Exception):
    """A failure with an answer of its own. Derive from one of the shapes below, not from this."""

    status: int = 500

    def __init__(self, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(type(self).__name__)
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """What the caller gets."""
        raise TypeError(f"{type(self).__name__} has no body shape")


class EmptyError(ServiceError):
    """A status and no body."""

    def response(self) -> Response:
        return Response(status_code=self.status, headers=self.headers)


class CodeError(ServiceError):
    """`{"code": …}`, the shape of the relationships service's refusals."""

    code: str = ""

    def response(self) -> Response:
        return JSONResponse({"code": self.code}, status_code=self.status, headers=self.headers)


class CodeMessageError(ServiceError):
    """`{"code": …, "message": …}`, the envelope of the public APIs and of some refusals behind them."""

    code: str = ""
    message: str = ""

    def response(self) -> Response:
        return JSONResponse({"code": self.code, "message": self.message}, status_code=self.status, headers=self.headers)


class FrameworkError(ServiceError):
    """`{"statusCode": …, "message": …}`. Spec: relationships 0.1."""

    status = 400
    message: str = ""

    def __init__(
        self,
        message: str | None = None,
        *,
        status: int | None = None,
        requested: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(headers=headers)
        if message is not None:
            self.message = message
        if status is not None:
            self.status = status
        self.requested = requested

    def response(self) -> Response:
        body: dict[str, int | str] = {"statusCode": self.status, "message": self.message}
        if self.requested is not None:
            body["requested"] = self.requested
        return JSONResponse(body, status_code=self.status, headers=self.headers)


class PlainTextError(ServiceError):
    """A status and a text."""

    text: str = ""

    def __init__(self, text: str | None = None, *, status: int | None = None) -> None:
        super().__init__()
        if text is not None:
            self.text = text
        if status is not None:
            self.status = status

    def response(self) -> Response:
        return PlainTextResponse(self.text, status_code=self.status, headers=self.headers)


class CannotBind(FrameworkError):
    """A path parameter of the wrong form. Spec: relationships 0.1."""

    status = 400
    message = "bad request, cause: REDACTED"


class InvalidJson(FrameworkError):
    """A body that is not JSON. Spec: relationships 0.1."""

    status = 400
    message = "Invalid Json: the body could not be parsed"


class UnsupportedMediaType(FrameworkError):
    """A body of another content type. Spec: relationships 0.1."""

    status = 415
    message = "Expecting text/json or application/json body"


async def render_service_error(request: Request, error: Exception) -> Response:
    """The exception handler of every `ServiceError`."""
    assert isinstance(error, ServiceError)  # registered for this class alone
    return error.response()
