"""Stock, asked for by the queue and the schedule."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from shop.constants.job import JobName
from shop.constants.stock import BATCH_SMALL, GATHER_SECONDS, GATHER_SECONDS_MAX, Cause
from shop.core.database.transaction import transactional
from shop.core.jobs.job import Job
from shop.core.jobs.queue import JobQueue
from shop.core.tenant import ALL_TENANTS, all_tenants, for_tenant_argument
from shop.jobs.stock.drains import Drainer
from shop.jobs.stock.loads import Loader
from shop.services.outbox import OutboxService
from shop.services.sale_gate import SaleGateService
from shop.supports.stock import Difference

# One worker serves all partitions: a hot one may not keep it from the others, nor outlive the job's time-out.
PARTITION_SECONDS = 1.0
# Longer than a drain that lives needs from its commit to its last word.
RECHECK_SECONDS = 1.0


@dataclass(frozen=True)
class DrainStockJob(Drainer):
    """Writes the orders that wait in one partition's outbox."""

    queue: JobQueue

    name = JobName.DRAIN_STOCK

    def run(self, partition: int) -> None:
        """Write until nothing is left, or until it is another partition's turn."""
        turn = time.monotonic() + PARTITION_SECONDS
        after, count = self._drain_until(partition, None, turn)
        if not count:
            # The flag falls before the last look: whatever comes after that look wakes a new drain.
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
                # Nobody else waits for this worker: let more orders share the next commit.
                time.sleep(min(count * GATHER_SECONDS, GATHER_SECONDS_MAX))


@dataclass(frozen=True)
class LoadStockJob(Loader):
    """Opens the sale of an item with what the database says."""

    name = JobName.LOAD_STOCK

    def run(self, tenant_id: int, item_id: int) -> bool:
        """Whether the gate is open now, by us; a loaded one is left alone, since two may ask for one load."""
        return not self.gates.is_settled(tenant_id, item_id) and self.load(tenant_id, item_id)


@dataclass(frozen=True)
class SyncStockJob(Loader):
    """Reconciles: finds gates that say something else than the database, and loads them anew."""

    queue: JobQueue

    name = JobName.SYNC_STOCK
    every = timedelta(minutes=1)

    def run(self, tenant_id: int = 0, item_id: int = 0, cause: str = "", after: int = 0) -> list[str]:
        """Repair what is wrong, at one item or at all; what was done. With a cause somebody has seen that it is wrong.

        All are too many for one job: it asks for another that goes on after the last it looked at.
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

    def reconcile_all(self) -> list[str]:
        """Repair everything here and now; what was done."""
        done: list[str] = []
        after: int | None = 0
        while after is not None:
            suspects, after = self.transact(ALL_TENANTS, self.runs.find_suspects, after)
            done += self.reconcile(suspects)
        return done

    def reconcile(self, suspects: Sequence[tuple[int, int]]) -> list[str]:
        """Repair what is wrong in two looks, and before that what somebody else began and did not finish."""
        done = self.repair_open_runs()
        wrong = [place for place in suspects if self.find_difference(*place)]
        if wrong:
            for partition in {self.gates.partition(*place) for place in wrong}:
                # The last word for a drain that died before it could say it: that is no difference.
                self.transact(ALL_TENANTS, self.outbox.finalize_written, partition)
            time.sleep(RECHECK_SECONDS)
        for place in wrong:
            self.open_run_if_different(*place)
        return done + self.repair_open_runs()

    def repair_item(self, tenant_id: int, item_id: int, cause: Cause) -> list[str]:
        """Load an item anew, whatever its gate says; what was done, nothing when there is no such item."""
        return self.repair_open_runs() if self.transact(tenant_id, self.runs.request_repair, item_id, cause) else []

    def repair_open_runs(self) -> list[str]:
        """Load everything anew that was found wrong; what was done, a line each."""
        runs = self.transact(ALL_TENANTS, self.runs.find_open_runs)
        for tenant_id, item_id, run_id in runs:
            self.load(tenant_id, item_id, run_id)
        return [self.transact(tenant_id, self.runs.summary, run_id) for tenant_id, _, run_id in runs]

    @for_tenant_argument
    @transactional
    def find_difference(self, _tenant_id: int, item_id: int) -> Difference | None:
        """What is wrong with one item, its missing credits delivered."""
        return self.runs.find_difference(item_id)

    @for_tenant_argument
    @transactional
    def open_run_if_different(self, _tenant_id: int, item_id: int) -> None:
        """Note what is wrong still."""
        if difference := self.runs.find_difference(item_id):
            self.runs.open_run(item_id, Cause.DIFFERENT, difference)


@dataclass(frozen=True)
class SweepStockJob(Job):
    """Looks at the outboxes themselves: the job of a killed worker would be found minutes late."""

    outbox: OutboxService

    name = JobName.SWEEP_STOCK
    every = timedelta(seconds=2)
    at_start = True
    rescheduled = True

    def run(self) -> None:
        """Ask for the drains that somebody forgot."""
        self.outbox.request_stale_drains()


@dataclass(frozen=True)
class PreloadStockJob(Job):
    """Opens what is on sale before the first buyer comes."""

    gates: SaleGateService
    queue: JobQueue

    name = JobName.PRELOAD_STOCK
    every = timedelta(minutes=1)
    at_start = True
    rescheduled = True

    def run(self) -> None:
        """Ask for the load of every item whose gate does not stand as the strategy wants it."""
        for tenant_id, item_id in self.find_unloaded():
            self.queue.enqueue(JobName.LOAD_STOCK, tenant_id=tenant_id, item_id=item_id)

    @all_tenants()
    @transactional
    def find_unloaded(self) -> list[tuple[int, int]]:
        """(tenant, item) of those."""
        return self.gates.find_unloaded()
