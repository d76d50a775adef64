"""The documentation routes of a public API: its definition, its documents, its endpoint pages.

Spec: authorisation-api 5, test-support 1. None of them needs a token or an Accept header.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

DOCUMENTATION_SITE: Final = "https://developer.service.hmrc.gov.uk"
"""The origin that may read the documents from a browser."""

_MEDIA_TYPES: Final = {
    ".yaml": "application/yaml",
    ".raml": "application/raml+yaml",
    ".md": "text/markdown",
    ".json": "application/json",
    ".xml": "application/xml",
}


def documentation_router(
    *,
    prefix: str,
    tag: str,
    folder: Path,
    definition: Callable[[Request], dict[str, Any]],
    unknown: Callable[[str], Response],
    state_caller: Callable[[Callable[..., Any]], Callable[..., Any]],
) -> APIRouter:
    """Routes below `prefix`. `folder` holds one folder a version; `unknown` answers for a file that is not there."""
    router = APIRouter(prefix=prefix, tags=[tag])
    # What a caller writes is looked up here and never reaches the file system.
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}

    @router.get("/definition", response_class=JSONResponse, summary="What the platform's gateway must know")
    @state_caller
    async def get_definition(request: Request) -> Response:
        return JSONResponse(definition(request), headers=_cors(request))

    @router.get("/conf/{version}/{file:path}", response_class=Response, summary="A document of one version")
    @state_caller
    async def get_document(request: Request, version: str, file: str) -> Response:
        return _file(request, files.get(f"{version}/{file}"), unknown)

    @router.get("/documentation/{version}/{endpointName}", response_class=Response, summary="The page of one endpoint")
    @state_caller
    async def get_endpoint_page(request: Request, version: str, endpointName: str) -> Response:  # noqa: N803  # the contract's name
        page = endpointName.replace(" ", "-") + ".xml"
        return _file(request, files.get(f"{version}/documentation/{page}"), unknown)

    return router


def _file(request: Request, file: Path | None, unknown: Callable[[str], Response]) -> Response:
    if file is None:
        return unknown(request.url.path)
    return FileResponse(file, media_type=_MEDIA_TYPES.get(file.suffix, "text/plain"), headers=_cors(request))


def _cors(request: Request) -> dict[str, str]:
    if request.headers.get("origin") != DOCUMENTATION_SITE:
        return {"Vary": "Origin"}
    return {"Access-Control-Allow-Origin": DOCUMENTATION_SITE, "Vary": "Origin"}
