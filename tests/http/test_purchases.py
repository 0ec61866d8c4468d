"""Purchases and orders, over HTTP."""

from uuid import uuid4

import pytest

from tests.http.support.envelope import data_of
from tests.http.support.shop import API, Shop
from tests.support.http import HttpClient
from tests.support.polling import Eventually

INSUFFICIENT, LIMIT, UNKNOWN_ORDER = 409301, 409401, 404401
PENDING_FIELDS = ("id", "item_id", "quantity", "unit_price_minor", "total_minor", "currency", "created_at")


def test_a_purchase_is_pending_and_then_confirmed(shop: Shop, eventually: Eventually) -> None:
    item, buyer = shop.offer(price_minor=250, currency="EUR"), shop.buyer()

    # Without the scheduler there is no sweep: the purchase itself wakes the worker.
    with shop.stop_process("scheduler"):
        answer = shop.buy(item, buyer, 3)
        order = data_of(answer, 202)
        confirmed = eventually(lambda: confirmed_order(shop, order["id"], buyer), 15.0)

    assert answer.headers["Location"] == f"{API}/orders/{order['id']}"
    assert (order["status"], order["item_id"], order["quantity"]) == ("pending", item, 3)
    assert (order["unit_price_minor"], order["total_minor"], order["currency"]) == (250, 750, "EUR")
    assert [confirmed[name] for name in PENDING_FIELDS] == [order[name] for name in PENDING_FIELDS]


def confirmed_order(shop: Shop, order_id: str, token: str) -> dict[str, object]:
    order = data_of(shop.order(order_id, token), 200)
    assert order["status"] == "confirmed"
    return dict(order)


@pytest.mark.parametrize("prefer", ["wait=2", "respond-async, wait=2", "Wait=2", 'wait="2"', "wait = 2", "wait=99999"])
def test_prefer_wait_returns_the_confirmed_order(shop: Shop, item: int, prefer: str) -> None:
    buyer = shop.buyer()

    answer = shop.buy(item, buyer, Prefer=prefer)

    order = data_of(answer, 201)
    assert (order["status"], answer.headers["Location"]) == ("confirmed", f"{API}/orders/{order['id']}")
    assert answer.headers["Preference-Applied"] == ("wait=10" if "999" in prefer else "wait=2")
    assert data_of(shop.order(order["id"], buyer), 200)["status"] == "confirmed"


@pytest.mark.parametrize(
    "prefer", ["", "wait=0", "wait=-1", "wait=soon", "wait", "await=2", "return=minimal", "x" * 5000]
)
def test_other_preferences_are_ignored(shop: Shop, item: int, prefer: str) -> None:
    answer = shop.buy(item, shop.buyer(), Prefer=prefer)

    assert data_of(answer, 202)["status"] == "pending"
    assert answer.headers["Preference-Applied"] is None


def test_prefer_wait_returns_a_pending_order_after_the_wait(shop: Shop) -> None:
    item, buyer = shop.offer(), shop.buyer()

    with shop.stop_process("worker"):
        answer = shop.buy(item, buyer, Prefer="wait=1")

    assert data_of(answer, 202)["status"] == "pending"
    assert answer.headers["Preference-Applied"] == "wait=1"


def test_an_acknowledged_order_is_never_unknown(shop: Shop, eventually: Eventually) -> None:
    item, buyer = shop.offer(), shop.buyer()
    with shop.stop_process("worker"):
        order = data_of(shop.buy(item, buyer, 2), 202)

        assert shop.written(item) == 0
        assert data_of(shop.order(order["id"], buyer), 200) == order

    eventually(lambda: confirmed_order(shop, order["id"], buyer), 20.0)
    assert shop.written(item) == 1


def test_the_order_of_another_user_is_not_found(shop: Shop) -> None:
    item, buyer, other_user = shop.offer(), shop.buyer(), shop.buyer()
    with shop.stop_process("worker"):
        order = data_of(shop.buy(item, buyer), 202)["id"]
        pending = shop.order(order, other_user)
    shop.wait_until_written(item, 1)

    for answer in (pending, shop.order(order, other_user)):
        assert data_of(answer, UNKNOWN_ORDER) == {"error_code": "NOT_FOUND", "retry": "never", "order_id": order}


def test_an_unknown_order_is_not_found(shop: Shop, buyer: str) -> None:
    data_of(shop.order(str(uuid4()), buyer), UNKNOWN_ORDER)


def test_insufficient_stock_returns_the_current_stock(shop: Shop) -> None:
    item, buyer = shop.offer(stock=5), shop.buyer()
    data_of(shop.buy(item, buyer, 3), 202)

    error = data_of(shop.buy(item, buyer, 3), INSUFFICIENT)
    assert error == {"error_code": "STOCK_INSUFFICIENT", "retry": "new_request", "item_id": item, "current_stock": 2}

    data_of(shop.buy(item, buyer, 2), 202)
    assert data_of(shop.buy(item, buyer), INSUFFICIENT)["current_stock"] == 0


def test_a_user_cannot_buy_more_than_the_limit(shop: Shop) -> None:
    item, buyer = shop.offer(max_per_user=3), shop.buyer()
    data_of(shop.buy(item, buyer, 2), 202)

    error = data_of(shop.buy(item, buyer, 2), LIMIT)
    assert error == {"error_code": "PURCHASE_LIMIT", "retry": "new_request", "item_id": item, "limit": 3}

    data_of(shop.buy(item, buyer, 1), 202)
    data_of(shop.buy(item, buyer, 1), LIMIT)
    data_of(shop.buy(item, shop.buyer(), 3), 202)


def test_the_limit_counts_purchases_before_an_edit(shop: Shop) -> None:
    item, buyer = shop.offer(), shop.buyer()
    data_of(shop.buy(item, buyer, 2), 202)

    shop.revise(item, max_per_user=3)
    shop.wait_until_open(item)

    data_of(shop.buy(item, buyer, 2), LIMIT)
    data_of(shop.buy(item, buyer, 1), 202)


def test_an_old_order_keeps_its_price(shop: Shop) -> None:
    item, buyer = shop.offer(price_minor=100), shop.buyer()
    old = data_of(shop.buy(item, buyer), 202)

    shop.revise(item, price_minor=900)
    shop.wait_until_open(item)

    new = data_of(shop.buy(item, buyer), 202)
    shop.wait_until_written(item, 2)
    prices = [data_of(shop.order(order["id"], buyer), 200)["unit_price_minor"] for order in (old, new)]
    assert prices == [100, 900]


def test_own_orders_are_paged_newest_first(shop: Shop, client: HttpClient) -> None:
    item, buyer = shop.offer(), shop.buyer()
    bought = [data_of(shop.buy(item, buyer), 202)["id"] for _ in range(5)]
    data_of(shop.buy(item, shop.buyer()), 202)
    shop.wait_until_written(item, 6)

    pages, path = [], f"{API}/orders?per_page=2"
    while path:
        page = data_of(client.get(path, token=buyer), 200)
        pages.append([order["id"] for order in page["data"]])
        path = page["meta"]["pagination"]["links"]["next"]

    newest = bought[::-1]
    assert pages == [newest[:2], newest[2:4], newest[4:]]


def test_a_cursor_stays_valid_while_orders_are_added(shop: Shop, client: HttpClient) -> None:
    item, buyer = shop.offer(), shop.buyer()
    bought = [data_of(shop.buy(item, buyer), 202)["id"] for _ in range(3)]
    shop.wait_until_written(item, 3)
    next_link = data_of(client.get(f"{API}/orders?per_page=2", token=buyer), 200)["meta"]["pagination"]["links"]["next"]

    data_of(shop.buy(item, buyer, Prefer="wait=5"), 201)

    next_page = data_of(client.get(next_link, token=buyer), 200)
    assert [order["id"] for order in next_page["data"]] == bought[:1]
