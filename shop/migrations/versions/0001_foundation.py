"""Users, items, orders and the stock ledger."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
UUID = sa.BINARY(16).with_variant(sa.LargeBinary(16), "sqlite")
EMAIL = sa.String(254).with_variant(mysql.VARCHAR(254, collation="utf8mb4_bin"), "mysql", "mariadb")
UNSIGNED = sa.Integer().with_variant(mysql.INTEGER(unsigned=True), "mysql", "mariadb")


def upgrade() -> None:
    """Create the tables."""
    _users()
    _items()
    _orders()
    _stock_ledger()


def downgrade() -> None:
    """Drop the tables."""
    for table in ("stock_ledger", "orders", "items", "users"):
        op.drop_table(table)


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("email", EMAIL, nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.UniqueConstraint("tenant_id", "email", name="uq_users_tenant_id"),
    )


def _items() -> None:
    op.create_table(
        "items",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("introduction", sa.Text, nullable=False),
        sa.Column("price_minor", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("stock", UNSIGNED, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("adj_seq", sa.BigInteger, nullable=False),
        sa.Column("max_per_user", sa.Integer),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("photo_url", sa.String(500)),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("deleted_at", MOMENT),
        sa.CheckConstraint("stock >= 0", name="ck_items_stock"),
    )
    op.create_index("ix_items_tenant_id_status_id", "items", ["tenant_id", "status", "id"])


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("item_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger, nullable=False),
        sa.Column("total_minor", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.UniqueConstraint("item_id", "epoch", "seq", name="uq_orders_item_id"),
    )
    op.create_index("ix_orders_tenant_id_user_id_created_at_id", "orders", ["tenant_id", "user_id", "created_at", "id"])


def _stock_ledger() -> None:
    op.create_table(
        "stock_ledger",
        sa.Column("id", BIG_ID, primary_key=True),
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("item_id", sa.BigInteger, nullable=False),
        sa.Column("delta", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("ref", sa.String(64), nullable=False),
        sa.Column("actor", sa.BigInteger),
        sa.Column("adj_seq", sa.BigInteger),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.UniqueConstraint("ref", "reason", name="uq_stock_ledger_ref"),
    )
    op.create_index("ix_stock_ledger_item_id_reason", "stock_ledger", ["item_id", "reason"])
