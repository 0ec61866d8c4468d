"""Databases of the test workers."""

from collections.abc import Iterator

import pytest
from sqlalchemy import NullPool, create_engine, text

from tests.support.servers.databases import create_database, drop_database, empty_database


def run_statements(url: str, *statements: str) -> object:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        results = [connection.execute(text(statement)) for statement in statements]
        return results[-1].scalar() if results[-1].returns_rows else None


@pytest.fixture
def spare_name(worker_id: str) -> str:
    return f"shop_{worker_id}_spare"


@pytest.fixture
def url(database_url: str, spare_name: str) -> Iterator[str]:
    yield create_database(database_url, spare_name)
    drop_database(database_url, spare_name)


def test_each_test_worker_has_its_own_database(database_url: str, worker_id: str) -> None:
    assert run_statements(database_url, "SELECT DATABASE()") == f"shop_{worker_id}"


def test_a_new_database_stores_all_of_unicode(url: str) -> None:
    run_statements(url, "CREATE TABLE item (name VARCHAR(9))", "INSERT INTO item VALUES ('🛒')")

    assert run_statements(url, "SELECT name FROM item") == "🛒"


def test_emptying_ignores_foreign_keys(url: str) -> None:
    run_statements(
        url,
        "CREATE TABLE item (id INT PRIMARY KEY)",
        "CREATE TABLE purchase (item INT, FOREIGN KEY (item) REFERENCES item (id))",
        "INSERT INTO item VALUES (1)",
        "INSERT INTO purchase VALUES (1)",
    )

    empty_database(url)

    assert run_statements(url, "SELECT (SELECT COUNT(*) FROM item) + (SELECT COUNT(*) FROM purchase)") == 0


def test_emptying_keeps_the_schema_version_and_the_views(url: str) -> None:
    run_statements(
        url,
        "CREATE TABLE alembic_version (version_num VARCHAR(32))",
        "INSERT INTO alembic_version VALUES ('0001')",
        "CREATE VIEW current AS SELECT * FROM alembic_version",
    )

    empty_database(url)

    assert run_statements(url, "SELECT version_num FROM current") == "0001"


def test_creating_a_database_again_drops_the_old_one(url: str, database_url: str, spare_name: str) -> None:
    run_statements(url, "CREATE TABLE item (id INT)")

    create_database(database_url, spare_name)

    assert run_statements(url, "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()") == 0
