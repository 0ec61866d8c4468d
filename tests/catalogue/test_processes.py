"""Concurrent reads of the catalogue over two web processes."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.shop import API, Shop
from tests.support.processes.processes import Service
from tests.support.servers.databases import create_database
from tests.support.servers.mariadb import MariaDB

WEBS = ("web", "web.2")
CLIENTS = 200
# Enough threads for all clients, and a Redis time-out for a fully loaded machine.
ENV = {"SHOP_WEB_THREADS": "32", "SHOP_REDIS_TIMEOUT": "5", "SHOP_DATABASE_POOL": "32"}
# On such a machine a caller would also build the value that another one still builds, since it waits for 0.4 s only.
PATIENT = "from shop.core.cache import single_flight\nsingle_flight.WAIT_SECONDS = single_flight.LEASE_SECONDS = 30.0\n"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def shop(make_mariadb: Callable[[], MariaDB], redis_url: str, tmp_path: Path) -> Iterator[Shop]:
    """Shop with two web processes on a MariaDB with a query log."""
    database = create_database(make_mariadb().url(), "shop")
    (tmp_path / "sitecustomize.py").write_text(PATIENT)
    env = {**ENV, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    shop = Shop(Service(tmp_path, database, redis_url, env)).prepare()
    shop.service.start("worker", *WEBS)
    yield shop
    shop.close()


def start_query_log(shop: Shop) -> None:
    """Start an empty query log."""
    shop.query_value("SET GLOBAL general_log = 0")
    shop.query_value("SET GLOBAL log_output = 'TABLE'")
    shop.query_value("TRUNCATE mysql.general_log")
    shop.query_value("SET GLOBAL general_log = 1")


def count_statements(shop: Shop, beginning: str) -> int:
    """Count the logged statements with this beginning."""
    sql = "SELECT COUNT(*) FROM mysql.general_log WHERE argument LIKE %s AND argument NOT LIKE %s"
    return int(shop.query_value(sql, f"{beginning}%", "%FOR UPDATE%"))


def read_at_once(shop: Shop, path: str) -> list[object]:
    """Return the responses to simultaneous reads, half of them in each process."""
    gate = threading.Barrier(CLIENTS)

    def read(number: int) -> object:
        with shop.service.client(WEBS[number % 2], timeout=30.0) as client:
            gate.wait()
            return data_of(client.get(f"{API}{path}"), 200)

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(read, range(CLIENTS)))


@pytest.mark.parametrize("path", ["/items/{item}", "/items"])
def test_simultaneous_cache_misses_cost_one_statement(shop: Shop, path: str) -> None:
    item = shop.offer(stock=7)
    for _ in range(3):
        shop.revise(item, name="New")
        shop.wait_until_open(item)
        shop.wait_until_quiet(item)
        start_query_log(shop)

        responses = read_at_once(shop, path.format(item=item))

        assert responses == responses[:1] * CLIENTS
        assert count_statements(shop, "SELECT items.id") == 1


def test_an_update_is_seen_by_the_next_read_in_the_other_process(shop: Shop) -> None:
    item, admin = shop.offer(stock=7), shop.admin()
    with shop.service.client("web") as writer, shop.service.client("web.2") as reader:
        for number in range(100):
            name = f"Name {number}"
            data_of(writer.request("PATCH", f"{API}/items/{item}", {"name": name}, token=admin), 200)
            seen = data_of(reader.get(f"{API}/items/{item}"), 200)["name"]
            listed = [row["name"] for row in data_of(reader.get(f"{API}/items"), 200)["data"]]
            assert (seen, listed) == (name, [name]), number
