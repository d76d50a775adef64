"""The four schemas that every later migration fills."""

from agent_services.platform.alembic_upgrade import execute_script

revision = "0001"
down_revision = None


def upgrade() -> None:
    execute_script(
        """
        CREATE SCHEMA IF NOT EXISTS agent_services;
        CREATE SCHEMA IF NOT EXISTS platform;
        CREATE SCHEMA IF NOT EXISTS sandbox;
        CREATE SCHEMA IF NOT EXISTS jobs;
        """
    )


def downgrade() -> None:
    # `platform` stays: Alembic keeps its own table there.
    execute_script(
        """
        DROP SCHEMA jobs;
        DROP SCHEMA sandbox;
        DROP SCHEMA agent_services;
        """
    )
