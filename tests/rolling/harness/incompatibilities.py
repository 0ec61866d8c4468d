"""Planted changes of a release that work alone, and not beside the release before."""

from pathlib import Path

from tests.rolling.harness.releases import Patch

_LUA = "cache_managers/stock/lua"
_MIGRATION = '''"""A channel for each order."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{down_revision}"


def upgrade() -> None:
    """Upgrade the schema."""
    with op.batch_alter_table("orders") as orders:
        orders.add_column(sa.Column("channel", sa.String(8), nullable={nullable}))


def downgrade() -> None:
    """Downgrade the schema."""
    with op.batch_alter_table("orders") as orders:
        orders.drop_column("channel")
'''
_LAST_COLUMN = "    seq: Mapped[int] = mapped_column(BigInteger)\n"


def replace(package: Path, file: str, old: str, new: str) -> None:
    """Replace a text that occurs once in a file of the package."""
    text = (package / file).read_text()
    assert text.count(old) == 1, f"{file} has {old!r} {text.count(old)} times"
    (package / file).write_text(text.replace(old, new))


def rename_outbox_field(package: Path) -> None:
    """Write outbox entries under a longer name, and read both names."""
    replace(package, f"{_LUA}/reserve.lua", "'*', 'r', body", "'*', 'reservation', body")
    outbox = "cache_managers/stock/outbox.py"
    replace(package, outbox, 'fields.get("r", str(fields))', 'fields.get("reservation", fields.get("r", str(fields)))')


def rename_job(package: Path) -> None:
    """Enqueue the drain under a new name, in the same queue."""
    replace(package, "constants/job.py", '"drain_stock"', '"drain_outbox"')


def hide_withdrawn_items(package: Path) -> None:
    """Keep the gate of a withdrawn item open, and refuse its buyers by a field of its own."""
    state = "redis.call('HSET', KEYS[1], 'state', ARGV[2])"
    hidden = "redis.call('HSET', KEYS[1], 'state', 'open', 'hidden', ARGV[2] == 'retired' and '1' or '0')"
    replace(package, f"{_LUA}/open_to_buyers.lua", state, hidden)
    is_closed = "if not sells(item[1], item[10]) then"
    is_hidden = "if not sells(item[1], item[10]) or redis.call('HGET', KEYS[1], 'hidden') == '1' then"
    replace(package, f"{_LUA}/reserve.lua", is_closed, is_hidden)


def extend_receipt(package: Path) -> None:
    """Append a part to receipts and outbox entries, and read both forms."""
    replace(package, f"{_LUA}/reserve.lua", "item[3], seq}, '|')", "item[3], seq, 'web'}, '|')")
    parts = 'moment, epoch, seq = text.split("|")\n'
    replace(package, "supports/reservation/__init__.py", parts, 'moment, epoch, seq = text.split("|")[:11]\n')


def shorten_fingerprint(package: Path) -> None:
    """Store shorter digests of requests with an idempotency key."""
    replace(package, "core/idempotency/fingerprint.py", "hexdigest()[:24]", "hexdigest()[:16]")


def change_cached_form(package: Path) -> None:
    """Cache items under another version of the format."""
    replace(package, "cache_managers/item.py", "FORMAT_VERSION = 1", "FORMAT_VERSION = 2")


def require_channel(package: Path) -> None:
    """Add a column that only the new release fills: NOT NULL, without a default."""
    _add_channel(package, nullable=False)
    column = '    channel: Mapped[str] = mapped_column(String(8), default="web")\n'
    replace(package, "models/order.py", _LAST_COLUMN, _LAST_COLUMN + column)


def allow_channel(package: Path) -> None:
    """Add a column that may be empty: the compatible form of `require_channel`."""
    _add_channel(package, nullable=True)
    column = '    channel: Mapped[str | None] = mapped_column(String(8), default="web")\n'
    replace(package, "models/order.py", _LAST_COLUMN, _LAST_COLUMN + column)


def change_nothing(_package: Path) -> None:
    """Change nothing: a copy is as good as the original."""


def _add_channel(package: Path, *, nullable: bool) -> None:
    versions = package / "migrations" / "versions"
    last = max(int(file.name[:4]) for file in versions.glob("[0-9]*.py"))
    numbers = {"revision": f"{last + 1:04}", "down_revision": f"{last:04}"}
    (versions / f"{last + 1:04}_channel.py").write_text(_MIGRATION.format(**numbers, nullable=nullable))


# Patch -> pattern of a problem that it causes.
INCOMPATIBILITIES: dict[Patch, str] = {
    rename_outbox_field: "is not written|cannot be read",
    rename_job: "is not written|failed job",
    hide_withdrawn_items: "withdrew",
    extend_receipt: "500",
    shorten_fingerprint: "422",
    change_cached_form: "shows no edit",
    require_channel: "is not written",
}
COMPATIBLE: tuple[Patch, ...] = (change_nothing, allow_channel)
