"""Renders a page: templates, the headers that protect it, and the style sheet and script it needs."""

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from jinja2 import ChainableUndefined, Environment, PackageLoader, PrefixLoader
from starlette.responses import HTMLResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

ASSETS: Final = "/assets"


def static_route() -> Mount:
    """Where the pages' style sheet, script and icon are served. They need no sign-in."""
    return Mount(ASSETS, app=StaticFiles(directory=Path(__file__).parent / "static"), name="assets")


class Pages:
    """The pages of the rooms that are named here, all with the same frame.

    `rooms` are packages with a folder `templates`; the template `sign_in.html` of the package `a.b.gateway` is
    `gateway/sign_in.html`. The frame is `web/page.html`.
    """

    def __init__(self, *rooms: str) -> None:
        loaders = {room.rpartition(".")[2]: PackageLoader(room) for room in rooms}
        self._environment = Environment(
            loader=PrefixLoader(
                {
                    "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
                    "web": PackageLoader("agent_services.web"),
                    **loaders,
                }
            ),
            autoescape=True,
            # The components read members of parameters that nobody gave.
            undefined=ChainableUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(
        self, template: str, *, status: int = 200, may_lead_to: Sequence[str] = (), **values: object
    ) -> HTMLResponse:
        """The page as an answer that no other site may frame and nobody may keep.

        `may_lead_to`: addresses on other sites to which a form of this page may redirect (browsers check the
        redirect after a form too); only their origin counts.
        """
        nonce = secrets.token_urlsafe(16)
        html = self._environment.get_template(template).render(cspNonce=nonce, assetPath=ASSETS, **values)
        origins = " ".join(sorted({_origin(address) for address in may_lead_to}))
        return HTMLResponse(
            html,
            status_code=status,
            headers={
                "Content-Security-Policy": (
                    f"default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self' 'nonce-{nonce}'; "
                    f"form-action 'self'{' ' + origins if origins else ''}; base-uri 'none'; frame-ancestors 'none'"
                ),
                "X-Frame-Options": "DENY",
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "same-origin",
                "Cache-Control": "no-store",
            },
        )


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
