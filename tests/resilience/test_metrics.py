"""Metrics of several processes, also while a store is frozen."""

import time
from typing import Any

import pytest

from shop.constants.job import JobName
from shop.core.jobs.queue import JobQueue
from tests.http.support.envelope import data_of
from tests.http.support.metric_samples import label_values, read_metrics, sample_value, sum_samples
from tests.resilience.proxied_shop import CLIENTS, ProxiedShop
from tests.resilience.proxy import Fault
from tests.support.polling import eventually

IN_TIME = 2.5
OUTBOX, QUEUE = "shop_outbox_orders", "shop_queue_jobs"
FROZEN = Fault("frozen", frozen=True)


def read_in_time(proxied_shop: ProxiedShop) -> Any:
    """Read all metrics; assert that the response came in time."""
    began = time.monotonic()
    with proxied_shop.shop.client(timeout=20.0) as client:
        readings = read_metrics(client)
    assert time.monotonic() - began < IN_TIME
    return readings


def read_at_rest(proxied_shop: ProxiedShop) -> Any:
    """Read all metrics after the orders of earlier tests are written and counted."""
    proxied_shop.shop.wait_until_quiet(proxied_shop.item)
    # The worker counts a batch after the last order is written, and it ends after that.
    with proxied_shop.shop.stop_process("worker"):
        return read_in_time(proxied_shop)


def test_written_orders_are_measured(proxied_shop: ProxiedShop) -> None:
    before = read_at_rest(proxied_shop)
    orders = [client.send("purchase") for client in proxied_shop.make_clients()]
    assert [order.status for order in orders] == [202] * CLIENTS
    proxied_shop.shop.wait_until_quiet(proxied_shop.item)
    counted = sample_value(before, "shop_confirm_seconds_count") + 2 * CLIENTS
    eventually(lambda: sample_value(read_in_time(proxied_shop), "shop_confirm_seconds_count") >= counted, 5)

    after = read_in_time(proxied_shop)
    written = sample_value(after, "shop_drain_orders_sum") - sample_value(before, "shop_drain_orders_sum")
    batches = sample_value(after, "shop_drain_orders_count") - sample_value(before, "shop_drain_orders_count")
    confirmed = sample_value(after, "shop_confirm_seconds_count") - sample_value(before, "shop_confirm_seconds_count")
    assert written == confirmed == 2 * CLIENTS
    assert 1 <= batches <= written
    assert sample_value(after, "shop_drain_seconds_count") == sample_value(after, "shop_drain_orders_count")
    assert 0 < sample_value(after, "shop_confirm_seconds_sum") < 60 * sample_value(after, "shop_confirm_seconds_count")


def test_cache_reads_are_counted_by_key(proxied_shop: ProxiedShop) -> None:
    (client,) = proxied_shop.make_clients()[:1]
    labels = {"key": "SessionCacheManager.card"}
    before = read_in_time(proxied_shop)

    for _ in range(3):
        client.send("orders")

    after = read_in_time(proxied_shop)
    hits = sample_value(after, "shop_cache_total", outcome="hit", **labels) - sample_value(
        before, "shop_cache_total", outcome="hit", **labels
    )
    assert hits == 3
    assert sample_value(after, "shop_cache_total", outcome="miss", **labels) >= CLIENTS


def test_reconcile_runs_are_counted_and_their_age_is_measured(proxied_shop: ProxiedShop) -> None:
    before = read_in_time(proxied_shop)

    proxied_shop.shop.container.get(JobQueue).enqueue(JobName.SYNC_STOCK)

    eventually(
        lambda: (
            sample_value(read_in_time(proxied_shop), "shop_reconcile_runs_total")
            > sample_value(before, "shop_reconcile_runs_total")
        ),
        20,
    )
    assert 0 <= sample_value(read_in_time(proxied_shop), "shop_reconcile_age_seconds") < 60


def test_waiting_jobs_are_measured_with_their_age(proxied_shop: ProxiedShop) -> None:
    with proxied_shop.shop.stop_process("worker"):
        data_of(proxied_shop.shop.buy(proxied_shop.item, proxied_shop.shop.buyer()), 202)
        time.sleep(0.2)
        waiting = read_in_time(proxied_shop)
    proxied_shop.shop.wait_until_quiet(proxied_shop.item)

    assert sample_value(waiting, QUEUE, queue="shop-high") >= 1
    assert 0.1 < sample_value(waiting, "shop_queue_oldest_seconds", queue="shop-high") < 60


def test_pool_metrics_cover_all_processes(proxied_shop: ProxiedShop) -> None:
    eventually(lambda: sample_value(read_in_time(proxied_shop), "shop_database_pool_size") == 2 * 10, 5)

    assert 0 <= sample_value(read_in_time(proxied_shop), "shop_database_pool_in_use") <= 2 * 10


@pytest.mark.parametrize(("store", "label"), [("redis", "redis"), ("mariadb", "database")])
def test_other_metrics_are_exported_while_a_store_is_frozen(proxied_shop: ProxiedShop, store: str, label: str) -> None:
    with proxied_shop.stores[store].inject(FROZEN):
        first = read_in_time(proxied_shop)
        eventually(lambda: sample_value(read_in_time(proxied_shop), "shop_store_away", store=label) == 2, 5)
        second = read_in_time(proxied_shop)
    eventually(lambda: sample_value(read_in_time(proxied_shop), "shop_store_away", store=label) == 0, 5)

    for readings in (first, second):
        assert sum_samples(readings, "shop_http_request_seconds_count") > 0
        assert bool(label_values(readings, QUEUE, "queue")) is (store == "mariadb")
        assert ((OUTBOX, frozenset()) in readings) is (store == "mariadb")
    assert (OUTBOX, frozenset()) in read_in_time(proxied_shop)
