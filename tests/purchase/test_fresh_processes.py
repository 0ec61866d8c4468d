"""Web processes that have served nothing yet, while a store is stopped."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from tests.http.support.envelope import data_of
from tests.http.support.shop import API, Shop, start_shop
from tests.purchase.conftest import RunningService
from tests.purchase.test_store_failures import DATABASE_DOWN, REDIS_DOWN, assert_unavailable, stopped
from tests.support.http import Response
from tests.support.polling import Eventually
from tests.support.servers.valkey import Valkey

FRESH = "web.2"
PATHS = {"me": "/auth/me", "items": "/items", "constants": "/constants", "orders": "/orders"}


class FreshProcess:
    """A web process that has served nothing, beside one that has sold."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.item, self.token = shop.offer(), shop.buyer()
        self.first = data_of(shop.buy(self.item, self.token, Idempotency_Key="first", Prefer="wait=5"), 201)["id"]
        with shop.client() as client:
            for path in PATHS.values():
                data_of(client.get(f"{API}{path}", token=self.token), 200)

    def buy(self, key: str = "") -> Response:
        """Buy one piece through the fresh process."""
        headers = {"Idempotency-Key": key} if key else {}
        with self.shop.service.client(FRESH) as client:
            return client.post(f"{API}/items/{self.item}/purchase", {"quantity": 1}, token=self.token, headers=headers)

    def is_alive(self) -> bool:
        """Return True when the fresh process answers."""
        try:
            with self.shop.service.client(FRESH) as client:
                return client.get("/livez").status == 200
        except OSError:
            return False

    def read(self, what: str) -> Response:
        """Read something through the fresh process."""
        with self.shop.service.client(FRESH) as client:
            return client.get(f"{API}{PATHS[what]}", token=self.token)

    def __enter__(self) -> Self:
        # One process, so that it is ready when it answers.
        self.workers = self.shop.service.env.get("SHOP_WEB_WORKERS", "2")
        self.shop.service.env["SHOP_WEB_WORKERS"] = "1"
        self.shop.service.start(FRESH)
        return self

    def __exit__(self, *_: object) -> None:
        self.shop.service.env["SHOP_WEB_WORKERS"] = self.workers
        self.shop.service.kill(FRESH)


def test_a_fresh_process_sells_without_the_database(running_service: RunningService) -> None:
    with FreshProcess(running_service.shop) as process, stopped(running_service.mariadb):
        promised = [data_of(process.buy(), 202)["id"], data_of(process.buy(key="second"), 202)["id"]]
        again = process.buy(key="first")
        for what in ("me", "items", "constants"):
            data_of(process.read(what), 200)
        assert_unavailable(process.read("orders"), DATABASE_DOWN)

    assert data_of(again, 201)["id"] == process.first
    running_service.shop.wait_until_written(process.item, 3)
    running_service.shop.verify(promised)


def test_a_process_started_without_the_database_sells_when_it_is_back(
    running_service: RunningService, eventually: Eventually
) -> None:
    process = FreshProcess(running_service.shop)
    with ThreadPoolExecutor(1) as pool:
        with stopped(running_service.mariadb):
            # Ends when the process is ready, which it is not without a database.
            starting = pool.submit(process.__enter__)
            eventually(process.is_alive, 20)
            assert_unavailable(process.buy(), DATABASE_DOWN)
        starting.result()
    promised = [data_of(process.buy(), 202)["id"]]
    process.__exit__()

    running_service.shop.wait_until_written(process.item, 2)
    running_service.shop.verify(promised)


def test_a_fresh_process_answers_reads_without_redis(running_service: RunningService) -> None:
    with FreshProcess(running_service.shop) as process, stopped(running_service.valkey):
        assert_unavailable(process.buy(), REDIS_DOWN)
        for what in PATHS:
            data_of(process.read(what), 200)


def test_a_fresh_process_sells_from_the_database_without_redis(
    clean_database: str, make_valkey: Callable[[], Valkey], tmp_path: Path
) -> None:
    valkey = make_valkey()
    with start_shop(tmp_path, clean_database, valkey.url, SHOP_PURCHASE_STRATEGY="db") as shop:
        with FreshProcess(shop) as process, stopped(valkey):
            promised = [data_of(process.buy(), 201)["id"], data_of(process.buy(key="second"), 201)["id"]]
            assert data_of(process.buy(key="first"), 201)["id"] == process.first
        shop.verify(promised)
