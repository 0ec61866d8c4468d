"""Stock, asked for by the queue and the schedule."""

# size: what loads a sale drains it first, and two files of jobs may not meet to share that.

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from shop.cache_managers.stock import GateOpening
from shop.constants.job import JobName
from shop.constants.stock import BATCH, BATCH_SMALL, GATHER_SECONDS, GATHER_SECONDS_MAX, Cause
from shop.core.database.transaction import transactional
from shop.core.errors import DuplicateRow, ImpossibleRow, TryAgain
from shop.core.jobs.job import Job
from shop.core.jobs.queue import JobQueue
from shop.core.tenant import all_tenants, for_tenant_argument
from shop.services.outbox import OutboxService
from shop.services.reconcile_run import ReconcileRunService
from shop.services.sale_gate import SaleGateService
from shop.services.stock import StockService
from shop.supports.stock import Difference

TRIES = 5
# One worker serves all partitions: a hot one may not keep it from the others, nor outlive the job's time-out.
PARTITION_SECONDS = 1.0
# Longer than a drain that lives needs from its commit to its last word.
RECHECK_SECONDS = 1.0


@dataclass(frozen=True)
class Drainer(Job):
    """What draining jobs share."""

    stock: StockService
    outbox: OutboxService

    rescheduled = True

    @all_tenants()
    @transactional
    def write(self, partition: int, after: str | None, limit: int = BATCH) -> tuple[int, str | None]:
        """Write one batch, all or nothing: how many entries there were, and the last one's id."""
        return self.stock.drain(partition, after, limit)

    @all_tenants()
    @transactional
    def dead_letter(self, partition: int, entry_id: str, reason: str) -> None:
        """Make a dead letter of an entry."""
        self.stock.dead_letter(partition, entry_id, reason)

    def write_with_retry(self, partition: int, after: str | None, limit: int = BATCH) -> tuple[int, str | None]:
        """Write one batch; when another drain wrote some of it since we looked, look again."""
        for _ in range(TRIES - 1):
            with suppress(DuplicateRow):
                return self.write(partition, after, limit)
        return self.write(partition, after, limit)

    def write_or_dead_letter(self, partition: int, after: str | None) -> tuple[int, str | None]:
        """Write one batch; when one of its entries can never be written, set that one aside and write the others."""
        try:
            return self.write_with_retry(partition, after)
        except (ImpossibleRow, DuplicateRow):
            return self._write_singly(partition, after)

    def _write_singly(self, partition: int, after: str | None) -> tuple[int, str | None]:
        for number in range(BATCH):
            entry_id = self.outbox.find_next(partition, after)
            if entry_id is None:
                return number, after
            try:
                self.write_with_retry(partition, after, 1)
            except (ImpossibleRow, DuplicateRow) as error:
                self.dead_letter(partition, entry_id, str(error))
            after = entry_id
        return BATCH, after


@dataclass(frozen=True)
class Loader(Drainer):
    """What jobs share that open a gate."""

    gates: SaleGateService
    runs: ReconcileRunService

    @for_tenant_argument
    def load(self, tenant_id: int, item_id: int, run_id: int | None = None) -> bool:
        """Close, drain, begin an epoch, count what was promised before, open: whether it can be bought now, by us."""
        token = self.gates.claim(tenant_id, item_id, data_lost=bool(run_id))
        self.drain_item(tenant_id, item_id)
        opening = self.begin_epoch(item_id, token, run_id)
        if opening is None or not self.gates.open(tenant_id, item_id, token, opening):
            return False
        # Before anybody buys: the pieces of a promise that could not be written would be sold to somebody else.
        self.drain_item(tenant_id, item_id)
        if self.has_older(item_id, self.gates.partition(tenant_id, item_id), opening.epoch):
            raise TryAgain(f"Promises of item {item_id} are not counted yet.")
        self.apply_missing_credits(tenant_id, item_id)
        return self.gates.open_to_buyers(tenant_id, item_id, token, opening)

    def drain_item(self, tenant_id: int, item_id: int) -> None:
        """Write all that waits of an item at this moment."""
        partition, after, count = self.gates.partition(tenant_id, item_id), None, BATCH
        # A page that is not full was the last with any of it. The neighbours in the outbox may sell on, and would keep
        # us here for ever.
        while count >= BATCH:
            count, after = self.write_or_dead_letter(partition, after)

    @transactional
    def begin_epoch(self, item_id: int, token: str, run_id: int | None) -> GateOpening | None:
        """Number the new epoch; where it repairs something, say so."""
        if not self.gates.holds_claim(item_id, token):
            return None
        opening = self.gates.begin_epoch(item_id)
        if run_id:
            self.runs.finish_run(run_id, opening)
        return opening

    @transactional
    def has_older(self, item_id: int, partition: int, epoch: int) -> bool:
        """Whether a promise of an older epoch waits still."""
        return self.outbox.has_older(item_id, partition, epoch)

    @for_tenant_argument
    @transactional
    def apply_missing_credits(self, tenant_id: int, item_id: int) -> int:
        """Let the credits reach the sale that were committed while it was closed."""
        return self.runs.apply_missing_credits(tenant_id, item_id)


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
        suspects, following = self.find_suspects(after)
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
            suspects, after = self.find_suspects(after)
            done += self.reconcile(suspects)
        return done

    def reconcile(self, suspects: Sequence[tuple[int, int]]) -> list[str]:
        """Repair what is wrong in two looks, and before that what somebody else began and did not finish."""
        done = self.repair_open_runs()
        wrong = [place for place in suspects if self.find_difference(*place)]
        if wrong:
            for partition in {self.gates.partition(*place) for place in wrong}:
                self.finalize_written(partition)
            time.sleep(RECHECK_SECONDS)
        for place in wrong:
            self.open_run_if_different(*place)
        return done + self.repair_open_runs()

    @all_tenants()
    @transactional
    def finalize_written(self, partition: int) -> None:
        """Say the last word for a drain that died before it could: that is no difference."""
        self.outbox.finalize_written(partition)

    def repair_item(self, tenant_id: int, item_id: int, cause: Cause) -> list[str]:
        """Load an item anew, whatever its gate says; what was done, nothing when there is no such item."""
        return self.repair_open_runs() if self.request_repair(tenant_id, item_id, cause) else []

    def repair_open_runs(self) -> list[str]:
        """Load everything anew that was found wrong; what was done, a line each."""
        runs = self.find_open_runs()
        for tenant_id, item_id, run_id in runs:
            self.load(tenant_id, item_id, run_id)
        return [self.summary(tenant_id, run_id) for tenant_id, _, run_id in runs]

    @all_tenants()
    @transactional
    def find_suspects(self, after: int) -> tuple[list[tuple[int, int]], int | None]:
        """Some (tenant, item) that look wrong at a glance, and the item id to go on after."""
        return self.runs.find_suspects(after)

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

    @for_tenant_argument
    @transactional
    def request_repair(self, _tenant_id: int, item_id: int, cause: Cause) -> bool:
        """Note that an item has to be loaded anew; False when there is none."""
        return self.runs.request_repair(item_id, cause)

    @all_tenants()
    @transactional
    def find_open_runs(self) -> list[tuple[int, int, int]]:
        """(tenant, item, run) of what was noted and not done."""
        return self.runs.find_open_runs()

    @for_tenant_argument
    @transactional
    def summary(self, _tenant_id: int, run_id: int) -> str:
        """What a repair found and did."""
        return self.runs.summary(run_id)


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
