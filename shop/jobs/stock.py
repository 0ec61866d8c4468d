"""Stock, asked for by the queue and the schedule."""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from shop.cache_managers.stock import Opening
from shop.constants.job import JobName
from shop.constants.stock import BATCH, BATCH_SMALL, GATHER_SECONDS, GATHER_SECONDS_MAX
from shop.core.errors import DuplicateRow
from shop.core.job import Job, Queue
from shop.core.transaction import transactional
from shop.services.stock import StockService

TRIES = 5
# One worker serves all partitions: a hot one may not keep it from the others, nor outlive the job's time-out.
TURN_SECONDS = 1.0


@dataclass(frozen=True)
class Drains(Job):
    """What draining jobs share."""

    stock: StockService

    @transactional
    def write(self, partition: int, after: str | None) -> tuple[int, str | None]:
        """Write one batch, all or nothing: how many entries there were, and the last one's id."""
        return self.stock.drain(partition, after)

    def write_again(self, partition: int, after: str | None) -> tuple[int, str | None]:
        """Write one batch; when another drain wrote some of it since we looked, look again."""
        for _ in range(TRIES - 1):
            with suppress(DuplicateRow):
                return self.write(partition, after)
        return self.write(partition, after)


@dataclass(frozen=True)
class DrainStockJob(Drains):
    """Writes the orders that wait in one partition's outbox."""

    queue: Queue

    name = JobName.DRAIN_STOCK

    def run(self, partition: int) -> None:
        """Write until nothing is left, or until it is another partition's turn."""
        turn = time.monotonic() + TURN_SECONDS
        after, count = self._empty(partition, None, turn)
        if not count:
            # The flag falls before the last look: whatever comes after that look wakes a new drain.
            self.stock.sleep(partition)
            _, count = self._empty(partition, after, turn)
        if count:
            self.queue.enqueue(self.name, partition=partition)

    def _empty(self, partition: int, after: str | None, turn: float) -> tuple[str | None, int]:
        while True:
            count, after = self.write_again(partition, after)
            if not count or time.monotonic() > turn:
                return after, count
            if count < BATCH_SMALL and self.queue.is_empty():
                # Nobody else waits for this worker: let more orders share the next commit.
                time.sleep(min(count * GATHER_SECONDS, GATHER_SECONDS_MAX))


@dataclass(frozen=True)
class LoadStockJob(Drains):
    """Opens the sale of an item with what the database says: closes, drains, begins an epoch, opens."""

    name = JobName.LOAD_STOCK

    def run(self, tenant_id: int, item_id: int) -> bool:
        """Whether the gate is open now, by us; a loaded one is left alone, since two may ask for one load."""
        if self.stock.is_loaded(tenant_id, item_id):
            return False
        token = self.stock.close(tenant_id, item_id)
        partition, after, count = self.stock.partition(tenant_id, item_id), None, BATCH
        # Closed, so all it sold waits already: a page that is not full was the last with any of it. The neighbours in
        # the outbox may sell on, and would keep us here for ever.
        while count >= BATCH:
            count, after = self.write_again(partition, after)
        opening = self.begin_epoch(item_id)
        return opening is not None and self.stock.open(tenant_id, item_id, token, opening)

    @transactional
    def begin_epoch(self, item_id: int) -> Opening | None:
        """Number the new epoch."""
        return self.stock.begin_epoch(item_id)


@dataclass(frozen=True)
class SweepStockJob(Job):
    """Looks at the outboxes themselves: the job of a killed worker would be found minutes late."""

    stock: StockService

    name = JobName.SWEEP_STOCK
    every = timedelta(seconds=2)
    at_start = True

    def run(self) -> None:
        """Ask for the drains that somebody forgot."""
        self.stock.wake_stale()


@dataclass(frozen=True)
class PreloadStockJob(Job):
    """Opens what is on sale before the first buyer comes."""

    stock: StockService
    queue: Queue

    name = JobName.PRELOAD_STOCK
    every = timedelta(minutes=1)
    at_start = True

    def run(self) -> None:
        """Ask for the load of every item whose gate does not stand as the strategy wants it."""
        for tenant_id, item_id in self.find_unloaded():
            self.queue.enqueue(JobName.LOAD_STOCK, tenant_id=tenant_id, item_id=item_id)

    @transactional
    def find_unloaded(self) -> list[tuple[int, int]]:
        """(tenant, item) of those."""
        return self.stock.find_unloaded()
