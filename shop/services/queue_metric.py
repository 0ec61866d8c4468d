"""How much waits to be done, and since when."""

from collections.abc import Iterator
from dataclasses import dataclass

from shop.cache_managers.stock import StockCacheManager
from shop.core.clock import Clock
from shop.core.jobs.queue import JobQueue
from shop.core.metrics.metrics import GaugeSample, GaugeSource, Unmeasured
from shop.core.redis.stores import RedisError


@dataclass(frozen=True)
class QueueMetricService(GaugeSource):
    """Measures the outboxes, the queue, and how long nobody has compared the stores."""

    stock: StockCacheManager
    queue: JobQueue
    clock: Clock

    def measure(self) -> Iterator[GaugeSample]:
        """What waits, since when, and what was set aside, over all partitions; raises Unmeasured."""
        try:
            yield from self._measure()
        except RedisError as error:
            raise Unmeasured(str(error)) from error

    def _measure(self) -> Iterator[GaugeSample]:
        waits = self.stock.backlogs()
        yield GaugeSample(
            "shop_outbox_orders", "Orders that are promised and not written yet.", sum(w.waiting for w in waits)
        )
        yield GaugeSample(
            "shop_outbox_oldest_seconds", "Seconds the oldest of them has waited.", max(w.oldest_seconds for w in waits)
        )
        yield GaugeSample("shop_dead_letters", "Orders that cannot be written.", sum(w.dead for w in waits))
        if moment := self.stock.find_reconciled_at():
            age = self.clock.microseconds() / 1e6 - moment
            yield GaugeSample(
                "shop_reconcile_age_seconds", "Seconds since the stores were last compared.", max(0.0, age)
            )
        yield from self.queue.measure_backlog()
