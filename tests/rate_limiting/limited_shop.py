"""Shop with four web processes behind a trusted proxy, and its clients."""

import itertools
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient, Response
from tests.support.processes.processes import Service
from tests.support.servers.valkey import Valkey

MOST, PROCESSES = 60, 4
# The most requests of one client that pass when Redis goes down, with those before included.
MOST_WITHOUT = MOST * 11 // 10
CLIENT_THREADS = 8
# Longer than any request takes that does not wait for Redis, also on a busy machine.
REDIS_SECONDS = 1.5
_numbers = itertools.count(1)


@dataclass(frozen=True)
class LimitedShop:
    """A shop with limits of 60 requests a minute, and its Redis."""

    shop: Shop
    valkey: Valkey

    def new_client(self) -> "LimitedClient":
        """Return a client with an address that was not used before."""
        number = next(_numbers)
        return LimitedClient(self.shop, f"198.51.{number // 256}.{number % 256}")


@dataclass(frozen=True)
class LimitedClient:
    """A client whose address is named by the trusted proxy.

    Each request uses a new connection.
    """

    shop: Shop
    address: str

    def send(self, path: str = "/nowhere", *, web: str = "web", method: str = "GET", **options: Any) -> Response:
        headers = {"X-Forwarded-For": self.address, **options.pop("headers", {})}
        with HttpClient(self.shop.service.bind(web), timeout=30.0) as client:
            return client.request(method, f"{API}{path}", options.pop("body", None), headers=headers, **options)

    def send_at_once(self, times: int, **options: Any) -> "Counter[int]":
        """Send many requests from several threads and count the statuses."""
        with ThreadPoolExecutor(CLIENT_THREADS) as pool:
            return Counter(pool.map(lambda _: self.send(**options).status, range(times)))


@contextmanager
def start_shop(folder: Path, database_url: str, valkey: Valkey) -> Iterator[LimitedShop]:
    """Start a limited shop that ends with the context.

    Nothing is written to the database.
    """
    env = {f"SHOP_LIMIT_{name}": f"{MOST}/minute" for name in ("DEFAULT", "LOGIN", "REGISTER", "REFRESH", "PURCHASE")}
    env |= {"SHOP_WEB_WORKERS": str(PROCESSES), "SHOP_WEB_THREADS": "2", "SHOP_TRUSTED_PROXIES": "127.0.0.1"}
    env |= {"SHOP_REDIS_TIMEOUT": str(REDIS_SECONDS)}
    shop = Shop(Service(folder, database_url, valkey.url, env)).prepare()
    try:
        shop.service.start("web")
        yield LimitedShop(shop, valkey)
    finally:
        shop.close()
