"""Stock jobs of the queue and the schedule."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from shop.constants.job import JobName
from shop.constants.stock import BATCH_SMALL, GATHER_SECONDS, GATHER_SECONDS_MAX, Cause
from shop.core.database.transaction import transactional
from shop.core.jobs.job import Job, OnSteps, ignore_steps
from shop.core.jobs.queue import JobQueue
from shop.core.tenant import ALL_TENANTS, all_tenants, for_tenant_argument
from shop.jobs.stock.drains import Drainer
from shop.jobs.stock.loads import Loader
from shop.services.outbox import OutboxService
from shop.services.sale_gate import SaleGateService

# A worker serves all partitions: a busy one must not starve the others, nor exceed the job time-out.
PARTITION_SECONDS = 1.0
# Longer than a running drain needs from its commit to finalizing the entries.
RECHECK_SECONDS = 1.0


@dataclass(frozen=True)
class DrainStockJob(Drainer):
    """Job that writes the waiting orders of one partition."""

    queue: JobQueue

    name = JobName.DRAIN_STOCK

    def run(self, partition: int) -> None:
        """Write orders until the outbox is empty or the time slice ends."""
        turn = time.monotonic() + PARTITION_SECONDS
        after, count = self._drain_until(partition, None, turn)
        if not count:
            # Reset the flag before the last read: an entry added after that read wakes a new drain.
            self.outbox.reset_wake_flag(partition)
            _, count = self._drain_until(partition, after, turn)
        if count:
            self.queue.enqueue(self.name, partition=partition)

    def _drain_until(self, partition: int, after: str | None, deadline: float) -> tuple[str | None, int]:
        while True:
            count, after = self.write_or_dead_letter(partition, after)
            if not count or time.monotonic() > deadline:
                return after, count
            if count < BATCH_SMALL and self.queue.is_empty():
                # No other job is queued: wait, so that more orders share the next commit.
                time.sleep(min(count * GATHER_SECONDS, GATHER_SECONDS_MAX))


@dataclass(frozen=True)
class LoadStockJob(Loader):
    """Job that opens an item's gate with the database state."""

    name = JobName.LOAD_STOCK

    def run(self, tenant_id: int, item_id: int) -> bool:
        """Load the item unless loaded; return True when this call opened it.

        Several requests for one load are possible; the first one does the work.
        """
        return self.gates.begin_load(tenant_id, item_id) and self.load(tenant_id, item_id)


@dataclass(frozen=True)
class SyncStockJob(Loader):
    """Job that finds gates that differ from the database and reloads them."""

    queue: JobQueue

    name = JobName.SYNC_STOCK
    every = timedelta(minutes=1)

    def run(self, tenant_id: int = 0, item_id: int = 0, cause: str = "", after: int = 0) -> list[str]:
        """Repair one item or all; return a line for each repair.

        With `cause` the item is reloaded without a comparison. Without an item, each job checks one batch and enqueues
        the next.
        """
        if cause:
            return self.repair_item(tenant_id, item_id, Cause(cause))
        if item_id:
            return self.reconcile([(tenant_id, item_id)])
        suspects, following = self.transact(ALL_TENANTS, self.runs.find_suspects, after)
        if following is not None:
            self.queue.enqueue(self.name, after=following)
        done = self.reconcile(suspects)
        if following is None:
            self.runs.record_completion()
        return done

    def reconcile_all(self, on_steps: OnSteps = ignore_steps) -> list[str]:
        """Repair all items in this process; return a line for each repair.

        Calls `on_steps` after each batch of items.
        """
        done: list[str] = []
        after: int | None = 0
        while after is not None:
            suspects, after = self.transact(ALL_TENANTS, self.runs.find_suspects, after)
            done += self.reconcile(suspects)
            on_steps(1)
        return done

    def reconcile(self, suspects: Sequence[tuple[int, int]]) -> list[str]:
        """Repair items that differ in two comparisons.

        Unfinished repairs of other processes are completed first.
        """
        done = self.repair_open_runs()
        different = [
            (tenant_id, item_id)
            for tenant_id, item_id in suspects
            if self.transact(tenant_id, self.runs.find_difference, item_id)
        ]
        if different:
            for partition in {self.gates.partition(*place) for place in different}:
                # Finalize for a drain that died after its commit; its entries are no difference.
                self.transact(ALL_TENANTS, self.outbox.finalize_written, partition)
            time.sleep(RECHECK_SECONDS)
        for place in different:
            self.open_run_if_different(*place)
        return done + self.repair_open_runs()

    def repair_item(self, tenant_id: int, item_id: int, cause: Cause) -> list[str]:
        """Reload an item without a comparison.

        Returns a line for each repair; none when there is no such item.
        """
        return self.repair_open_runs() if self.transact(tenant_id, self.runs.request_repair, item_id, cause) else []

    def repair_open_runs(self) -> list[str]:
        """Reload the items of all open repairs; return a line for each."""
        runs = self.transact(ALL_TENANTS, self.runs.find_open_runs)
        for tenant_id, item_id, run_id in runs:
            self.load(tenant_id, item_id, run_id)
        return [self.transact(tenant_id, self.runs.summary, run_id) for tenant_id, _, run_id in runs]

    @for_tenant_argument
    @transactional
    def open_run_if_different(self, _tenant_id: int, item_id: int) -> None:
        """Open a repair when the item still differs."""
        if difference := self.runs.find_difference(item_id):
            self.runs.open_run(item_id, Cause.DIFFERENT, difference)


@dataclass(frozen=True)
class SweepStockJob(Job):
    """Job that finds outboxes without a drain, e.g. after a crash."""

    outbox: OutboxService

    name = JobName.SWEEP_STOCK
    every = timedelta(seconds=2)
    at_start = True
    rescheduled = True

    def run(self) -> None:
        """Enqueue drains for outboxes with old entries."""
        self.outbox.request_stale_drains()


@dataclass(frozen=True)
class PreloadStockJob(Job):
    """Job that loads items on sale before the first purchase."""

    gates: SaleGateService
    queue: JobQueue

    name = JobName.PRELOAD_STOCK
    every = timedelta(minutes=1)
    at_start = True
    rescheduled = True

    def run(self) -> None:
        """Enqueue a load for every item with an unexpected gate state."""
        for tenant_id, item_id in self.find_unloaded():
            self.queue.enqueue(JobName.LOAD_STOCK, tenant_id=tenant_id, item_id=item_id)

    @all_tenants()
    @transactional
    def find_unloaded(self) -> list[tuple[int, int]]:
        """Return (tenant, item) of items with an unexpected gate state."""
        return self.gates.find_unloaded()
