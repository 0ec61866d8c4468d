"""Demo data: contents, repetition and production."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from shop.constants.item import ItemStatus
from shop.constants.job import JobName
from shop.constants.language import Language
from shop.constants.user import RoleFlag
from shop.container import Container
from shop.core.settings.settings import Settings
from shop.jobs.seed import DemoAccount
from shop.migrations.runner import upgrade
from shop.models.item import Item
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


def read_rows(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with engine.connect() as connection:
        return {
            table: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY 1"))]
            for table in TABLES
        }


def test_the_first_seed_creates_items_buyers_and_admins(seed: Seed, engine: Engine) -> None:
    accounts = seed()
    rows = read_rows(engine)
    assert [len(rows[table]) for table in TABLES] == [2, 4, 15, 0, 15]
    assert [(account.email.split("@")[0], account.tenant) for account in accounts] == [
        ("admin", ""),
        ("admin", "second"),
        ("buyer", "second"),
        # The greeting of `flask shop up` signs in with the last account.
        ("buyer", ""),
    ]


def test_each_tenant_gets_its_own_rows(seed: Seed, engine: Engine) -> None:
    seed()
    with engine.connect() as connection:
        query = "SELECT tenant_id, COUNT(*) FROM {} GROUP BY tenant_id ORDER BY tenant_id"
        counts = [connection.execute(text(query.format(table))).all() for table in ("users", "items", "stock_ledger")]
    assert counts == [[(1, 2), (2, 2)], [(1, 13), (2, 2)], [(1, 13), (2, 2)]]


def test_a_second_seed_changes_nothing(seed: Seed, engine: Engine, valkey: Valkey) -> None:
    accounts, rows = seed(), read_rows(engine)
    with valkey.client() as client:
        queued = client.llen("rq:queue:shop-high")
        assert seed() == accounts
        assert client.llen("rq:queue:shop-high") == queued
    assert read_rows(engine) == rows


def test_deleted_demo_items_stay_deleted(seed: Seed, engine: Engine) -> None:
    seed()
    with engine.begin() as connection:
        connection.execute(text("UPDATE items SET deleted_at = created_at"))
    seed()
    assert len(read_rows(engine)["items"]) == 15


def test_production_gets_only_the_configured_admin(seed: Seed, engine: Engine) -> None:
    options = {"env": "production", "admin_email": "Boss@Example.com", "admin_password": "Secret-12"}
    assert seed(**options) == []
    assert seed(**options) == []
    rows = read_rows(engine)
    assert (len(rows["tenants"]), len(rows["users"]), rows["items"]) == (1, 1, [])
    assert {"boss@example.com", int(RoleFlag.ADMIN)} <= set(rows["users"][0])


def test_production_without_a_configured_admin_gets_no_user(seed: Seed, engine: Engine) -> None:
    assert seed(env="production") == []
    rows = read_rows(engine)
    assert len(rows.pop("tenants")) == 1
    assert not any(rows.values())


def test_demo_items_speak_three_languages_and_the_first_can_be_bought(seed: Seed, engine: Engine) -> None:
    seed()
    with engine.connect() as connection:
        items = connection.execute(select(Item).order_by(Item.id)).all()

    first = items[0]
    assert (first.tenant_id, first.name, first.status, first.stock) == (1, "Concert ticket", ItemStatus.ON_SALE, 100)
    for item in items:
        for plain, translations in (
            (item.name, item.name_translations),
            (item.introduction, item.introduction_translations),
        ):
            assert list(translations) == list(Language)
            assert translations[Language.ENGLISH] == plain
            assert all(translations.values())
    assert {item.status for item in items} == set(ItemStatus)
    assert len({item.currency for item in items}) >= 5
