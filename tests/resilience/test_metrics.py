"""What is measured in a shop of several processes, and what is told while one of its stores is frozen."""

import time
from typing import Any

import pytest

from shop.constants.job import JobName
from shop.core.jobs.queue import Queue
from tests.http.support.envelope import data_of
from tests.http.support.metric_samples import labels, read, total, value
from tests.resilience.proxied_shop import CROWD, Harbour
from tests.resilience.proxy import Fault
from tests.support.polling import eventually

IN_TIME = 2.5
OUTBOX, QUEUE = "shop_outbox_orders", "shop_queue_jobs"
FROZEN = Fault("frozen", frozen=True)


def look(harbour: Harbour) -> Any:
    """All readings; asserts that they came in time."""
    began = time.monotonic()
    with harbour.shop.client(timeout=20.0) as client:
        readings = read(client)
    assert time.monotonic() - began < IN_TIME
    return readings


def test_what_workers_write_is_measured(harbour: Harbour) -> None:
    before = look(harbour)
    orders = [visitor.ask("purchase") for visitor in harbour.visitors()]
    assert [order.status for order in orders] == [202] * CROWD
    harbour.shop.wait_until_quiet(harbour.item)
    eventually(lambda: total(look(harbour), "shop_confirm_seconds_count") >= 2 * CROWD, 5)

    after = look(harbour)
    written = value(after, "shop_drain_orders_sum") - value(before, "shop_drain_orders_sum")
    batches = value(after, "shop_drain_orders_count") - value(before, "shop_drain_orders_count")
    confirmed = value(after, "shop_confirm_seconds_count") - value(before, "shop_confirm_seconds_count")
    assert written == confirmed == 2 * CROWD
    assert 1 <= batches <= written
    assert value(after, "shop_drain_seconds_count") == value(after, "shop_drain_orders_count")
    assert 0 < value(after, "shop_confirm_seconds_sum") < 60 * value(after, "shop_confirm_seconds_count")


def test_looks_into_the_cache_are_counted_by_key(harbour: Harbour) -> None:
    (visitor,) = harbour.visitors()[:1]
    card = {"key": "SessionCacheManager.card"}
    before = look(harbour)

    for _ in range(3):
        visitor.ask("orders")

    after = look(harbour)
    hits = value(after, "shop_cache_total", outcome="hit", **card) - value(
        before, "shop_cache_total", outcome="hit", **card
    )
    assert hits == 3
    assert value(after, "shop_cache_total", outcome="miss", **card) >= CROWD


def test_reconciling_is_counted_and_its_age_is_told(harbour: Harbour) -> None:
    before = look(harbour)

    harbour.shop.container.get(Queue).enqueue(JobName.SYNC_STOCK)

    eventually(
        lambda: value(look(harbour), "shop_reconcile_runs_total") > value(before, "shop_reconcile_runs_total"), 20
    )
    assert 0 <= value(look(harbour), "shop_reconcile_age_seconds") < 60


def test_jobs_that_wait_are_told_with_their_age(harbour: Harbour) -> None:
    with harbour.shop.without("worker"):
        data_of(harbour.shop.buy(harbour.item, harbour.shop.buyer()), 202)
        time.sleep(0.2)
        waiting = look(harbour)
    harbour.shop.wait_until_quiet(harbour.item)

    assert value(waiting, QUEUE, queue="shop-high") >= 1
    assert 0.1 < value(waiting, "shop_queue_oldest_seconds", queue="shop-high") < 60


def test_the_pool_is_told_of_all_processes(harbour: Harbour) -> None:
    eventually(lambda: value(look(harbour), "shop_database_pool_size") == 2 * 10, 5)

    assert 0 <= value(look(harbour), "shop_database_pool_in_use") <= 2 * 10


@pytest.mark.parametrize(("store", "label"), [("redis", "redis"), ("mariadb", "database")])
def test_while_a_store_is_frozen_the_rest_is_told(harbour: Harbour, store: str, label: str) -> None:
    with harbour.stores[store].suffering(FROZEN):
        at_once = look(harbour)
        eventually(lambda: value(look(harbour), "shop_store_away", store=label) == 2, 5)
        later = look(harbour)
    eventually(lambda: value(look(harbour), "shop_store_away", store=label) == 0, 5)

    for readings in (at_once, later):
        assert total(readings, "shop_http_request_seconds_count") > 0
        assert bool(labels(readings, QUEUE, "queue")) is (store == "mariadb")
        assert ((OUTBOX, frozenset()) in readings) is (store == "mariadb")
    assert (OUTBOX, frozenset()) in look(harbour)
