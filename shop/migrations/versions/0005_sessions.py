"""Sessions, and exact comparison of user names."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0005"
down_revision = "0004"

MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
UUID = sa.BINARY(16).with_variant(sa.LargeBinary(16), "sqlite")
NAME = sa.String(100)
EXACT_NAME = NAME.with_variant(mysql.VARCHAR(100, collation="utf8mb4_bin"), "mysql", "mariadb")


def upgrade() -> None:
    """Upgrade the schema."""
    op.create_table(
        "sessions",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("refresh_id", UUID, nullable=False),
        sa.Column("spent_id", UUID),
        sa.Column("agent", sa.String(200), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("refreshed_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_by", sa.String(16)),
        sa.Column("changed_at", MOMENT),
    )
    op.create_index("ix_sessions_tenant_id_user_id_id", "sessions", ["tenant_id", "user_id", "id"])
    op.create_index("ix_sessions_changed_at", "sessions", ["changed_at"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    with op.batch_alter_table("users") as users:
        users.alter_column("name", type_=EXACT_NAME, existing_type=NAME, existing_nullable=False)
        users.create_index("ix_users_tenant_id_name_id", ["tenant_id", "name", "id"])


def downgrade() -> None:
    """Downgrade the schema."""
    with op.batch_alter_table("users") as users:
        users.drop_index("ix_users_tenant_id_name_id")
        users.alter_column("name", type_=NAME, existing_type=EXACT_NAME, existing_nullable=False)
    op.drop_table("sessions")
