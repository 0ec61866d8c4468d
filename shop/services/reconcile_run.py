"""Rules of reconciliation between Redis and MySQL."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from shop.cache_managers.stock import StockCacheManager
from shop.combinations.reconcile_run import ReconcileRunCombination
from shop.constants.stock import Cause, GateState, StockReason
from shop.core.clock import Clock
from shop.core.database.transaction import after_commit
from shop.core.metrics.metrics import Counter, Metrics
from shop.core.resilience.bounded_wait import BoundedWait
from shop.repositories.item import ItemRepository
from shop.repositories.order import OrderRepository
from shop.repositories.reconcile_run import ReconcileRunRepository
from shop.repositories.stock_ledger import StockLedgerRepository
from shop.supports.sale_gate import CreditNote, GateOpening
from shop.supports.sale_strategy import SaleStrategy
from shop.supports.stock import DatabaseState, Difference, compare_with_gate, may_be_unfinalized

if TYPE_CHECKING:
    from shop.models.item import Item

# The row lock stops writes of orders of the item; those just written are finalized within this time.
FINALIZING_SECONDS = 0.3
PAGE_SIZE = 500
# As many as one job can repair while other jobs wait for the worker.
SUSPECTS_MAX = 25
RUNS = Counter("shop_reconcile_runs", "Times that all items were compared.", ())
REPAIRS = Counter("shop_reconcile_repairs", "Items that were loaded anew, by why.", ("cause",))
CREDITS = Counter("shop_reconcile_credits", "Credits that got lost on their way and were delivered.", ())


@dataclass(frozen=True)
class ReconcileRunService:
    """Compares Redis with MySQL, applies lost credits, and records repairs."""

    items: ItemRepository
    orders: OrderRepository
    ledger: StockLedgerRepository
    runs: ReconcileRunRepository
    stock: StockCacheManager
    combination: ReconcileRunCombination
    bounded_wait: BoundedWait
    clock: Clock
    strategy: SaleStrategy
    metrics: Metrics

    def find_suspects(self, after: int) -> tuple[list[tuple[int, int]], int | None]:
        """Return (tenant, item) of a few suspects, and the next item id.

        Reads without locks, so items with running purchases are suspects as well. The next id is None at the end.
        """
        items = self.items.find_loaded_after(after, PAGE_SIZE)
        gates = self.stock.states([(item.tenant_id, item.id) for item in items])
        suspects = [
            (item.tenant_id, item.id)
            for item, gate in zip(items, gates, strict=True)
            # The sum may be right while its parts are not; only a locked comparison shows that.
            if self._is_comparable(item, gate) and (gate.get("pend") != "0" or _compare_item(item, gate, None))
        ]
        if len(suspects) > SUSPECTS_MAX:
            return suspects[:SUSPECTS_MAX], suspects[SUSPECTS_MAX - 1][1]
        return suspects, items[-1].id if len(items) == PAGE_SIZE else None

    def record_completion(self) -> None:
        """Record that all items were compared."""
        self.metrics.count(RUNS)
        self.stock.store_reconciled_at(self.clock.microseconds() / 1e6)

    def apply_missing_credits(self, tenant_id: int, item_id: int) -> int:
        """Apply lost credits of an item in order; return their number."""
        item, gate = self.items.find(item_id), self.stock.state(tenant_id, item_id)
        missing = self._find_missing_credits(item, gate) if item and gate.get("hwm", "").isdigit() else []
        for credit in missing:
            self.stock.apply(tenant_id, item_id, credit)
            self.metrics.count(CREDITS)
        return len(missing)

    def find_difference(self, item_id: int) -> Difference | None:
        """Return the difference between Redis and MySQL, or None.

        Locks the item row, so that no order is written meanwhile.
        """
        item = self.items.lock(item_id)
        if item is None:
            return None
        self.apply_missing_credits(item.tenant_id, item.id)
        difference = self._compare_with_gate(item)
        if difference is None or not may_be_unfinalized(difference):
            return difference
        agreed = self.bounded_wait.poll(lambda: self._compare_with_gate(item) is None or None, FINALIZING_SECONDS)
        return None if agreed else self._compare_with_gate(item)

    def request_repair(self, item_id: int, cause: Cause) -> bool:
        """Open a run for an item; False without such an item."""
        if self.items.lock(item_id) is None:
            return False
        self.open_run(item_id, cause, Difference("", ""))
        return True

    def open_run(self, item_id: int, cause: Cause, difference: Difference) -> None:
        """Record a difference before its repair, so that a crashed repair resumes."""
        if not self.runs.find_open_by_item(item_id):
            now = self.clock.now()
            columns = {"cause": cause, "created_at": now, "updated_at": now, **difference._asdict()}
            self.runs.create(item_id=item_id, **columns)

    def find_open_runs(self) -> list[tuple[int, int, int]]:
        """Return (tenant, item, run) of every unfinished repair."""
        return [(run.tenant_id, run.item_id, run.id) for run in self.runs.find_open()]

    def finish_run(self, run_id: int, opening: GateOpening | None) -> None:
        """Correct the ledger to the stock and record the repair."""
        run = self.runs.find(run_id)
        if run is None:  # pragma: no cover - rows of repairs are never deleted
            return
        run.updated_at = self.clock.now()
        after_commit(self.metrics.count, REPAIRS, run.cause)
        corrected = self._correct_ledger(run.item_id, opening) if opening else 0
        run.done = self.combination.result(opening, corrected)

    def summary(self, run_id: int) -> str:
        """Summarize a repair in one line; empty when it does not exist."""
        run = self.runs.find(run_id)
        return self.combination.summary(run) if run else ""

    def _compare_with_gate(self, item: "Item") -> Difference | None:
        gate, waiting = self.stock.snapshot(item.tenant_id, item.id)
        return _compare_item(item, gate, waiting) if self._is_comparable(item, gate) else None

    def _is_comparable(self, item: "Item", gate: Mapping[str, str]) -> bool:
        # A closed gate is being loaded. A missing gate is a loss for an item on sale, and normal for others.
        default = GateState.OPEN if item.sellable else GateState.CLOSED
        return self.strategy.redis_sells(item.epoch) and gate.get("state", default) == GateState.OPEN

    def _find_missing_credits(self, item: "Item", gate: Mapping[str, str]) -> list[CreditNote]:
        lines = self.ledger.find_credits(item.id, int(gate["hwm"]))
        returned = [UUID(line.ref) for line in lines if line.reason == StockReason.RETURN]
        buyers = self.orders.find_buyers(returned) if returned else {}
        return [CreditNote(line.adj_seq or 0, line.delta, item.epoch, buyers.get(UUID(line.ref), 0)) for line in lines]

    def _correct_ledger(self, item_id: int, opening: GateOpening) -> int:
        # Orders are checked against the stock, so the stock is authoritative; the ledger explains it.
        difference = opening.stock - self.ledger.find_sum(item_id)
        if difference:
            self.ledger.create(
                item_id=item_id,
                delta=difference,
                reason=StockReason.CORRECTION,
                ref=str(uuid.uuid4()),
                created_at=self.clock.now(),
            )
        return difference


def _compare_item(item: "Item", gate: Mapping[str, str], waiting: int | None) -> Difference | None:
    if not item.sellable:
        # Redis was restored from a time before the item was retired.
        return Difference("state=retired", "state=open")
    return compare_with_gate(_database_state(item), gate, waiting)


def _database_state(item: "Item") -> DatabaseState:
    return DatabaseState(item.stock, item.epoch, item.price_minor, item.currency, item.max_per_user, item.adj_seq)
