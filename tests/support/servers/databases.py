"""Databases of the test workers, emptied between tests."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, NullPool, create_engine, text
from sqlalchemy.engine import make_url

from shop.migrations import runner
from tests.support.distinct_values import separate_ids

_ALEMBIC_TABLE = "alembic_version"
# The default tenant is created by a migration.
_KEPT_ROWS = {"tenants": " WHERE tenant_id <> 1"}
# After a test that left a transaction open, fail after 5 s instead of the default 50 s.
_LOCK_TIMEOUTS = "SET SESSION innodb_lock_wait_timeout=5, lock_wait_timeout=5"


def create_database(server_url: str, name: str) -> str:
    """Drop and create a database in utf8mb4, and return its URL."""
    drop_database(server_url, name)
    with _connect(server_url) as connection:
        connection.execute(text(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4"))
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def drop_database(server_url: str, name: str) -> None:
    """Drop a database, if it exists."""
    with _connect(server_url) as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS `{name}`"))


def migrate_database(engine: Engine) -> None:
    """Upgrade the schema and separate the ids, unless the schema is that of this release.

    One query instead of Alembic's start, which most tests would pay for nothing.
    """
    if runner.read_version(engine) != runner.latest_version():
        runner.upgrade(engine)
        separate_ids(engine)


def empty_database(url: str) -> None:
    """Delete all rows but Alembic's and the default tenant.

    Auto-increment counters are not reset. TRUNCATE would create a new file for each table, and take a hundred times
    longer on small tables.
    """
    with _connect(url) as connection:
        connection.execute(text("SET SESSION foreign_key_checks=0"))
        for table in _tables(connection):
            connection.exec_driver_sql(f"DELETE FROM `{table}`{_KEPT_ROWS.get(table, '')}")


def _tables(connection: Connection) -> list[str]:
    statement = "SELECT table_name FROM information_schema.tables"
    statement += " WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name <> :alembic"
    return list(connection.scalars(text(statement), {"alembic": _ALEMBIC_TABLE}))


@contextmanager
def _connect(url: str) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(_LOCK_TIMEOUTS))
        yield connection
