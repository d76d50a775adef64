"""The sandbox's gateway: applications, sign-in journeys, codes and tokens."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(_APPLICATIONS)
    op.execute(_JOURNEYS)
    op.execute(_TOKENS)
    op.execute(_RATE)


def downgrade() -> None:
    op.execute(
        """
        DROP TABLE sandbox.gateway_rate, sandbox.gateway_access_token, sandbox.gateway_refresh_token,
                   sandbox.gateway_authority, sandbox.gateway_code, sandbox.gateway_journey,
                   sandbox.gateway_subscription, sandbox.gateway_client_secret, sandbox.gateway_application
        """
    )


# At most five redirect addresses and five secrets each (authorisation-api 8.2, 8.3): the database counts, so that
# two commands at once cannot exceed it.
_APPLICATIONS = """
CREATE TABLE sandbox.gateway_application (
    client_id                text PRIMARY KEY,
    application_id           uuid NOT NULL UNIQUE,
    name                     text NOT NULL,
    redirect_uris            text[] NOT NULL CHECK (cardinality(redirect_uris) <= 5),
    comes_with_the_box       boolean NOT NULL,
    subscribed_to_everything boolean NOT NULL,
    created_at               timestamptz NOT NULL
);
CREATE UNIQUE INDEX gateway_application_box ON sandbox.gateway_application (comes_with_the_box)
    WHERE comes_with_the_box;

CREATE TABLE sandbox.gateway_client_secret (
    client_id  text NOT NULL REFERENCES sandbox.gateway_application ON UPDATE CASCADE ON DELETE CASCADE,
    slot       smallint NOT NULL CHECK (slot BETWEEN 1 AND 5),
    digest     bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, slot)
);

CREATE TABLE sandbox.gateway_subscription (
    client_id text NOT NULL REFERENCES sandbox.gateway_application ON UPDATE CASCADE ON DELETE CASCADE,
    context   text NOT NULL,
    version   text NOT NULL,
    PRIMARY KEY (client_id, context, version)
);
"""

_JOURNEYS = """
CREATE TABLE sandbox.gateway_journey (
    journey_id     uuid PRIMARY KEY,
    browser_digest bytea NOT NULL,
    csrf_token     text NOT NULL,
    client_id      text NOT NULL REFERENCES sandbox.gateway_application ON UPDATE CASCADE ON DELETE CASCADE,
    redirect_uri   text NOT NULL,
    scopes         text[] NOT NULL,
    state          text,
    code_challenge text,
    user_id        text,
    created_at     timestamptz NOT NULL,
    ends_at        timestamptz NOT NULL,
    decided_at     timestamptz
);
CREATE INDEX gateway_journey_browser ON sandbox.gateway_journey (browser_digest);
CREATE INDEX gateway_journey_ends_at ON sandbox.gateway_journey (ends_at);

CREATE TABLE sandbox.gateway_code (
    digest         bytea PRIMARY KEY,
    client_id      text NOT NULL REFERENCES sandbox.gateway_application ON UPDATE CASCADE ON DELETE CASCADE,
    redirect_uri   text NOT NULL,
    scopes         text[] NOT NULL,
    user_id        text NOT NULL,
    code_challenge text,
    ends_at        timestamptz NOT NULL,
    redeemed_at    timestamptz
);
CREATE INDEX gateway_code_ends_at ON sandbox.gateway_code (ends_at);
"""

# `session_id` is the person's session in the sandbox, which lives exactly as long as the token.
_TOKENS = """
CREATE TABLE sandbox.gateway_authority (
    authority_id uuid PRIMARY KEY,
    client_id    text NOT NULL REFERENCES sandbox.gateway_application ON UPDATE CASCADE ON DELETE CASCADE,
    user_id      text NOT NULL,
    provider     text NOT NULL,
    scopes       text[] NOT NULL,
    granted_at   timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL
);
CREATE INDEX gateway_authority_ends_at ON sandbox.gateway_authority (ends_at);

CREATE TABLE sandbox.gateway_refresh_token (
    digest       bytea PRIMARY KEY,
    authority_id uuid NOT NULL UNIQUE REFERENCES sandbox.gateway_authority ON DELETE CASCADE
);

CREATE TABLE sandbox.gateway_access_token (
    digest       bytea PRIMARY KEY,
    authority_id uuid REFERENCES sandbox.gateway_authority ON DELETE CASCADE,
    client_id    text NOT NULL REFERENCES sandbox.gateway_application ON UPDATE CASCADE ON DELETE CASCADE,
    user_id      text,
    session_id   text,
    scopes       text[] NOT NULL,
    ends_at      timestamptz NOT NULL,
    CHECK ((user_id IS NULL) = (session_id IS NULL))
);
CREATE INDEX gateway_access_token_authority ON sandbox.gateway_access_token (authority_id);
CREATE INDEX gateway_access_token_session ON sandbox.gateway_access_token (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX gateway_access_token_ends_at ON sandbox.gateway_access_token (ends_at);
"""

# One row an application: the second it counts and how many. Lost in a crash, which costs nothing.
_RATE = """
CREATE UNLOGGED TABLE sandbox.gateway_rate (
    client_id text PRIMARY KEY,
    second    timestamptz NOT NULL,
    requests  integer NOT NULL
);
"""
