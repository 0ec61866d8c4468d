"""Gauges of queues and connections: each measures another number."""

import pytest

from shop.core.clock import Clock
from shop.core.database.engine import CountingPool
from shop.core.database.model import DEFAULT_TENANT
from shop.core.operations.health import Health
from shop.services.queue_metric import QueueMetricService
from tests.purchase.support.dead_letters import buy_impossibly
from tests.purchase.support.in_process_shop import InProcessShop
from tests.support.counted_metrics import CountedMetrics
from tests.support.servers.valkey import Valkey
from tests.support.ticking_clock import TickingClock


def test_each_gauge_measures_its_own_queue(in_process_shop: InProcessShop) -> None:
    shop, clock = in_process_shop, TickingClock()
    with shop.container.override(Clock, clock):
        token, items = shop.buyer(), [shop.offer(stock=9)]
        while len({shop.stock.partition(DEFAULT_TENANT, item) for item in items}) < 2:
            items.append(shop.offer(stock=9))
        for _ in range(2):
            buy_impossibly(shop, items[0], token)
        shop.drain(items[0])
        for item, times in ((items[0], 3), (items[-1], 4)):
            for _ in range(times):
                shop.buy(item, token)
        shop.stock.store_reconciled_at(clock.time / 1e6 - 90)
        samples = list(shop.container.get(QueueMetricService).measure())

    values = {sample.name: sample.value for sample in samples}
    assert (values["shop_outbox_orders"], values["shop_dead_letters"]) == (7, 2)
    assert 0 < values["shop_outbox_oldest_seconds"] < 60
    assert values["shop_reconcile_age_seconds"] == pytest.approx(90.25)
    queued = [len(shop.queued_arguments(name)) for name in ("drain_stock", "load_stock")]
    assert values["shop_queue_jobs"] == sum(queued) > 2
    assert 0 <= values["shop_queue_oldest_seconds"] < 60


def test_the_age_of_a_comparison_by_a_faster_clock_is_zero(in_process_shop: InProcessShop) -> None:
    in_process_shop.stock.store_reconciled_at(Clock().microseconds() / 1e6 + 90)

    samples = in_process_shop.container.get(QueueMetricService).measure()

    assert [sample.value for sample in samples if sample.name == "shop_reconcile_age_seconds"] == [0.0]


def test_the_oldest_entry_of_all_partitions_is_measured_in_seconds(
    in_process_shop: InProcessShop, valkey: Valkey
) -> None:
    with valkey.client() as client:
        seconds, _ = client.time()
        for partition, age in ((2, 40), (9, 600), (11, 5)):
            client.xadd(f"{{p{partition:02}}}:outbox", {"r": "any"}, id=f"{(int(seconds) - age) * 1000}-1")

    samples = in_process_shop.container.get(QueueMetricService).measure()

    (oldest,) = [sample.value for sample in samples if sample.name == "shop_outbox_oldest_seconds"]
    assert 600 <= oldest < 630


def test_the_pool_gauges_measure_use_size_and_timeouts(in_process_shop: InProcessShop, counted: CountedMetrics) -> None:
    engine = in_process_shop.database.engine
    pool, connections = engine.pool, [engine.connect() for _ in range(3)]
    assert isinstance(pool, CountingPool)
    pool.timeouts = 4

    in_process_shop.container.get(Health)._set_gauges(in_process_shop.database.store_monitor)

    for connection in connections:
        connection.close()
    assert (counted.gauges["shop_database_pool_in_use", ""], counted.gauges["shop_database_pool_size", ""]) == (3, 10)
    assert counted.counts["shop_database_pool_timeouts",] == 4
