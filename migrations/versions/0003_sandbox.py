"""The sandbox's stores: people, sessions, enrolments, ETMP, records, mail, faults and journal."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS sandbox")
    op.execute(_PEOPLE)
    op.execute(_ENROLMENTS)
    op.execute(_ETMP)
    op.execute(_AGENTS)
    op.execute(_MAILBOX)
    op.execute(_OBSERVATION)


def downgrade() -> None:
    op.execute(
        """
        DROP TABLE sandbox.snapshot, sandbox.journal, sandbox.fault, sandbox.audit_event, sandbox.email,
                   sandbox.internal_token, sandbox.access_group_member, sandbox.access_group_client,
                   sandbox.access_group, sandbox.income_record, sandbox.agent_relationship,
                   sandbox.record_key, sandbox.record, sandbox.known_fact_term, sandbox.known_fact,
                   sandbox.assignment, sandbox.allocation, sandbox.session, sandbox.person,
                   sandbox.user_group, sandbox.state
        """
    )


_PEOPLE = """
CREATE TABLE sandbox.state (
    name  text PRIMARY KEY,
    value text NOT NULL
);

CREATE TABLE sandbox.user_group (
    group_id            text PRIMARY KEY,
    affinity_group      text NOT NULL CHECK (affinity_group IN ('Individual', 'Organisation', 'Agent')),
    agent_id            text,
    agent_code          text,
    agent_friendly_name text,
    suspended_regimes   text[] NOT NULL DEFAULT '{}',
    created_at          timestamptz NOT NULL
);
CREATE UNIQUE INDEX user_group_agent_code ON sandbox.user_group (agent_code) WHERE agent_code IS NOT NULL;

CREATE TABLE sandbox.person (
    user_id               text PRIMARY KEY,
    group_id              text,
    credential_role       text,
    credential_strength   text,
    confidence_level      integer,
    nino                  text,
    nino_without_suffix   text,
    utr                   text,
    name                  text,
    email                 text,
    date_of_birth         date,
    address               jsonb,
    deceased              boolean NOT NULL DEFAULT false,
    vat_registration_date date,
    stride_roles          text[] NOT NULL DEFAULT '{}',
    compliance_issues     text[],
    password_hash         text,
    in_cast               boolean NOT NULL DEFAULT false,
    seq                   bigint GENERATED ALWAYS AS IDENTITY,
    created_at            timestamptz NOT NULL
);
CREATE UNIQUE INDEX person_nino ON sandbox.person (nino_without_suffix) WHERE nino_without_suffix IS NOT NULL;
CREATE INDEX person_group ON sandbox.person (group_id, seq);
CREATE INDEX person_utr ON sandbox.person (utr) WHERE utr IS NOT NULL;

CREATE TABLE sandbox.session (
    token         text PRIMARY KEY,
    session_id    text NOT NULL,
    user_id       text NOT NULL,
    provider_type text NOT NULL,
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz
);
CREATE UNIQUE INDEX session_session_id ON sandbox.session (session_id);
CREATE INDEX session_expires_at ON sandbox.session (expires_at) WHERE expires_at IS NOT NULL;
"""

# `lookup_key` is the key in lower case, without blanks, identifiers in alphabetical order of their names.
# No foreign keys here: a test may make, and the rules of the enrolment store allow, halves that stand alone.
_ENROLMENTS = """
CREATE TABLE sandbox.allocation (
    group_id      text NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('principal', 'delegated')),
    lookup_key    text NOT NULL,
    enrolment_key text NOT NULL,
    service       text NOT NULL,
    state         text NOT NULL,
    friendly_name text,
    allocated_at  timestamptz NOT NULL,
    PRIMARY KEY (group_id, kind, lookup_key)
);
CREATE UNIQUE INDEX allocation_principal_holder
    ON sandbox.allocation (lookup_key) INCLUDE (group_id) WHERE kind = 'principal';
CREATE INDEX allocation_delegated_to
    ON sandbox.allocation (lookup_key) INCLUDE (group_id) WHERE kind = 'delegated';

CREATE TABLE sandbox.assignment (
    user_id     text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('principal', 'delegated')),
    lookup_key  text NOT NULL,
    assigned_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, kind, lookup_key)
);
CREATE INDEX assignment_key ON sandbox.assignment (lookup_key, kind) INCLUDE (user_id);

CREATE TABLE sandbox.known_fact (
    lookup_key    text PRIMARY KEY,
    enrolment_key text NOT NULL,
    service       text NOT NULL,
    verifiers     jsonb NOT NULL
);

-- What ES20 searches by: each identifier and verifier, name and value in upper case without blanks.
CREATE TABLE sandbox.known_fact_term (
    service    text NOT NULL,
    term       text NOT NULL,
    lookup_key text NOT NULL REFERENCES sandbox.known_fact ON DELETE CASCADE,
    PRIMARY KEY (service, term, lookup_key)
);
CREATE INDEX known_fact_term_key ON sandbox.known_fact_term (lookup_key);
"""

_ETMP = """
CREATE TABLE sandbox.record (
    id         text PRIMARY KEY,
    kind       text NOT NULL,
    unique_key text,
    document   jsonb NOT NULL,
    seq        bigint GENERATED ALWAYS AS IDENTITY,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX record_unique_key ON sandbox.record (kind, unique_key) WHERE unique_key IS NOT NULL;
CREATE INDEX record_kind ON sandbox.record (kind, seq);

CREATE TABLE sandbox.record_key (
    kind      text NOT NULL,
    name      text NOT NULL,
    value     text NOT NULL,
    record_id text NOT NULL REFERENCES sandbox.record ON DELETE CASCADE,
    PRIMARY KEY (kind, name, value, record_id)
);
CREATE INDEX record_key_record ON sandbox.record_key (record_id);

CREATE TABLE sandbox.agent_relationship (
    id                text PRIMARY KEY,
    regime            text NOT NULL,
    arn               text NOT NULL,
    id_type           text NOT NULL,
    ref_number        text NOT NULL,
    relationship_type text,
    auth_profile      text,
    active            boolean NOT NULL,
    start_date        date,
    end_date          date,
    seq               bigint GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX agent_relationship_client ON sandbox.agent_relationship (ref_number, regime, id_type);
CREATE INDEX agent_relationship_agent ON sandbox.agent_relationship (arn, regime, seq);
"""

_AGENTS = """
CREATE TABLE sandbox.income_record (
    id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    arn                 text NOT NULL,
    service             text NOT NULL,
    client_id           text NOT NULL,
    relationship_status text NOT NULL CHECK (relationship_status IN ('ACTIVE', 'TERMINATED')),
    start_date          timestamp NOT NULL,
    end_date            timestamp,
    from_cesa           boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX income_record_active
    ON sandbox.income_record (client_id, service) WHERE relationship_status = 'ACTIVE';
CREATE INDEX income_record_client ON sandbox.income_record (client_id, service);
CREATE INDEX income_record_agent ON sandbox.income_record (arn);

CREATE TABLE sandbox.access_group (
    group_id    uuid PRIMARY KEY,
    arn         text NOT NULL,
    group_name  text NOT NULL,
    tax_service text,
    seq         bigint GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX access_group_arn ON sandbox.access_group (arn, seq);

CREATE TABLE sandbox.access_group_client (
    group_id   uuid NOT NULL REFERENCES sandbox.access_group ON DELETE CASCADE,
    lookup_key text NOT NULL,
    PRIMARY KEY (group_id, lookup_key)
);

CREATE TABLE sandbox.access_group_member (
    group_id uuid NOT NULL REFERENCES sandbox.access_group ON DELETE CASCADE,
    user_id  text NOT NULL,
    PRIMARY KEY (group_id, user_id)
);

CREATE TABLE sandbox.internal_token (
    token       text PRIMARY KEY,
    principal   text NOT NULL,
    permissions jsonb NOT NULL
);
"""

_MAILBOX = """
CREATE TABLE sandbox.email (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recipients     text[] NOT NULL,
    template_id    text NOT NULL,
    known_template boolean NOT NULL,
    parameters     jsonb NOT NULL,
    forced         boolean,
    received_at    timestamptz NOT NULL
);

CREATE TABLE sandbox.audit_event (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    merged      boolean NOT NULL,
    audit_type  text,
    event       jsonb NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE INDEX audit_event_type ON sandbox.audit_event (audit_type, id);
"""

_OBSERVATION = """
CREATE TABLE sandbox.fault (
    id         text PRIMARY KEY,
    definition jsonb NOT NULL,
    enabled    boolean NOT NULL,
    seen       bigint NOT NULL DEFAULT 0,
    applied    bigint NOT NULL DEFAULT 0,
    seq        bigint GENERATED ALWAYS AS IDENTITY
);

CREATE TABLE sandbox.journal (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at             timestamptz NOT NULL,
    upstream       text NOT NULL,
    operation      text NOT NULL,
    method         text,
    path           text,
    status         integer,
    correlation_id text,
    fault_id       text,
    refusal        text,
    duration_ms    double precision NOT NULL,
    request        jsonb NOT NULL,
    answer         jsonb
);

CREATE TABLE sandbox.snapshot (
    name     text PRIMARY KEY,
    taken_at timestamptz NOT NULL,
    content  jsonb NOT NULL
);
"""
