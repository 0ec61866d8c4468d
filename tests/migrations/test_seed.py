"""Seeding again changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text

from shop.constants.job import JobName
from shop.constants.user import RoleFlag
from shop.container import Container
from shop.core.settings import Settings
from shop.migrations.runner import upgrade
from shop.worker import jobs_of
from tests.support.valkey import Valkey

TABLES = ("users", "items", "orders", "stock_ledger")
Seed = Callable[..., dict[str, str]]


@pytest.fixture
def seed(engine: Engine, address: str, redis_url: str) -> Seed:
    upgrade(engine)

    def run(**settings: Any) -> dict[str, str]:
        container = Container(Settings(database_url=address, redis_url=redis_url, **settings))
        accounts: dict[str, str] = jobs_of(container)[JobName.SEED].run()
        return accounts

    return run


def rows_of(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with engine.connect() as connection:
        return {
            table: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY id"))]
            for table in TABLES
        }


def test_the_first_time_there_are_items_a_buyer_and_an_admin(seed: Seed, engine: Engine) -> None:
    accounts = seed()
    rows = rows_of(engine)
    assert (len(accounts), len(rows["users"]), len(rows["items"]), len(rows["stock_ledger"])) == (2, 2, 3, 3)


def test_the_second_time_changes_nothing(seed: Seed, engine: Engine, valkey: Valkey) -> None:
    accounts, rows = seed(), rows_of(engine)
    with valkey.client() as client:
        asked = client.llen("rq:queue:shop-high")
        assert seed() == accounts
        assert client.llen("rq:queue:shop-high") == asked
    assert rows_of(engine) == rows


def test_deleted_demo_items_stay_deleted(seed: Seed, engine: Engine) -> None:
    seed()
    with engine.begin() as connection:
        connection.execute(text("UPDATE items SET deleted_at = created_at"))
    seed()
    assert len(rows_of(engine)["items"]) == 3


def test_production_gets_the_named_admin_and_nothing_else(seed: Seed, engine: Engine) -> None:
    named = {"env": "production", "admin_email": "Boss@Example.com", "admin_password": "Secret-12"}
    assert seed(**named) == {}
    assert seed(**named) == {}
    rows = rows_of(engine)
    assert (len(rows["users"]), rows["items"]) == (1, [])
    assert {"boss@example.com", int(RoleFlag.ADMIN)} <= set(rows["users"][0])


def test_production_without_a_name_gets_nobody(seed: Seed, engine: Engine) -> None:
    assert seed(env="production") == {}
    assert rows_of(engine) == {table: [] for table in TABLES}
