"""Damaged receipts and notes of purchases: 500001 once, then a miss; nothing is sold twice."""

from itertools import product
from typing import Any

import pytest

from shop.constants.order import Strategy
from shop.core.redis.stores import RedisStores
from tests.idempotency.purchases.conftest import ELSEWHERE
from tests.purchase.support.in_process_shop import InProcessShop, data_of
from tests.purchase.support.invariant_checks import find_violated
from tests.support.samples import sample

CORRUPT = 500001
WITH_RECEIPTS = [*(strategy.value for strategy in Strategy if strategy is not Strategy.DB), ELSEWHERE]
DAMAGES: list[Any] = [
    "",
    "text",
    "P|",
    "C|no-order|1|1|1|1|1|EUR|1|1|1",
    "Z{receipt}",
    "{receipt}|more",
    b"\xff\x00",
    ["a", "b"],
]
# Cases of a repeated purchase and of a drain.
REPEATED = sample(list(product(WITH_RECEIPTS, DAMAGES, [True, False])), 24, key=lambda case: (case[0], case[2]))
DRAINED = sample(list(product(WITH_RECEIPTS, DAMAGES)), 8, key=lambda case: case[0])


def damage(client: Any, name: str, value: Any) -> None:
    receipt = client.get(name)
    client.delete(name)
    if isinstance(value, list):
        client.rpush(name, *value)
    else:
        client.set(name, value.replace("{receipt}", receipt) if isinstance(value, str) else value)


@pytest.mark.parametrize(
    ("make_strategy_shop", "value", "drained"),
    REPEATED,
    ids=repr,
    indirect=["make_strategy_shop"],
)
def test_a_damaged_receipt_is_reported_once_and_sells_once(
    strategy_shop: InProcessShop, value: Any, *, drained: bool
) -> None:
    item, token = strategy_shop.offer(stock=9), strategy_shop.buyer()
    order = strategy_shop.buy(item, token, 2, key="k")
    if drained:
        strategy_shop.drain(item)
    damage(strategy_shop.redis, strategy_shop.partition_key(item, f"receipt:{order}"), value)

    answers = [strategy_shop.send_purchase(item, token, 2, key="k") for _ in range(3)]

    assert [answer.status_code for answer in answers] in ([500, 202, 202], [500, 202, 201])
    assert data_of(answers[0], CORRUPT)["error_code"] == "RECORD_CORRUPT"
    assert {answer.get_json()["data"]["id"] for answer in answers[1:]} == {order}
    # The second entry of an order is found by the batch after that of the first one.
    strategy_shop.drain(item)
    strategy_shop.drain(item)
    assert len(strategy_shop.orders_of(item)) == 1
    assert strategy_shop.read_item(item)["stock"] == 7
    assert not find_violated(strategy_shop)


@pytest.mark.parametrize("value", ["", "text", "|", "|POST a b", ["a"]], ids=repr)
def test_a_damaged_note_is_reported_once(strategy_shop: InProcessShop, value: Any) -> None:
    item, token = strategy_shop.offer(stock=9), strategy_shop.buyer()
    order = strategy_shop.buy(item, token, 2, key="k")
    cache = strategy_shop.container.get(RedisStores).cache
    (name,) = cache.keys("*:idempotency:*")
    damage(cache, str(name), value)

    answers = [strategy_shop.send_purchase(item, token, 2, key="k") for _ in range(2)]

    data_of(answers[0], CORRUPT)
    assert answers[1].get_json()["data"]["id"] == order
    assert strategy_shop.read_item(item)["stock"] == 7


@pytest.mark.parametrize(
    ("make_strategy_shop", "value"),
    DRAINED,
    ids=repr,
    indirect=["make_strategy_shop"],
)
def test_a_damaged_receipt_stops_no_drain(strategy_shop: InProcessShop, value: Any) -> None:
    item, token = strategy_shop.offer(stock=9), strategy_shop.buyer()
    orders = [strategy_shop.buy(item, token) for _ in range(3)]
    damage(strategy_shop.redis, strategy_shop.partition_key(item, f"receipt:{orders[1]}"), value)

    strategy_shop.drain(item)

    assert {*strategy_shop.orders_of(item)} == {*orders}
    assert data_of(strategy_shop.send("GET", f"/orders/{orders[1]}", token), 200)["status"] == "confirmed"


@pytest.mark.parametrize("make_strategy_shop", [Strategy.SCRIPT.value, ELSEWHERE], indirect=True)
def test_a_damaged_mark_of_a_buyer_is_replaced(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=9), strategy_shop.buyer()
    strategy_shop.buy(item, token)
    for name in strategy_shop.redis.keys("*:buyer:*"):
        damage(strategy_shop.redis, name, ["a"])

    assert strategy_shop.buy(item, token)
