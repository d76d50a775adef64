"""E-mails that were sent, for the test-only routes. Spec: design, Test-only routes."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    # Addresses and names are personal data: a row is sealed as a whole. Filled with test-only routes alone.
    op.execute(
        """
        CREATE TABLE platform.sent_email (
            position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            sealed   bytea  NOT NULL
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE platform.sent_email")
