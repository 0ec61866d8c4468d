"""Rules of the outboxes: what waits in them, and whether somebody forgot it."""

import logging
from dataclasses import dataclass

from shop.cache_managers.stock import StockCacheManager
from shop.constants.job import JobName
from shop.constants.stock import BATCH, PARTITIONS
from shop.core.jobs.queue import JobQueue
from shop.core.redis.stores import RedisError
from shop.repositories.order import OrderRepository

# A drain at work leaves nothing this old; what is older was forgotten by somebody.
STALE_SECONDS = 1.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OutboxService:
    """Looks after what waits to be written; StockService writes it."""

    orders: OrderRepository
    stock: StockCacheManager
    queue: JobQueue

    def find_next(self, partition: int, after: str | None) -> str | None:
        """The id of the next entry of an outbox."""
        return self.stock.entries(partition, after, 1).last_id

    def finalize_written(self, partition: int) -> None:
        """Finalize the oldest entries that are written: the last word of a drain that died after its commit."""
        entries = self.stock.entries(partition).entries
        written = self.orders.find_positions([entry.reservation.order_id for entry in entries])
        done = [entry for entry in entries if written.get(entry.reservation.order_id) == entry.reservation.position]
        if done:
            self.stock.finalize(partition, done, ())

    def request_stale_drains(self) -> list[int]:
        """Ask for a drain of every partition whose oldest entry was forgotten; those partitions."""
        stale = [partition for partition in range(PARTITIONS) if self._find_oldest_age(partition) > STALE_SECONDS]
        for partition in stale:
            self.queue.enqueue(JobName.DRAIN_STOCK, partition=partition)
        return stale

    def has_older(self, item_id: int, partition: int, epoch: int) -> bool:
        """Whether an entry of an item waits that is of an older epoch and not written."""
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
            # One server that is away is no reason to leave the others unswept.
            _log.warning("Partition %s was not looked at: %s", partition, error)
            return 0

    def reset_wake_flag(self, partition: int) -> None:
        """Let the next purchase of a partition wake a drain again."""
        self.stock.reset_wake_flag(partition)
