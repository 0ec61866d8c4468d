"""Scenarios that lead a process to its crash point.

A scenario arms the trap; the process has crashed and runs again when the scenario goes on.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from uuid import UUID

from shop.constants.job import JobName
from shop.core.database.model import DEFAULT_TENANT
from shop.core.jobs.queue import JobQueue
from shop.services.sale_gate import SaleGateService
from tests.chaos.harness.background_requests import send_in_background
from tests.chaos.harness.crash_trap import CrashTrap, release
from tests.http.support.shop import Shop
from tests.purchase.support.buyer_load import BuyerLoad
from tests.support.polling import eventually

ORDERS_MIN = 10
WAIT_SECONDS = 15.0
RESTOCKED, WITHDRAWN, DRIFT = 7, -3, -5
Scenario = Callable[[Shop, BuyerLoad, CrashTrap], AbstractContextManager[None]]


@contextmanager
def buy(shop: Shop, buyer_load: BuyerLoad, trap: CrashTrap) -> Iterator[None]:
    """Run only the buyers."""
    if trap.process == "worker":
        wait_for_orders(buyer_load)
    release(shop, trap)
    yield


@contextmanager
def load(shop: Shop, buyer_load: BuyerLoad, trap: CrashTrap) -> Iterator[None]:
    """Close the gate while orders are pending.

    The next buyer requests a load.
    """
    wait_for_orders(buyer_load)
    shop.container.get(SaleGateService).claim(DEFAULT_TENANT, buyer_load.items[0])
    release(shop, trap)
    yield


@contextmanager
def age(shop: Shop, buyer_load: BuyerLoad, trap: CrashTrap) -> Iterator[None]:
    """Leave pending orders in an epoch older than that of the database."""
    wait_for_orders(buyer_load)
    shop.query_value("UPDATE items SET epoch = epoch + 1 WHERE id = %s", buyer_load.items[0])
    release(shop, trap)
    yield


def written_order(shop: Shop, buyer_load: BuyerLoad) -> str:
    """Wait for a written order and return its id."""
    wait_for_orders(buyer_load)
    order = next(iter(buyer_load.order_ids.values()))
    eventually(
        lambda: shop.query_value("SELECT COUNT(*) FROM orders WHERE id = %s", UUID(order).bytes) == 1, WAIT_SECONDS
    )
    return order


@contextmanager
def cancel(shop: Shop, buyer_load: BuyerLoad, trap: CrashTrap) -> Iterator[None]:
    """Cancel an order with retries; its unit returns once."""
    order = written_order(shop, buyer_load)
    with send_in_background(shop, trap, f"orders/{order}/cancel", None) as answers:
        yield
    assert answers()[-1] in (200, 409)
    assert returned(shop, buyer_load, "return") == 1


@contextmanager
def cancel_once(shop: Shop, buyer_load: BuyerLoad, trap: CrashTrap) -> Iterator[None]:
    """Cancel an order without retries: in both stores or in none."""
    order = written_order(shop, buyer_load)
    with send_in_background(shop, trap, f"orders/{order}/cancel", None, tries=1) as answers:
        yield
    assert answers() == [0]
    cancelled = shop.query_value("SELECT status = 'cancelled' FROM orders WHERE id = %s", UUID(order).bytes)
    assert returned(shop, buyer_load, "return") == int(cancelled)


@contextmanager
def restock(shop: Shop, buyer_load: BuyerLoad, trap: CrashTrap) -> Iterator[None]:
    """Add units with retries; each attempt counts fully or not at all."""
    with adjusting(shop, buyer_load, trap, RESTOCKED):
        yield


@contextmanager
def withdraw(shop: Shop, buyer_load: BuyerLoad, trap: CrashTrap) -> Iterator[None]:
    """Remove units with retries; each attempt counts fully or not at all."""
    with adjusting(shop, buyer_load, trap, WITHDRAWN):
        yield


@contextmanager
def drift(shop: Shop, buyer_load: BuyerLoad, trap: CrashTrap) -> Iterator[None]:
    """Change the stock in Redis and enqueue the reconciliation."""
    wait_for_orders(buyer_load)
    (item,) = buyer_load.items
    key = f"{{p{shop.stock.partition(DEFAULT_TENANT, item):02}}}:item:{DEFAULT_TENANT}:{item}"
    shop.stock.stores.stock(shop.stock.partition(DEFAULT_TENANT, item)).hincrby(key, "avail", DRIFT)
    shop.container.get(JobQueue).enqueue(JobName.SYNC_STOCK, tenant_id=DEFAULT_TENANT, item_id=item)
    release(shop, trap)
    yield
    assert repairs(shop, buyer_load) == 1


SCENARIOS: dict[str, Scenario] = {
    scenario.__name__: scenario for scenario in (buy, load, age, cancel, cancel_once, restock, withdraw, drift)
}


@contextmanager
def adjusting(shop: Shop, buyer_load: BuyerLoad, trap: CrashTrap, delta: int) -> Iterator[None]:
    """Adjust the item until a request succeeds."""
    body = {"delta": delta, "reason": "counted again"}
    with send_in_background(shop, trap, f"items/{buyer_load.items[0]}/stock-adjustments", body) as answers:
        yield
    statuses = answers()
    assert statuses[-1] == 200
    assert returned(shop, buyer_load, "adjustment") in {delta * times for times in range(1, len(statuses) + 1)}


def wait_for_orders(buyer_load: BuyerLoad) -> None:
    """Wait until some orders are acknowledged."""
    eventually(lambda: len(buyer_load.order_ids) >= ORDERS_MIN, WAIT_SECONDS)


def returned(shop: Shop, buyer_load: BuyerLoad, reason: str) -> int:
    """Sum the units of the ledger lines with that reason."""
    query = "SELECT COALESCE(SUM(delta), 0) FROM stock_ledger WHERE item_id = %s AND reason = %s"
    return int(shop.query_value(query, buyer_load.items[0], reason))


def repairs(shop: Shop, buyer_load: BuyerLoad) -> int:
    """Count the reconcile runs of the item."""
    return int(shop.query_value("SELECT COUNT(*) FROM reconcile_runs WHERE item_id = %s", buyer_load.items[0]))
