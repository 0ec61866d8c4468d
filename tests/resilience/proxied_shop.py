"""A shop with its stores behind proxies, and its clients."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from argon2 import PasswordHasher

from tests.http.support.readiness import wait_until_all_ready
from tests.http.support.shop import API, Shop
from tests.resilience.proxy import Fault, Proxy
from tests.support.http import HttpClient, Response
from tests.support.processes.processes import Service
from tests.support.servers.databases import create_database
from tests.support.servers.mariadb import MariaDB
from tests.support.servers.valkey import Valkey

PASSWORD = "Correct-horse-1"
# The limits are not reached, but every request is counted.
HIGH_LIMITS = {
    f"SHOP_LIMIT_{name}": "1000000/minute" for name in ("DEFAULT", "LOGIN", "REGISTER", "REFRESH", "PURCHASE")
}
ROUTES = ("login", "list", "item", "purchase", "orders", "livez", "readyz")
CLIENTS = 8
STOCK = 100_000


class TimedAnswer(NamedTuple):
    """A response with its duration.

    Without a response `status` is 0 and `code` is the error.
    """

    route: str
    status: int
    code: Any
    seconds: float
    response: Response | None


@dataclass
class ProxiedShop:
    """A shop, its proxies, and the ids of acknowledged orders."""

    shop: Shop
    stores: Mapping[str, Proxy]
    item: int = 0
    email: str = ""
    order_ids: list[str] = field(default_factory=list)

    def create_data(self) -> None:
        """Create an item and a buyer with a password."""
        password_hash = PasswordHasher(1, 8, 1).hash(PASSWORD)
        user = self.shop.enter(password_hash=password_hash)
        self.email = str(self.shop.query_value("SELECT email FROM users WHERE id = %s", user.id))
        self.item = self.shop.offer(stock=STOCK)

    def make_clients(self) -> list["StoreClient"]:
        """Create clients; each has called every route once."""
        clients = [StoreClient(self, token) for token in self.shop.buyers(CLIENTS)]
        for client in clients:
            for route in ROUTES:
                answer = client.send(route)
                assert answer.status in (200, 202), answer
        return clients


@dataclass
class StoreClient:
    """A signed-in client with one persistent connection."""

    proxied_shop: ProxiedShop
    token: str

    def __post_init__(self) -> None:
        self._client = self.proxied_shop.shop.client(timeout=20.0)

    def send(self, route: str) -> TimedAnswer:
        """Send a request and measure its duration."""
        began = time.monotonic()
        try:
            response = self._send(self._client, route)
        except Exception as error:  # noqa: BLE001 - any error means that there is no response
            return TimedAnswer(route, 0, repr(error), time.monotonic() - began, None)
        seconds, body = time.monotonic() - began, response.json
        if route == "purchase" and response.status == 202:
            self.proxied_shop.order_ids.append(body["data"]["id"])
        return TimedAnswer(route, response.status, body["code"], seconds, response)

    def _send(self, client: HttpClient, route: str) -> Response:
        if route == "login":
            return client.post(f"{API}/auth/login", {"email": self.proxied_shop.email, "password": PASSWORD})
        if route == "purchase":
            return client.post(f"{API}/items/{self.proxied_shop.item}/purchase", {"quantity": 1}, token=self.token)
        if route in ("livez", "readyz"):
            return client.get(f"/{route}")
        path = {"list": "/items", "item": f"/items/{self.proxied_shop.item}", "orders": "/orders"}[route]
        return client.get(f"{API}{path}", token=self.token if route == "orders" else None)


@contextmanager
def start_shop(folder: Path, valkey: Valkey, mariadb: MariaDB, **env: str) -> Iterator[ProxiedShop]:
    """Start a shop behind proxies; its processes end with the context."""
    create_database(mariadb.url(), "shop")
    with Proxy(valkey.socket) as redis, Proxy(mariadb.socket) as database:
        address = f"mysql+pymysql://root@127.0.0.1:{database.port}/shop?charset=utf8mb4&ssl_disabled=true"
        service = Service(folder, address, f"redis://127.0.0.1:{redis.port}/0", {**HIGH_LIMITS, **env})
        shop = Shop(service)
        try:
            proxied_shop = ProxiedShop(shop.open(), {"redis": redis, "mariadb": database})
            proxied_shop.create_data()
            wait_until_all_ready(shop)
            yield proxied_shop
        finally:
            shop.close()


def list_faults(redis_late: float = 0.2, database_late: float = 0.1) -> list[tuple[str, Fault]]:
    """List every fault of every store.

    "slow" is within the time-outs of the service, "too slow" beyond them.
    """
    refused, frozen = Fault("refused", refused=True), Fault("frozen", frozen=True)
    return [
        ("redis", refused),
        ("redis", frozen),
        ("redis", Fault("slow", delay=redis_late)),
        ("redis", Fault("too slow", delay=1.5)),
        ("mariadb", refused),
        ("mariadb", frozen),
        ("mariadb", Fault("slow", delay=database_late)),
        ("mariadb", Fault("too slow", delay=3.0)),
    ]
