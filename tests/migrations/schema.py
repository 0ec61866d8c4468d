"""What a database says of itself, in a form that can be compared."""

from typing import Any

from sqlalchemy import Engine, inspect
from sqlalchemy.engine.interfaces import ReflectedColumn

ALEMBIC = "alembic_version"


def schema_of(engine: Engine) -> dict[str, dict[str, Any]]:
    """Table -> its columns, keys, indexes, unique and check constraints."""
    look = inspect(engine)
    return {
        table: {
            "columns": {column["name"]: _column(column) for column in look.get_columns(table)},
            "primary key": look.get_pk_constraint(table)["constrained_columns"],
            "unique": sorted((str(u["name"]), tuple(u["column_names"])) for u in look.get_unique_constraints(table)),
            "indexes": sorted((str(i["name"]), tuple(map(str, i["column_names"]))) for i in look.get_indexes(table)),
            "checks": sorted((str(c["name"]), _bare(c["sqltext"])) for c in look.get_check_constraints(table)),
            "foreign keys": look.get_foreign_keys(table),
        }
        for table in sorted(look.get_table_names())
        if table != ALEMBIC
    }


def _column(column: ReflectedColumn) -> tuple[object, ...]:
    kind = column["type"]
    # Their text leaves out what MySQL alone knows: a sign, and parts of a second.
    beyond = {name: getattr(kind, name, None) for name in ("unsigned", "fsp", "collation")}
    return str(kind), str(beyond), column["nullable"], column["default"], column.get("autoincrement")


def _bare(condition: str) -> str:
    return condition.replace("`", "").replace("(", "").replace(")", "")
