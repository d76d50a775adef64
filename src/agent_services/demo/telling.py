"""Making calls and showing them: each with what was sent, what came back, and whether that was expected."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import typer

_SHOWN_HEADERS = ("Location", "WWW-Authenticate")
_WIDTH = 110


class Differs(Exception):
    """An answer is not what the story says."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body. Raises Differs when it is no JSON."""
        try:
            return json.loads(self.text)
        except ValueError:
            raise Differs(f"expected JSON, got {self.text[:200]!r}") from None


class Narrator:
    """Calls one or two base URLs and prints what happens."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self.calls = 0

    def chapter(self, title: str) -> None:
        typer.echo()
        typer.secho(title, bold=True)

    def note(self, text: str) -> None:
        typer.echo(f"    {text}")

    async def call(
        self,
        method: str,
        url: str,
        *,
        status: int,
        token: str | None = None,
        accept: str | None = None,
        body: object = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """Makes one call and shows it. Raises Differs for any other status than `status`."""
        headers = {"Accept": accept} if accept else {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        self.calls += 1
        typer.echo(f"  → {method} {url}")
        if body is not None:
            typer.echo(_indented(body))
        if form is not None:
            typer.echo(_indented({name: _hidden(name, value) for name, value in form.items()}))
        async with self._session.request(
            method, url, headers=headers, json=body, data=form, allow_redirects=False
        ) as response:
            answer = Answer(response.status, response.headers, await response.text())
        self._show(answer)
        if answer.status != status:
            raise Differs(f"{method} {url}: expected {status}, got {answer.status}")
        return answer

    @staticmethod
    def expect(what: str, *, given: object, wanted: object) -> None:
        """Raises Differs unless both are equal."""
        if given != wanted:
            raise Differs(f"{what}: expected {wanted!r}, got {given!r}")

    @staticmethod
    def _show(answer: Answer) -> None:
        typer.echo(f"  ← {answer.status}")
        for name in _SHOWN_HEADERS:
            if name in answer.headers:
                typer.echo(f"      {name}: {answer.headers[name]}")
        if "json" in answer.headers.get("Content-Type", ""):
            typer.echo(_indented(answer.json))


def _indented(value: object) -> str:
    if isinstance(value, dict):
        value = {name: _hidden(name, each) for name, each in value.items()}
    text = json.dumps(value, ensure_ascii=False)
    if len(text) > _WIDTH:
        text = json.dumps(value, indent=2, ensure_ascii=False)
    return "\n".join("      " + line for line in text.splitlines())


def _hidden(name: str, value: Any) -> Any:
    return "…" if name in {"access_token", "refresh_token", "client_secret"} else value
