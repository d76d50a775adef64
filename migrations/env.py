"""How Alembic runs our migrations: on the connection that `platform.alembic_upgrade` hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table_schema="platform",
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
