"""A shop with its stores behind proxies, and clients that send requests while the stores fail."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from argon2 import PasswordHasher

from tests.http.support.shop import API, Shop
from tests.resilience.proxy import Fault, Proxy
from tests.support.http import HttpClient, Response
from tests.support.processes.processes import Service
from tests.support.servers.databases import create_database
from tests.support.servers.mariadb import MariaDB
from tests.support.servers.valkey import Valkey

PASSWORD = "Correct-horse-1"
CHEAP = {"SHOP_ARGON2_TIME": "1", "SHOP_ARGON2_MEMORY_KIB": "8", "SHOP_ARGON2_LANES": "1"}
# No client is refused, and every request is counted.
WIDE = {f"SHOP_LIMIT_{name}": "1000000/minute" for name in ("DEFAULT", "LOGIN", "REGISTER", "REFRESH", "PURCHASE")}
ROUTES = ("login", "list", "item", "purchase", "orders", "livez", "readyz")
CROWD = 8
STOCK = 100_000


class TimedAnswer(NamedTuple):
    """An answer, or none: then `status` is 0 and `code` says why."""

    route: str
    status: int
    code: Any
    seconds: float
    response: Response | None


@dataclass
class ProxiedShop:
    """The shop, its proxies, and the orders that it has promised."""

    shop: Shop
    stores: Mapping[str, Proxy]
    item: int = 0
    mail: str = ""
    order_ids: list[str] = field(default_factory=list)

    def create_data(self) -> None:
        """Let there be an item and a buyer with a password."""
        hashed = PasswordHasher(1, 8, 1).hash(PASSWORD)
        user = self.shop.enter(password_hash=hashed)
        self.mail = str(self.shop.query_value("SELECT email FROM users WHERE id = %s", user.id))
        self.item = self.shop.offer(stock=STOCK)

    def make_clients(self) -> list["StoreClient"]:
        """Some who are known: each has looked at everything."""
        visitors = [StoreClient(self, token) for token in self.shop.buyers(CROWD)]
        for visitor in visitors:
            for route in ROUTES:
                answer = visitor.send(route)
                assert answer.status in (200, 202), answer
        return visitors


@dataclass
class StoreClient:
    """A signed-in client with one kept connection."""

    proxied_shop: ProxiedShop
    token: str

    def __post_init__(self) -> None:
        self._client = self.proxied_shop.shop.client(timeout=20.0)

    def send(self, route: str) -> TimedAnswer:
        """Ask, and look at the clock."""
        began = time.monotonic()
        try:
            response = self._send(self._client, route)
        except Exception as error:  # noqa: BLE001 - any error means that no answer came
            return TimedAnswer(route, 0, repr(error), time.monotonic() - began, None)
        seconds, body = time.monotonic() - began, response.json
        if route == "purchase" and response.status == 202:
            self.proxied_shop.order_ids.append(body["data"]["id"])
        return TimedAnswer(route, response.status, body["code"], seconds, response)

    def _send(self, client: HttpClient, route: str) -> Response:
        if route == "login":
            return client.post(f"{API}/auth/login", {"email": self.proxied_shop.mail, "password": PASSWORD})
        if route == "purchase":
            return client.post(f"{API}/items/{self.proxied_shop.item}/purchase", {"quantity": 1}, token=self.token)
        if route in ("livez", "readyz"):
            return client.get(f"/{route}")
        path = {"list": "/items", "item": f"/items/{self.proxied_shop.item}", "orders": "/orders"}[route]
        return client.get(f"{API}{path}", token=self.token if route == "orders" else None)


@contextmanager
def start_shop(folder: Path, valkey: Valkey, mariadb: MariaDB, **env: str) -> Iterator[ProxiedShop]:
    """A harbour whose processes end with the context."""
    create_database(mariadb.url(), "shop")
    with Proxy(valkey.socket) as redis, Proxy(mariadb.socket) as database:
        address = f"mysql+pymysql://root@127.0.0.1:{database.port}/shop?charset=utf8mb4&ssl_disabled=true"
        service = Service(folder, address, f"redis://127.0.0.1:{redis.port}/0", {**CHEAP, **WIDE, **env})
        shop = Shop(service)
        try:
            harbour = ProxiedShop(shop.open(), {"redis": redis, "mariadb": database})
            harbour.create_data()
            yield harbour
        finally:
            shop.close()


def list_faults(redis_late: float = 0.2, database_late: float = 0.1) -> list[tuple[str, Fault]]:
    """Every fault of every store. Of two kinds of slow, one is within the time-outs and one beyond them."""
    refused, frozen = Fault("refused", refused=True), Fault("frozen", frozen=True)
    return [
        ("redis", refused),
        ("redis", frozen),
        ("redis", Fault("slow", late=redis_late)),
        ("redis", Fault("too slow", late=1.5)),
        ("mariadb", refused),
        ("mariadb", frozen),
        ("mariadb", Fault("slow", late=database_late)),
        ("mariadb", Fault("too slow", late=3.0)),
    ]
