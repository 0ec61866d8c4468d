"""How much waits to be written."""

from collections.abc import Iterator
from dataclasses import dataclass

from shop.cache_managers.stock import StockCacheManager
from shop.constants.stock import PARTITIONS
from shop.core.metrics import Measured, Reading


@dataclass(frozen=True)
class BacklogService(Measured):
    """Measures the outboxes."""

    stock: StockCacheManager

    def measure(self) -> Iterator[Reading]:
        """What waits, since when, and what was set aside, over all partitions; raises RedisError."""
        waits = [self.stock.backlog(partition) for partition in range(PARTITIONS)]
        yield Reading(
            "shop_outbox_orders", "Orders that are promised and not written yet.", sum(w.waiting for w in waits)
        )
        yield Reading(
            "shop_outbox_oldest_seconds", "Seconds the oldest of them has waited.", max(w.oldest for w in waits)
        )
        yield Reading("shop_dead_letters", "Orders that cannot be written.", sum(w.dead for w in waits))
