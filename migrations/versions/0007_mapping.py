"""Legacy codes mapped to agents, what the mapping journey shows of them, and subscription journeys.

Spec: mapping 5.10, 6; subscription 9.2.
"""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    # Identifiers and UTRs are sealed; the hashes beside them are keyed and serve look-ups and uniqueness.
    # `id` is the order of storing, which a move from a UTR to an ARN does not change.
    op.execute(
        """
        CREATE SEQUENCE agent_services.mapping_id;
        CREATE TABLE agent_services.mapping (
            id bigint PRIMARY KEY DEFAULT nextval('agent_services.mapping_id'),
            service text NOT NULL,
            arn text,
            utr_hash bytea,
            utr_sealed text,
            identifier_hash bytea NOT NULL,
            identifier_sealed text NOT NULL,
            -- Set for a UTR alone: 24 hours later the mapping is gone.
            pre_created_date timestamptz,
            created timestamptz NOT NULL,
            automapped boolean NOT NULL,
            CONSTRAINT mapping_has_one_holder CHECK (
                (arn IS NOT NULL AND utr_hash IS NULL AND utr_sealed IS NULL AND pre_created_date IS NULL)
                OR (arn IS NULL AND utr_hash IS NOT NULL AND utr_sealed IS NOT NULL AND pre_created_date IS NOT NULL)
            )
        );
        ALTER SEQUENCE agent_services.mapping_id OWNED BY agent_services.mapping.id;
        CREATE UNIQUE INDEX mapping_arn_identifier
            ON agent_services.mapping (arn, service, identifier_hash) WHERE arn IS NOT NULL;
        CREATE UNIQUE INDEX mapping_utr_identifier
            ON agent_services.mapping (utr_hash, service, identifier_hash) WHERE utr_hash IS NOT NULL;
        CREATE INDEX mapping_pre_created_date
            ON agent_services.mapping (pre_created_date) WHERE pre_created_date IS NOT NULL;

        CREATE TABLE agent_services.mapping_details (
            arn text PRIMARY KEY,
            -- Counts the additions: the one that finds 1 has made the record.
            revision integer NOT NULL
        );
        CREATE TABLE agent_services.mapping_details_entry (
            position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            arn text NOT NULL REFERENCES agent_services.mapping_details (arn) ON DELETE CASCADE,
            auth_provider_id text NOT NULL,
            gg_tag text NOT NULL,
            count integer NOT NULL,
            created_on timestamptz NOT NULL,
            CONSTRAINT mapping_details_entry_provider UNIQUE (arn, auth_provider_id)
        );

        CREATE TABLE agent_services.subscription_journey (
            position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            auth_provider_id text NOT NULL UNIQUE,
            clean_creds_auth_provider_id text UNIQUE,
            continue_id text UNIQUE,
            utr_hash bytea UNIQUE,
            mapped_auth_provider_ids text[] NOT NULL,
            -- Absent: the journey never expires.
            last_modified_date timestamptz,
            -- The whole document: names, addresses, e-mail addresses.
            document_sealed text NOT NULL
        );
        CREATE INDEX subscription_journey_mapped
            ON agent_services.subscription_journey USING gin (mapped_auth_provider_ids);
        CREATE INDEX subscription_journey_last_modified
            ON agent_services.subscription_journey (last_modified_date) WHERE last_modified_date IS NOT NULL;
        """
    )


def downgrade() -> None:
    op.execute(
        """
        DROP TABLE agent_services.subscription_journey;
        DROP TABLE agent_services.mapping_details_entry;
        DROP TABLE agent_services.mapping_details;
        DROP TABLE agent_services.mapping;
        """
    )
