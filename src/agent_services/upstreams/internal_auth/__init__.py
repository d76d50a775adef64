"""internal-auth: registers our own token in test environments. Spec: upstreams 17."""

from typing import Protocol


class InternalAuth(Protocol):
    """Tokens between services."""

    async def ensure_token(self) -> None:
        """At start: makes sure that the configured token is known, and registers it when not.

        Raises UpstreamFailed when it can be neither found nor registered; the process must not start then.
        """
        ...


class InternalAuthUnavailable(Exception):
    """internal-auth does not know our token, so that agents' records could not be asked for: no start."""
