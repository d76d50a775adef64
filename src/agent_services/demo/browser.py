"""A browser as far as the sign-in and consent pages need one: it fills in the forms that it finds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import aiohttp
import typer

from agent_services.demo.telling import Differs

_MOST_PAGES = 10


@dataclass(slots=True)
class _Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Page(HTMLParser):
    """The title, the forms, and the link that leads on."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.forms: list[_Form] = []
        self.button_links: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "title":
            self._in_title = True
        elif tag == "form":
            self.forms.append(_Form(given.get("action", ""), given.get("method", "get").upper()))
        elif tag == "input" and self.forms and "name" in given:
            if given.get("type") not in {"radio", "checkbox", "submit"} or "checked" in given:
                self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "button" and self.forms:
            self.forms[-1].buttons.append((given.get("name", ""), given.get("value", "")))
        elif tag == "a" and "govuk-button" in given.get("class", ""):
            self.button_links.append(given.get("href", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


async def consent(session: aiohttp.ClientSession, url: str, *, redirect_uri: str, person: Mapping[str, str]) -> str:
    """Walks from `url` to the application's redirect address, signing in and granting; the address with its query.

    `person` holds the sign-in form's fields by what their names contain (`user`, `password`).
    Raises Differs when the pages lead nowhere.
    """
    method, form = "GET", None
    for _ in range(_MOST_PAGES):
        async with session.request(method, url, data=form, allow_redirects=False) as response:
            text = await response.text()
            if response.status in (301, 302, 303, 307):
                url, method, form = urljoin(url, response.headers["Location"]), "GET", None
                if url.startswith(redirect_uri):
                    typer.echo(f"    sent back to {urlsplit(url).path} with a code")
                    return url
                continue
            if response.status != 200:
                raise Differs(f"the sign-in pages answered {response.status}")
        page = _Page()
        page.feed(text)
        typer.echo(f"    page: {' '.join(page.title.split())}")
        method, url, form = _next_step(page, url, person)
    raise Differs("the sign-in pages do not lead back to the application")


def _next_step(page: _Page, url: str, person: Mapping[str, str]) -> tuple[str, str, dict[str, str] | None]:
    if page.forms:
        chosen = page.forms[-1]
        filled = dict(chosen.fields)
        for name in filled:
            for hint, value in person.items():
                if hint in name.lower():
                    filled[name] = value
        if chosen.buttons and chosen.buttons[0][0]:
            # The first button is the one that grants.
            filled[chosen.buttons[0][0]] = chosen.buttons[0][1]
        return chosen.method, urljoin(url, chosen.action), filled
    if page.button_links:
        return "GET", urljoin(url, page.button_links[0]), None
    raise Differs(f"the page {page.title!r} has neither form nor button")
