"""Metrics of outboxes and the job queue."""

from collections.abc import Iterator
from dataclasses import dataclass

from shop.cache_managers.stock import StockCacheManager
from shop.core.clock import Clock
from shop.core.jobs.queue import JobQueue
from shop.core.metrics.metrics import GaugeSample, GaugeSource, Unmeasured
from shop.core.redis.stores import RedisError


@dataclass(frozen=True)
class QueueMetricService(GaugeSource):
    """Measures outboxes, queue, and the time since the last reconciliation."""

    stock: StockCacheManager
    queue: JobQueue
    clock: Clock

    def measure(self) -> Iterator[GaugeSample]:
        """Measure number and age of waiting orders over all partitions; raises Unmeasured."""
        try:
            yield from self._measure()
        except RedisError as error:
            raise Unmeasured(str(error)) from error

    def _measure(self) -> Iterator[GaugeSample]:
        backlogs = self.stock.backlogs()
        yield GaugeSample(
            "shop_outbox_orders",
            "Orders that are promised and not written yet.",
            sum(backlog.waiting for backlog in backlogs),
        )
        yield GaugeSample(
            "shop_outbox_oldest_seconds",
            "Seconds the oldest of them has waited.",
            max(backlog.oldest_seconds for backlog in backlogs),
        )
        yield GaugeSample(
            "shop_dead_letters", "Orders that cannot be written.", sum(backlog.dead for backlog in backlogs)
        )
        if moment := self.stock.find_reconciled_at():
            age = self.clock.microseconds() / 1e6 - moment
            yield GaugeSample(
                "shop_reconcile_age_seconds", "Seconds since the stores were last compared.", max(0.0, age)
            )
        yield from self.queue.measure_backlog()
