"""Idempotency keys of purchases with each strategy."""

from collections.abc import Callable

import pytest

from shop.constants.order import Strategy
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop, data_of
from tests.support.servers.valkey import Valkey

OTHER_PATH, OTHER_REQUEST = 422003, 422004
ELSEWHERE = "elsewhere"


@pytest.fixture(params=[*(strategy.value for strategy in Strategy), ELSEWHERE])
def strategy_shop(
    request: pytest.FixtureRequest, make_in_process_shop: MakeInProcessShop, make_valkey: Callable[[], Valkey]
) -> InProcessShop:
    """Create a shop with one strategy, or with separate Redis servers."""
    if request.param == ELSEWHERE:
        return make_in_process_shop(stock_redis_urls=(make_valkey().url,))
    return make_in_process_shop(purchase_strategy=request.param)


def test_a_key_with_another_quantity_or_item_is_refused(strategy_shop: InProcessShop) -> None:
    item, other, token = strategy_shop.offer(stock=9), strategy_shop.offer(stock=9), strategy_shop.buyer()
    order = strategy_shop.buy(item, token, 2, key="k")

    assert data_of(strategy_shop.send_purchase(item, token, 3, key="k"), OTHER_REQUEST)["part"] == "body"
    assert data_of(strategy_shop.send_purchase(other, token, 2, key="k"), OTHER_PATH)["part"] == "path"

    assert strategy_shop.buy(item, token, 2, key="k") == order
    strategy_shop.drain(item)
    assert [strategy_shop.read_item(each)["stock"] for each in (item, other)] == [7, 9]


def test_a_key_of_a_purchase_cannot_be_used_for_another_write(strategy_shop: InProcessShop) -> None:
    item, admin = strategy_shop.offer(stock=9), strategy_shop.admin()
    strategy_shop.buy(item, admin, key="k")

    path, headers = f"/api/v1/items/{item}", {"Authorization": f"Bearer {admin}", "Idempotency-Key": "k"}
    answer = strategy_shop.http.delete(path, headers=headers)

    assert answer.status_code == 422
    assert strategy_shop.read_item(item)["id"] == item


def test_the_key_of_a_refused_purchase_can_be_used_again(strategy_shop: InProcessShop) -> None:
    item, other, token = strategy_shop.offer(stock=1), strategy_shop.offer(stock=9), strategy_shop.buyer()
    assert strategy_shop.send_purchase(item, token, 2, key="k").status_code == 409
    assert strategy_shop.send_purchase(item, token, 0, key="k").status_code == 422

    assert strategy_shop.buy(other, token, 2, key="k")


def test_another_buyer_may_use_the_same_key(strategy_shop: InProcessShop) -> None:
    item = strategy_shop.offer(stock=9)

    assert strategy_shop.buy(item, strategy_shop.buyer(), key="k") != strategy_shop.buy(
        item, strategy_shop.buyer(), key="k"
    )


def test_a_purchase_with_an_expired_key_returns_its_order(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=9), strategy_shop.buyer()
    order = strategy_shop.buy(item, token, 2, key="k")
    strategy_shop.drain(item)
    strategy_shop.flush_redis()
    if strategy_shop.settings.purchase_strategy != Strategy.DB:
        strategy_shop.load(item)

    assert strategy_shop.buy(item, token, 2, key="k") == order
    for quantity in (1, 3):
        assert data_of(strategy_shop.send_purchase(item, token, quantity, key="k"), OTHER_REQUEST)["part"] == "body"


def test_a_smaller_purchase_with_the_key_of_a_written_order_is_refused(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=2), strategy_shop.buyer()
    strategy_shop.buy(item, token, 2, key="k")
    strategy_shop.drain(item)
    strategy_shop.flush_redis()
    if strategy_shop.settings.purchase_strategy != Strategy.DB:
        strategy_shop.load(item)

    assert data_of(strategy_shop.send_purchase(item, token, 1, key="k"), OTHER_REQUEST)["part"] == "body"
