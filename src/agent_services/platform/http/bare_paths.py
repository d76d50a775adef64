"""Public APIs are also reached without their context, as the platform's gateway calls them.

Spec: authorisation-api 1, test-support 1: the form without context is served where no other service owns the
path.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class BareForm:
    """Paths of this form, called with one of these methods, mean `context` + path."""

    pattern: re.Pattern[str]
    methods: frozenset[str]
    context: str


class BarePathLayer:
    """Puts the context in front, before any other layer looks at the path."""

    def __init__(self, app: ASGIApp, forms: Sequence[BareForm]) -> None:
        self._app = app
        self._forms = forms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path, method = scope["path"], scope["method"]
            for form in self._forms:
                if method in form.methods and form.pattern.fullmatch(path):
                    raw_path = scope.get("raw_path") or path.encode()
                    scope = {**scope, "path": form.context + path, "raw_path": form.context.encode() + raw_path}
                    break
        await self._app(scope, receive, send)
