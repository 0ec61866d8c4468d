"""Tables and columns whose texts MySQL compares by other rules."""

from sqlalchemy import Connection, text

from shop.core.database.model import Model
from shop.core.database.mysql import COLLATION

# Keys of idempotency are ASCII.
_EXACT_ASCII = "ascii_bin"
_TABLES = """
    SELECT table_name, NULL, table_collation FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_collation <> :collation
"""
_COLUMNS = """
    SELECT table_name, column_name, collation_name FROM information_schema.columns
    WHERE table_schema = DATABASE() AND collation_name NOT IN (:collation, :ascii)
"""


def find_other_collations(connection: Connection) -> list[str]:
    """Return `table (collation)` and `table.column (collation)` for each."""
    parameters = {"collation": COLLATION, "ascii": _EXACT_ASCII}
    rows = [row for query in (_TABLES, _COLUMNS) for row in connection.execute(text(query), parameters)]
    return [
        f"{table}{f'.{column}' if column else ''} ({collation})"
        for table, column, collation in rows
        if table in Model.metadata.tables
    ]
