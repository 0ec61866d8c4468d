"""Names and introductions of items in other languages."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

COLUMNS = ("name_translations", "introduction_translations")


def upgrade() -> None:
    """Upgrade the schema."""
    with op.batch_alter_table("items") as items:
        for name in COLUMNS:
            items.add_column(sa.Column(name, sa.JSON))


def downgrade() -> None:
    """Downgrade the schema; translations are lost, plain texts stay."""
    with op.batch_alter_table("items") as items:
        for name in COLUMNS:
            items.drop_column(name)
