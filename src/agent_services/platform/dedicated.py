"""Connections outside the pool, for what lives as long as a session: locks and notifications."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg

ConnectionFactory = Callable[[], Awaitable[asyncpg.Connection]]
"""Opens a new connection of its own, never one of the pool's."""

CONNECTION_FAILURES = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    # Raised between the server's farewell and the end of the stream.
    asyncpg.InternalClientError,
)
"""What asyncpg raises when a connection breaks or cannot be made."""

# A session whose machine vanished is ended by the server after about 25 s instead of two hours, so that
# its locks come free. Ignored on Unix sockets, where the kernel tells at once.
_SERVER_SETTINGS = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    # An operator's default for idle sessions must not take the locks away.
    "idle_session_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}


def dedicated_connections(
    url: str, *, application_name: str, command_timeout: timedelta = timedelta(seconds=10)
) -> ConnectionFactory:
    """A factory for `url`. `application_name` shows in pg_stat_activity."""

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(
            url,
            timeout=10,
            command_timeout=command_timeout.total_seconds(),
            server_settings={**_SERVER_SETTINGS, "application_name": application_name},
        )

    return connect
