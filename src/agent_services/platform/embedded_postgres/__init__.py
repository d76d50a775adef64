"""PostgreSQL 18 under our own care: nothing to install, nothing to configure.

Why and how: docs/decisions/0001-embedded-postgresql.md.
"""

from agent_services.platform.embedded_postgres.errors import EmbeddedPostgresFailed
from agent_services.platform.embedded_postgres.server import EmbeddedPostgres

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresFailed"]
