"""Process cache of sold-out items."""

import pytest

from shop.constants.order import SOLD_OUT_SECONDS
from shop.core.database.model import DEFAULT_TENANT
from shop.core.resilience.ttl_cache import TTLCache
from shop.jobs.stock import LoadStockJob
from shop.services.purchase import PurchaseService
from shop.supports.sale_gate import Claim
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.call_recording import record_commands
from tests.support.servers.valkey import Valkey


class FakeClock:
    """Clock with a settable time."""

    moment = 50.0

    def now(self) -> float:
        return self.moment


@pytest.fixture
def fake_clock(in_process_shop: InProcessShop) -> FakeClock:
    """Set the clock of the sold-out cache."""
    time = FakeClock()
    orders = in_process_shop.container.get(PurchaseService)
    memory: TTLCache[tuple[int, int], int] = TTLCache(SOLD_OUT_SECONDS, 100, time.now)
    object.__setattr__(orders, "sold_out", memory)
    return time


def restock(app_shop: InProcessShop, item: int, stock: int) -> None:
    app_shop.drain(item)
    app_shop.change_row("UPDATE items SET stock = %s WHERE id = %s", stock, item)
    app_shop.stock.claim(DEFAULT_TENANT, item, Claim("closed", moment=0))
    assert app_shop.container.get(LoadStockJob).run(DEFAULT_TENANT, item)


@pytest.mark.usefixtures("fake_clock")
def test_a_refusal_from_the_cache_sends_nothing_to_redis(in_process_shop: InProcessShop, valkey: Valkey) -> None:
    item, token = in_process_shop.offer(stock=1), in_process_shop.buyer()
    in_process_shop.buy(item, token)
    first = in_process_shop.refusal(item, token)

    with record_commands(valkey) as commands:
        again = [in_process_shop.refusal(item, token) for _ in range(20)]

    assert commands == []
    assert again == [first] * 20


@pytest.mark.usefixtures("fake_clock")
def test_a_smaller_purchase_that_fits_is_accepted(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=2), in_process_shop.buyer()
    assert in_process_shop.refusal(item, token, 3)["current_stock"] == 2

    in_process_shop.buy(item, token, 2)


@pytest.mark.usefixtures("fake_clock")
def test_a_sold_out_item_does_not_affect_another_item(in_process_shop: InProcessShop) -> None:
    sold, left, token = in_process_shop.offer(stock=0), in_process_shop.offer(stock=5), in_process_shop.buyer()
    in_process_shop.refusal(sold, token)

    in_process_shop.buy(left, token)


@pytest.mark.usefixtures("fake_clock")
def test_a_repeated_purchase_with_a_key_is_answered_while_the_item_is_cached_as_sold_out(
    in_process_shop: InProcessShop,
) -> None:
    item, token = in_process_shop.offer(stock=1), in_process_shop.buyer()
    order = in_process_shop.buy(item, token, key="mine")
    in_process_shop.refusal(item, token)

    assert in_process_shop.buy(item, token, key="mine") == order


def test_a_restocked_item_can_be_bought_after_the_cache_entry_expired(
    in_process_shop: InProcessShop, fake_clock: FakeClock
) -> None:
    item, token = in_process_shop.offer(stock=0), in_process_shop.buyer()
    in_process_shop.refusal(item, token)
    restock(in_process_shop, item, 5)

    fake_clock.moment += SOLD_OUT_SECONDS - 0.01
    in_process_shop.refusal(item, token)
    fake_clock.moment += 0.02
    in_process_shop.buy(item, token)


def test_the_cache_entry_of_a_running_shop_expires(in_process_shop: InProcessShop) -> None:
    memory: TTLCache[tuple[int, int], int] = in_process_shop.container.get(PurchaseService).sold_out
    assert (memory._seconds, memory._size) == (SOLD_OUT_SECONDS, 10_000)
