"""Guarantees of all purchase strategies."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from shop.constants.order import Strategy
from shop.core.database.model import DEFAULT_TENANT
from shop.jobs.invariant import VerifyInvariantsJob
from shop.jobs.stock import LoadStockJob
from shop.supports.sale_gate import Claim
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop
from tests.purchase.test_drains import status
from tests.support.call_recording import record_commands
from tests.support.servers.valkey import Valkey

ALL = [strategy.value for strategy in Strategy]
OF_REDIS = [strategy for strategy in ALL if strategy != Strategy.DB]
# Every purchase succeeds in the end, even on a slow machine.
PATIENT = {"lock_tries": 10_000, "lock_budget": 60.0}


@pytest.fixture(params=ALL)
def strategy_shop(request: pytest.FixtureRequest, make_in_process_shop: MakeInProcessShop) -> InProcessShop:
    """Return a shop that sells by one of the strategies."""
    return make_in_process_shop(purchase_strategy=request.param, **PATIENT)


def assert_sold(shop: InProcessShop, item: int, *, left: int) -> None:
    """Assert that orders are written, stock is left, and invariants hold."""
    shop.drain(item)
    assert shop.read_item(item)["stock"] == left
    assert [result for result in shop.container.get(VerifyInvariantsJob).check(()) if result.problems] == []


def test_an_accepted_purchase_is_an_order(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=10, price_minor=250), strategy_shop.buyer()

    order = strategy_shop.send_purchase(item, token, 2).get_json()["data"]

    strategy_shop.drain(item)
    assert (order["quantity"], order["unit_price_minor"], order["total_minor"]) == (2, 250, 500)
    assert status(strategy_shop, order["id"], token) == "confirmed"
    assert_sold(strategy_shop, item, left=8)


def test_concurrent_buyers_never_oversell(strategy_shop: InProcessShop) -> None:
    item, tokens = strategy_shop.offer(stock=20), [strategy_shop.buyer() for _ in range(30)]

    with ThreadPoolExecutor(6) as crowd:
        answers = list(crowd.map(lambda token: strategy_shop.send_purchase(item, token).status_code, tokens))

    accepted = Counter(status < 300 for status in answers)
    assert accepted == {True: 20, False: 10}
    assert set(answers) <= {201, 202, 409}
    assert_sold(strategy_shop, item, left=0)


def test_the_same_key_again_is_the_same_order(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=10), strategy_shop.buyer()

    orders = {strategy_shop.buy(item, token, 3, key="once") for _ in range(3)}
    strategy_shop.drain(item)
    orders.add(strategy_shop.buy(item, token, 3, key="once"))

    assert len(orders) == 1
    assert_sold(strategy_shop, item, left=7)


def test_concurrent_requests_with_one_key_are_one_order(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=10), strategy_shop.buyer()

    with ThreadPoolExecutor(6) as crowd:
        orders = set(crowd.map(lambda _: strategy_shop.buy(item, token, key="rush"), range(18)))

    assert len(orders) == 1
    assert_sold(strategy_shop, item, left=9)


def test_a_repeated_key_returns_its_order_after_the_item_sold_out(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=1), strategy_shop.buyer()
    order = strategy_shop.buy(item, token, key="last")
    strategy_shop.refusal(item, token)

    assert strategy_shop.buy(item, token, key="last") == order


def test_a_key_for_another_item_or_quantity_is_refused(strategy_shop: InProcessShop) -> None:
    item, other, token = strategy_shop.offer(stock=10), strategy_shop.offer(stock=7), strategy_shop.buyer()
    # A known buyer, as most are: the key is stored by the first request that has it.
    strategy_shop.buy(item, token, 2)
    strategy_shop.buy(item, token, 1, key="k")

    # The other item first: a refusal of the key must not be what stores it.
    assert strategy_shop.refusal(other, token, 1, key="k")["part"] == "path"
    assert strategy_shop.gate(other).get("pend", "0") == "0"
    assert strategy_shop.refusal(item, token, 2, key="k")["part"] == "body"
    assert_sold(strategy_shop, item, left=7)


def test_a_refusal_reports_the_remaining_stock(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=2), strategy_shop.buyer()

    facts = strategy_shop.refusal(item, token, 3)

    assert facts == {"error_code": "STOCK_INSUFFICIENT", "retry": "new_request", "item_id": item, "current_stock": 2}
    assert_sold(strategy_shop, item, left=2)


def test_no_buyer_exceeds_the_limit(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=20, max_per_user=3), strategy_shop.buyer()
    strategy_shop.buy(item, token, 2)

    assert strategy_shop.refusal(item, token, 2) == {
        "error_code": "PURCHASE_LIMIT",
        "retry": "new_request",
        "item_id": item,
        "limit": 3,
    }

    strategy_shop.buy(item, token)
    strategy_shop.buy(item, strategy_shop.buyer(), 3)
    assert_sold(strategy_shop, item, left=14)


def test_concurrent_purchases_of_one_buyer_stay_within_the_limit(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=20, max_per_user=4), strategy_shop.buyer()

    with ThreadPoolExecutor(6) as crowd:
        answers = Counter(crowd.map(lambda _: strategy_shop.send_purchase(item, token).status_code < 300, range(18)))

    assert answers == {True: 4, False: 14}
    assert_sold(strategy_shop, item, left=16)


def test_an_item_that_is_not_on_sale_is_not_found(strategy_shop: InProcessShop) -> None:
    token = strategy_shop.buyer()
    retired = strategy_shop.offer(stock=10)
    strategy_shop.change_row("UPDATE items SET status = 'retired' WHERE id = %s", retired)
    strategy_shop.stock.claim(DEFAULT_TENANT, retired, Claim("closed", moment=0))

    assert [strategy_shop.send_purchase(item, token).status_code for item in (retired, 10**6)] == [404, 404]


def test_a_token_without_a_user_is_rejected(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=10), strategy_shop.buyer()
    strategy_shop.change_row("DELETE FROM users")

    assert strategy_shop.send_purchase(item, token).status_code == 401
    assert_sold(strategy_shop, item, left=10)


@pytest.mark.parametrize("strategy", OF_REDIS)
def test_a_full_backlog_refuses_purchases(make_in_process_shop: MakeInProcessShop, strategy: str) -> None:
    shop = make_in_process_shop(purchase_strategy=strategy, backlog_max=2)
    item, token = shop.offer(stock=10), shop.buyer()
    shop.buy(item, token)
    shop.buy(item, token)

    answer = shop.send_purchase(item, token)

    assert (answer.status_code, answer.get_json()["data"]["error_code"]) == (503, "SYSTEM_BUSY")
    assert answer.headers["Retry-After"] in {"1", "2", "3"}
    shop.drain(item)
    shop.buy(item, token)


@pytest.mark.parametrize("strategy", OF_REDIS)
def test_a_purchase_at_a_closed_gate_requests_a_load(make_in_process_shop: MakeInProcessShop, strategy: str) -> None:
    shop = make_in_process_shop(purchase_strategy=strategy)
    item, token = shop.offer(stock=10), shop.buyer()
    shop.stock.claim(DEFAULT_TENANT, item, Claim("closed", moment=0))

    assert shop.refusal(item, token)["error_code"] == "SYSTEM_BUSY"

    assert not shop.stock.claim_load_request(DEFAULT_TENANT, item)
    assert shop.container.get(LoadStockJob).run(DEFAULT_TENANT, item)
    shop.buy(item, token)


@pytest.mark.parametrize("strategy", OF_REDIS)
def test_only_the_first_purchase_requests_a_drain(
    make_in_process_shop: MakeInProcessShop, valkey: Valkey, strategy: str
) -> None:
    shop = make_in_process_shop(purchase_strategy=strategy)
    item, token, requested = shop.offer(stock=10), shop.buyer(), []
    for _ in range(2):
        with record_commands(valkey) as commands:
            shop.buy(item, token)
        requested.append("RPUSH" in " ".join(commands).upper())
    assert requested == [True, False]
