"""Alembic environment; uses the connection of the runner."""

from alembic import context

attributes = context.config.attributes
context.configure(
    connection=attributes["connection"], on_version_apply=attributes.get("on_version_apply"), render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
