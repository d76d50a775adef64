"""The page of the API documents, from files of our own: it must work without a network."""

from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse

from agent_services.web.pages import ASSETS

_FOLDER = f"{ASSETS}/swagger-ui"


def api_page(*, title: str, document_url: str) -> HTMLResponse:
    """Swagger UI on the OpenAPI document at `document_url`."""
    return get_swagger_ui_html(
        openapi_url=document_url,
        title=title,
        swagger_js_url=f"{_FOLDER}/swagger-ui-bundle.js",
        swagger_css_url=f"{_FOLDER}/swagger-ui.css",
        swagger_favicon_url=f"{ASSETS}/icon.svg",
    )
