"""Keys that are used for a purchase and for another write, in both orders, with each strategy."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from shop.core.redis.stores import RedisStores
from tests.http.support.shop import API
from tests.idempotency.stub_routes import is_replay
from tests.purchase.support.in_process_shop import InProcessShop, data_of

OTHER_METHOD, OTHER_PATH = 422002, 422003
DRAFT = {"name": "Cup", "price_minor": 1, "currency": "EUR", "stock": 1, "status": "draft"}


def write(shop: InProcessShop, method: str, path: str, key: str, body: Any = None) -> TestResponse:
    headers = {"Authorization": f"Bearer {shop.admin_token}", "Idempotency-Key": key}
    return shop.http.open(f"{API}{path}", method=method, json=body, headers=headers)


@pytest.mark.parametrize("key", ["k", '"k"'])
def test_the_key_that_created_an_item_buys_nothing(strategy_shop: InProcessShop, key: str) -> None:
    item = strategy_shop.offer(stock=9)
    assert write(strategy_shop, "POST", "/items", "k", DRAFT).status_code == 201

    for _ in range(2):
        data = data_of(strategy_shop.send_purchase(item, strategy_shop.admin_token, key=key), OTHER_PATH)
        assert data["part"] == "path"
        assert is_replay(write(strategy_shop, "POST", "/items", key, DRAFT))

    assert strategy_shop.read_item(item)["stock"] == 9
    assert strategy_shop.buy(item, strategy_shop.buyer(), key="k")


@pytest.mark.parametrize("key", ["k", '"k"'])
def test_the_key_of_a_purchase_writes_nothing(strategy_shop: InProcessShop, key: str) -> None:
    item = strategy_shop.offer(stock=9)
    order = strategy_shop.buy(item, strategy_shop.admin_token, key="k")

    data_of(write(strategy_shop, "POST", "/items", key, DRAFT), OTHER_PATH)
    data_of(write(strategy_shop, "PATCH", f"/items/{item}", key, {"name": "New"}), OTHER_METHOD)
    data_of(write(strategy_shop, "POST", f"/orders/{order}/cancel", key), OTHER_PATH)

    assert strategy_shop.buy(item, strategy_shop.admin_token, key=key) == order


def test_a_write_that_was_refused_leaves_its_key_to_a_purchase(strategy_shop: InProcessShop) -> None:
    item = strategy_shop.offer(stock=9)
    adjustment = {"delta": -10, "reason": "lost"}
    assert write(strategy_shop, "POST", f"/items/{item}/stock-adjustments", "k", adjustment).status_code == 409

    assert strategy_shop.buy(item, strategy_shop.admin_token, key="k")


def test_after_the_loss_of_redis_the_key_of_a_write_may_buy(strategy_shop: InProcessShop) -> None:
    item = strategy_shop.offer(stock=9)
    write(strategy_shop, "POST", "/items", "k", DRAFT)
    cache = strategy_shop.container.get(RedisStores).cache
    cache.delete(*cache.keys("*:idempotency:*"))

    assert strategy_shop.buy(item, strategy_shop.admin_token, key="k")
