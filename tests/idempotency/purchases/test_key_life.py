"""Life and spellings of the key of a purchase, and the refusal of replays, with each strategy."""

from datetime import timedelta
from typing import Any

import pytest

from shop.core.clock import Clock
from shop.core.redis.stores import RedisStores
from tests.durations.conftest import StoppedClock
from tests.http.support.shop import API
from tests.idempotency.purchases.conftest import MakeStrategyShop
from tests.idempotency.stub_routes import is_replay
from tests.purchase.support.in_process_shop import InProcessShop, data_of
from tests.purchase.support.invariant_checks import find_violated

DUPLICATE, OTHER_REQUEST, OTHER_PATH, REPEATED = 409001, 422004, 422003, 400007
TTL = 600


def order_of(answer: Any) -> str:
    assert answer.status_code in {201, 202}, answer.get_data()
    return str(answer.get_json()["data"]["id"])


@pytest.mark.parametrize("drained", [True, False])
def test_an_expired_key_buys_again_and_its_new_order_is_replayed(
    make_strategy_shop: MakeStrategyShop, *, drained: bool
) -> None:
    shop, clock = make_strategy_shop(idempotency_ttl=TTL), StoppedClock()
    with shop.container.override(Clock, clock):
        item, token = shop.offer(stock=9), shop.buyer()
        orders, marks = [], []
        for seconds in (0, TTL - 1, 1, TTL - 1, 1, 3 * TTL, 1):
            clock.advance(seconds)
            answer = shop.send_purchase(item, token, 1, key="k")
            orders.append(order_of(answer))
            marks.append(is_replay(answer))
            if drained:
                shop.drain(item)

    assert marks == [False, True, False, True, False, False, True]
    assert [orders[0], orders[2], orders[4], orders[5]] == [orders[1], orders[3], orders[4], orders[6]]
    assert len(set(orders)) == 4
    shop.drain(item)
    assert len(shop.orders_of(item)) == 4
    assert shop.read_item(item)["stock"] == 5
    assert not find_violated(shop)


def test_an_expired_key_may_buy_another_quantity(make_strategy_shop: MakeStrategyShop) -> None:
    shop, clock = make_strategy_shop(idempotency_ttl=TTL), StoppedClock()
    with shop.container.override(Clock, clock):
        item, token = shop.offer(stock=9), shop.buyer()
        first = order_of(shop.send_purchase(item, token, 1, key="k"))
        clock.advance(TTL)
        if shop.settings.purchase_strategy != "script" or shop.settings.stock_redis_urls:
            # The note expires by the clock of Redis, which goes on.
            cache = shop.container.get(RedisStores).cache
            cache.delete(*cache.keys("*:idempotency:*"))
        second = order_of(shop.send_purchase(item, token, 2, key="k"))

        assert first != second
        assert data_of(shop.send_purchase(item, token, 1, key="k"), OTHER_REQUEST)["part"] == "body"
        assert order_of(shop.send_purchase(item, token, 2, key="k")) == second


def test_a_key_that_lives_longer_than_a_day_keeps_its_receipt(make_strategy_shop: MakeStrategyShop) -> None:
    shop, clock = make_strategy_shop(idempotency_ttl=7 * 86_400), StoppedClock()
    with shop.container.override(Clock, clock):
        item, token = shop.offer(stock=9), shop.buyer()
        order = order_of(shop.send_purchase(item, token, 1, key="k"))
        shop.drain(item)
        receipts = [shop.redis.ttl(name) for name in shop.redis.keys("*:receipt:*")]
        assert all(6 * 86_400 < seconds <= 7 * 86_400 for seconds in receipts), receipts
        clock.moment += timedelta(days=6)

        assert order_of(shop.send_purchase(item, token, 1, key="k")) == order


def test_a_replay_is_refused_where_the_settings_say_so(make_strategy_shop: MakeStrategyShop) -> None:
    shop = make_strategy_shop(idempotency_on_duplicate="error")
    item, token = shop.offer(stock=9), shop.buyer()
    shop.buy(item, token, 2, key="k")

    refused = [shop.send_purchase(item, token, 2, key="k")]
    shop.drain(item)
    refused.append(shop.send_purchase(item, token, 2, key="k"))

    for answer in refused:
        assert data_of(answer, DUPLICATE)["retry"] == "never"
        assert not is_replay(answer)
    assert data_of(shop.send_purchase(item, token, 1, key="k"), OTHER_REQUEST)["part"] == "body"
    assert shop.read_item(item)["stock"] == 7
    assert shop.buy(item, token, 2, key="other")


@pytest.mark.parametrize(("first", "second"), [("k-77", '"k-77"'), ('"k-77"', "k-77"), ('a"b', r'"a\"b"')])
def test_both_spellings_of_a_key_buy_once(strategy_shop: InProcessShop, first: str, second: str) -> None:
    item, other, token = strategy_shop.offer(stock=9), strategy_shop.offer(stock=9), strategy_shop.buyer()
    order = strategy_shop.buy(item, token, 2, key=first)

    for _ in range(2):
        assert strategy_shop.buy(item, token, 2, key=second) == order
        assert data_of(strategy_shop.send_purchase(item, token, 1, key=second), OTHER_REQUEST)["part"] == "body"
        assert data_of(strategy_shop.send_purchase(other, token, 2, key=second), OTHER_PATH)["part"] == "path"
        strategy_shop.drain(item)
    assert strategy_shop.read_item(item)["stock"] == 7
    assert len(strategy_shop.orders_of(item)) == 1


def test_a_spelling_whose_receipt_is_lost_finds_its_order(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=2), strategy_shop.buyer()
    order = strategy_shop.buy(item, token, 2, key="k")
    strategy_shop.drain(item)
    strategy_shop.flush_redis()
    if strategy_shop.settings.purchase_strategy != "db":
        strategy_shop.load(item)

    assert strategy_shop.buy(item, token, 2, key='"k"') == order


def test_two_lines_of_the_header_buy_nothing(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=9), strategy_shop.buyer()
    headers = [("Authorization", f"Bearer {token}"), ("Idempotency-Key", "a"), ("Idempotency-Key", "a")]
    client = strategy_shop.http.application.test_client()

    data_of(client.post(f"{API}/items/{item}/purchase", json={"quantity": 1}, headers=headers), REPEATED)

    assert strategy_shop.read_item(item)["stock"] == 9


@pytest.mark.parametrize(("first", "second"), [(b"2", b"2.0"), (b"2.0", b"2"), (b"2e0", b"20e-1")])
def test_a_quantity_is_one_number_in_every_spelling(strategy_shop: InProcessShop, first: bytes, second: bytes) -> None:
    item, token = strategy_shop.offer(stock=9), strategy_shop.buyer()
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k", "Content-Type": "application/json"}
    path, client = f"{API}/items/{item}/purchase", strategy_shop.http.application.test_client()

    answers = [client.post(path, data=b'{"quantity": %s}' % number, headers=headers) for number in (first, second)]

    assert order_of(answers[0]) == order_of(answers[1])
    assert [is_replay(answer) for answer in answers] == [False, True]
    assert strategy_shop.read_item(item)["stock"] == 7
