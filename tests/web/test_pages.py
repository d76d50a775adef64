"""The frame of the pages and what it is made of. Decision: docs/decisions/0006-pages.md."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.types import Message

from agent_services.web import Pages, api_page, static_route

ROOT = Path(__file__).resolve().parents[2]
STYLE = ROOT / "src/agent_services/web/static/govuk-frontend/govuk-frontend.min.css"


def test_style_sheet_is_the_locked_version() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    locked = lock["packages"]["node_modules/govuk-frontend"]["version"]

    assert re.findall(r'--govuk-frontend-version:"([^"]+)"', STYLE.read_text()) == [locked]


def test_the_page_of_the_documents_loads_nothing_from_elsewhere() -> None:
    page = api_page(title="Title", document_url="/openapi.json").body

    assert re.findall(rb'(?:src|href)="([^"]+)"', page) == [
        b"/assets/swagger-ui/swagger-ui.css",
        b"/assets/icon.svg",
        b"/assets/swagger-ui/swagger-ui-bundle.js",
    ]


def test_style_sheet_loads_nothing_from_elsewhere() -> None:
    assert re.findall(r"url\(([^)]*)\)|@font-face|@import", STYLE.read_text()) == []


@pytest.mark.parametrize(
    "path",
    [
        "govuk-frontend/govuk-frontend.min.css",
        "govuk-frontend/govuk-frontend.min.js",
        "start.js",
        "icon.svg",
        "swagger-ui/swagger-ui-bundle.js",
    ],
)
async def test_assets_are_served(path: str) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": f"/assets/{path}", "headers": [], "query_string": b""}
    await Starlette(routes=[static_route()])(scope, receive, send)

    assert sent[0]["status"] == 200
    assert len(sent[1]["body"]) > 50


def test_page_may_not_be_framed_or_kept() -> None:
    headers = Pages().render("web/page.html", title="Title").headers

    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "form-action 'self';" in headers["Content-Security-Policy"]


def test_page_names_the_origin_that_its_form_leads_to() -> None:
    answer = Pages().render("web/page.html", title="Title", may_lead_to=["http://localhost:9999/callback?x=1"])

    assert "form-action 'self' http://localhost:9999;" in answer.headers["Content-Security-Policy"]


def test_values_are_escaped() -> None:
    answer = Pages().render("web/page.html", title="<script>alert(1)</script>", errors=[{"text": "<b>no</b>"}])

    body = bytes(answer.body).decode()
    assert "<script>alert" not in body
    assert "&lt;b&gt;no&lt;/b&gt;" in body
    assert "<title>Error: &lt;script&gt;" in body
