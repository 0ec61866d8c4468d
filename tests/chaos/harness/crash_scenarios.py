"""What has to happen so that a process comes to its crash point.

Each act ends the process that is about to be started with the point armed, and lasts until it runs again without.
"""

import http.client
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from uuid import UUID

from shop.constants.job import JobName
from shop.core.database.model import DEFAULT_TENANT
from shop.core.jobs.queue import JobQueue
from shop.services.sale_gate import SaleGateService
from tests.http.support.shop import API, Shop
from tests.purchase.support.buyer_load import BuyerLoad
from tests.support.http import Response
from tests.support.polling import eventually

WAITING = 10
PATIENCE_SECONDS = 15.0
RESTOCKED, WITHDRAWN, DRIFT = 7, -3, -5
Scenario = Callable[[Shop, BuyerLoad, str], AbstractContextManager[None]]


@contextmanager
def buy(shop: Shop, _storm: BuyerLoad, process: str) -> Iterator[None]:
    """Nothing but the storm."""
    shop.service.kill(process)
    yield


@contextmanager
def load(shop: Shop, storm: BuyerLoad, process: str) -> Iterator[None]:
    """A gate is closed while orders wait; the next buyer requests the load."""
    shop.service.kill(process)
    wait_for_orders(storm)
    shop.container.get(SaleGateService).claim(DEFAULT_TENANT, storm.items[0])
    yield


@contextmanager
def age(shop: Shop, storm: BuyerLoad, process: str) -> Iterator[None]:
    """Orders wait under an epoch that the database has left."""
    shop.service.kill(process)
    wait_for_orders(storm)
    shop.query_value("UPDATE items SET epoch = epoch + 1 WHERE id = %s", storm.items[0])
    yield


def written_order(shop: Shop, storm: BuyerLoad) -> str:
    """An order that can be cancelled at once."""
    wait_for_orders(storm)
    order = next(iter(storm.order_ids.values()))
    eventually(
        lambda: shop.query_value("SELECT COUNT(*) FROM orders WHERE id = %s", UUID(order).bytes) == 1, PATIENCE_SECONDS
    )
    return order


@contextmanager
def cancel(shop: Shop, storm: BuyerLoad, process: str) -> Iterator[None]:
    """Cancel an order with retries; its piece returns once."""
    order = written_order(shop, storm)
    with send_in_background(shop, process, f"orders/{order}/cancel", None) as answers:
        yield
    assert answers()[-1] in (200, 409)
    assert returned(shop, storm, "return") == 1


@contextmanager
def cancel_once(shop: Shop, storm: BuyerLoad, process: str) -> Iterator[None]:
    """Cancel an order without retries; it is cancelled in both stores or in none."""
    order = written_order(shop, storm)
    with send_in_background(shop, process, f"orders/{order}/cancel", None, tries=1) as answers:
        yield
    assert answers() == [0]
    cancelled = shop.query_value("SELECT status = 'cancelled' FROM orders WHERE id = %s", UUID(order).bytes)
    assert returned(shop, storm, "return") == int(cancelled)


@contextmanager
def restock(shop: Shop, storm: BuyerLoad, process: str) -> Iterator[None]:
    """Add pieces with retries; each attempt counts fully or not at all."""
    with adjusting(shop, storm, process, RESTOCKED):
        yield


@contextmanager
def withdraw(shop: Shop, storm: BuyerLoad, process: str) -> Iterator[None]:
    """Take pieces with retries; each attempt counts fully or not at all."""
    with adjusting(shop, storm, process, WITHDRAWN):
        yield


@contextmanager
def drift(shop: Shop, storm: BuyerLoad, process: str) -> Iterator[None]:
    """Redis is wrong about the item, and the reconciliation is asked for."""
    wait_for_orders(storm)
    shop.service.kill(process)
    (item,) = storm.items
    place = f"{{p{shop.stock.partition(DEFAULT_TENANT, item):02}}}:item:{DEFAULT_TENANT}:{item}"
    shop.stock.stores.stock(shop.stock.partition(DEFAULT_TENANT, item)).hincrby(place, "avail", DRIFT)
    shop.container.get(JobQueue).enqueue(JobName.SYNC_STOCK, tenant_id=DEFAULT_TENANT, item_id=item)
    yield
    assert repairs(shop, storm) == 1


SCENARIOS: dict[str, Scenario] = {
    act.__name__: act for act in (buy, load, age, cancel, cancel_once, restock, withdraw, drift)
}


@contextmanager
def adjusting(shop: Shop, storm: BuyerLoad, process: str, delta: int) -> Iterator[None]:
    """Adjust the item until a request succeeds."""
    words = {"delta": delta, "reason": "counted again"}
    with send_in_background(shop, process, f"items/{storm.items[0]}/stock-adjustments", words) as answers:
        yield
    tried = answers()
    assert tried[-1] == 200
    assert returned(shop, storm, "adjustment") in {delta * times for times in range(1, len(tried) + 1)}


@contextmanager
def send_in_background(
    shop: Shop, process: str, path: str, words: object, *, tries: int = 100
) -> Iterator[Callable[[], list[int]]]:
    """An administrator asks for this until it is answered for good; the statuses, 0 for a broken connection."""
    token = shop.admin()
    shop.service.kill(process)
    # A dying process may take a connection and answer nothing: that would count as asked.
    eventually(lambda: process != "web" or _is_gone(shop), PATIENCE_SECONDS)
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(_send_until_answered, shop, f"{API}/{path}", words, token, tries)
        yield work.result


def wait_for_orders(storm: BuyerLoad) -> None:
    """Wait until some orders were promised."""
    eventually(lambda: len(storm.order_ids) >= WAITING, PATIENCE_SECONDS)


def returned(shop: Shop, storm: BuyerLoad, reason: str) -> int:
    """The pieces that lines of that reason brought."""
    lines = "SELECT COALESCE(SUM(delta), 0) FROM stock_ledger WHERE item_id = %s AND reason = %s"
    return int(shop.query_value(lines, storm.items[0], reason))


def repairs(shop: Shop, storm: BuyerLoad) -> int:
    """How often the reconciliation began the item's count anew."""
    return int(shop.query_value("SELECT COUNT(*) FROM reconcile_runs WHERE item_id = %s", storm.items[0]))


def _is_gone(shop: Shop) -> bool:
    try:
        with shop.client(timeout=1.0) as client:
            client.get("/livez")
    except ConnectionRefusedError:
        return True
    except (OSError, http.client.HTTPException):
        return False
    return False


def _send_until_answered(shop: Shop, path: str, words: object, token: str, tries: int) -> list[int]:
    statuses: list[int] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(statuses) < tries and time.monotonic() < deadline:
        try:
            statuses.append(_post(shop, path, words, token).status)
        except ConnectionRefusedError:
            pass  # the process does not run: nothing was asked
        except (OSError, http.client.HTTPException):
            statuses.append(0)
        if statuses and 200 <= statuses[-1] < 500:
            break
        time.sleep(0.05)
    return statuses


def _post(shop: Shop, path: str, words: object, token: str) -> Response:
    with shop.client(timeout=5.0) as client:
        return client.post(path, words, token=token)
