"""Migrations: agreement with the Models, and downgrade, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, insert, inspect, text
from sqlalchemy.exc import DBAPIError

from shop.container import find_modules
from shop.core.clock import Clock
from shop.core.database.model import Model
from shop.migrations.runner import downgrade, latest_version, upgrade
from shop.models.item import Item
from tests.migrations.schema import ALEMBIC, read_schema

find_modules("models")
ITEM = {
    "name": "x",
    "introduction": "",
    "price_minor": 1,
    "currency": "EUR",
    "status": "draft",
    "epoch": 0,
    "adj_seq": 0,
}


def read_version(engine: Engine) -> object:
    with engine.connect() as connection:
        return connection.scalar(text("SELECT version_num FROM alembic_version"))


def insert_item(engine: Engine, stock: int) -> None:
    now = Clock().now()
    with engine.begin() as connection:
        connection.execute(insert(Item).values(**ITEM, tenant_id=1, stock=stock, created_at=now, updated_at=now))


def test_an_upgrade_creates_every_table_of_the_models(engine: Engine) -> None:
    upgrade(engine)
    assert set(inspect(engine).get_table_names()) == {ALEMBIC, *Model.metadata.tables}
    assert read_version(engine) == latest_version()


def test_a_downgrade_and_an_upgrade_restore_the_schema(engine: Engine) -> None:
    upgrade(engine)
    first = read_schema(engine)
    downgrade(engine, "base")
    assert inspect(engine).get_table_names() == [ALEMBIC]
    upgrade(engine)
    assert read_schema(engine) == first


def test_a_second_upgrade_changes_nothing(engine: Engine) -> None:
    upgrade(engine)
    insert_item(engine, 1)
    first = read_schema(engine)
    upgrade(engine)
    assert read_schema(engine) == first
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT COUNT(*) FROM items")) == 1


def test_the_migrations_agree_with_the_models(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Model.metadata) == []


def test_the_models_create_the_same_tables(engine: Engine) -> None:
    upgrade(engine)
    migrated = read_schema(engine)
    downgrade(engine, "base")
    Model.metadata.create_all(engine)
    created = read_schema(engine)
    Model.metadata.drop_all(engine)
    assert migrated == created


def test_the_constraints_of_the_models_exist(engine: Engine) -> None:
    upgrade(engine)
    schema = read_schema(engine)
    assert schema["items"]["checks"] == [("ck_items_stock", "stock >= 0")]
    assert ("uq_users_tenant_id", ("tenant_id", "email")) in schema["users"]["unique"]
    assert ("uq_orders_item_id", ("item_id", "epoch", "seq")) in schema["orders"]["unique"]
    assert ("uq_stock_ledger_ref", ("ref", "reason")) in schema["stock_ledger"]["unique"]
    assert "ix_items_tenant_id_status_id" in dict(schema["items"]["indexes"])


def test_a_negative_stock_is_refused(engine: Engine) -> None:
    upgrade(engine)
    insert_item(engine, 0)
    with pytest.raises(DBAPIError):
        insert_item(engine, -1)
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text("UPDATE items SET stock = stock - 1"))


def test_the_check_constraint_refuses_a_negative_stock(engine: Engine) -> None:
    upgrade(engine)
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE items MODIFY stock INT NOT NULL"))
    with pytest.raises(DBAPIError, match="ck_items_stock"):
        insert_item(engine, -1)
