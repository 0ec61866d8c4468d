"""Cancellation of orders: pieces return once, in both stores."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shop.jobs.tenant import TenantJob
from tests.purchase.support.in_process_shop import InProcessShop, data_of
from tests.purchase.test_drains import assert_right, begin_epoch_without_draining, status

CLOSED, NOT_WRITTEN, NOT_FOUND, LIMIT = 409402, 409403, 404401, 409401


def test_the_pieces_of_a_cancelled_order_can_be_bought_again(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=3), in_process_shop.buyer()
    order = in_process_shop.buy_and_write(item, token, 3)

    card = data_of(in_process_shop.cancel(order, token), 200)

    assert (card["id"], card["status"]) == (order, "cancelled")
    assert data_of(in_process_shop.send("GET", f"/orders/{order}", token), 200) == card
    assert_right(in_process_shop, item, left=3)
    in_process_shop.buy_and_write(item, token, 3)
    assert_right(in_process_shop, item, left=0)


def test_a_cancellation_is_one_numbered_ledger_line(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=3), in_process_shop.buyer()
    order = in_process_shop.buy_and_write(item, token, 2)

    in_process_shop.cancel(order, token)

    columns = "ref, delta, adj_seq, actor, item_id"
    assert in_process_shop.rows(f"SELECT {columns} FROM stock_ledger WHERE reason = 'return'") == [
        (order, 2, 1, in_process_shop.user_id(token), item)
    ]
    assert in_process_shop.rows("SELECT stock, adj_seq FROM items WHERE id = %s", item) == [(3, 1)]


def test_an_order_can_be_cancelled_only_once(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=3), in_process_shop.buyer()
    order = in_process_shop.buy_and_write(item, token)
    data_of(in_process_shop.cancel(order, token), 200)

    again = data_of(in_process_shop.cancel(order, token), CLOSED)

    assert (again["order_id"], again["order_status"]) == (order, "cancelled")
    assert_right(in_process_shop, item, left=3)


def test_concurrent_cancellations_return_the_pieces_once(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=30), in_process_shop.buyer()
    for _ in range(3):
        order = in_process_shop.buy_and_write(item, token, 2)
        with ThreadPoolExecutor(10) as pool:
            answers = list(
                pool.map(lambda order: in_process_shop.cancel(order, token).get_json()["code"], [order] * 10)
            )
        assert sorted(answers) == [200] + 9 * [CLOSED]

    assert_right(in_process_shop, item, left=30)


def test_an_administrator_cancels_orders_of_other_users(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=3), in_process_shop.buyer()
    order = in_process_shop.buy_and_write(item, token)

    assert data_of(in_process_shop.cancel(order, in_process_shop.admin()), 200)["status"] == "cancelled"

    assert status(in_process_shop, order, token) == "cancelled"


@pytest.mark.parametrize("written", [True, False])
def test_an_order_does_not_exist_for_other_users(in_process_shop: InProcessShop, *, written: bool) -> None:
    item, token = in_process_shop.offer(stock=3), in_process_shop.buyer()
    order = in_process_shop.buy_and_write(item, token) if written else in_process_shop.buy(item, token)

    data_of(in_process_shop.cancel(order, in_process_shop.buyer()), NOT_FOUND)

    in_process_shop.drain(item)
    assert status(in_process_shop, order, token) == "confirmed"


def test_an_order_of_another_tenant_does_not_exist_even_for_administrators(in_process_shop: InProcessShop) -> None:
    second = in_process_shop.container.get(TenantJob).add("second", "Second", None)
    item, token = in_process_shop.offer(stock=3), in_process_shop.buyer()
    order, promised = in_process_shop.buy_and_write(item, token), in_process_shop.buy(item, token)

    for one in (order, promised):
        data_of(in_process_shop.cancel(one, in_process_shop.admin(second)), NOT_FOUND)
        data_of(in_process_shop.cancel(one, in_process_shop.admin()), 200 if one == order else NOT_WRITTEN)


def test_a_cancelled_purchase_does_not_count_against_the_limit(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=10, max_per_user=2), in_process_shop.buyer()
    order = in_process_shop.buy_and_write(item, token, 2)
    path = f"/items/{item}/purchase"
    data_of(in_process_shop.send("POST", path, token, {"quantity": 1}), LIMIT)

    in_process_shop.cancel(order, token)

    in_process_shop.buy_and_write(item, token, 2)
    data_of(in_process_shop.send("POST", path, token, {"quantity": 1}), LIMIT)
    assert_right(in_process_shop, item, left=8)


def test_a_cancelled_purchase_does_not_count_against_the_limit_of_a_later_epoch(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=10, max_per_user=2), in_process_shop.buyer()
    in_process_shop.cancel(in_process_shop.buy_and_write(item, token, 2), token)
    begin_epoch_without_draining(in_process_shop, item)

    in_process_shop.buy_and_write(item, token, 2)

    assert_right(in_process_shop, item, left=8)


def test_a_cancellation_waits_until_the_order_is_written(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=3), in_process_shop.buyer()
    order = in_process_shop.buy(item, token)

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(in_process_shop.cancel, order, token)
        in_process_shop.drain(item)

    assert data_of(answer.result(), 200)["status"] == "cancelled"
    assert_right(in_process_shop, item, left=3)


def test_the_cancellation_of_an_unwritten_order_is_refused_after_the_wait(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.services.stock_ledger.CANCEL_WAIT_SECONDS", 0.05)
    item, token = in_process_shop.offer(stock=3), in_process_shop.buyer()
    order = in_process_shop.buy(item, token)

    answer = in_process_shop.cancel(order, token)

    data_of(answer, NOT_WRITTEN)
    assert answer.headers["Retry-After"] in {"1", "2", "3"}
    in_process_shop.drain(item)
    assert status(in_process_shop, order, token) == "confirmed"


def test_a_rejected_order_cannot_be_cancelled(in_process_shop: InProcessShop) -> None:
    item, token = in_process_shop.offer(stock=2), in_process_shop.buyer()
    late = in_process_shop.buy(item, token, 2)
    begin_epoch_without_draining(in_process_shop, item)
    in_process_shop.buy_and_write(item, token, 1)

    assert data_of(in_process_shop.cancel(late, token), CLOSED)["order_status"] == "rejected"
