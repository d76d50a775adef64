"""Relationships: open creations, copies from CESA, open removals, the recovery's turn, partial authorisations.

Spec: relationships 11.
"""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE agent_services.relationship_creation (
            id uuid PRIMARY KEY,
            arn text NOT NULL,
            enrolment_key text NOT NULL,
            origin text,
            state text NOT NULL CHECK (state IN ('open', 'undoing')),
            -- Sealed: holds the client's NINO.
            wanted_sealed text NOT NULL,
            steps_done text[] NOT NULL,
            progress jsonb NOT NULL,
            attempts integer NOT NULL,
            started_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            next_attempt_at timestamptz,
            last_failure text,
            CONSTRAINT relationship_creation_pair UNIQUE (arn, enrolment_key)
        );
        CREATE INDEX relationship_creation_origin
            ON agent_services.relationship_creation (origin) WHERE origin IS NOT NULL;

        CREATE TABLE agent_services.relationship_copy_record (
            arn text NOT NULL,
            enrolment_key text NOT NULL,
            sa_agent_references text[],
            date_time timestamptz NOT NULL,
            sync_to_etmp_status text,
            sync_to_es_status text,
            PRIMARY KEY (arn, enrolment_key)
        );

        CREATE TABLE agent_services.delete_record (
            id uuid NOT NULL UNIQUE,
            arn text NOT NULL,
            enrolment_key text NOT NULL,
            -- Sealed: for income tax it is the NINO.
            supplied_client_id_sealed text,
            date_time timestamptz NOT NULL,
            sync_to_etmp_status text,
            sync_to_es_status text,
            last_recovery_attempt timestamptz,
            number_of_attempts integer NOT NULL,
            relationship_ended_by text,
            -- Counts every try, those of requests included, so that a queued job knows whether it is overtaken.
            tries integer NOT NULL,
            next_attempt_at timestamptz,
            last_failure text,
            PRIMARY KEY (arn, enrolment_key)
        );
        CREATE INDEX delete_record_order
            ON agent_services.delete_record (last_recovery_attempt NULLS FIRST, date_time);

        CREATE TABLE agent_services.recovery_schedule (
            only_row boolean PRIMARY KEY CHECK (only_row),
            uid text NOT NULL,
            run_at timestamptz NOT NULL
        );

        CREATE TABLE agent_services.partial_auth (
            -- The order in which they came: "first found" means the oldest.
            position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            arn text NOT NULL,
            service text NOT NULL,
            nino_hash bytea NOT NULL,
            nino_sealed text NOT NULL,
            active boolean NOT NULL,
            created timestamptz NOT NULL,
            last_updated timestamptz NOT NULL
        );
        CREATE UNIQUE INDEX partial_auth_active
            ON agent_services.partial_auth (service, nino_hash, arn) WHERE active;
        CREATE INDEX partial_auth_nino ON agent_services.partial_auth (nino_hash);
        """
    )


def downgrade() -> None:
    op.execute(
        """
        DROP TABLE agent_services.partial_auth;
        DROP TABLE agent_services.recovery_schedule;
        DROP TABLE agent_services.delete_record;
        DROP TABLE agent_services.relationship_copy_record;
        DROP TABLE agent_services.relationship_creation;
        """
    )
