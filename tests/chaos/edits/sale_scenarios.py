"""Scenarios of an editor that dies: the gate has to be right again by itself.

The editor uses a web server of its own, so that buyers go on at the other one.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

from tests.chaos.harness.background_requests import send_in_background
from tests.chaos.harness.crash_scenarios import Scenario, wait_for_orders
from tests.chaos.harness.crash_trap import REACHED_SECONDS, CrashTrap
from tests.http.support.shop import Shop
from tests.purchase.support.buyer_load import BuyerLoad
from tests.support.polling import wait_for

NEW_PRICE, STOCK = 777, 5
RIGHT_SECONDS = 2.0


@contextmanager
def edit(shop: Shop, buyer_load: BuyerLoad, trap: CrashTrap) -> Iterator[None]:
    """Edit a price under buyers; none pays a wrong one once the gate is right."""
    wait_for_orders(buyer_load)
    (item,) = buyer_load.items
    # A finished edit just before: the load that its buyers requested must not stand for that of the next one.
    shop.revise(item, price_minor=NEW_PRICE - 1)
    body = {"price_minor": NEW_PRICE}
    with (
        measuring(trap, lambda: _has_price(shop, item)) as right_at,
        send_in_background(shop, trap, f"items/{item}", body, method="PATCH", tries=1) as answers,
    ):
        yield
    assert answers() == [0]
    moment = right_at()
    buyer_load.wait_for_orders(1)
    wrong = "SELECT COUNT(*) FROM orders WHERE item_id = %s AND created_at > %s AND unit_price_minor <> %s"
    assert shop.query_value(wrong, item, moment, _read_price(shop, item)) == 0


@contextmanager
def open_sale(shop: Shop, buyer_load: BuyerLoad, trap: CrashTrap) -> Iterator[None]:
    """Put a draft on sale; it can be bought as soon as the database says so."""
    wait_for_orders(buyer_load)
    item, token = shop.offer(stock=STOCK, status="draft"), shop.buyer()
    with (
        measuring(trap, lambda: _sells_as_written(shop, item, token)) as right_at,
        send_in_background(shop, trap, f"items/{item}", {"status": "on_sale"}, method="PATCH", tries=1) as answers,
    ):
        yield
    assert answers() == [0]
    right_at()
    shop.wait_until_written(item, STOCK - int(shop.gate(item).get("avail", STOCK)))


SALE_SCENARIOS: dict[str, Scenario] = {scenario.__name__: scenario for scenario in (edit, open_sale)}


@contextmanager
def measuring(trap: CrashTrap, is_right: Callable[[], bool]) -> Iterator[Callable[[], datetime]]:
    """Poll from the crash on until the gate is right.

    Yields a function that returns the moment; it fails when that was too late.
    """
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(_wait_until_right, trap, is_right)

        def get_moment() -> datetime:
            seconds, moment = future.result()
            assert seconds <= RIGHT_SECONDS, f"The gate was right after {seconds:.1f} s."
            return moment

        yield get_moment


def _wait_until_right(trap: CrashTrap, is_right: Callable[[], bool]) -> tuple[float, datetime]:
    wait_for(trap.mark.exists, REACHED_SECONDS + RIGHT_SECONDS)
    crashed_at = time.monotonic()
    wait_for(is_right, 10 * RIGHT_SECONDS)
    return time.monotonic() - crashed_at, datetime.now(UTC).replace(tzinfo=None)


def _has_price(shop: Shop, item: int) -> bool:
    gate = shop.gate(item)
    return (gate.get("state"), gate.get("price")) == ("open", str(_read_price(shop, item)))


def _sells_as_written(shop: Shop, item: int, token: str) -> bool:
    """Return True when a purchase is accepted for an item on sale, and refused for a draft."""
    sells = shop.query_value("SELECT status = 'on_sale' FROM items WHERE id = %s", item)
    return shop.buy(item, token).status == (202 if sells else 404)


def _read_price(shop: Shop, item: int) -> int:
    return int(shop.query_value("SELECT price_minor FROM items WHERE id = %s", item))
