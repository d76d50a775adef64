"""The web application: which routes, layers and error families there are, around the composed rooms."""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from agent_services import authorisation_api, invitations, mapping, relationships, test_support
from agent_services.auth import OPEN, TEST_ONLY, all_called_by, called_by
from agent_services.authorisation_api import CallingSoftwareLayer, Messages, MessageStyle
from agent_services.composition import Platform, composed
from agent_services.composition.documents import document_of
from agent_services.platform.http import health, test_only
from agent_services.platform.http.accept import AcceptLayer, AcceptRule
from agent_services.platform.http.bare_paths import BareForm, BarePathLayer
from agent_services.platform.http.correlation import CorrelationLayer
from agent_services.platform.http.errors import ServiceError, render_service_error
from agent_services.platform.http.families import (
    EnvelopeFamily,
    ErrorFamilies,
    ErrorFamily,
    OAuthFamily,
    Strangers,
    first_segment,
)
from agent_services.platform.http.hot_route import HotRoute, HotRoutesLayer
from agent_services.settings import Settings
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.web import api_page, static_route

log = structlog.get_logger(__name__)

_BACK_ENDS: Final = "/agent-client-relationships"
_OWNED: Final = (
    "agent|agents|agent-[a-z-]+|api|assets|client|create-test-user|customer-status|docs|healthz|invitations|itsa-post-signup"
    "|known-facts|mappings|metrics|oauth|ping|readyz|sandbox|stride|test-only|ui"
)
"""First segments that belong to other services of this process."""
_BARE_FORMS: Final = (
    BareForm(
        re.compile(rf"/(?!(?:{_OWNED})/)[^/]+/(?:invitations(?:/[^/]+)?|relationships|deauthorise-client)"),
        frozenset({"GET", "POST", "PUT", "DELETE"}),
        "/agents",
    ),
    BareForm(re.compile(r"/known-facts/.+"), frozenset({"GET", "PUT", "DELETE"}), test_support.CONTEXT),
    # Reading /invitations/{id} is a page for people; answering it is not.
    BareForm(re.compile(r"/invitations/[^/]+"), frozenset({"PUT", "DELETE"}), test_support.CONTEXT),
)
_AUTHORISATION_API_FAMILY: Final = EnvelopeFamily(
    not_found_message="Resource was not found.",
    bad_request_message="Bad Request",
    server_error_message="Internal server error.",
)
_TEST_SUPPORT_FAMILY: Final = EnvelopeFamily(
    not_found_message="Resource was not found",
    bad_request_message="Bad Request",
    server_error_message="Internal server error",
)
_CREATE_TEST_USER_FAMILY: Final = EnvelopeFamily(
    not_found_message="The requested resource could not be found.",
    bad_request_message="Bad Request",
    server_error_message="An unexpected error occurred",
)
_UNKNOWN_API_FAMILY: Final = EnvelopeFamily(
    not_found_message="The requested resource could not be found.",
    bad_request_message="Bad Request",
    server_error_message="Internal server error",
)
_BY_PREFIX: Final[Mapping[str, ErrorFamily]] = {
    "/agents": _AUTHORISATION_API_FAMILY,
    "/api": _AUTHORISATION_API_FAMILY,
    test_support.CONTEXT: _TEST_SUPPORT_FAMILY,
    "/create-test-user": _CREATE_TEST_USER_FAMILY,
    "/oauth": OAuthFamily(),
}
_FAMILIES: Final = ErrorFamilies(_BY_PREFIX)
_SERVICES: Final[dict[str, tuple[str, ...]]] = {
    "relationships": (_BACK_ENDS,),
    "invitations": (_BACK_ENDS,),
    "mapping": ("/agent-mapping",),
    "authorisation-api": ("/agents/", "/api/"),
    "test-support": (test_support.CONTEXT,),
    "gateway": ("/oauth", "/create-test-user"),
    "sandbox": ("/sandbox", "/agents-external-stubs"),
    "test-only": ("/test-only",),
    "platform": ("/ping", "/healthz", "/readyz", "/metrics"),
}


def create_app(settings: Settings, *, runs_jobs: bool = True) -> ASGIApp:
    """The whole application, ready for a server; its lifespan opens and closes everything it uses."""
    api = _api(settings, lambda: composed(settings, runs_jobs=runs_jobs))
    return _layers(api, settings)


def create_app_around(platform: Platform, settings: Settings) -> ASGIApp:
    """The application around rooms that somebody else composed, and will close."""

    @asynccontextmanager
    async def already() -> AsyncIterator[Platform]:
        yield platform

    return _layers(_api(settings, already), settings)


def openapi_document(settings: Settings, service: str | None = None) -> dict[str, Any]:
    """The OpenAPI document of one service, or of everything. Raises KeyError for an unknown name."""
    prefixes = () if service is None else _SERVICES[service]
    document = _api(settings, lambda: composed(settings, runs_jobs=False)).openapi()
    if service is not None:
        document["paths"] = {
            path: operations
            for path, item in document["paths"].items()
            if path.startswith(prefixes) and (operations := _of_service(item, service))
        }
    return document


def sandbox_application(
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]], routers: Sequence[APIRouter], wire: ASGIApp
) -> ASGIApp:
    """The sandbox's own application: its routes, and `wire` for the upstreams' paths, which are all others."""
    from agent_services.composition.sandbox import gateway_layer

    api = FastAPI(
        title="agent-services sandbox",
        version="0.1.0",
        lifespan=lifespan,
        docs_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    for router in (all_called_by(health.router, OPEN), *routers):
        api.include_router(router)
    api.include_router(_documents_page)
    api.router.routes.append(static_route())
    _handle_failures(api, _FAMILIES)
    api.mount("/", wire)
    return CorrelationLayer(gateway_layer(api, api.state))


def routes_served(settings: Settings) -> Sequence[BaseRoute]:
    """Every route of the application with these settings, for whoever checks them; nothing is opened."""
    return _api(settings, lambda: composed(settings, runs_jobs=False)).routes


def service_names() -> list[str]:
    """The names that `openapi_document` knows."""
    return sorted(_SERVICES)


def _of_service(item: dict[str, Any], service: str) -> dict[str, Any]:
    return {method: operation for method, operation in item.items() if service in operation.get("tags", [service])}


def _api(settings: Settings, compose: Callable[[], AbstractAsyncContextManager[Platform]]) -> FastAPI:
    @asynccontextmanager
    async def lifespan(api: FastAPI) -> AsyncIterator[None]:
        async with compose() as platform:
            platform.bind_to(api.state)
            api.state.stopping = False
            log.info("application_started", upstreams=settings.upstreams, environment=settings.environment)
            yield
            api.state.stopping = True

    api = FastAPI(
        title="agent-services",
        version="0.1.0",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    api.state.settings = settings
    # The hot routes come first: routes are tried in order.
    api.router.routes[:0] = _hot_routes()
    for router in _routers(settings):
        api.include_router(router)
    api.include_router(_documents_page)
    api.router.routes.append(static_route())
    _handle_failures(api, _families(api, settings))
    api.openapi = lambda: _document(api)  # type: ignore[method-assign]  # FastAPI's documented way
    return api


_documents_page = APIRouter(include_in_schema=False)


@_documents_page.get("/openapi.json")
@called_by(OPEN)
async def openapi_json(request: Request) -> Response:
    """The OpenAPI document of all that this process serves."""
    document = request.app.openapi()
    return JSONResponse(document)


@_documents_page.get("/docs")
@called_by(OPEN)
async def docs() -> Response:
    """The OpenAPI document, to read and to try."""
    return api_page(title="agent-services", document_url="/openapi.json")


def _hot_routes() -> list[HotRoute]:
    return [*authorisation_api.hot_routes, *relationships.hot_routes]


def _routers(settings: Settings) -> Sequence[APIRouter]:
    routers = [
        all_called_by(health.router, OPEN),
        authorisation_api.router,
        authorisation_api.documentation_router,
        invitations.router,
        relationships.router,
        mapping.router,
    ]
    if settings.serves_test_support:
        routers += [test_support.router, test_support.documentation_router]
    if settings.test_only:
        routers += [
            all_called_by(test_only.router, TEST_ONLY),
            invitations.test_only_router,
            relationships.test_only_router,
            mapping.test_only_router,
        ]
    if settings.upstreams == "sandbox":
        # Loaded here alone, so that a process in http mode holds no code of the sandbox.
        from agent_services.composition.sandbox import sandbox_routers

        routers += sandbox_routers()
    return routers


def _families(api: FastAPI, settings: Settings) -> ErrorFamilies:
    """Behind the gateway a path that nobody here owns asks for an unknown API.

    Spec: README, settled questions (order of checks before the public API); authorisation-api 8.4.
    """
    if settings.upstreams != "sandbox":
        return _FAMILIES
    known = frozenset(map(first_segment, _templates(api.routes)))
    return ErrorFamilies(_BY_PREFIX, Strangers(known, _UNKNOWN_API_FAMILY))


def _templates(routes: Iterable[BaseRoute]) -> Iterator[str]:
    """Every route's path template. An included router stands among the routes as one, with its own inside."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield getattr(route, "path", "")
        else:
            yield from _templates(included.routes)


def _handle_failures(api: FastAPI, families: ErrorFamilies) -> None:
    async def on_upstream_failure(request: Request, error: Exception) -> Response:
        assert isinstance(error, UpstreamFailed)  # registered for this class alone
        log.warning(
            "upstream_failed",
            upstream=error.upstream.value,
            operation=error.operation,
            kind=error.kind.value,
            status=error.status,
        )
        return families.of(request.url.path).unexpected(error.surfaces_as, error.public_message)

    api.add_exception_handler(authorisation_api.Refusal, authorisation_api.render_refusal)
    api.add_exception_handler(ServiceError, render_service_error)
    api.add_exception_handler(UpstreamFailed, on_upstream_failure)
    api.add_exception_handler(HTTPException, families.on_http_exception)
    api.add_exception_handler(RequestValidationError, families.on_validation_error)
    api.add_exception_handler(Exception, families.on_unexpected)


def _layers(api: FastAPI, settings: Settings) -> ASGIApp:
    messages = Messages(MessageStyle(settings.authorisation_api_messages))
    rules = [AcceptRule("/agents/", None, frozenset(settings.api_supported_versions), messages.accept_refused)]
    if settings.serves_test_support:
        context = test_support.CONTEXT
        rules.append(AcceptRule(context + "/", context + "/api/", frozenset({"1.0"}), messages.accept_refused))
    app: ASGIApp = CallingSoftwareLayer(AcceptLayer(HotRoutesLayer(api, _hot_routes()), rules))
    if settings.upstreams == "sandbox":
        from agent_services.composition.sandbox import gateway_layer

        app = gateway_layer(app, api.state)
    forms = [form for form in _BARE_FORMS if form.context == "/agents" or settings.serves_test_support]
    return CorrelationLayer(
        BarePathLayer(app, forms),
        allowlist=frozenset(name.lower() for name in settings.bootstrap_http_headers_allowlist),
    )


def _document(api: FastAPI) -> dict[str, Any]:
    if api.openapi_schema is None:
        hot_paths = (authorisation_api.hot_paths, relationships.hot_paths)
        api.openapi_schema = document_of(api, _FAMILIES, hot_paths)
    return api.openapi_schema
