"""Stock, asked for by the queue and the schedule."""

# size: what loads a sale drains it first, and two files of jobs may not meet to share that.

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from shop.cache_managers.stock import Opening
from shop.constants.job import JobName
from shop.constants.stock import BATCH, BATCH_SMALL, GATHER_SECONDS, GATHER_SECONDS_MAX, Cause
from shop.core.database.transaction import transactional
from shop.core.errors import DuplicateRow, ImpossibleRow, TryAgain
from shop.core.jobs.job import Job
from shop.core.jobs.queue import Queue
from shop.core.tenant import in_every_tenant, in_its_tenant
from shop.services.outbox import OutboxService
from shop.services.reconcile_run import ReconcileRunService
from shop.services.sale_gate import GateService
from shop.services.stock import StockService
from shop.supports.stock import Difference

TRIES = 5
# One worker serves all partitions: a hot one may not keep it from the others, nor outlive the job's time-out.
TURN_SECONDS = 1.0
# Longer than a drain that lives needs from its commit to its last word.
SECOND_LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class Drains(Job):
    """What draining jobs share."""

    stock: StockService
    outbox: OutboxService

    asked_again = True

    @in_every_tenant()
    @transactional
    def write(self, partition: int, after: str | None, most: int = BATCH) -> tuple[int, str | None]:
        """Write one batch, all or nothing: how many entries there were, and the last one's id."""
        return self.stock.drain(partition, after, most)

    @in_every_tenant()
    @transactional
    def set_aside(self, partition: int, entry_id: str, why: str) -> None:
        """Make a dead letter of an entry."""
        self.stock.set_aside(partition, entry_id, why)

    def write_again(self, partition: int, after: str | None, most: int = BATCH) -> tuple[int, str | None]:
        """Write one batch; when another drain wrote some of it since we looked, look again."""
        for _ in range(TRIES - 1):
            with suppress(DuplicateRow):
                return self.write(partition, after, most)
        return self.write(partition, after, most)

    def write_safely(self, partition: int, after: str | None) -> tuple[int, str | None]:
        """Write one batch; when one of its entries can never be written, set that one aside and write the others."""
        try:
            return self.write_again(partition, after)
        except (ImpossibleRow, DuplicateRow):
            return self._write_singly(partition, after)

    def _write_singly(self, partition: int, after: str | None) -> tuple[int, str | None]:
        for number in range(BATCH):
            entry_id = self.outbox.find_next(partition, after)
            if entry_id is None:
                return number, after
            try:
                self.write_again(partition, after, 1)
            except (ImpossibleRow, DuplicateRow) as error:
                self.set_aside(partition, entry_id, str(error))
            after = entry_id
        return BATCH, after


@dataclass(frozen=True)
class Loads(Drains):
    """What jobs share that open a gate."""

    gates: GateService
    runs: ReconcileRunService

    @in_its_tenant
    def load(self, tenant_id: int, item_id: int, run_id: int | None = None) -> bool:
        """Close, drain, begin an epoch, count what was promised before, open: whether it can be bought now, by us."""
        token = self.gates.close(tenant_id, item_id, wrong=bool(run_id))
        self.write_out(tenant_id, item_id)
        opening = self.begin_epoch(item_id, token, run_id)
        if opening is None or not self.gates.open(tenant_id, item_id, token, opening):
            return False
        # Before anybody buys: the pieces of a promise that could not be written would be sold to somebody else.
        self.write_out(tenant_id, item_id)
        if self.has_older(item_id, self.gates.partition(tenant_id, item_id), opening.epoch):
            raise TryAgain(f"Promises of item {item_id} are not counted yet.")
        self.deliver(tenant_id, item_id)
        return self.gates.let_in(tenant_id, item_id, token, opening)

    def write_out(self, tenant_id: int, item_id: int) -> None:
        """Write all that waits of an item at this moment."""
        partition, after, count = self.gates.partition(tenant_id, item_id), None, BATCH
        # A page that is not full was the last with any of it. The neighbours in the outbox may sell on, and would keep
        # us here for ever.
        while count >= BATCH:
            count, after = self.write_safely(partition, after)

    @transactional
    def begin_epoch(self, item_id: int, token: str, run_id: int | None) -> Opening | None:
        """Number the new epoch; where it repairs something, say so."""
        if not self.gates.holds(item_id, token):
            return None
        opening = self.gates.begin_epoch(item_id)
        if run_id:
            self.runs.settle(run_id, opening)
        return opening

    @transactional
    def has_older(self, item_id: int, partition: int, epoch: int) -> bool:
        """Whether a promise of an older epoch waits still."""
        return self.outbox.has_older(item_id, partition, epoch)

    @in_its_tenant
    @transactional
    def deliver(self, tenant_id: int, item_id: int) -> int:
        """Let the credits reach the sale that were committed while it was closed."""
        return self.runs.deliver(tenant_id, item_id)


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
            self.outbox.sleep(partition)
            _, count = self._empty(partition, after, turn)
        if count:
            self.queue.enqueue(self.name, partition=partition)

    def _empty(self, partition: int, after: str | None, turn: float) -> tuple[str | None, int]:
        while True:
            count, after = self.write_safely(partition, after)
            if not count or time.monotonic() > turn:
                return after, count
            if count < BATCH_SMALL and self.queue.is_empty():
                # Nobody else waits for this worker: let more orders share the next commit.
                time.sleep(min(count * GATHER_SECONDS, GATHER_SECONDS_MAX))


@dataclass(frozen=True)
class LoadStockJob(Loads):
    """Opens the sale of an item with what the database says."""

    name = JobName.LOAD_STOCK

    def run(self, tenant_id: int, item_id: int) -> bool:
        """Whether the gate is open now, by us; a loaded one is left alone, since two may ask for one load."""
        return not self.gates.is_loaded(tenant_id, item_id) and self.load(tenant_id, item_id)


@dataclass(frozen=True)
class SyncStockJob(Loads):
    """Reconciles: finds gates that say something else than the database, and loads them anew."""

    queue: Queue

    name = JobName.SYNC_STOCK
    every = timedelta(minutes=1)

    def run(self, tenant_id: int = 0, item_id: int = 0, cause: str = "", after: int = 0) -> list[str]:
        """Repair what is wrong, at one item or at all; what was done. With a cause somebody has seen that it is wrong.

        All are too many for one job: it asks for another that goes on after the last it looked at.
        """
        if cause:
            return self.rebuild(tenant_id, item_id, Cause(cause))
        if item_id:
            return self.sync([(tenant_id, item_id)])
        suspects, following = self.find_some(after)
        if following is not None:
            self.queue.enqueue(self.name, after=following)
        done = self.sync(suspects)
        if following is None:
            self.runs.finish()
        return done

    def run_all(self) -> list[str]:
        """Repair everything here and now; what was done."""
        done: list[str] = []
        after: int | None = 0
        while after is not None:
            suspects, after = self.find_some(after)
            done += self.sync(suspects)
        return done

    def sync(self, suspects: Sequence[tuple[int, int]]) -> list[str]:
        """Repair what is wrong in two looks, and before that what somebody else began and did not finish."""
        done = self.repair()
        wrong = [place for place in suspects if self.look(*place)]
        if wrong:
            for partition in {self.gates.partition(*place) for place in wrong}:
                self.finish(partition)
            time.sleep(SECOND_LOOK_SECONDS)
        for place in wrong:
            self.look_again(*place)
        return done + self.repair()

    @in_every_tenant()
    @transactional
    def finish(self, partition: int) -> None:
        """Say the last word for a drain that died before it could: that is no difference."""
        self.outbox.finish(partition)

    def rebuild(self, tenant_id: int, item_id: int, cause: Cause) -> list[str]:
        """Load an item anew, whatever its gate says; what was done, nothing when there is no such item."""
        return self.repair() if self.ask(tenant_id, item_id, cause) else []

    def repair(self) -> list[str]:
        """Load everything anew that was found wrong; what was done, a line each."""
        runs = self.find_unfinished()
        for tenant_id, item_id, run_id in runs:
            self.load(tenant_id, item_id, run_id)
        return [self.tell(tenant_id, run_id) for tenant_id, _, run_id in runs]

    @in_every_tenant()
    @transactional
    def find_some(self, after: int) -> tuple[list[tuple[int, int]], int | None]:
        """Some (tenant, item) that look wrong at a glance, and the item id to go on after."""
        return self.runs.find_suspects(after)

    @in_its_tenant
    @transactional
    def look(self, _tenant_id: int, item_id: int) -> Difference | None:
        """What is wrong with one item, its missing credits delivered."""
        return self.runs.look(item_id)

    @in_its_tenant
    @transactional
    def look_again(self, _tenant_id: int, item_id: int) -> None:
        """Note what is wrong still."""
        if difference := self.runs.look(item_id):
            self.runs.note(item_id, Cause.DIFFERENT, difference)

    @in_its_tenant
    @transactional
    def ask(self, _tenant_id: int, item_id: int, cause: Cause) -> bool:
        """Note that an item has to be loaded anew; False when there is none."""
        return self.runs.ask(item_id, cause)

    @in_every_tenant()
    @transactional
    def find_unfinished(self) -> list[tuple[int, int, int]]:
        """(tenant, item, run) of what was noted and not done."""
        return self.runs.find_unfinished()

    @in_its_tenant
    @transactional
    def tell(self, _tenant_id: int, run_id: int) -> str:
        """What a repair found and did."""
        return self.runs.tell(run_id)


@dataclass(frozen=True)
class SweepStockJob(Job):
    """Looks at the outboxes themselves: the job of a killed worker would be found minutes late."""

    outbox: OutboxService

    name = JobName.SWEEP_STOCK
    every = timedelta(seconds=2)
    at_start = True
    asked_again = True

    def run(self) -> None:
        """Ask for the drains that somebody forgot."""
        self.outbox.wake_stale()


@dataclass(frozen=True)
class PreloadStockJob(Job):
    """Opens what is on sale before the first buyer comes."""

    gates: GateService
    queue: Queue

    name = JobName.PRELOAD_STOCK
    every = timedelta(minutes=1)
    at_start = True
    asked_again = True

    def run(self) -> None:
        """Ask for the load of every item whose gate does not stand as the strategy wants it."""
        for tenant_id, item_id in self.find_unloaded():
            self.queue.enqueue(JobName.LOAD_STOCK, tenant_id=tenant_id, item_id=item_id)

    @in_every_tenant()
    @transactional
    def find_unloaded(self) -> list[tuple[int, int]]:
        """(tenant, item) of those."""
        return self.gates.find_unloaded()
