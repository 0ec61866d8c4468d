"""SQLite engine with transactions that lock at their first write."""

import re
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.sql.elements import ClauseElement

from shop.core.database.folding import fold_text
from shop.core.resilience.deadline import charge_deadline, remaining
from shop.core.tenant import all_tenants

# Below the time budget of a request, which may hash a password too: it waits once and is not replayed.
LOCK_SECONDS = 1.2
_LOCKING = " /* FOR UPDATE */"
_READ = re.compile(r"\s*(SELECT|WITH|PRAGMA|EXPLAIN|BEGIN|COMMIT|ROLLBACK)\b", re.IGNORECASE)
_HAS_WRITE_LOCK = "shop.has_write_lock"


class LockingCompiler(SQLiteCompiler):
    """Compiler that marks the SELECTs of rows to lock."""

    def for_update_clause(self, select: ClauseElement, **options: Any) -> str:  # noqa: ARG002 - SQLAlchemy's signature
        """Return a comment, since SQLite has no such clause."""
        return _LOCKING


def create_sqlite_engine(address: str, **options: Any) -> Engine:
    """Create an engine whose transactions lock at their first write.

    From then on they see the state of the last commit, as with READ COMMITTED on MySQL.
    """
    engine = create_engine(address, connect_args={"timeout": LOCK_SECONDS}, **options)
    engine.dialect.statement_compiler = LockingCompiler
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "before_cursor_execute", _lock_before_write)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    # The driver sends BEGIN only before the first write, so earlier reads would be outside the transaction.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    # Its own function changes ASCII letters only.
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(text: str | None) -> str | None:
    return None if text is None else fold_text(str(text))


def _begin(connection: Connection) -> None:
    connection.info[_HAS_WRITE_LOCK] = False
    _driver(connection).execute("BEGIN")


def _lock_before_write(
    connection: Connection,
    _cursor: object,
    statement: str,
    _parameters: object,
    _context: object,
    _many: bool,  # noqa: FBT001 - SQLAlchemy's signature
) -> None:
    reads = _READ.match(statement) and not statement.endswith(_LOCKING)
    if reads or connection.info.get(_HAS_WRITE_LOCK, True):
        return
    connection.info[_HAS_WRITE_LOCK] = True
    # Not an upgrade of the read lock: it fails, without a wait, when another process has written since.
    _driver(connection).execute("COMMIT")
    _driver(connection).execute(f"PRAGMA busy_timeout={int(remaining(LOCK_SECONDS) * 1000)}")
    # The statement reads no rows, so it needs no tenant. Sent by SQLAlchemy, for its error classes.
    with charge_deadline(), all_tenants():
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
