"""A process remembers for a moment that an item is sold out."""

import pytest

from shop.cache_managers.stock import Claim
from shop.constants.order import SOLD_OUT_SECONDS
from shop.core.database.model import DEFAULT_TENANT
from shop.core.resilience.ttl_cache import Memory
from shop.jobs.stock import LoadStockJob
from shop.services.purchase import PurchaseService
from tests.purchase.support.in_process_shop import Indoors
from tests.support.call_recording import counted_commands
from tests.support.servers.valkey import Valkey


class FakeTime:
    """A clock that stands until it is turned."""

    moment = 50.0

    def now(self) -> float:
        return self.moment


@pytest.fixture
def time(indoors: Indoors) -> FakeTime:
    """The time that the memory of the shop goes by."""
    time = FakeTime()
    orders = indoors.container.get(PurchaseService)
    memory: Memory[tuple[int, int], int] = Memory(SOLD_OUT_SECONDS, 100, time.now)
    object.__setattr__(orders, "sold_out", memory)
    return time


def restock(indoors: Indoors, item: int, stock: int) -> None:
    indoors.drain(item)
    indoors.change("UPDATE items SET stock = %s WHERE id = %s", stock, item)
    indoors.stock.claim(DEFAULT_TENANT, item, Claim("closed", moment=0))
    assert indoors.container.get(LoadStockJob).run(DEFAULT_TENANT, item)


@pytest.mark.usefixtures("time")
def test_a_refusal_from_memory_asks_redis_nothing(indoors: Indoors, valkey: Valkey) -> None:
    item, token = indoors.offer(stock=1), indoors.buyer()
    indoors.buy(item, token)
    first = indoors.refusal(item, token)

    with counted_commands(valkey) as commands:
        again = [indoors.refusal(item, token) for _ in range(20)]

    assert commands == []
    assert again == [first] * 20


@pytest.mark.usefixtures("time")
def test_who_asks_for_no_more_than_was_left_is_served(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=2), indoors.buyer()
    assert indoors.refusal(item, token, 3)["current_stock"] == 2

    indoors.buy(item, token, 2)


@pytest.mark.usefixtures("time")
def test_one_item_sold_out_is_not_another(indoors: Indoors) -> None:
    sold, left, token = indoors.offer(stock=0), indoors.offer(stock=5), indoors.buyer()
    indoors.refusal(sold, token)

    indoors.buy(left, token)


@pytest.mark.usefixtures("time")
def test_a_keyed_purchase_that_was_accepted_is_answered_while_sold_out_is_remembered(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=1), indoors.buyer()
    order = indoors.buy(item, token, key="mine")
    indoors.refusal(item, token)

    assert indoors.buy(item, token, key="mine") == order


def test_what_was_restocked_can_be_bought_when_the_memory_has_ended(indoors: Indoors, time: FakeTime) -> None:
    item, token = indoors.offer(stock=0), indoors.buyer()
    indoors.refusal(item, token)
    restock(indoors, item, 5)

    time.moment += SOLD_OUT_SECONDS - 0.01
    indoors.refusal(item, token)
    time.moment += 0.02
    indoors.buy(item, token)


def test_the_memory_of_a_running_shop_ends(indoors: Indoors) -> None:
    memory: Memory[tuple[int, int], int] = indoors.container.get(PurchaseService).sold_out
    assert (memory._seconds, memory._size) == (SOLD_OUT_SECONDS, 10_000)
