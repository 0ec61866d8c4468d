"""Seeding again changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text

from shop.constants.job import JobName
from shop.constants.user import RoleFlag
from shop.container import Container
from shop.core.settings.settings import Settings
from shop.jobs.seed import DemoAccount
from shop.migrations.runner import upgrade
from shop.worker import find_jobs
from tests.support.servers.valkey import Valkey

TABLES = ("tenants", "users", "items", "orders", "stock_ledger")
Seed = Callable[..., list[DemoAccount]]


@pytest.fixture
def seed(engine: Engine, address: str, redis_url: str) -> Seed:
    upgrade(engine)

    def run(**settings: Any) -> list[DemoAccount]:
        container = Container(Settings(database_url=address, redis_url=redis_url, **settings))
        accounts: list[DemoAccount] = find_jobs(container)[JobName.SEED].run()
        return accounts

    return run


def rows_of(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with engine.connect() as connection:
        return {
            table: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY 1"))]
            for table in TABLES
        }


def test_the_first_time_there_are_items_a_buyer_and_an_admin(seed: Seed, engine: Engine) -> None:
    accounts = seed()
    rows = rows_of(engine)
    assert [len(rows[table]) for table in TABLES] == [2, 4, 4, 0, 4]
    assert [(account.email.split("@")[0], account.tenant) for account in accounts] == [
        ("admin", ""),
        ("admin", "second"),
        ("buyer", "second"),
        # Whom the greeting signs in.
        ("buyer", ""),
    ]


def test_each_tenant_gets_its_own(seed: Seed, engine: Engine) -> None:
    seed()
    with engine.connect() as connection:
        asked = "SELECT tenant_id, COUNT(*) FROM {} GROUP BY tenant_id ORDER BY tenant_id"
        found = [connection.execute(text(asked.format(table))).all() for table in ("users", "items", "stock_ledger")]
    assert found == [[(1, 2), (2, 2)], [(1, 3), (2, 1)], [(1, 3), (2, 1)]]


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
    assert len(rows_of(engine)["items"]) == 4


def test_production_gets_the_named_admin_and_nothing_else(seed: Seed, engine: Engine) -> None:
    named = {"env": "production", "admin_email": "Boss@Example.com", "admin_password": "Secret-12"}
    assert seed(**named) == []
    assert seed(**named) == []
    rows = rows_of(engine)
    assert (len(rows["tenants"]), len(rows["users"]), rows["items"]) == (1, 1, [])
    assert {"boss@example.com", int(RoleFlag.ADMIN)} <= set(rows["users"][0])


def test_production_without_a_name_gets_nobody(seed: Seed, engine: Engine) -> None:
    assert seed(env="production") == []
    rows = rows_of(engine)
    assert len(rows.pop("tenants")) == 1
    assert not any(rows.values())
