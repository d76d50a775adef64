"""Reading request bodies as the specs want them read: content type, JSON, then shape. Spec: relationships 0.1."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json
from starlette.requests import Request

from agent_services.platform.http.errors import FrameworkError, InvalidJson, UnsupportedMediaType

T = TypeVar("T")

JSON_TYPES = frozenset({"application/json", "text/json"})


def is_json(request: Request) -> bool:
    """Whether the request says that its body is JSON (parameters such as a charset do not matter)."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() in JSON_TYPES


async def read_json(request: Request) -> Any:
    """The body as plain JSON values.

    Raises UnsupportedMediaType (415) for another content type and InvalidJson (400) for anything that is
    not JSON, the empty body included.
    """
    if not is_json(request):
        raise UnsupportedMediaType()
    try:
        return from_json(await request.body(), allow_inf_nan=False)
    except ValueError:
        # The parser's words may repeat the body; they are not passed on.
        raise InvalidJson() from None


def json_body(shape: type[T]) -> Callable[[Request], Awaitable[T]]:
    """A dependency that reads the body as `shape` (a Pydantic model, a TypedDict, `dict[str, Any]` …).

    Members that `shape` does not know are ignored unless the shape says otherwise. Besides `read_json`'s,
    raises 400 `Json validation error` naming the first member that does not fit, without its value.
    """
    adapter: TypeAdapter[T] = TypeAdapter(shape)

    async def read(request: Request) -> T:
        given = await read_json(request)
        try:
            return adapter.validate_python(given)
        except ValidationError as error:
            raise shape_error(error) from None

    return read


def shape_error(error: ValidationError) -> FrameworkError:
    """The framework's 400 for JSON that lacks a member or has one of the wrong type."""
    first = error.errors(include_url=False, include_input=False)[0]
    member = "".join(f"/{part}" for part in first["loc"])
    return FrameworkError(f"Json validation error at {member or '/'}: missing or not of the expected form")
