"""Four ways to take pieces, and one thing that they all promise."""

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
# Everybody is served in the end, however slow the machine is.
PATIENT = {"lock_tries": 10_000, "lock_budget": 60.0}


@pytest.fixture(params=ALL)
def strategy_shop(request: pytest.FixtureRequest, make_in_process_shop: MakeInProcessShop) -> InProcessShop:
    """A shop that sells by one of the strategies."""
    return make_in_process_shop(purchase_strategy=request.param, **PATIENT)


def assert_sold(shop: InProcessShop, item: int, *, left: int) -> None:
    """Everything is written, that many pieces are left, and the books are right."""
    shop.drain(item)
    assert shop.read_item(item)["stock"] == left
    assert [verdict for verdict in shop.container.get(VerifyInvariantsJob).check(()) if verdict.problems] == []


def test_an_accepted_purchase_is_an_order(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=10, price_minor=250), strategy_shop.buyer()

    order = strategy_shop.send_purchase(item, token, 2).get_json()["data"]

    strategy_shop.drain(item)
    assert (order["quantity"], order["unit_price_minor"], order["total_minor"]) == (2, 250, 500)
    assert status(strategy_shop, order["id"], token) == "confirmed"
    assert_sold(strategy_shop, item, left=8)


def test_a_crowd_buys_what_there_is_and_no_more(strategy_shop: InProcessShop) -> None:
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


def test_many_at_once_with_one_key_are_one_order(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=10), strategy_shop.buyer()

    with ThreadPoolExecutor(6) as crowd:
        orders = set(crowd.map(lambda _: strategy_shop.buy(item, token, key="rush"), range(18)))

    assert len(orders) == 1
    assert_sold(strategy_shop, item, left=9)


def test_the_key_that_bought_the_last_piece_still_answers(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=1), strategy_shop.buyer()
    order = strategy_shop.buy(item, token, key="last")
    strategy_shop.refusal(item, token)

    assert strategy_shop.buy(item, token, key="last") == order


def test_a_key_for_another_quantity_is_refused(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=10), strategy_shop.buyer()
    strategy_shop.buy(item, token, 1, key="k")

    assert strategy_shop.refusal(item, token, 2, key="k")["part"] == "body"
    assert_sold(strategy_shop, item, left=9)


def test_too_few_pieces_are_told(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=2), strategy_shop.buyer()

    refused = strategy_shop.refusal(item, token, 3)

    assert refused == {"error_code": "STOCK_INSUFFICIENT", "item_id": item, "current_stock": 2}
    assert_sold(strategy_shop, item, left=2)


def test_nobody_passes_the_limit(strategy_shop: InProcessShop) -> None:
    item, greedy = strategy_shop.offer(stock=20, max_per_user=3), strategy_shop.buyer()
    strategy_shop.buy(item, greedy, 2)

    assert strategy_shop.refusal(item, greedy, 2) == {"error_code": "PURCHASE_LIMIT", "item_id": item, "limit": 3}

    strategy_shop.buy(item, greedy)
    strategy_shop.buy(item, strategy_shop.buyer(), 3)
    assert_sold(strategy_shop, item, left=14)


def test_a_crowd_of_one_buyer_stays_within_the_limit(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=20, max_per_user=4), strategy_shop.buyer()

    with ThreadPoolExecutor(6) as crowd:
        answers = Counter(crowd.map(lambda _: strategy_shop.send_purchase(item, token).status_code < 300, range(18)))

    assert answers == {True: 4, False: 14}
    assert_sold(strategy_shop, item, left=16)


def test_what_is_not_on_sale_is_unknown(strategy_shop: InProcessShop) -> None:
    token = strategy_shop.buyer()
    gone = strategy_shop.offer(stock=10)
    strategy_shop.change_row("UPDATE items SET status = 'retired' WHERE id = %s", gone)
    strategy_shop.stock.claim(DEFAULT_TENANT, gone, Claim("closed", moment=0))

    assert [strategy_shop.send_purchase(item, token).status_code for item in (gone, 10**6)] == [404, 404]


def test_a_token_without_a_user_buys_nothing(strategy_shop: InProcessShop) -> None:
    item, token = strategy_shop.offer(stock=10), strategy_shop.buyer()
    strategy_shop.change_row("DELETE FROM users")

    assert strategy_shop.send_purchase(item, token).status_code == 401
    assert_sold(strategy_shop, item, left=10)


@pytest.mark.parametrize("strategy", OF_REDIS)
def test_a_full_backlog_sends_buyers_away(make_in_process_shop: MakeInProcessShop, strategy: str) -> None:
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
def test_a_closed_gate_asks_for_its_load(make_in_process_shop: MakeInProcessShop, strategy: str) -> None:
    shop = make_in_process_shop(purchase_strategy=strategy)
    item, token = shop.offer(stock=10), shop.buyer()
    shop.stock.claim(DEFAULT_TENANT, item, Claim("closed", moment=0))

    assert shop.refusal(item, token)["error_code"] == "SYSTEM_BUSY"

    assert not shop.stock.claim_load_request(DEFAULT_TENANT, item)
    assert shop.container.get(LoadStockJob).run(DEFAULT_TENANT, item)
    shop.buy(item, token)


@pytest.mark.parametrize("strategy", OF_REDIS)
def test_the_first_purchase_wakes_the_worker(
    make_in_process_shop: MakeInProcessShop, valkey: Valkey, strategy: str
) -> None:
    shop = make_in_process_shop(purchase_strategy=strategy)
    item, token, woken = shop.offer(stock=10), shop.buyer(), []
    for _ in range(2):
        with record_commands(valkey) as commands:
            shop.buy(item, token)
        woken.append("RPUSH" in " ".join(commands).upper())
    assert woken == [True, False]
