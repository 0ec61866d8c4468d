"""The catalogue read by many at once, over two web processes that know nothing of each other."""

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
CROWD = 200
# As many threads as come at once, and a Redis that a full machine may let wait.
ENV = {"SHOP_WEB_THREADS": "32", "SHOP_REDIS_TIMEOUT": "5", "SHOP_DATABASE_POOL": "32"}


@pytest.fixture
def shop(make_mariadb: Callable[[], MariaDB], redis_url: str, tmp_path: Path) -> Iterator[Shop]:
    """A shop with two webs, on a MariaDB whose log tells every statement."""
    database = create_database(make_mariadb().url(), "shop")
    shop = Shop(Service(tmp_path, database, redis_url, ENV)).prepare()
    shop.service.start("worker", *WEBS)
    yield shop
    shop.close()


def start_query_log(shop: Shop) -> None:
    """Begin to write down the statements that arrive."""
    shop.query_value("SET GLOBAL general_log = 0")
    shop.query_value("SET GLOBAL log_output = 'TABLE'")
    shop.query_value("TRUNCATE mysql.general_log")
    shop.query_value("SET GLOBAL general_log = 1")


def count_statements(shop: Shop, beginning: str) -> int:
    """How many statements began so."""
    sql = "SELECT COUNT(*) FROM mysql.general_log WHERE argument LIKE %s AND argument NOT LIKE %s"
    return int(shop.query_value(sql, f"{beginning}%", "%FOR UPDATE%"))


def read_at_once(shop: Shop, path: str) -> list[object]:
    """What a crowd is told that asks at the same moment, half of it in each process."""
    gate = threading.Barrier(CROWD)

    def read(number: int) -> object:
        with shop.service.client(WEBS[number % 2], timeout=30.0) as client:
            gate.wait()
            return data_of(client.get(f"{API}{path}"), 200)

    with ThreadPoolExecutor(CROWD) as pool:
        return list(pool.map(read, range(CROWD)))


@pytest.mark.parametrize("path", ["/items/{item}", "/items"])
def test_a_crowd_that_misses_asks_the_database_once(shop: Shop, path: str) -> None:
    item = shop.offer(stock=7)
    for _ in range(3):
        shop.revise(item, name="New")
        shop.wait_until_open(item)
        shop.wait_until_quiet(item)
        start_query_log(shop)

        answers = read_at_once(shop, path.format(item=item))

        assert answers == answers[:1] * CROWD
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
