"""What an operator may change about the gateway."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """The application that comes with the box, and the rate limit.

    The defaults of id and secret are no secrets: they belong to a sandbox on one's own machine, whose people are
    invented, and they make the lines of the README work as pasted. The sandbox is refused in production.
    """

    client_id: str = "sandbox-application"
    client_secret: str = field(default="sandbox-client-secret", repr=False)
    requests_per_second: int | None = None
    """The most requests of one application in one second; None: no limit."""
