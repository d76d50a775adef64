"""Hot routes answer before the framework's layers, and as these would."""

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Message, Scope

from agent_services.platform.http.errors import CodeError, ServiceError, render_service_error
from agent_services.platform.http.families import ErrorFamilies
from agent_services.platform.http.hot_route import HotRoute, HotRoutesLayer


class _Refused(CodeError):
    status = 409
    code = "REFUSED"


async def _greet(request: Request) -> Response:
    return JSONResponse({"name": request.path_params["name"], "app": request.app.title})


async def _refuse(_: Request) -> Response:
    raise _Refused()


async def _break(_: Request) -> Response:
    raise ZeroDivisionError


async def _on_unexpected(_: Request, __: Exception) -> Response:
    return PlainTextResponse("broke", 500)


def _layer() -> HotRoutesLayer:
    api = FastAPI(title="our own")
    api.add_exception_handler(ServiceError, render_service_error)
    api.add_exception_handler(HTTPException, ErrorFamilies({}).on_http_exception)
    api.add_exception_handler(Exception, _on_unexpected)
    hot = [HotRoute("/hot/{name}", _greet), HotRoute("/refuse", _refuse), HotRoute("/break", _break)]
    api.router.routes += [*hot, HotRoute("/cold/{name}", _greet)]
    return HotRoutesLayer(api, hot)


async def _ask(path: str, sent: list[Message], *, method: str = "GET") -> Scope:
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await _layer()(scope, receive, send)
    return scope


async def _answered(path: str, *, method: str = "GET") -> tuple[int, bytes]:
    sent: list[Message] = []
    await _ask(path, sent, method=method)
    return sent[0]["status"], sent[1]["body"]


async def test_a_hot_route_is_answered_with_its_parameters_and_its_application() -> None:
    assert await _answered("/hot/amelia") == (200, b'{"name":"amelia","app":"our own"}')


async def test_the_layers_around_learn_the_template() -> None:
    scope = await _ask("/hot/amelia", [])

    assert scope["route"].path == "/hot/{name}"


async def test_other_routes_are_the_applications() -> None:
    assert await _answered("/cold/amelia") == (200, b'{"name":"amelia","app":"our own"}')


async def test_another_method_is_answered_by_the_application() -> None:
    status, body = await _answered("/hot/amelia", method="DELETE")

    assert (status, body) == (404, b'{"statusCode":404,"message":"URI not found","requested":"/hot/amelia"}')


async def test_a_refusal_is_rendered_by_the_applications_handler() -> None:
    assert await _answered("/refuse") == (409, b'{"code":"REFUSED"}')


async def test_an_unexpected_failure_is_answered_and_still_seen_by_who_logs_it() -> None:
    sent: list[Message] = []

    with pytest.raises(ZeroDivisionError):
        await _ask("/break", sent)

    assert (sent[0]["status"], sent[1]["body"]) == (500, b"broke")
