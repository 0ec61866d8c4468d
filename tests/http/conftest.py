"""One running shop for all tests of this folder.

No test stops a process for good, and each test creates its own users and items.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.support.shop import Shop, start_shop
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.http import HttpClient
from tests.support.servers.databases import create_database, drop_database
from tests.support.servers.valkey import Valkey, borrow_database


@pytest.fixture(scope="session")
def own_database(database_server: str, worker_id: str) -> Iterator[str]:
    """A database that no other test empties."""
    name = f"shop_{worker_id}_http"
    yield create_database(database_server, name)
    drop_database(database_server, name)


@pytest.fixture(scope="session")
def own_redis(worker_id: str) -> Iterator[str]:
    """Address of a Redis that no other test flushes.

    A new Valkey, or a database of its own on the server of SHOP_TEST_REDIS_URL.
    """
    if server_url := os.environ.get("SHOP_TEST_REDIS_URL"):
        yield borrow_database(server_url, worker_id, shelf=1)
        return
    server = Valkey.create(fsync="everysec")
    yield server.url
    server.destroy()


@pytest.fixture(scope="session")
def shop(own_database: str, own_redis: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The shop of this test worker; at the end its invariants hold.

    It logs at the finest level, and a secret in the log fails the test.
    """
    folder = tmp_path_factory.mktemp("shop")
    log_settings = {"SHOP_LOG_FILE": str(folder / "logs"), "SHOP_LOG_SQL_SLOWER_MS": "0", "SHOP_LOG_LEVEL": "debug"}
    with start_shop(folder, own_database, own_redis, **log_settings) as shop:
        yield shop
        shop.verify()


@pytest.fixture
def client(shop: Shop) -> Iterator[HttpClient]:
    """An HTTP client of the shop."""
    with shop.client() as client:
        yield client


@pytest.fixture(scope="session")
def item(shop: Shop) -> int:
    """An item on sale that does not run out."""
    return shop.offer(stock=100_000)


@pytest.fixture(scope="session")
def buyer(shop: Shop) -> str:
    """The token of a user who may buy."""
    return shop.buyer()


@pytest.fixture
def in_process_shop(clean_database: str, redis_url: str, tmp_path: Path) -> Iterator[InProcessShop]:
    """A shop without processes, for one test."""
    # The log search route needs a log folder.
    shop = InProcessShop(clean_database, redis_url, tmp_path, log_file=str(tmp_path / "logs"))
    yield shop
    shop.close()
