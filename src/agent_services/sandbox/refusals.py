"""What the sandbox's upstreams answer instead of success, said once for both doors (in-process and wire)."""

from enum import StrEnum


class Shape(StrEnum):
    """How an upstream words its refusals. Spec: sandbox 2.1."""

    CODE = "code"
    FRAMEWORK = "framework"
    EMPTY = "empty"
    TEXT = "text"
    HIP = "hip"


class Refusal(Exception):
    """An upstream's refusal: its status, its code, and how its body is worded.

    `reason` is what a person is told, in the journal and, where the shape has room, in the body.
    """

    def __init__(
        self, status: int, code: str | None = None, reason: str | None = None, *, shape: Shape = Shape.CODE
    ) -> None:
        super().__init__(f"{status} {code or ''}".strip())
        self.status = status
        self.code = code
        self.reason = reason
        self.shape = shape


class HipRefusal(Refusal):
    """HIP's 422 with `errors.code` and `errors.text`."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(422, code, text, shape=Shape.HIP)


class NotAuthorised(Refusal):
    """Auth's 401: empty, with the reason in `WWW-Authenticate: MDTP detail="…"`. Spec: sandbox 1.2."""

    def __init__(self, detail: str) -> None:
        super().__init__(401, detail, shape=Shape.EMPTY)
        self.detail = detail


class InvalidInput(Refusal):
    """A management request that breaks rules; all of them are named, joined by commas. Spec: sandbox 1.3."""

    def __init__(self, problems: list[str]) -> None:
        text = ", ".join(problems)
        super().__init__(400, text, shape=Shape.TEXT)
        self.problems = problems


class Duplicate(Refusal):
    """Something that must be unique is there already: 409 with a text. Spec: sandbox 1.3, 1.4."""

    def __init__(self, text: str) -> None:
        super().__init__(409, text, shape=Shape.TEXT)
