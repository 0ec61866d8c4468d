"""Fixtures of purchase tests: a running shop with stores of its own.

Tests may break the stores, but have to repair them.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pytest
from sqlalchemy.engine import make_url

from tests.http.support.readiness import wait_until_all_ready
from tests.http.support.shop import Shop, start_shop
from tests.purchase.support.dead_letters import repaired_shop, run_dead_letters
from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.support.invariant_checks import drop_stock_constraint
from tests.support.servers.databases import create_database, drop_database
from tests.support.servers.mariadb import MariaDB
from tests.support.servers.valkey import Valkey

__all__ = ["repaired_shop", "run_dead_letters"]


@dataclass(frozen=True)
class RunningService:
    """Running shop and its servers."""

    shop: Shop
    valkey: Valkey
    mariadb: MariaDB


class Sale(NamedTuple):
    """Item of ten pieces in its first epoch: three sold, two returned.

    `before`: the gate before the first purchase.
    """

    shop: InProcessShop
    item: int
    token: str
    before: dict[str, str]


@pytest.fixture(scope="session")
def mariadb_and_valkey() -> Iterator[tuple[Valkey, MariaDB]]:
    """Start servers that lose no acknowledged write."""
    valkey = Valkey.create()
    try:
        mariadb = MariaDB.create()
    except BaseException:
        valkey.destroy()
        raise
    yield valkey, mariadb
    mariadb.destroy()
    valkey.destroy()


@pytest.fixture(scope="session")
def running_service(
    mariadb_and_valkey: tuple[Valkey, MariaDB], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningService]:
    """Start this test worker's shop; verify the invariants at the end."""
    valkey, mariadb = mariadb_and_valkey
    database_url = create_database(mariadb.url(), "shop")
    # This Valkey syncs every write to a disk shared with other tests, so it may stall for longer than 0.4 s.
    folder = tmp_path_factory.mktemp("shop")
    with start_shop(folder, database_url, valkey.url, SHOP_REDIS_TIMEOUT="1.0") as shop:
        # A process that starts while a test has stopped the database would know no tenant.
        wait_until_all_ready(shop)
        yield RunningService(shop, valkey, mariadb)
        shop.verify()


class MakeInProcessShop(Protocol):
    """Factory of shops in this process, all on the same stores."""

    def __call__(self, **settings: Any) -> InProcessShop: ...


@pytest.fixture
def make_in_process_shop(clean_database: str, valkey: Valkey, tmp_path: Path) -> Iterator[MakeInProcessShop]:
    """Return a factory of shops in this process."""
    with ExitStack() as stack:

        def make(**settings: Any) -> InProcessShop:
            shop = InProcessShop(clean_database, settings.pop("redis_url", valkey.url), tmp_path, **settings)
            stack.callback(shop.close)
            return shop

        yield make


class OpenShop(Protocol):
    """Factory of shops in separate processes."""

    def __call__(self, **env: str) -> Shop: ...


@pytest.fixture
def open_shop(clean_database: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenShop]:
    """Return a factory of shops that stop with the test."""
    with ExitStack() as stack:

        def start(**env: str) -> Shop:
            return stack.enter_context(start_shop(tmp_path_factory.mktemp("shop"), clean_database, redis_url, **env))

        yield start


@pytest.fixture
def in_process_shop(make_in_process_shop: MakeInProcessShop) -> InProcessShop:
    """Create a shop in this process."""
    return make_in_process_shop()


@pytest.fixture
def shop_without_stock_constraint(database_url: str, valkey: Valkey, tmp_path: Path) -> Iterator[InProcessShop]:
    """Create a shop without the stock constraint, on its own database."""
    name = f"{make_url(database_url).database}_floorless"
    shop = InProcessShop(create_database(database_url, name), valkey.url, tmp_path)
    drop_stock_constraint(shop)
    yield shop
    shop.close()
    drop_database(database_url, name)


@pytest.fixture
def sale(in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch) -> Sale:
    """Create a correct sale; `before` is the gate before the first purchase."""
    monkeypatch.setattr("shop.jobs.stock.RECHECK_SECONDS", 0.05)
    item, token = in_process_shop.offer(stock=10, price_minor=1237, currency="CHF"), in_process_shop.buyer()
    before = in_process_shop.gate(item)
    back = in_process_shop.buy_and_write(item, token, 2)
    in_process_shop.buy_and_write(item, token, 3)
    in_process_shop.cancel(back, token)
    return Sale(in_process_shop, item, token, before)
