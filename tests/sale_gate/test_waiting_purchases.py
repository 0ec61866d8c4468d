"""Purchases at a closed gate: they wait without a turn, a connection or a second count."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from rq import Queue as RqQueue
from rq.serializers import JSONSerializer

from shop.constants.order import Strategy
from shop.core.jobs.queue import QUEUE_HIGH
from shop.core.redis.stores import RedisStores
from shop.core.settings.rate import Rate
from shop.jobs.stock import LoadStockJob
from shop.supports.sale_gate import Claim
from tests.http.support.shop import API
from tests.purchase.conftest import MakeInProcessShop
from tests.purchase.support.in_process_shop import InProcessShop

WAIT_SECONDS = 30.0
BUSY, NOT_FOUND = 503401, 404301


@pytest.fixture(params=[Strategy.SCRIPT, Strategy.LOCK, Strategy.WATCH])
def shop(request: pytest.FixtureRequest, make_in_process_shop: MakeInProcessShop) -> InProcessShop:
    """Shop of one turn and one connection, whose purchases wait long."""
    return make_in_process_shop(
        purchase_strategy=str(request.param),
        gate_wait_seconds=WAIT_SECONDS,
        web_threads=1,
        database_pool=2,
        limit_purchase=Rate(5, 60),
    )


def close_gate(shop: InProcessShop) -> tuple[int, str]:
    """Create an item, close its gate, and return it with a known buyer."""
    item, token = shop.offer(stock=10), shop.buyer()
    shop.buy_and_write(item, token)
    shop.set_gate_fields(item, state="closed")
    return item, token


def test_a_purchase_waits_for_the_load_and_counts_once(shop: InProcessShop) -> None:
    item, token = close_gate(shop)

    with ThreadPoolExecutor(1) as pool:
        purchase = pool.submit(shop.send_purchase, item, token)
        # One turn and few connections: both are free while the purchase waits.
        assert shop.http.get(f"{API}/items/{item}").status_code == 200
        assert not purchase.done()
        shop.container.get(LoadStockJob).run(1, item)
        answer = purchase.result(WAIT_SECONDS)

    assert answer.status_code == 202
    assert "r=3" in answer.headers["RateLimit"]
    shop.drain(item)
    assert shop.cli("verify").exit_code == 0


def test_a_repeated_key_gets_its_written_order_at_a_closed_gate(shop: InProcessShop) -> None:
    item, token = shop.offer(stock=10), shop.buyer()
    order = shop.buy_and_write(item, token, key="k-1")
    shop.set_gate_fields(item, state="closed")

    answer = shop.send_purchase(item, token, key="k-1")

    assert answer.get_json()["data"]["id"] == order


def test_an_item_that_is_not_on_sale_is_refused_at_once(shop: InProcessShop) -> None:
    item, token = shop.offer(stock=10), shop.buyer()
    shop.change_row("UPDATE items SET status = 'draft' WHERE id = %s", item)
    shop.set_gate_fields(item, state="closed")

    assert shop.send_purchase(item, token).get_json()["code"] == NOT_FOUND


def test_a_gate_that_is_closed_after_a_load_is_loaded_again_at_once(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop()
    item, token = close_gate(shop)
    shop.refusal(item, token)
    shop.container.get(LoadStockJob).run(1, item)
    jobs = len(shop.queued_arguments("load_stock"))
    # An editor that dies before its commit leaves the gate like this.
    shop.stock.claim(1, item, Claim("dead", moment=0))

    shop.refusal(item, token)

    assert len(shop.queued_arguments("load_stock")) == jobs + 1


def test_a_load_overtakes_waiting_drains(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop()
    queue = RqQueue(QUEUE_HIGH, connection=shop.container.get(RedisStores).queue, serializer=JSONSerializer)
    item, token = close_gate(shop)
    other = shop.offer(stock=10)
    queue.empty()  # type: ignore[no-untyped-call]  # RQ types few of its methods
    shop.buy(other, token)

    shop.refusal(item, token)

    assert [job.kwargs["name"] for job in queue.jobs] == ["load_stock", "drain_stock"]


def test_a_gate_that_stays_closed_is_busy_after_the_wait(make_in_process_shop: MakeInProcessShop) -> None:
    shop = make_in_process_shop(gate_wait_seconds=0.05)
    item, token = close_gate(shop)

    answer = shop.send_purchase(item, token)

    assert (answer.get_json()["code"], answer.headers["Retry-After"] in "123") == (BUSY, True)
