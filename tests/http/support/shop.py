"""A running shop for tests: real processes, and access to their stores."""

import itertools
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import NullPool, create_engine, insert, select

from shop.cache_managers.stock import StockCacheManager
from shop.constants.job import JobName
from shop.constants.permission import Permission
from shop.constants.user import UserRole
from shop.container import Container
from shop.core.clock import Clock
from shop.core.crypto.tokens import Tokens
from shop.core.database.model import DEFAULT_TENANT
from shop.core.jobs.queue import JobQueue
from shop.core.settings.settings import Settings
from shop.models.tenant import Tenant
from shop.services.sale_gate import SaleGateService
from tests.http.support.envelope import data_of
from tests.http.support.user_rows import NewUser, new_user, new_users
from tests.support.distinct_values import price_fields
from tests.support.http import HttpClient, Response
from tests.support.polling import eventually
from tests.support.processes.processes import Service
from tests.support.servers.databases import migrate_database

API = "/api/v1"
# Id and host of the second tenant.
SECOND = 2, "second.shop.example"
_numbers = itertools.count(1)


class Shop:
    """A Service, and a container with the same stores and signing keys."""

    def __init__(self, service: Service) -> None:
        self.service = service
        # The settings of the processes, so the stores and signing keys are the same; with a longer time-out.
        overrides = {"SHOP_VAR": str(service.folder / "var"), "SHOP_REDIS_TIMEOUT": "5"}
        self.container = Container(Settings.load({**service.env, **overrides}))
        # One connection per query: a pool would keep connections of servers that a test has killed.
        self.engine = create_engine(self.container.get(Settings).database_address, poolclass=NullPool)
        self.stock = self.container.get(StockCacheManager)

    def prepare(self) -> "Shop":
        """Make the tables and a second tenant."""
        migrate_database(self.engine)
        second = {"tenant_id": SECOND[0], "slug": "second", "name": "Second", "host": SECOND[1]}
        with self.engine.begin() as connection:
            if not connection.scalar(select(Tenant.slug).where(Tenant.tenant_id == SECOND[0])):
                connection.execute(insert(Tenant), {**second, "created_at": Clock().now()})
        return self

    def open(self) -> "Shop":
        """Make the tables and start all processes."""
        self.prepare().service.start("worker", "scheduler", "web")
        return self

    def close(self) -> None:
        """End all processes."""
        self.service.close()

    def client(self, timeout: float = 60.0) -> HttpClient:
        """Make an HTTP client."""
        return self.service.client(timeout=timeout)

    def buyers(self, count: int, tenant_id: int = DEFAULT_TENANT) -> list[str]:
        """Create users and return their access tokens."""
        return new_users(self.engine, self.container.get(Tokens), count, tenant_id=tenant_id)

    def buyer(self, tenant_id: int = DEFAULT_TENANT) -> str:
        """Create a user and return the access token."""
        return self.buyers(1, tenant_id)[0]

    def admin(self, tenant_id: int = DEFAULT_TENANT) -> str:
        """Create an administrator and return the access token."""
        return new_users(self.engine, self.container.get(Tokens), 1, UserRole.ADMIN, tenant_id)[0]

    def enter(self, *permissions: Permission, **columns: Any) -> NewUser:
        """Create a user with these permissions."""
        codes = " ".join(permission.code for permission in permissions)
        return new_user(self.engine, self.container.get(Tokens), permissions=codes, **columns)

    def offer(self, *, stock: int = 10, tenant_id: int = DEFAULT_TENANT, **fields: Any) -> int:
        """Create an item and return its id.

        Waits until the item can be bought when it is on sale.
        """
        body = {"name": f"Item {next(_numbers)}", **price_fields(), "status": "on_sale", **fields}
        with self.client() as client:
            item = data_of(client.post(f"{API}/items", {**body, "stock": stock}, token=self.admin(tenant_id)), 201)
        if item["status"] == "on_sale":
            self.wait_until_open(item["id"], tenant_id)
        return int(item["id"])

    def revise(self, item_id: int, **changes: Any) -> None:
        """Change an item, as an administrator does."""
        with self.client() as client:
            data_of(client.request("PATCH", f"{API}/items/{item_id}", changes, token=self.admin()), 200)

    def wait_until_open(self, item_id: int, tenant_id: int = DEFAULT_TENANT) -> None:
        """Wait until the item can be bought, under any strategy."""
        eventually(lambda: self.container.get(SaleGateService).is_settled(tenant_id, item_id))

    def gate(self, item_id: int) -> dict[str, str]:
        """Return the state of the item in Redis."""
        return dict(self.stock.state(DEFAULT_TENANT, item_id))

    def buy(self, item_id: int, token: str, quantity: Any = 1, **headers: str) -> Response:
        """Send one purchase over a connection of its own.

        Header names are written with underscores, such as `Idempotency_Key`.
        """
        wire_headers = {name.replace("_", "-"): value for name, value in headers.items()}
        with self.client() as client:
            return client.post(
                f"{API}/items/{item_id}/purchase", {"quantity": quantity}, token=token, headers=wire_headers
            )

    def buy_at_once(self, item_id: int, tokens: Sequence[str]) -> list[Response]:
        """Send one purchase for each token, all at the same time."""
        with ThreadPoolExecutor(len(tokens)) as pool:
            return list(pool.map(lambda token: self.buy(item_id, token), tokens))

    def order(self, order_id: str, token: str) -> Response:
        """Read an order."""
        with self.client() as client:
            return client.get(f"{API}/orders/{order_id}", token=token)

    def item(self, item_id: int) -> dict[str, Any]:
        """Read an item without a sign-in."""
        with self.client() as client:
            return dict(data_of(client.get(f"{API}/items/{item_id}"), 200))

    def wait_until_written(self, item_id: int, count: int, timeout: float = 60.0) -> None:
        """Wait until the item has exactly that many orders in the database."""
        eventually(lambda: self.written(item_id) == count, timeout)

    def wait_until_quiet(self, item_id: int, timeout: float = 60.0) -> None:
        """Wait until no order of the item waits to be written."""
        eventually(lambda: self.gate(item_id).get("pend") == "0", timeout)

    def ask_to_drain(self, item_id: int, *, times: int) -> None:
        """Enqueue a drain of every partition several times, as uncoordinated callers would."""
        for _ in range(times):
            partition = self.stock.partition(DEFAULT_TENANT, item_id)
            self.container.get(JobQueue).enqueue(JobName.DRAIN_STOCK, partition=partition)

    def written(self, item_id: int) -> int:
        """Count the orders of the item in the database."""
        return int(self.query_value("SELECT COUNT(*) FROM orders WHERE item_id = %s", item_id))

    def query_value(self, sql: str, *values: object) -> Any:
        """Run a statement, commit it and return the first value."""
        with self.engine.begin() as connection:
            result = connection.exec_driver_sql(sql, values)
            return result.scalar() if result.returns_rows else None

    def verify(self, acknowledged: Sequence[str] = ()) -> None:
        """Run `flask shop verify` on both stores; raises ProcessFailed with the violations."""
        path = Path(self.service.folder, f"acknowledged-{time.monotonic_ns()}")
        path.write_text("".join(f"{UUID(order_id)}\n" for order_id in acknowledged))
        self.service.run_cli("verify", "--acknowledged", str(path))

    @contextmanager
    def stop_process(self, name: str) -> Iterator[None]:
        """Stop a process while the context lasts, then start it again."""
        self.service.terminate(name)
        try:
            yield
        finally:
            self.service.start(name)


@contextmanager
def start_shop(folder: Path, database_url: str, redis_url: str, **env: str) -> Iterator[Shop]:
    """Start a shop with all processes, which end with the context."""
    shop = Shop(Service(folder, database_url, redis_url, env))
    try:
        yield shop.open()
    finally:
        shop.close()
