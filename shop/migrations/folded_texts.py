"""Backfill of folded texts, in batches and repeatable."""

from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from shop.core.database.folding import fold_values, strip_end

BATCH = 500


class _FoldedTable(NamedTuple):
    """Table with folded texts: folded column -> its sources."""

    table: Any
    columns: dict[str, tuple[str, ...]]
    stale: Any


def _describe(name: str, columns: dict[str, tuple[str, ...]], *, dated: bool = False) -> _FoldedTable:
    sources = [source for names in columns.values() for source in names]
    fields = [sa.column(source, sa.JSON if source.endswith("_translations") else sa.Text) for source in sources]
    # Without types: the driver gives and takes a moment as it is stored, to the last digit.
    moments: list[Any] = [sa.column(moment) for moment in ("updated_at", "folded_at")] if dated else []
    table = sa.table(name, sa.column("id", sa.BigInteger), *map(sa.column, columns), *fields, *moments)
    unfolded = [sa.and_(table.c[column].is_(None), table.c[names[0]].is_not(None)) for column, names in columns.items()]
    stale = table.c.folded_at.is_distinct_from(table.c.updated_at) if dated else sa.or_(*unfolded)
    return _FoldedTable(table, columns, stale)


_TABLES = (
    _describe(
        "items",
        {
            "name_folded": ("name", "name_translations"),
            "introduction_folded": ("introduction", "introduction_translations"),
        },
        dated=True,
    ),
    _describe("users", {"name_folded": ("name",), "email_folded": ("email",)}),
    _describe("stock_ledger", {"note_folded": ("note",)}),
)


def fill_folded_texts(engine: Engine) -> int:
    """Fill missing folded texts of all rows; returns their number.

    Each batch is one transaction. Rows that change meanwhile stay for the next run.
    """
    return sum(_fill_table(engine, table) for table in _TABLES)


def _fill_table(engine: Engine, folded: _FoldedTable) -> int:
    count, last, ids = 0, 0, [0]
    while ids:
        with engine.begin() as connection:
            ids = _fill_batch(connection, folded, last)
        count, last = count + len(ids), max(ids, default=last)
    return count


def _fill_batch(connection: Connection, folded: _FoldedTable, last: int) -> list[int]:
    table = folded.table
    query = sa.select(table).where(table.c.id > last, folded.stale).order_by(table.c.id).limit(BATCH)
    rows = connection.execute(query).mappings().all()
    for row in rows:
        values = {name: strip_end(row[name]) for names in folded.columns.values() for name in names}
        changes = {name: value for name, value in values.items() if value != row[name]}
        for column, sources in folded.columns.items():
            changes[column] = fold_values(values[source] for source in sources)
        unchanged = [table.c.id == row["id"], folded.stale]
        if "updated_at" in row:
            changes["folded_at"] = row["updated_at"]
            unchanged.append(table.c.updated_at == row["updated_at"])
        connection.execute(table.update().where(*unchanged).values(**changes))
    return [row["id"] for row in rows]
