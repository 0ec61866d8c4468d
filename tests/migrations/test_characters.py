"""Migration of existing tables to the character set of the project, repeated and interrupted."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from shop.core.database.engine import Database
from shop.core.settings.settings import Settings
from shop.migrations import runner
from shop.migrations.folded_texts import fill_folded_texts
from shop.migrations.runner import downgrade, upgrade
from tests.support.servers.databases import create_database, drop_database

INSERT = """
    INSERT INTO items (tenant_id, name, introduction, price_minor, currency, stock, epoch, adj_seq, status,
        created_at, updated_at)
    VALUES (1, :name, :name, 1, 'EUR', 1, 0, 0, 'draft', '2026-01-01 00:00:00', '2026-01-01 00:00:00')
"""
TEXTS = "SELECT name, name_folded, introduction_folded FROM items ORDER BY id"
COLLATIONS = """
    SELECT DISTINCT collation_name FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name <> 'alembic_version' AND collation_name IS NOT NULL
"""


@pytest.fixture
def latin1_engine(database_server: str, worker_id: str) -> Iterator[Engine]:
    """Create a database whose default is latin1, with the schema before and a row."""
    name = f"shop_{worker_id}_latin1"
    address = create_database(database_server, name)
    raw = create_engine(address)
    with raw.begin() as connection:
        connection.execute(text(f"ALTER DATABASE `{make_url(address).database}` CHARACTER SET latin1"))
    raw.dispose()
    engine = Database(Settings(database_url=address)).engine
    upgrade(engine, "0007")
    add_item(engine, "Øl")
    yield engine
    engine.dispose()
    drop_database(database_server, name)


def add_item(engine: Engine, name: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(INSERT), {"name": name})


def read(engine: Engine, sql: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def test_existing_tables_get_the_character_set(latin1_engine: Engine) -> None:
    assert ("latin1_swedish_ci",) in read(latin1_engine, COLLATIONS)
    upgrade(latin1_engine)
    assert set(read(latin1_engine, COLLATIONS)) == {("utf8mb4_bin",), ("ascii_bin",)}
    add_item(latin1_engine, "茶 🍵")
    fill_folded_texts(latin1_engine)
    assert read(latin1_engine, TEXTS) == [("Øl", "øl", "øl"), ("茶 🍵", "茶 🍵", "茶 🍵")]


@pytest.mark.parametrize(
    "done",
    [
        ["ALTER TABLE users CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"],
        ["ALTER TABLE items DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"],
        [
            "ALTER TABLE users CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            "ALTER TABLE users ADD name_folded TEXT",
            "ALTER TABLE items ADD folded_at DATETIME(6)",
        ],
    ],
    ids=["a table", "a default", "some columns"],
)
def test_a_migration_that_was_interrupted_is_repeated(latin1_engine: Engine, done: list[str]) -> None:
    with latin1_engine.begin() as connection:
        for statement in done:
            connection.execute(text(statement))
    upgrade(latin1_engine)
    assert set(read(latin1_engine, COLLATIONS)) == {("utf8mb4_bin",), ("ascii_bin",)}
    assert read(latin1_engine, TEXTS) == [("Øl", "øl", "øl")]


def test_the_texts_of_existing_rows_are_folded_in_batches(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.migrations.folded_texts.BATCH", 2)
    upgrade(engine, "0007")
    for name in ("Straße", "\uff34\uff25\uff21", "Øl", "Чай", "Blank  "):
        add_item(engine, name)
    upgrade(engine)
    assert [row[:2] for row in read(engine, TEXTS)] == [
        ("Straße", "strasse"),
        ("\uff34\uff25\uff21", "tea"),
        ("Øl", "øl"),
        ("Чай", "чай"),
        ("Blank", "blank"),
    ]


def test_a_second_upgrade_folds_what_the_previous_release_has_written(engine: Engine) -> None:
    upgrade(engine)
    add_item(engine, "Later")
    assert read(engine, TEXTS) == [("Later", None, None)]
    assert upgrade(engine) == runner.latest_version()
    assert read(engine, TEXTS) == [("Later", "later", "later")]


def test_a_downgrade_keeps_texts_and_character_set(latin1_engine: Engine) -> None:
    upgrade(latin1_engine)
    add_item(latin1_engine, "茶")
    downgrade(latin1_engine, "0007")
    assert set(read(latin1_engine, COLLATIONS)) == {("utf8mb4_bin",), ("ascii_bin",)}
    upgrade(latin1_engine)
    assert [row[0] for row in read(latin1_engine, TEXTS)] == ["Øl", "茶"]
