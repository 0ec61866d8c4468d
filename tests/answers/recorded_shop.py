"""Shop whose answers are recorded: apps with several settings on the same stores.

It uses the HTTP interface and the commands, since their names are the same in both releases.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from shop.app import create_app
from shop.cache_managers.stock import StockCacheManager
from shop.container import Container
from shop.core.database.engine import Database
from shop.core.settings.settings import Settings
from shop.jobs.seed import DEMO_ADMIN, DEMO_BUYER, SECOND_BUYER, SECOND_TENANT, SeedJob
from shop.jobs.stock import DrainStockJob, LoadStockJob
from shop.migrations import runner
from tests.answers.wsgi_calls import Answer, Call, send
from tests.support.limits import CHEAP_HASHING, NAMES
from tests.support.servers.valkey import Valkey

API = "/api/v1"
ORIGIN = "https://pages.example"
PASSWORD = "Correct-horse-1"
TENANT_ID = 1
# No limit is reached and no window ends, so the number of requests that are left is the same in each run.
HIGH_LIMITS = {f"SHOP_{name.upper()}": "100000/day" for name in NAMES}


class Rows(NamedTuple):
    """Rows of one new user; `ids` are values of path parameters."""

    token: str
    refresh_token: str
    email: str
    ids: dict[str, Any]


@dataclass
class RecordedShop:
    """App with the usual settings, and a factory of others.

    `admin`, `buyer` and `foreigner` are access tokens; the last one is of another tenant. `draft` is an item.
    """

    folder: Path
    redis_url: str
    app: Any = None
    admin: str = ""
    buyer: str = ""
    foreigner: str = ""
    draft: int = 0
    _users: int = field(default=0, repr=False)

    @cached_property
    def kept_rows(self) -> Rows:
        """Rows for requests that change nothing."""
        return self.create_rows()

    def create_app(self, **settings: str) -> Any:
        """Create an app on the stores of this shop; `cors_origins="*"` sets SHOP_CORS_ORIGINS."""
        environment = {
            "SHOP_VAR": str(self.folder),
            "SHOP_REDIS_URL": self.redis_url,
            "SHOP_CORS_ORIGINS": ORIGIN,
            "SHOP_LOG_FILE": str(self.folder / "logs"),
            "SHOP_GATE_WAIT_SECONDS": "0",
            "SHOP_REDIS_TIMEOUT": "5",
            **HIGH_LIMITS,
            **CHEAP_HASHING,
            **{f"SHOP_{name.upper()}": value for name, value in settings.items()},
        }
        return create_app(Settings.load(environment))

    def open(self) -> None:
        """Create the tables, the demo data, and the tokens."""
        self.app = self.create_app()
        runner.upgrade(self._get(Database).engine)
        self._get(SeedJob).run()
        self.admin, self.buyer = (self.sign_in(account[1], account[2]) for account in (DEMO_ADMIN, DEMO_BUYER))
        self.draft = self.create_item(5, "draft")
        self.foreigner = self.sign_in(SECOND_BUYER[1], SECOND_BUYER[2], {"X-Tenant": SECOND_TENANT[0]})

    def sign_in(self, email: str, password: str, headers: dict[str, str] | None = None, app: Any = None) -> str:
        """Sign in, and return the access token."""
        call = write("POST", "/auth/login", "", {"email": email, "password": password}, headers)
        return str(read_data(send(app or self.app, call))["access_token"])

    def create_rows(self) -> Rows:
        """Create a user with an order and a session, and an item on sale."""
        self._users += 1
        account = {"name": f"Buyer {self._users}", "email": f"{self._users}@rows.example", "password": PASSWORD}
        registered = self.send("POST", "/auth/register", "", account)
        token, item_id = registered["access_token"], self.create_item(50)
        order = self.send("POST", f"/items/{item_id}/purchase", token, {"quantity": 3})
        self.drain(item_id)
        (session,) = self.send("GET", "/auth/sessions", token)["data"]
        user_id = self.send("GET", "/auth/me", token)["id"]
        ids = {"item_id": item_id, "order_id": order["id"], "session_id": session["id"], "user_id": user_id}
        ids |= {"draft_id": self.draft, "constant": "item_status", "code": 404001}
        return Rows(token, registered["refresh_token"], account["email"], ids)

    def create_item(self, stock: int, status: str = "on_sale") -> int:
        """Create an item whose gate is open if it is on sale; return its id."""
        body = {"name": "Tea", "name_translations": {"zh-Hant": "茶"}, "price_minor": 900, "currency": "EUR"}
        item_id = int(self.send("POST", "/items", self.admin, {**body, "stock": stock, "status": status})["id"])
        if status == "on_sale":
            self._get(LoadStockJob).run(TENANT_ID, item_id)
        return item_id

    def drain(self, item_id: int) -> None:
        """Write the waiting orders of the partition of an item."""
        self._get(DrainStockJob).run(self._get(StockCacheManager).partition(TENANT_ID, item_id))

    def send(self, method: str, path: str, token: str, body: Any = None) -> Any:
        """Send a request that must succeed, and return its data."""
        return read_data(send(self.app, write(method, path, token, body)))

    def _get(self, kind: type[Any]) -> Any:
        container: Container = self.app.extensions["shop"]
        return container.get(kind)


@contextmanager
def open_shop(folder: Path) -> Iterator[RecordedShop]:
    """Open a shop with its own Valkey while the context lasts."""
    valkey = Valkey.create(fsync="everysec")
    try:
        shop = RecordedShop(folder, valkey.url)
        shop.open()
        yield shop
    finally:
        valkey.destroy()


def write(method: str, path: str, token: str, body: Any, headers: dict[str, str] | None = None, note: str = "") -> Call:
    """Build a request below the API path, with a JSON body and a new idempotency key."""
    content = None if body is None else json.dumps(body).encode()
    own = {"Authorization": f"Bearer {token}"} if token else {}
    own |= {"Content-Type": "application/json"} if body is not None else {}
    key = {} if method == "GET" else {"Idempotency-Key": new_key()}
    return Call(method, API + path, {**own, **key, **(headers or {})}, content, note)


def new_key() -> str:
    """Return an idempotency key that was not used before; the same ones in each run."""
    _keys.append(len(_keys))
    return f"key-of-request-{_keys[-1]:06d}"


def read_data(answer: Answer) -> Any:
    """Return the data of a successful answer."""
    body = json.loads(answer.body)
    if not answer.status.startswith("2"):
        raise RuntimeError(f"{answer.status}: {body}")
    return body["data"]


_keys: list[int] = []
