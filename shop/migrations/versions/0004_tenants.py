"""Tenants, including the default one."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"

MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    """Create the table and the default tenant."""
    tenants = op.create_table(
        "tenants",
        sa.Column("tenant_id", sa.Integer, primary_key=True),
        sa.Column("slug", sa.String(32), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("host", sa.String(253)),
        sa.Column("disabled_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.UniqueConstraint("slug", name="uq_tenants_slug"),
        sa.UniqueConstraint("host", name="uq_tenants_host"),
    )
    # The tenant of all rows that existed before this migration.
    now = datetime.now(UTC).replace(tzinfo=None)
    op.bulk_insert(tenants, [{"tenant_id": 1, "slug": "default", "name": "Default", "created_at": now}])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("tenants")
