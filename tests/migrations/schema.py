"""Schema of a database in a comparable form."""

from typing import Any

from sqlalchemy import Engine, Inspector, inspect
from sqlalchemy.engine.interfaces import ReflectedColumn

ALEMBIC = "alembic_version"


def read_schema(engine: Engine) -> dict[str, dict[str, Any]]:
    """Return columns, keys, indexes and constraints by table."""
    inspector = inspect(engine)
    return {table: _read_table(inspector, table) for table in sorted(inspector.get_table_names()) if table != ALEMBIC}


def _read_table(inspector: Inspector, table: str) -> dict[str, Any]:
    unique, indexes = inspector.get_unique_constraints(table), inspector.get_indexes(table)
    checks = inspector.get_check_constraints(table)
    return {
        "columns": {column["name"]: _column(column) for column in inspector.get_columns(table)},
        "primary key": inspector.get_pk_constraint(table)["constrained_columns"],
        "unique": sorted((str(constraint["name"]), tuple(constraint["column_names"])) for constraint in unique),
        "indexes": sorted((str(index["name"]), tuple(map(str, index["column_names"]))) for index in indexes),
        "checks": sorted((str(check["name"]), _without_quotes(check["sqltext"])) for check in checks),
        "foreign keys": inspector.get_foreign_keys(table),
    }


def _column(column: ReflectedColumn) -> tuple[object, ...]:
    kind = column["type"]
    # The text of a type leaves out properties of MySQL: sign, fractional seconds and collation.
    mysql_properties = {name: getattr(kind, name, None) for name in ("unsigned", "fsp", "collation")}
    return str(kind), str(mysql_properties), column["nullable"], column["default"], column.get("autoincrement")


def _without_quotes(condition: str) -> str:
    return condition.replace("`", "").replace("(", "").replace(")", "")
