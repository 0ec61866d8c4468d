"""Cancelled: the pieces are back, once, in both stores."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shop.jobs.tenant import TenantJob
from tests.purchase.support.in_process_shop import Indoors, data_of
from tests.purchase.test_drains import assert_right, begin_epoch_without_draining, status

CLOSED, NOT_WRITTEN, NOT_FOUND, LIMIT = 409402, 409403, 404401, 409401


def test_a_cancelled_order_says_so_and_its_pieces_can_be_bought_again(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=3), indoors.buyer()
    order = indoors.own(item, token, 3)

    card = data_of(indoors.cancel(order, token), 200)

    assert (card["id"], card["status"]) == (order, "cancelled")
    assert data_of(indoors.send("GET", f"/orders/{order}", token), 200) == card
    assert_right(indoors, item, left=3)
    indoors.own(item, token, 3)
    assert_right(indoors, item, left=0)


def test_a_cancel_is_one_numbered_line_in_the_ledger(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=3), indoors.buyer()
    order = indoors.own(item, token, 2)

    indoors.cancel(order, token)

    assert indoors.rows("SELECT ref, delta, adj_seq FROM stock_ledger WHERE reason = 'return'") == [(order, 2, 1)]
    assert indoors.rows("SELECT stock, adj_seq FROM items WHERE id = %s", item) == [(3, 1)]


def test_an_order_is_cancelled_once(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=3), indoors.buyer()
    order = indoors.own(item, token)
    data_of(indoors.cancel(order, token), 200)

    again = data_of(indoors.cancel(order, token), CLOSED)

    assert (again["order_id"], again["order_status"]) == (order, "cancelled")
    assert_right(indoors, item, left=3)


def test_many_cancels_at_once_give_back_once(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=30), indoors.buyer()
    for _ in range(3):
        order = indoors.own(item, token, 2)
        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda order: indoors.cancel(order, token).get_json()["code"], [order] * 10))
        assert sorted(answers) == [200] + 9 * [CLOSED]

    assert_right(indoors, item, left=30)


def test_an_administrator_cancels_what_others_bought(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=3), indoors.buyer()
    order = indoors.own(item, token)

    assert data_of(indoors.cancel(order, indoors.admin()), 200)["status"] == "cancelled"

    assert status(indoors, order, token) == "cancelled"


@pytest.mark.parametrize("written", [True, False])
def test_to_others_an_order_does_not_exist(indoors: Indoors, *, written: bool) -> None:
    item, token = indoors.offer(stock=3), indoors.buyer()
    order = indoors.own(item, token) if written else indoors.buy(item, token)

    data_of(indoors.cancel(order, indoors.buyer()), NOT_FOUND)

    indoors.drain(item)
    assert status(indoors, order, token) == "confirmed"


def test_an_order_of_another_tenant_does_not_exist_even_for_administrators(indoors: Indoors) -> None:
    second = indoors.container.get(TenantJob).add("second", "Second", None)
    item, token = indoors.offer(stock=3), indoors.buyer()
    order, promised = indoors.own(item, token), indoors.buy(item, token)

    for one in (order, promised):
        data_of(indoors.cancel(one, indoors.admin(second)), NOT_FOUND)
        data_of(indoors.cancel(one, indoors.admin()), 200 if one == order else NOT_WRITTEN)


def test_a_cancelled_purchase_counts_no_longer_against_the_limit(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=10, max_per_user=2), indoors.buyer()
    order = indoors.own(item, token, 2)
    path = f"/items/{item}/purchase"
    data_of(indoors.send("POST", path, token, {"quantity": 1}), LIMIT)

    indoors.cancel(order, token)

    indoors.own(item, token, 2)
    data_of(indoors.send("POST", path, token, {"quantity": 1}), LIMIT)
    assert_right(indoors, item, left=8)


def test_a_cancelled_purchase_counts_not_against_the_limit_of_a_later_epoch(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=10, max_per_user=2), indoors.buyer()
    indoors.cancel(indoors.own(item, token, 2), token)
    begin_epoch_without_draining(indoors, item)

    indoors.own(item, token, 2)

    assert_right(indoors, item, left=8)


def test_a_cancel_waits_until_the_order_is_written(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=3), indoors.buyer()
    order = indoors.buy(item, token)

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(indoors.cancel, order, token)
        indoors.drain(item)

    assert data_of(answer.result(), 200)["status"] == "cancelled"
    assert_right(indoors, item, left=3)


def test_an_order_that_stays_unwritten_is_to_be_cancelled_later(
    indoors: Indoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.services.stock_ledger.CANCEL_WAIT_SECONDS", 0.05)
    item, token = indoors.offer(stock=3), indoors.buyer()
    order = indoors.buy(item, token)

    answer = indoors.cancel(order, token)

    data_of(answer, NOT_WRITTEN)
    assert answer.headers["Retry-After"] in {"1", "2", "3"}
    indoors.drain(item)
    assert status(indoors, order, token) == "confirmed"


def test_a_rejected_order_cannot_be_cancelled(indoors: Indoors) -> None:
    item, token = indoors.offer(stock=2), indoors.buyer()
    late = indoors.buy(item, token, 2)
    begin_epoch_without_draining(indoors, item)
    indoors.own(item, token, 1)

    assert data_of(indoors.cancel(late, token), CLOSED)["order_status"] == "rejected"
