"""Owners and actors: the pieces of a buyer are changed by others, and count for the buyer."""

from uuid import UUID

import pytest

from shop.cache_managers.stock import StockCacheManager
from shop.constants.order import Strategy
from shop.constants.stock import CreditOutcome
from shop.core.database.model import DEFAULT_TENANT
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.dead_letters import buy_impossibly, names
from tests.purchase.support.in_process_shop import InProcessShop, data_of
from tests.purchase.support.invariant_checks import find_violated
from tests.purchase.test_drains import assert_right, begin_epoch_without_draining


def held(shop: InProcessShop, item: int, *tokens: str) -> list[int]:
    """Return the pieces that the gate counts for each buyer."""
    key = shop.partition_key(item, f"limit:{DEFAULT_TENANT}:{item}")
    counts = {int(user): int(count) for user, count in shop.redis.hgetall(key).items()}
    return [counts.get(shop.user_id(token), 0) for token in tokens]


@pytest.mark.parametrize("delivered", ["at once", "by a later reconciliation", "by a load"])
def test_a_cancellation_by_a_clerk_gives_the_pieces_back_to_the_limit_of_the_buyer(
    in_process_shop: InProcessShop, monkeypatch: pytest.MonkeyPatch, delivered: str
) -> None:
    item = in_process_shop.offer(stock=20, max_per_user=5)
    buyer, clerk, third = in_process_shop.buyer(), in_process_shop.admin(), in_process_shop.buyer()
    orders = [in_process_shop.buy_and_write(item, token, pieces) for token, pieces in ((buyer, 3), (third, 1))]
    for token, quantity in ((buyer, 1), (clerk, 4), (third, 2)):
        in_process_shop.buy_and_write(item, token, quantity)
    with monkeypatch.context() as patch:
        if delivered != "at once":
            patch.setattr(StockCacheManager, "apply", lambda *_: CreditOutcome.APPLIED)
        for order in orders:
            data_of(in_process_shop.cancel(order, clerk), 200)
    if delivered == "by a later reconciliation":
        in_process_shop.reconcile()
    elif delivered == "by a load":
        begin_epoch_without_draining(in_process_shop, item)

    assert held(in_process_shop, item, buyer, clerk, third) == [1, 4, 2]
    for token, left in ((buyer, 4), (clerk, 1), (third, 3)):
        assert in_process_shop.refusal(item, token, left + 1)["limit"] == 5
        in_process_shop.buy_and_write(item, token, left)
    assert_right(in_process_shop, item, left=5)


def test_the_ledger_names_the_clerk_and_the_order_its_buyer(in_process_shop: InProcessShop) -> None:
    item, buyer, clerk = in_process_shop.offer(stock=9), in_process_shop.buyer(), in_process_shop.admin()
    order = in_process_shop.buy_and_write(item, buyer, 2)

    in_process_shop.cancel(order, clerk)

    buyer_id, clerk_id = in_process_shop.user_id(buyer), in_process_shop.user_id(clerk)
    assert in_process_shop.rows("SELECT actor FROM stock_ledger WHERE reason = 'return'") == [(clerk_id,)]
    assert in_process_shop.rows("SELECT user_id, status FROM orders") == [(buyer_id, "cancelled")]
    assert [len(data_of(in_process_shop.send("GET", "/orders", token), 200)["data"]) for token in (buyer, clerk)] == [
        1,
        0,
    ]


def test_an_adjustment_does_not_change_the_limit_of_the_administrator(in_process_shop: InProcessShop) -> None:
    item, admin = in_process_shop.offer(stock=9, max_per_user=2), in_process_shop.admin()
    in_process_shop.buy_and_write(item, admin, 2)

    for delta in (3, -1):
        data_of(in_process_shop.adjust(item, admin, delta=delta), 200)

    assert in_process_shop.refusal(item, admin)["limit"] == 2
    assert in_process_shop.rows("SELECT delta, actor FROM stock_ledger WHERE reason = 'adjustment' ORDER BY id") == [
        (3, in_process_shop.user_id(admin)),
        (-1, in_process_shop.user_id(admin)),
    ]


def test_a_discarded_dead_letter_gives_the_pieces_back_to_the_limit_of_its_buyer(
    in_process_shop: InProcessShop,
) -> None:
    item = in_process_shop.offer(stock=20, max_per_user=9)
    buyer, other = in_process_shop.buyer(), in_process_shop.buyer()
    in_process_shop.buy_and_write(item, buyer, 1)
    buy_impossibly(in_process_shop, item, buyer, 3)
    in_process_shop.buy_and_write(item, other, 5)
    assert held(in_process_shop, item, buyer, other) == [4, 5]

    in_process_shop.cli("dead-letters", "--discard", *names(in_process_shop.cli("dead-letters")))

    assert held(in_process_shop, item, buyer, other) == [1, 5]
    assert in_process_shop.gate(item)["avail"] == "14"


def test_a_readmitted_reservation_counts_for_its_buyer(in_process_shop: InProcessShop) -> None:
    item = in_process_shop.offer(stock=20, max_per_user=9)
    buyer, other = in_process_shop.buyer(), in_process_shop.buyer()
    for token, quantity in ((buyer, 2), (other, 5)):
        in_process_shop.buy(item, token, quantity)
    begin_epoch_without_draining(in_process_shop, item)
    assert held(in_process_shop, item, buyer, other) == [0, 0]

    for _ in range(2):
        in_process_shop.drain(item)

    assert held(in_process_shop, item, buyer, other) == [2, 5]
    assert_right(in_process_shop, item, left=13)


def test_a_doubled_entry_gives_the_pieces_back_to_the_limit_of_its_buyer(in_process_shop: InProcessShop) -> None:
    item = in_process_shop.offer(stock=20, max_per_user=9)
    buyer, other = in_process_shop.buyer(), in_process_shop.buyer()
    order = in_process_shop.buy_and_write(item, buyer, 2, "once")
    in_process_shop.buy_and_write(item, other, 5)
    # Redis lost the receipt, so the same order is reserved under another number.
    in_process_shop.redis.delete(in_process_shop.partition_key(item, f"receipt:{order}"))
    assert in_process_shop.buy(item, buyer, 2, "once") == order
    assert held(in_process_shop, item, buyer, other) == [4, 5]

    in_process_shop.drain(item)

    assert held(in_process_shop, item, buyer, other) == [2, 5]
    assert in_process_shop.rows("SELECT quantity FROM orders WHERE id = %s", UUID(order).bytes) == [(2,)]
    assert_right(in_process_shop, item, left=13)


def test_the_first_ledger_line_names_the_administrator(in_process_shop: InProcessShop) -> None:
    body = {"name": "Thing", "price_minor": 1009, "currency": "CHF", "stock": 7, "status": "draft"}
    admin = in_process_shop.admin()
    in_process_shop.admin()

    item = data_of(in_process_shop.send("POST", "/items", admin, body), 201)["id"]

    actor = in_process_shop.user_id(admin)
    columns = "item_id, delta, reason, actor"
    assert in_process_shop.rows(f"SELECT {columns} FROM stock_ledger") == [(item, 7, "initial", actor)]


def test_a_waiting_order_is_shown_to_its_buyer_and_to_clerks_alone(in_process_shop: InProcessShop) -> None:
    item, buyer = in_process_shop.offer(stock=9), in_process_shop.buyer()
    order, readers = in_process_shop.buy(item, buyer, 2), (buyer, in_process_shop.admin(), in_process_shop.buyer())

    def codes(order_id: str) -> list[int]:
        return [in_process_shop.send("GET", f"/orders/{order_id}", token).status_code for token in readers]

    assert codes(order) == [200, 200, 404]
    assert codes(str(UUID(int=1))) == [404, 404, 404]
    in_process_shop.drain(item)
    assert codes(order) == [200, 200, 404]


@pytest.mark.parametrize("strategy", [strategy.value for strategy in Strategy])
def test_only_uncancelled_pieces_of_the_own_buyer_and_item_count_into_the_limit(
    make_in_process_shop: MakeInProcessShop, strategy: str
) -> None:
    strategy_shop = make_in_process_shop(purchase_strategy=strategy)
    item, other_item = (strategy_shop.offer(stock=stock, max_per_user=5) for stock in (20, 30))
    token, other_buyer, clerk = strategy_shop.buyer(), strategy_shop.buyer(), strategy_shop.admin()
    strategy_shop.buy_and_write(other_item, token, 4)
    strategy_shop.buy_and_write(item, other_buyer, 3)
    cancelled = strategy_shop.buy_and_write(item, token, 4)
    strategy_shop.buy_and_write(item, token, 1)
    assert strategy_shop.refusal(item, token)["limit"] == 5

    data_of(strategy_shop.cancel(cancelled, clerk), 200)

    assert strategy_shop.refusal(item, token, 5)["limit"] == 5
    strategy_shop.buy_and_write(item, token, 4)
    assert strategy_shop.refusal(item, other_buyer, 3)["limit"] == 5
    strategy_shop.buy_and_write(item, other_buyer, 2)
    strategy_shop.drain(item)
    assert (strategy_shop.read_item(item)["stock"], find_violated(strategy_shop)) == (10, set())
