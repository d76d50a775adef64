"""How an upstream's failure reaches us, and with which status it leaves us. Spec: upstreams 2.5."""

from enum import StrEnum

from agent_services.upstreams.names import Upstream


class FailureKind(StrEnum):
    """What went wrong, seen from the wire."""

    ANSWERED = "answered"
    """The upstream answered with a status that the operation does not know as an answer."""
    NOT_CONNECTED = "not_connected"
    """No connection came about, so nothing was sent."""
    LOST = "lost"
    """The connection broke before a whole answer had come; the upstream may have acted."""
    TIMED_OUT = "timed_out"
    """No whole answer in time; the upstream may have acted."""
    UNREADABLE = "unreadable"
    """A success whose body is not JSON, lacks a required member or is too big; the upstream has acted."""


_FIRST_FAILURE = 400
_GATEWAY_TIMEOUT = 504


class UpstreamFailed(Exception):
    """An upstream did not do what was asked. Carries no identifier, no URL and no body.

    Rendered as the framework body with the status `surfaces_as` (Spec: relationships 0.1), unless the room
    that catches it knows better.
    """

    def __init__(
        self,
        upstream: Upstream,
        operation: str,
        *,
        kind: FailureKind,
        surfaces_as: int,
        status: int | None = None,
        public_message: str | None = None,
    ) -> None:
        super().__init__(f"{upstream.value} {operation}: {kind.value}" + (f" {status}" if status is not None else ""))
        self.upstream = upstream
        self.operation = operation
        """The operation's own name, such as `ES8`; safe for logs and metrics."""
        self.kind = kind
        self.status = status
        """The upstream's own status; None when there was no readable answer."""
        self.surfaces_as = surfaces_as
        """The status that the caller of our service sees."""
        self.public_message = public_message
        """A text that a spec gives word for word; None means the fixed text for unexpected failures."""

    @property
    def outcome_is_unknown(self) -> bool:
        """Whether the upstream may have acted all the same, so that a saga must count the step as begun.

        A refusal and a plain failure answer say that nothing happened; silence, a broken connection, a
        success that we could not read or did not expect, and a gateway that itself waited in vain do not.
        """
        if self.kind is FailureKind.ANSWERED:
            return self.status is None or self.status < _FIRST_FAILURE or self.status == _GATEWAY_TIMEOUT
        return self.kind is not FailureKind.NOT_CONNECTED

    @classmethod
    def answered_raw(
        cls, upstream: Upstream, operation: str, status: int, public_message: str | None = None
    ) -> "UpstreamFailed":
        """A status that passes to our caller unchanged ("raw" in upstreams 2.5).

        A success that the operation does not know (200 where 201 alone counts) is no success of ours: 500.
        """
        return cls(
            upstream,
            operation,
            kind=FailureKind.ANSWERED,
            status=status,
            surfaces_as=status if status >= _FIRST_FAILURE else 500,
            public_message=public_message,
        )

    @classmethod
    def answered(
        cls, upstream: Upstream, operation: str, status: int, public_message: str | None = None
    ) -> "UpstreamFailed":
        """A status that our caller sees as 500 (4xx and anything below) or 502 (5xx) ("auto" in upstreams 2.5)."""
        return cls(
            upstream,
            operation,
            kind=FailureKind.ANSWERED,
            status=status,
            surfaces_as=502 if status >= 500 else 500,
            public_message=public_message,
        )

    @classmethod
    def unreadable(cls, upstream: Upstream, operation: str) -> "UpstreamFailed":
        """A success that cannot be read: 500."""
        return cls(upstream, operation, kind=FailureKind.UNREADABLE, surfaces_as=500)

    @classmethod
    def not_connected(cls, upstream: Upstream, operation: str) -> "UpstreamFailed":
        """Nobody there: 502."""
        return cls(upstream, operation, kind=FailureKind.NOT_CONNECTED, surfaces_as=502)

    @classmethod
    def lost(cls, upstream: Upstream, operation: str) -> "UpstreamFailed":
        """The connection broke: 502."""
        return cls(upstream, operation, kind=FailureKind.LOST, surfaces_as=502)

    @classmethod
    def timed_out(cls, upstream: Upstream, operation: str) -> "UpstreamFailed":
        """Too slow: 504."""
        return cls(upstream, operation, kind=FailureKind.TIMED_OUT, surfaces_as=504)
