"""Insert of many rows whose values are one parameter.

PyMySQL writes each value into the text of the statement, which costs more than all else that a drain does. MySQL and
MariaDB read the rows of one JSON text by JSON_TABLE.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Column, Connection, Integer, String, Table

from shop.core.database.types import BinaryUuid, UtcDateTime

# Of fewer rows the fixed cost of the longer statement is the larger one.
ROWS_MIN = 10
_DIALECTS = ("mysql", "mariadb")
Rows = Sequence[Mapping[str, Any]]


class _Kind(NamedTuple):
    """Type of a value in JSON_TABLE, and its conversion for the column.

    Each type is wider than its columns, so that the column refuses a value, not JSON_TABLE, which may change it.
    """

    json_type: str
    convert: str = "{}"


_INTEGER = _Kind("DECIMAL(20)")
_TEXT = _Kind("LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
_MOMENT = _Kind("VARCHAR(40)", "REPLACE({}, '+00:00', '')")
_UUID = _Kind("VARCHAR(40)", "UNHEX(REPLACE({}, '-', ''))")


def insert_rows(connection: Connection, table: Table, rows: Rows) -> bool:
    """Insert rows with one parameter.

    Returns False when they need an ordinary insert. Raises IntegrityError and DataError like an ordinary insert.
    """
    if connection.dialect.name not in _DIALECTS or len(rows) < ROWS_MIN:
        return False
    statement, text = _build_statement(table, tuple(rows[0])), _to_text(table, rows)
    if statement is None or text is None:
        return False
    connection.exec_driver_sql(statement, (text,))
    return True


def _to_text(table: Table, rows: Rows) -> str | None:
    names = tuple(rows[0])
    moments = [name for name in names if isinstance(table.c[name].type, UtcDateTime)]
    if any((moment := row[name]) and moment.tzinfo is not UTC for name in moments for row in rows):
        return None
    try:
        # In hexadecimal, since PyMySQL would escape each quotation mark.
        return orjson.dumps([*map(itemgetter(*names), rows)]).hex()
    except TypeError:
        # A value that JSON cannot have, such as an integer of more than 64 bits.
        return None


@lru_cache
def _build_statement(table: Table, names: tuple[str, ...]) -> str | None:
    kinds = [kind for name in names if (kind := _find_kind(table.c[name]))]
    if len(kinds) < len(names) or any(column.default for column in table.c if column.name not in names):
        return None
    places = [
        (name, kind, f"r.c{number}", number) for number, (name, kind) in enumerate(zip(names, kinds, strict=True))
    ]
    columns = ", ".join(
        f"c{number} {kind.json_type} PATH '$[{number}]' ERROR ON ERROR" for _, kind, _, number in places
    )
    values = ", ".join(kind.convert.format(value) for _, kind, value, _ in places)
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {values} "  # noqa: S608 - names of the Model only
        f"FROM JSON_TABLE(CONVERT(UNHEX(%s) USING utf8mb4), '$[*]' COLUMNS ({columns})) AS r"
    )


def _find_kind(column: Column[Any]) -> _Kind | None:
    match column.type:
        case UtcDateTime():
            return _MOMENT
        case BinaryUuid():
            return _UUID
        case Integer():
            return _INTEGER
    # Not a subclass of String, which may convert its values.
    return _TEXT if type(column.type) is String else None
