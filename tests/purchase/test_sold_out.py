"""A process remembers for a moment that an item is sold out."""

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
    """A clock that stands until it is turned."""

    moment = 50.0

    def now(self) -> float:
        return self.moment


@pytest.fixture
def fake_clock(in_process_shop: InProcessShop) -> FakeClock:
    """The time that the memory of the shop goes by."""
    time = FakeClock()
    orders = in_process_shop.container.get(PurchaseService)
    memory: TTLCache[tuple[int, int], int] = TTLCache(SOLD_OUT_SECONDS, 100, time.now)
    object.__setattr__(orders, "sold_out", memory)
    return time


def restock(indoors: InProcessShop, item: int, stock: int) -> None:
    indoors.drain(item)
    indoors.change_row("UPDATE items SET stock = %s WHERE id = %s", stock, item)
    indoors.stock.claim(DEFAULT_TENANT, item, Claim("closed", moment=0))
    assert indoors.container.get(LoadStockJob).run(DEFAULT_TENANT, item)


@pytest.mark.usefixtures("fake_clock")
def test_a_refusal_from_memory_asks_redis_nothing(in_process_shop: InProcessShop, valkey: Valkey) -> None:
    item, token = in_process_shop.offer(stock=1), in_process_shop.buyer()
    in_process_shop.buy(item, token)
    first = in_process_shop.refusal(item, token)

    with record_commands(valkey) as commands:
        again = [in_process_shop.refusal(item, token) for _ in range(20)]

    assert commands == []
    assert again == [first] * 20


@pytest.mark.usefixtures("fake_clock")
def test_who_asks_for_no_more_than_was_left_is_served(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=2), in_process_shop.buyer()
    assert in_process_shop.refusal(item, token, 3)["current_stock"] == 2

    in_process_shop.buy(item, token, 2)


@pytest.mark.usefixtures("fake_clock")
def test_one_item_sold_out_is_not_another(in_process_shop: InProcessShop) -> None:
    sold, left, token = in_process_shop.offer(stock=0), in_process_shop.offer(stock=5), in_process_shop.buyer()
    in_process_shop.refusal(sold, token)

    in_process_shop.buy(left, token)


@pytest.mark.usefixtures("fake_clock")
def test_a_keyed_purchase_that_was_accepted_is_answered_while_sold_out_is_remembered(
    in_process_shop: InProcessShop,
) -> None:
    item, token = in_process_shop.offer(stock=1), in_process_shop.buyer()
    order = in_process_shop.buy(item, token, key="mine")
    in_process_shop.refusal(item, token)

    assert in_process_shop.buy(item, token, key="mine") == order


def test_what_was_restocked_can_be_bought_when_the_memory_has_ended(
    in_process_shop: InProcessShop, fake_clock: FakeClock
) -> None:
    item, token = in_process_shop.offer(stock=0), in_process_shop.buyer()
    in_process_shop.refusal(item, token)
    restock(in_process_shop, item, 5)

    fake_clock.moment += SOLD_OUT_SECONDS - 0.01
    in_process_shop.refusal(item, token)
    fake_clock.moment += 0.02
    in_process_shop.buy(item, token)


def test_the_memory_of_a_running_shop_ends(in_process_shop: InProcessShop) -> None:
    memory: TTLCache[tuple[int, int], int] = in_process_shop.container.get(PurchaseService).sold_out
    assert (memory._seconds, memory._size) == (SOLD_OUT_SECONDS, 10_000)
