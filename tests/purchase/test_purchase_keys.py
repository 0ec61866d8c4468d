"""Keys of purchases keep the rules of all keys, whichever way and wherever the pieces are taken."""

from collections.abc import Callable

import pytest

from shop.constants.order import Strategy
from tests.purchase.conftest import MakeIndoors
from tests.purchase.support.in_process_shop import Indoors, data_of
from tests.support.servers.valkey import Valkey

OTHER_PATH, OTHER_REQUEST = 422003, 422004
ELSEWHERE = "elsewhere"


@pytest.fixture(params=[*(strategy.value for strategy in Strategy), ELSEWHERE])
def till(request: pytest.FixtureRequest, make_indoors: MakeIndoors, make_valkey: Callable[[], Valkey]) -> Indoors:
    """A shop that sells by one of the strategies, or from another Redis than the one that keeps the keys."""
    if request.param == ELSEWHERE:
        return make_indoors(stock_redis_urls=(make_valkey().url,))
    return make_indoors(purchase_strategy=request.param)


def test_the_same_key_for_another_quantity_or_item_is_refused(till: Indoors) -> None:
    item, other, token = till.offer(stock=9), till.offer(stock=9), till.buyer()
    order = till.buy(item, token, 2, key="k")

    assert data_of(till.ask(item, token, 3, key="k"), OTHER_REQUEST)["part"] == "body"
    assert data_of(till.ask(other, token, 2, key="k"), OTHER_PATH)["part"] == "path"

    assert till.buy(item, token, 2, key="k") == order
    till.drain(item)
    assert [till.card(each)["stock"] for each in (item, other)] == [7, 9]


def test_a_key_that_was_used_for_a_purchase_cannot_be_used_for_another_write(till: Indoors) -> None:
    item, admin = till.offer(stock=9), till.admin()
    till.buy(item, admin, key="k")

    path, headers = f"/api/v1/items/{item}", {"Authorization": f"Bearer {admin}", "Idempotency-Key": "k"}
    answer = till.http.delete(path, headers=headers)

    assert answer.status_code == 422
    assert till.card(item)["id"] == item


def test_a_refused_purchase_leaves_its_key_to_a_corrected_one(till: Indoors) -> None:
    item, other, token = till.offer(stock=1), till.offer(stock=9), till.buyer()
    assert till.ask(item, token, 2, key="k").status_code == 409
    assert till.ask(item, token, 0, key="k").status_code == 422

    assert till.buy(other, token, 2, key="k")


def test_another_buyer_may_use_the_same_key(till: Indoors) -> None:
    item = till.offer(stock=9)

    assert till.buy(item, till.buyer(), key="k") != till.buy(item, till.buyer(), key="k")


def test_after_the_stores_forgot_the_key_the_order_itself_answers(till: Indoors) -> None:
    item, token = till.offer(stock=9), till.buyer()
    order = till.buy(item, token, 2, key="k")
    till.drain(item)
    till.forget_stock()
    if till.settings.purchase_strategy != Strategy.DB:
        till.load(item)

    assert till.buy(item, token, 2, key="k") == order
    assert data_of(till.ask(item, token, 3, key="k"), OTHER_REQUEST)["part"] == "body"
