"""Character set of all texts, and folded texts for searches."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0008"
down_revision = "0007"

MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
CHARACTERS = "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
COLLATION = "utf8mb4_bin"
# Table -> its texts with their type. Keys of idempotency are ASCII and stay so; JSON has this character set anyway.
TEXTS = {
    "users": {
        "name": "VARCHAR(100) {} NOT NULL",
        "email": "VARCHAR(254) {} NOT NULL",
        "password_hash": "VARCHAR(255) {} NOT NULL",
        "permissions": "VARCHAR(1000) {} NOT NULL",
    },
    "items": {
        "name": "VARCHAR(200) {} NOT NULL",
        "introduction": "TEXT {} NOT NULL",
        "currency": "VARCHAR(3) {} NOT NULL",
        "status": "VARCHAR(16) {} NOT NULL",
        "photo_url": "VARCHAR(500) {} NULL",
    },
    "orders": {"currency": "VARCHAR(3) {} NOT NULL", "status": "VARCHAR(16) {} NOT NULL"},
    "stock_ledger": {
        "reason": "VARCHAR(16) {} NOT NULL",
        "ref": "VARCHAR(64) {} NOT NULL",
        "note": "VARCHAR(200) {} NULL",
    },
    "reconcile_runs": {
        "cause": "VARCHAR(32) {} NOT NULL",
        "expected": "VARCHAR(500) {} NOT NULL",
        "found": "VARCHAR(500) {} NOT NULL",
        "done": "VARCHAR(500) {} NOT NULL",
    },
    "idempotency_records": {
        "method": "VARCHAR(16) {} NOT NULL",
        "path": "VARCHAR(64) {} NOT NULL",
        "fingerprint": "VARCHAR(128) {} NOT NULL",
        "headers": "TEXT {} NOT NULL",
    },
    "tenants": {
        "slug": "VARCHAR(32) {} NOT NULL",
        "name": "VARCHAR(100) {} NOT NULL",
        "host": "VARCHAR(253) {} NULL",
    },
    "sessions": {"agent": "VARCHAR(200) {} NOT NULL", "ended_by": "VARCHAR(16) {} NULL"},
}
# Nullable in this release: the one before it writes rows without them.
COLUMNS: dict[str, dict[str, Any]] = {
    "users": {"name_folded": sa.Text(), "email_folded": sa.Text()},
    "items": {"name_folded": sa.Text(), "introduction_folded": LONG_TEXT, "folded_at": MOMENT},
    "stock_ledger": {"note_folded": sa.Text()},
}
# Other statements on a table wait behind an ALTER that waits, so it gives up soon; the migration can be repeated.
LOCK_WAIT = "SET SESSION lock_wait_timeout=5"


def upgrade() -> None:
    """Upgrade the schema.

    MySQL commits each statement, so each step looks at what an interrupted run has done.
    """
    if op.get_bind().dialect.name != "sqlite":
        op.execute(LOCK_WAIT)
        for table in TEXTS:
            _convert(table)
    for table, columns in COLUMNS.items():
        existing = {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}
        for name in columns.keys() - existing:
            op.add_column(table, sa.Column(name, columns[name]))


def downgrade() -> None:
    """Downgrade the schema; the character set stays, unlike the columns."""
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name in columns:
                batch.drop_column(name)


def _convert(table: str) -> None:
    """Set the character set of a table and its texts.

    Does nothing when all have it.
    """
    if _collations(table) == {COLLATION}:
        return
    texts = (f"MODIFY `{name}` {kind.format(CHARACTERS)}" for name, kind in TEXTS[table].items())
    # The index of `reconcile_runs.done` is longer than the older row formats allow.
    op.execute(f"ALTER TABLE `{table}` ROW_FORMAT=DYNAMIC, DEFAULT {CHARACTERS}, {', '.join(texts)}")


def _collations(table: str) -> set[str]:
    tables, columns = (
        sa.text(
            "SELECT table_collation FROM information_schema.tables"
            " WHERE table_schema = DATABASE() AND table_name = :table"
        ),
        sa.text(
            "SELECT collation_name FROM information_schema.columns"
            " WHERE table_schema = DATABASE() AND table_name = :table AND column_name IN :texts"
        ).bindparams(sa.bindparam("texts", expanding=True)),
    )
    bind = op.get_bind()
    return {
        *bind.scalars(tables, {"table": table}),
        *bind.scalars(columns, {"table": table, "texts": list(TEXTS[table])}),
    }
