"""Combined roles, single permissions, and disabled users."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0006"
down_revision = "0005"

MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
GENERAL, ADMIN = 1, 2
USERS = sa.table("users", sa.column("role", sa.String), sa.column("roles", sa.Integer))


def upgrade() -> None:
    """Upgrade the schema."""
    with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("roles", sa.Integer, nullable=False, server_default=str(GENERAL)))
        users.add_column(sa.Column("permissions", sa.String(1000), nullable=False, server_default=""))
        users.add_column(sa.Column("disabled_at", MOMENT))
    op.execute(USERS.update().where(USERS.c.role == "admin").values(roles=ADMIN))
    with op.batch_alter_table("users") as users:
        # The defaults were for existing rows only; from now on each insert sets the value.
        users.alter_column("roles", existing_type=sa.Integer, existing_nullable=False, server_default=None)
        users.alter_column("permissions", existing_type=sa.String(1000), existing_nullable=False, server_default=None)
        users.drop_column("role")


def downgrade() -> None:
    """Downgrade the schema.

    Single permissions are lost, and disabled users may sign in again.
    """
    with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("role", sa.String(16), nullable=False, server_default="general"))
    op.execute(USERS.update().where(USERS.c.roles.op("&")(ADMIN) != 0).values(role="admin"))
    with op.batch_alter_table("users") as users:
        users.alter_column("role", existing_type=sa.String(16), existing_nullable=False, server_default=None)
        for name in ("roles", "permissions", "disabled_at"):
            users.drop_column(name)
