"""Reasons of adjustments, and repairs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    """Upgrade the schema."""
    op.add_column("stock_ledger", sa.Column("note", sa.String(200)))
    op.create_table(
        "reconcile_runs",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("item_id", sa.BigInteger, nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("expected", sa.String(500), nullable=False),
        sa.Column("found", sa.String(500), nullable=False),
        sa.Column("done", sa.String(500), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
    )
    op.create_index("ix_reconcile_runs_item_id", "reconcile_runs", ["item_id"])
    op.create_index("ix_reconcile_runs_done", "reconcile_runs", ["done"])


def downgrade() -> None:
    """Downgrade the schema."""
    op.drop_table("reconcile_runs")
    op.drop_column("stock_ledger", "note")
