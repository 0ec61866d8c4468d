"""Rules of outboxes, which hold orders that wait to be written."""

import logging
from dataclasses import dataclass

from shop.cache_managers.stock import StockCacheManager
from shop.constants.job import JobName
from shop.constants.stock import BATCH, PARTITIONS
from shop.core.jobs.queue import JobQueue
from shop.core.redis.stores import RedisError
from shop.repositories.order import OrderRepository

# A running drain leaves no older entry; an older one was missed.
STALE_SECONDS = 1.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OutboxService:
    """Inspects and finalizes waiting entries; StockService writes them."""

    orders: OrderRepository
    stock: StockCacheManager
    queue: JobQueue

    def find_next(self, partition: int, after: str | None) -> str | None:
        """Return the id of the next entry of an outbox, or None."""
        return self.stock.entries(partition, after, 1).last_id

    def finalize_written(self, partition: int) -> None:
        """Finalize the oldest entries that are already written.

        Completes a drain that crashed after its commit.
        """
        entries = self.stock.entries(partition).entries
        written = self.orders.find_positions([entry.reservation.order_id for entry in entries])
        done = [entry for entry in entries if written.get(entry.reservation.order_id) == entry.reservation.position]
        if done:
            self.stock.finalize(partition, done, ())

    def request_stale_drains(self) -> list[int]:
        """Request drains of partitions with stale entries; return these partitions."""
        stale = [partition for partition in range(PARTITIONS) if self._find_oldest_age(partition) > STALE_SECONDS]
        for partition in stale:
            self.queue.enqueue(JobName.DRAIN_STOCK, partition=partition)
        return stale

    def has_older(self, item_id: int, partition: int, epoch: int) -> bool:
        """Return True when an unwritten entry of an older epoch waits."""
        page = self.stock.entries(partition)
        while page.last_id:
            older = [e.reservation for e in page.entries if e.reservation.item_id == item_id]
            older = [reservation for reservation in older if reservation.epoch < epoch]
            if older and len(self.orders.find_positions([r.order_id for r in older])) < len(older):
                return True
            if len(page.entries) + len(page.unreadable) < BATCH:
                break
            page = self.stock.entries(partition, page.last_id)
        return False

    def _find_oldest_age(self, partition: int) -> float:
        try:
            return self.stock.find_oldest_age(partition) or 0
        except RedisError as error:
            # One unavailable server must not stop the sweep of the others.
            _log.warning("The outbox of partition %s was not read: %s", partition, error)
            return 0

    def reset_wake_flag(self, partition: int) -> None:
        """Reset the wake flag, so that the next purchase requests a drain."""
        self.stock.reset_wake_flag(partition)
