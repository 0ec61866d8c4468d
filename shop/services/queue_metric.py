"""How much waits to be done, and since when."""

from collections.abc import Iterator
from dataclasses import dataclass

from shop.cache_managers.stock import StockCacheManager
from shop.core.clock import Clock
from shop.core.jobs.queue import Queue
from shop.core.metrics.metrics import Measured, Reading, Unmeasured
from shop.core.redis.stores import RedisError


@dataclass(frozen=True)
class BacklogService(Measured):
    """Measures the outboxes, the queue, and how long nobody has compared the stores."""

    stock: StockCacheManager
    queue: Queue
    clock: Clock

    def measure(self) -> Iterator[Reading]:
        """What waits, since when, and what was set aside, over all partitions; raises Unmeasured."""
        try:
            yield from self._measure()
        except RedisError as error:
            raise Unmeasured(str(error)) from error

    def _measure(self) -> Iterator[Reading]:
        waits = self.stock.backlogs()
        yield Reading(
            "shop_outbox_orders", "Orders that are promised and not written yet.", sum(w.waiting for w in waits)
        )
        yield Reading(
            "shop_outbox_oldest_seconds", "Seconds the oldest of them has waited.", max(w.oldest for w in waits)
        )
        yield Reading("shop_dead_letters", "Orders that cannot be written.", sum(w.dead for w in waits))
        if moment := self.stock.reconciled():
            age = self.clock.microseconds() / 1e6 - moment
            yield Reading("shop_reconcile_age_seconds", "Seconds since the stores were last compared.", max(0.0, age))
        yield from self.queue.backlog()
