"""Authorisation requests, and the names under which agents' links are known. Spec: invitations 3.1 to 3.3 and 3.7."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # `position` is the store order: the order of first storing, which an update does not change (3.2).
    # Personal fields are sealed; the hashes beside them are keyed and serve look-ups and uniqueness.
    # No check on any text but `status`: stored documents are taken as they are (3.1).
    op.execute(
        """
        CREATE TABLE agent_services.invitation (
            position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            invitation_id text NOT NULL,
            arn text NOT NULL,
            service text NOT NULL,
            supplied_client_id text NOT NULL,
            supplied_client_id_hash bytea NOT NULL,
            supplied_client_id_type text NOT NULL,
            client_name text NOT NULL,
            client_name_hash bytea NOT NULL,
            agency_name text NOT NULL,
            agency_email text NOT NULL,
            warning_email_sent boolean NOT NULL,
            expired_email_sent boolean NOT NULL,
            status text NOT NULL CONSTRAINT invitation_status_known CHECK (
                status IN ('Pending', 'Accepted', 'Rejected', 'Cancelled', 'Expired', 'Deauthorised', 'Partialauth')
            ),
            relationship_ended_by text,
            client_type text,
            expiry_date date NOT NULL,
            created timestamptz NOT NULL,
            last_updated timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE UNIQUE INDEX invitation_id_unique ON agent_services.invitation (invitation_id)")
    op.execute(
        """
        CREATE UNIQUE INDEX invitation_pending_unique
            ON agent_services.invitation (arn, service, supplied_client_id_hash)
         WHERE status = 'Pending'
        """
    )
    op.execute("CREATE INDEX invitation_arn_created ON agent_services.invitation (arn, created DESC, position)")
    op.execute("CREATE INDEX invitation_client ON agent_services.invitation (supplied_client_id_hash, service, arn)")
    op.execute(
        """
        CREATE INDEX invitation_pending_due ON agent_services.invitation (expiry_date)
         WHERE status = 'Pending'
        """
    )
    op.execute("CREATE INDEX invitation_created ON agent_services.invitation (created)")
    op.execute(
        """
        CREATE TABLE agent_services.agent_reference (
            position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            uid text NOT NULL CONSTRAINT agent_reference_uid_unique UNIQUE,
            arn text NOT NULL CONSTRAINT agent_reference_arn_unique UNIQUE
        )
        """
    )
    op.execute(
        """
        CREATE TABLE agent_services.agent_reference_name (
            position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            uid text NOT NULL REFERENCES agent_services.agent_reference (uid) ON DELETE CASCADE,
            name text NOT NULL,
            name_hash bytea NOT NULL,
            CONSTRAINT agent_reference_name_unique UNIQUE (uid, name_hash)
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE agent_services.agent_reference_name")
    op.execute("DROP TABLE agent_services.agent_reference")
    op.execute("DROP TABLE agent_services.invitation")
