"""Shop in the test process, with real stores and manual jobs."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from click.testing import CliRunner, Result
from rq import Queue as RqQueue
from rq.serializers import JSONSerializer
from werkzeug.test import TestResponse

from shop.app import create_app
from shop.cache_managers.stock import StockCacheManager
from shop.cli import shop as commands
from shop.constants.item import ItemStatus
from shop.constants.user import UserRole
from shop.container import Container
from shop.core.clock import Clock
from shop.core.crypto.tokens import Tokens
from shop.core.database.engine import Database
from shop.core.database.model import DEFAULT_TENANT
from shop.core.database.transaction import in_transaction
from shop.core.jobs.queue import QUEUE_HIGH
from shop.core.redis.stores import RedisStores
from shop.core.settings.settings import Settings
from shop.core.tenant import in_tenant
from shop.jobs.stock import DrainStockJob, LoadStockJob, SyncStockJob
from shop.services.item import ItemService
from shop.services.sale_gate import SaleGateService
from tests.http.support.shop import API
from tests.http.support.user_rows import new_users
from tests.support.distinct_values import price_fields
from tests.support.limits import CHEAP_HASHING_SETTINGS, UNLIMITED
from tests.support.servers.databases import migrate_database

T = TypeVar("T")


class InProcessShop:
    """App in this process, and helpers around it."""

    def __init__(self, database_url: str, redis_url: str, folder: Path, **settings: Any) -> None:
        # Generous, since servers may stall on a busy test machine and these tests do not retry.
        # Jobs run when a test says so, and nothing waits for them.
        settings = {"redis_timeout": 2.0, "gate_wait_seconds": 0.0, **UNLIMITED, **CHEAP_HASHING_SETTINGS, **settings}
        self.settings = Settings(database_url=database_url, redis_url=redis_url, var=str(folder), **settings)
        app = create_app(self.settings)
        self.container: Container = app.extensions["shop"]
        self.database = self.container.get(Database)
        self.stock = self.container.get(StockCacheManager)
        self.gates = self.container.get(SaleGateService)
        self.http = app.test_client()
        self.redis: Any = self.container.get(RedisStores).stock_servers[0]
        migrate_database(self.database.engine)

    def close(self) -> None:
        """Close the database connections."""
        self.database.engine.dispose()

    def buyer(self) -> str:
        """Create a user and return its access token."""
        return new_users(self.database.engine, self.container.get(Tokens), 1)[0]

    @cached_property
    def admin_token(self) -> str:
        """Access token of an administrator."""
        return self.admin()

    def admin(self, tenant_id: int = DEFAULT_TENANT) -> str:
        """Create an administrator and return its access token."""
        return new_users(self.database.engine, self.container.get(Tokens), 1, UserRole.ADMIN, tenant_id)[0]

    def user_id(self, token: str) -> int:
        """Return the user of an access token."""
        return self.container.get(Tokens).verify(token).user_id

    def send(self, method: str, path: str, token: str | None, body: Any = None) -> TestResponse:
        """Send a request below the API path and return the response."""
        authorization = {"Authorization": f"Bearer {token}"} if token else {}
        headers = {"Idempotency-Key": uuid4().hex, **authorization}
        return self.http.open(f"{API}{path}", method=method, json=body, headers=headers)

    def offer(self, stock: int, **fields: Any) -> int:
        """Create an item with an open gate and return its id."""
        body = {"name": "Thing", "status": ItemStatus.ON_SALE, **price_fields(), "stock": stock, **fields}
        items = self.container.get(ItemService)
        item = self.run_in_tenant(lambda: items.create(None, body))
        self.container.get(LoadStockJob).run(DEFAULT_TENANT, item["id"])
        assert self.gates.is_settled(DEFAULT_TENANT, item["id"])
        return int(item["id"])

    def add_tenant(self, tenant_id: int) -> None:
        """Create the tenant of that id unless it exists."""
        if not self.rows("SELECT 1 FROM tenants WHERE tenant_id = %s", tenant_id):
            sql = "INSERT INTO tenants (tenant_id, slug, name, created_at) VALUES (%s, %s, 'Another', %s)"
            self.change_row(sql, tenant_id, f"tenant-{tenant_id}", Clock().now().replace(tzinfo=None))

    def run_in_tenant(self, work: Callable[[], T], tenant_id: int = DEFAULT_TENANT) -> T:
        """Run the work in a tenant's transaction and return its result."""
        with in_tenant(tenant_id):
            return in_transaction(self.database, work)

    def send_purchase(self, item_id: int, token: str, quantity: int = 1, key: str = "") -> TestResponse:
        """Send one purchase; from any thread."""
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
        client = self.http.application.test_client()
        return client.post(f"{API}/items/{item_id}/purchase", json={"quantity": quantity}, headers=headers)

    def buy(self, item_id: int, token: str, quantity: int = 1, key: str = "") -> str:
        """Buy pieces and return the order id; assert acceptance."""
        answer = self.send_purchase(item_id, token, quantity, key)
        assert answer.status_code in {201, 202}, answer.get_data()
        return str(answer.get_json()["data"]["id"])

    def refusal(self, item_id: int, token: str, quantity: int = 1, key: str = "") -> dict[str, Any]:
        """Buy pieces and return the data of the refusal."""
        answer = self.send_purchase(item_id, token, quantity, key)
        assert answer.status_code >= 400, answer.get_data()
        return dict(answer.get_json()["data"])

    def read_item(self, item_id: int) -> dict[str, Any]:
        """Return the item as an unauthenticated client reads it."""
        return dict(self.http.get(f"{API}/items/{item_id}").get_json()["data"])

    def buy_and_write(self, item_id: int, token: str, quantity: int = 1, key: str = "") -> str:
        """Buy pieces, write the order, and return its id."""
        order_id = self.buy(item_id, token, quantity, key)
        self.drain(item_id)
        return order_id

    def cancel(self, order_id: str, token: str) -> TestResponse:
        """Cancel an order and return the response."""
        return self.send("POST", f"/orders/{order_id}/cancel", token)

    def adjust(self, item_id: int, token: str, **body: Any) -> TestResponse:
        """Adjust the stock and return the response."""
        return self.send("POST", f"/items/{item_id}/stock-adjustments", token, {"reason": "counted", **body})

    def load(self, item_id: int) -> bool:
        """Load an item that is not open."""
        return bool(self.container.get(LoadStockJob).run(DEFAULT_TENANT, item_id))

    def reconcile(self) -> list[str]:
        """Reconcile the stores; return a line for each repair."""
        return list(self.container.get(SyncStockJob).run())

    def cli(self, *arguments: str) -> Result:
        """Run `flask shop ...`."""
        env = {"SHOP_DATABASE_URL": self.settings.database_url, "SHOP_REDIS_URL": self.settings.redis_url}
        return CliRunner().invoke(commands, arguments, env=env)

    def queued_arguments(self, name: str) -> list[dict[str, Any]]:
        """Return the arguments of queued jobs with that name."""
        jobs = RqQueue(QUEUE_HIGH, connection=self.container.get(RedisStores).queue, serializer=JSONSerializer).jobs
        return [job.kwargs["arguments"] for job in jobs if job.kwargs["name"] == name]

    def gate(self, item_id: int) -> dict[str, str]:
        """Return the gate fields of the item."""
        return dict(self.stock.state(DEFAULT_TENANT, item_id))

    def set_gate_fields(self, item_id: int, **fields: object) -> None:
        """Change gate fields directly, as only a test may."""
        self.redis.hset(self.partition_key(item_id, f"item:{DEFAULT_TENANT}:{item_id}"), mapping=fields)

    def partition_key(self, item_id: int, name: str) -> str:
        """Return a key of the item's partition."""
        return f"{{p{self.stock.partition(DEFAULT_TENANT, item_id):02d}}}:{name}"

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self.database.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql, values)]

    def drain(self, item_id: int) -> None:
        """Write the waiting orders of the item's partition."""
        self.container.get(DrainStockJob).run(self.stock.partition(DEFAULT_TENANT, item_id))

    def flush_redis(self) -> None:
        """Delete all data of all Redis servers."""
        for server in self.container.get(RedisStores).servers:
            server.flushall()

    def orders_of(self, item_id: int) -> dict[str, str]:
        """Return order id -> status of an item's written orders."""
        rows = self.rows("SELECT id, status FROM orders WHERE item_id = %s", item_id)
        return {str(UUID(bytes=order_id)): status for order_id, status in rows}

    def change_row(self, sql: str, *values: object) -> None:
        """Change exactly one row directly, as only a test may."""
        with self.database.engine.begin() as connection:
            assert connection.exec_driver_sql(sql, values).rowcount == 1


def data_of(answer: TestResponse, code: int) -> Any:
    """Return the data of a response; assert its code."""
    body = answer.get_json()
    assert body["code"] == code, body
    return body["data"]
