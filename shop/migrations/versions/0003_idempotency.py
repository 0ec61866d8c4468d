"""Records of finished requests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0003"
down_revision = "0002"

MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
EXACT = {"charset": "ascii", "collation": "ascii_bin"}
SCOPE = sa.String(64).with_variant(mysql.VARCHAR(64, **EXACT), "mysql", "mariadb")
KEY = sa.String(255).with_variant(mysql.VARCHAR(255, **EXACT), "mysql", "mariadb")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "idempotency_records",
        sa.Column("tenant_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("scope", SCOPE, primary_key=True),
        sa.Column("key", KEY, primary_key=True),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("path", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(128), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("headers", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")),
        sa.Column("body_omitted", sa.Boolean, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
    )
    op.create_index("ix_idempotency_records_expires_at", "idempotency_records", ["expires_at"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("idempotency_records")
