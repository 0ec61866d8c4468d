"""Four web processes that count together, a proxy they trust, and many clients behind it."""

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
# What a client may send while Redis is away at most, one that was there before included.
MOST_WITHOUT = MOST * 11 // 10
CROWD = 8
_numbers = itertools.count(1)


@dataclass(frozen=True)
class LimitedShop:
    """A shop whose every limit is 60 a minute, and its Redis."""

    shop: Shop
    valkey: Valkey

    def new_client(self) -> "LimitedClient":
        """Somebody who never called before."""
        number = next(_numbers)
        return LimitedClient(self.shop, f"198.51.{number // 256}.{number % 256}")


@dataclass(frozen=True)
class LimitedClient:
    """A client at an address, as the trusted proxy tells of it; each request takes a connection of its own."""

    shop: Shop
    address: str

    def send(self, path: str = "/nowhere", *, web: str = "web", method: str = "GET", **words: Any) -> Response:
        headers = {"X-Forwarded-For": self.address, **words.pop("headers", {})}
        with HttpClient(self.shop.service.bind(web), timeout=30.0) as client:
            return client.request(method, f"{API}{path}", words.pop("body", None), headers=headers, **words)

    def send_at_once(self, times: int, **words: Any) -> "Counter[int]":
        """Status -> how often it was answered, of many requests from several threads."""
        with ThreadPoolExecutor(CROWD) as pool:
            return Counter(pool.map(lambda _: self.send(**words).status, range(times)))


@contextmanager
def start_shop(folder: Path, database_url: str, valkey: Valkey) -> Iterator[LimitedShop]:
    """A city whose processes end with the context; nothing is written to the database."""
    env = {f"SHOP_LIMIT_{name}": f"{MOST}/minute" for name in ("DEFAULT", "LOGIN", "REGISTER", "REFRESH", "PURCHASE")}
    env |= {"SHOP_WEB_WORKERS": str(PROCESSES), "SHOP_WEB_THREADS": "2", "SHOP_TRUSTED_PROXIES": "127.0.0.1"}
    shop = Shop(Service(folder, database_url, valkey.url, env)).prepare()
    try:
        shop.service.start("web")
        yield LimitedShop(shop, valkey)
    finally:
        shop.close()
