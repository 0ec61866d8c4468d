"""Databases inside a running server: one for each test worker, emptied between tests."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.engine import make_url

_KEPT = "alembic_version"
# A migration has made it.
_SPARED = {"tenants": " WHERE tenant_id <> 1"}
# A test that left a transaction open would keep us waiting for 50 s; so it is found out after five.
_SESSION = "SET SESSION innodb_lock_wait_timeout=5, lock_wait_timeout=5"


def create_database(server_url: str, name: str) -> str:
    """Create the database anew, empty and utf8mb4, and return its address."""
    drop_database(server_url, name)
    with _connected(server_url) as connection:
        connection.execute(text(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4"))
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def drop_database(server_url: str, name: str) -> None:
    """Remove the database, if it is there."""
    with _connected(server_url) as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS `{name}`"))


def empty_database(url: str) -> None:
    """Delete the rows of every table but Alembic's and the default tenant; numbering goes on where it was.

    DELETE, because TRUNCATE makes a new file for each table and takes a hundred times longer on a small one.
    """
    with _connected(url) as connection:
        connection.execute(text("SET SESSION foreign_key_checks=0"))
        for table in _tables(connection):
            connection.execute(text(f"DELETE FROM `{table}`{_SPARED.get(table, '')}"))


def _tables(connection: Connection) -> list[str]:
    question = "SELECT table_name FROM information_schema.tables"
    question += " WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name <> :kept"
    return list(connection.scalars(text(question), {"kept": _KEPT}))


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(_SESSION))
        yield connection
