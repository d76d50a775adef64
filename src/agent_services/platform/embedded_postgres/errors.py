"""What can go wrong with the embedded database."""

from agent_services.platform.connecting import DatabaseUnusable


class EmbeddedPostgresFailed(DatabaseUnusable):
    """The embedded database cannot be made, started or stopped; the message says why and what to do."""
