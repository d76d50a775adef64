"""The four schemas that every later migration fills."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """
        CREATE SCHEMA IF NOT EXISTS agent_services;
        CREATE SCHEMA IF NOT EXISTS platform;
        CREATE SCHEMA IF NOT EXISTS sandbox;
        CREATE SCHEMA IF NOT EXISTS jobs;
        """
    )


def downgrade() -> None:
    # `platform` stays: Alembic keeps its own table there.
    op.execute(
        """
        DROP SCHEMA jobs;
        DROP SCHEMA sandbox;
        DROP SCHEMA agent_services;
        """
    )
